"""What the grader can ask of student code. Each operation takes and returns plain data.

Arguments come as dictionaries from parameter name to value, in the order of the signature, so
that the grader's messages can name them; student functions are called positionally, as in the
notebook.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import cells
import nets
import numpy as np
import returned
from student import find, load, plain, seed, vary

held: dict[str, Any] = {}
"""The student's own cache, kept between a forward and a backward pass. It never leaves here."""


def split_cache(call: Callable[..., Any], result: Any) -> tuple[Any, Any]:
    """Split what a forward pass returned into its output, as plain data, and its cache."""
    if isinstance(result, tuple | list) and len(result) == 2:
        return plain(result[0]), result[1]
    return returned.in_place_of(call, result, "the pair (out, cache)"), None


def forward(module: str, function: str, args: dict[str, Any]) -> dict[str, Any]:
    """Call a forward pass; return its output, and its arguments as they are afterwards."""
    seed(0)
    call = find(module, function)
    out, _ = split_cache(call, call(*args.values()))
    return {"out": out, "after": arrays_of(args)}


def call(module: str, function: str, args: dict[str, Any], returns: list[str]) -> dict[str, Any]:
    """Call a function; return its values by name, and its arguments as they are afterwards."""
    seed(0)
    result = find(module, function)(*args.values())
    values = (plain(result),) if len(returns) == 1 else plain(result)
    if not isinstance(values, tuple) or len(values) != len(returns):
        wanted = ", ".join(returns)
        values = ({"$object": f"{type(result).__name__} instead of {wanted}"},) * len(returns)
    return {**dict(zip(returns, values, strict=True)), "after": arrays_of(args)}


def sequence(
    module: str, function: str, args: dict[str, Any], steps: list[dict[str, Any]]
) -> dict[str, Any]:
    """Call a normalization several times on one parameter dictionary, as training does.

    Each step has its input ``x`` and the ``mode`` to set in ``bn_param`` before the call. Returns
    the outputs, and the running values after each step.
    """
    seed(0)
    call, bn_param = find(module, function), args["bn_param"]
    outs, running = [], []
    for step in steps:
        bn_param["mode"] = step["mode"]
        out, _ = split_cache(call, call(*{**args, "x": step["x"]}.values()))
        outs.append(out)
        running.append({k: plain(bn_param.get(k)) for k in ("running_mean", "running_var")})
    return {"outs": outs, "running": running}


def update(
    module: str,
    function: str,
    args: dict[str, Any],
    gradients: np.ndarray,
    keeps: list[str],
) -> dict[str, Any]:
    """Call an update rule once for each gradient; return the parameter each time.

    Returns also what its config has at the end of what it ``keeps``, and its inputs as they are
    afterwards.
    """
    seed(0)
    call = find(module, function)
    w, config = args["w"], dict(args["config"]) if args["config"] else None
    steps: list[Any] = []
    for dw in gradients:
        result = call(w, dw, config)
        if not isinstance(result, tuple | list) or len(result) != 2:
            wrong = returned.in_place_of(call, result, "the pair (next_w, config)")
            steps += [wrong] * (len(gradients) - len(steps))
            break
        w, config = result
        steps.append(plain(w))
    kept = config if isinstance(config, dict) else {}
    return {
        "steps": steps,
        "config": {name: plain(kept.get(name)) for name in keeps},
        "after": {"w": args["w"], "gradients": gradients},
    }


def trials(
    module: str, function: str, forward: str, args: dict[str, Any], dout: np.ndarray, count: int
) -> dict[str, Any]:
    """Call a layer several times, and backwards with the cache that it returned.

    Where no `forward` is named, `function` is the forward pass, and there is no way back.
    """
    seed(0)
    call, back = find(module, forward or function), find(module, function) if forward else None
    outs, dxs = [], []
    for _ in range(count):
        out, cache = split_cache(call, call(*copy_of(args).values()))
        outs.append(out)
        if back is not None:
            dxs.append(None if cache is None else plain(back(dout, cache)))
    return {"outs": outs, "dxs": dxs, "after": {**arrays_of(args), "dout": dout}}


def prepare(module: str, forward: str, args: dict[str, Any]) -> bool:
    """Call a forward pass and keep its cache for `backward`; return whether there is one."""
    seed(0)
    held.pop("cache", None)
    call = find(module, forward)
    _, cache = split_cache(call, call(*copy_of(args).values()))
    if cache is not None:
        held["cache"] = cache
    return cache is not None


def backward(
    module: str,
    function: str,
    args: dict[str, Any],
    dout: np.ndarray,
    names: list[str],
    prepared: bool,
) -> dict[str, Any]:
    """Call a backward pass with the cache that `prepare` kept.

    Where there is none, because the forward pass is not written or fails, the backward pass gets
    the standard cache: the tuple of the forward pass's arguments.
    """
    seed(0)
    cache = held.pop("cache") if prepared else tuple(copy_of(args).values())
    call = find(module, function)
    result = call(dout, cache)
    if len(names) == 1 and isinstance(result, np.ndarray):
        result = (result,)
    values = plain(result)
    if not isinstance(values, tuple) or len(values) != len(names):
        values = (returned.in_place_of(call, result, ", ".join(names)),) * len(names)
    return {**dict(zip(names, values, strict=True)), "after": {"dout": dout}}


def copy_of(args: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments with dictionaries copied, since a layer may write into them."""
    return {k: dict(v) if isinstance(v, dict) else v for k, v in args.items()}


def arrays_of(args: dict[str, Any]) -> dict[str, np.ndarray]:
    """Return those of the arguments that are arrays."""
    return {k: v for k, v in args.items() if isinstance(v, np.ndarray)}


def numeric_gradient(
    module: str,
    forward: str,
    args: dict[str, Any],
    dout: np.ndarray,
    wrt: dict[str, str],
    h: float,
) -> dict[str, Any]:
    """Differentiate ``sum(out * dout)`` by centered differences.

    `wrt` maps the gradient's name to the argument's: ``{"dx": "x"}``. Where the output has another
    shape than `dout`, its slopes are not a number.
    """
    call = find(module, forward)

    def output() -> np.ndarray:
        out = np.array(call(*copy_of(args).values())[0])
        return out if out.shape == dout.shape else np.full(dout.shape, np.nan)

    gradients = {}
    for name, argument in wrt.items():
        array = args[argument]
        gradient = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            old = array[index]
            array[index] = old + h
            up = output()
            array[index] = old - h
            down = output()
            array[index] = old
            gradient[index] = np.sum((up - down) * dout) / (2 * h)
        gradients[name] = gradient
    return gradients


def variants(module: str, sources: list[list[str]], requests: list[dict[str, Any]]) -> list[Any]:
    """Put each source in the place of a module's functions, and carry out requests with it.

    Returns the reply to the last request for each source, or None where anything raised.
    """
    replies: list[Any] = []
    for source in sources:
        try:
            vary(module, source)
            for request in copy.deepcopy(requests):
                reply = OPERATIONS[request["name"]](**request["arguments"])
        except (Exception, SystemExit):
            reply = None
        replies.append(reply)
    return replies


OPERATIONS: dict[str, Callable[..., Any]] = {
    "load": load,
    "vary": vary,
    "variants": variants,
    "forward": forward,
    "call": call,
    "sequence": sequence,
    "update": update,
    "trials": trials,
    "prepare": prepare,
    "backward": backward,
    "numeric_gradient": numeric_gradient,
    "net": nets.net,
    "train": nets.train,
    "predict": nets.predict,
    "cell": cells.cell,
}
