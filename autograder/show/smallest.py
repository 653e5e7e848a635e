"""The smallest input on which code is wrong, whole: the call, what came back, what is expected.

It is written as Python, to be pasted into a notebook and tried.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.judging.case import Case
from autograder.judging.compare import kind_of
from autograder.judging.operation import Payload
from autograder.judging.output import Output

WIDTH = 90  # letters of a line of numbers


def as_text(
    case: Case, numbers: int, wrong: dict[Output, tuple[Any, Any]], raised: str
) -> list[str]:
    """Return an input with what comes of it, line by line.

    Parameters
    ----------
    case : Case
        The input.
    numbers : int
        How many numbers it has.
    wrong : dict of Output to (Any, Any)
        What came back, and what is expected.
    raised : str
        What was raised instead, if that.
    """
    many = f"{numbers} number{'s' if numbers != 1 else ''}"
    lines = [f"The smallest input that was found to go wrong, of {many}:"]
    lines += [f"  {line}" for line in CALLS[case.op](case.payload)]
    if raised:
        lines += ["what comes of it:", *(f"  {line}" for line in raised.splitlines())]
    for output, (got, expected) in wrong.items():
        if output.kind in ("layout", "params") and np.shape(got) != np.shape(expected):
            came, wanted = (of_shape(array) for array in (got, expected))
        else:
            came, wanted = value(got), value(expected)
        lines += [f"{output}, as it comes back:", *(f"  {line}" for line in came)]
        lines += [f"{output}, as expected:", *(f"  {line}" for line in wanted)]
    return lines


def of_shape(found: Any) -> list[str]:
    """Write what came back where its shape is what matters."""
    return [f"of shape {found.shape}" if isinstance(found, np.ndarray) else kind_of(found)]


def value(found: Any) -> list[str]:
    """Write what came back, line by line."""
    if found is None or isinstance(found, dict | tuple):
        return [kind_of(found)]
    array = np.asarray(found)
    if array.dtype.kind not in "biuf":
        return [f"an array of {array.dtype}"]
    text = np.array2string(array, precision=6, suppress_small=True, max_line_width=WIDTH)
    return (f"{text}  (of shape {array.shape})" if array.ndim else text).splitlines()


def literal(found: Any) -> str:
    """Write an argument as Python."""
    if isinstance(found, np.ndarray):
        text = np.array2string(found, separator=", ", max_line_width=10_000, threshold=10_000)
        return f"np.array({' '.join(text.split())})"
    if isinstance(found, dict):
        return "{" + ", ".join(f"{k!r}: {literal(v)}" for k, v in found.items()) + "}"
    return repr(found)


def assignments(arguments: dict[str, Any]) -> list[str]:
    """Write arguments, one to a line."""
    return [f"{name} = {literal(found)}" for name, found in arguments.items()]


def forward(payload: Payload) -> list[str]:
    """Write the call of a forward pass."""
    call = f"{payload['function']}({', '.join(payload['args'])})"
    return [*assignments(payload["args"]), f"out, cache = {call}"]


def backward(payload: Payload) -> list[str]:
    """Write the call of a backward pass, after that of its forward pass."""
    first = forward({"function": payload["forward"], "args": payload["args"]})
    gradients = ", ".join(payload["wrt"])
    call = f"{gradients} = {payload['function']}(dout, cache)"
    return [*first, f"dout = {literal(payload['dout'])}", call]


def call(payload: Payload) -> list[str]:
    """Write the call of a function that returns what is asked for, and no cache."""
    found = ", ".join(payload["returns"])
    arguments = ", ".join(payload["args"])
    return [*assignments(payload["args"]), f"{found} = {payload['function']}({arguments})"]


def update(payload: Payload) -> list[str]:
    """Write the steps of an update rule."""
    lines = assignments(payload["args"])
    for gradient in payload["gradients"]:
        lines += [f"dw = {literal(gradient)}", f"w, config = {payload['function']}(w, dw, config)"]
    return lines


def sequence(payload: Payload) -> list[str]:
    """Write the calls of a normalization, one after the other."""
    args = {name: found for name, found in payload["args"].items() if name != "x"}
    (param,) = (name for name, found in args.items() if isinstance(found, dict))
    lines, mode = assignments(args), args[param]["mode"]
    for step in payload["steps"]:
        if step["mode"] != mode:
            mode = step["mode"]
            lines.append(f"{param}['mode'] = {mode!r}")
        lines.append(f"x = {literal(step['x'])}")
        lines.append(f"out, cache = {payload['function']}({', '.join(payload['args'])})")
    return lines


def net(payload: Payload) -> list[str]:
    """Write how a net is made, given parameters, and asked."""
    settings = [
        f"{name}=np.{found}" if name == "dtype" else f"{name}={found!r}"
        for name, found in payload["settings"].items()
    ]
    lines = [f"net = {payload['function']}({', '.join(settings)})"]
    params = payload["params"] or {}
    lines += [f"net.params[{name!r}] = {literal(found)}" for name, found in params.items()]
    if payload["y"] is None:
        return [*lines, *assignments({"X": payload["X"]}), "scores = net.loss(X)"]
    lines += assignments({name: payload[name] for name in ("X", "y")})
    return [*lines, "scores = net.loss(X)", "loss, grads = net.loss(X, y)"]


CALLS: dict[str, Callable[[Payload], list[str]]] = {
    "forward": forward,
    "backward": backward,
    "call": call,
    "update": update,
    "sequence": sequence,
    "net": net,
}
