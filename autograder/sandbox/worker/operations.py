"""What the grader can ask of student code. Each operation takes and returns plain data.

Arguments come as dictionaries from parameter name to value, in the order of the signature, so
that the grader's messages can name them; student functions are called positionally, as in the
notebook.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable
from typing import Any

import cells
import numpy as np
import returned

held: dict[str, Any] = {}
"""The student's own cache, kept between a forward and a backward pass. It never leaves here."""


class Missing(Exception):
    """The student's file has no such function or class."""


def load(module: str) -> None:
    """Import a module that the student wrote."""
    importlib.import_module(module)


def find(module: str, name: str) -> Callable[..., Any]:
    """Return the student's function or class `name`."""
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except AttributeError:
        path = module.replace(".", "/") + ".py"
        raise Missing(f"{path} has no {name}: was it renamed or deleted?") from None
    return found


def seed(value: int) -> None:
    """Make what student code draws the same in every run."""
    random.seed(value)
    np.random.seed(value)


def plain(value: Any, depth: int = 3) -> Any:
    """Return `value` as data that can be sent; what cannot be is named by its type."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, np.ndarray | np.generic):
        array = np.array(value, subok=False)
        return array if array.dtype.kind in "biufc" else {"$object": f"an array of {array.dtype}"}
    if isinstance(value, tuple | list) and depth and len(value) <= 16:
        return tuple(plain(v, depth - 1) for v in value)
    return {"$object": returned.with_article(value)}


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


def build_net(module: str, function: str, settings: dict[str, Any], draw: int) -> Any:
    """Make the student's net; `dtype` comes by name."""
    seed(draw)
    settings = {**settings, "dtype": np.dtype(settings["dtype"]).type}
    return find(module, function)(**settings)


def net(
    module: str,
    function: str,
    settings: dict[str, Any],
    draw: int,
    params: dict[str, np.ndarray] | None,
    X: np.ndarray | None,
    y: np.ndarray | None,
) -> dict[str, Any]:
    """Make a net, set its parameters if given, and return scores, loss and gradients."""
    model = build_net(module, function, settings, draw)
    result: dict[str, Any] = {"initial": {k: plain(v) for k, v in model.params.items()}}
    if X is None:
        return result
    if params is not None:
        for name, value in params.items():
            model.params[name] = value.copy()
    result["scores"] = plain(model.loss(X))
    if y is None:
        return result
    pair = model.loss(X, y)
    is_pair = isinstance(pair, tuple | list) and len(pair) == 2
    if not is_pair or not isinstance(pair[1], dict):
        wanted = "the pair (loss, grads)" + (" with a dict of gradients" if is_pair else "")
        wrong = returned.in_place_of(model.loss, pair, wanted)
        return {**result, "loss": wrong, "grads": {}, "after": {"X": X, "y": y}}
    result["loss"] = plain(pair[0])
    result["grads"] = {str(k): plain(v) for k, v in pair[1].items()}
    return {**result, "after": {"X": X, "y": y}}


def prepare_images(images: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Make images float32 and take the `mean` image off, as `get_CIFAR10_data` does.

    They come as uint8, a quarter of the bytes.
    """
    prepared = images.astype(np.float32)
    prepared -= mean
    return prepared


def train(
    module: str,
    function: str,
    settings: dict[str, Any],
    draw: int,
    solver: dict[str, Any],
    mean: np.ndarray,
    train: dict[str, np.ndarray],
    val: dict[str, np.ndarray],
) -> dict[str, Any]:
    """Train the student's net with the given Solver; return its parameters and how it went."""
    from cs231n.solver import Solver

    model = build_net(module, function, settings, draw)
    data = {
        "X_train": prepare_images(train["X"], mean),
        "y_train": train["y"],
        "X_val": prepare_images(val["X"], mean),
        "y_val": val["y"],
    }
    history = Solver(model, data, verbose=False, **solver)
    history.train()
    return {
        "params": {str(k): plain(v) for k, v in model.params.items()},
        "history": {
            "loss": np.array(history.loss_history, dtype=np.float64),
            "train": np.array(history.train_acc_history, dtype=np.float64),
            "val": np.array(history.val_acc_history, dtype=np.float64),
        },
    }


def predict(
    module: str,
    function: str,
    settings: dict[str, Any],
    draw: int,
    params: dict[str, np.ndarray],
    mean: np.ndarray,
    unlabelled: np.ndarray,
) -> dict[str, Any]:
    """Make a net with trained parameters; return the class that it predicts for each image."""
    model = build_net(module, function, settings, draw)
    for name, value in params.items():
        model.params[name] = value
    scores = [
        np.asarray(model.loss(prepare_images(unlabelled[i : i + 500], mean)))
        for i in range(0, len(unlabelled), 500)
    ]
    return {"predicted": plain(np.argmax(np.concatenate(scores), axis=1))}


OPERATIONS: dict[str, Callable[..., Any]] = {
    "load": load,
    "forward": forward,
    "call": call,
    "sequence": sequence,
    "prepare": prepare,
    "backward": backward,
    "numeric_gradient": numeric_gradient,
    "net": net,
    "train": train,
    "predict": predict,
    "cell": cells.cell,
}
