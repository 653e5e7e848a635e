"""Whether a worker's reply has the form that its request asks for.

A worker runs student code, which may have replied in its place. What is said here of the form,
checks need not ask again; about the values they believe nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograder.judging.case import Payload


def fits(op: str, request: Payload, reply: Any) -> bool:
    """Return whether `reply` has the form of a reply to ``op(**request)``."""
    if op == "load":
        return reply is None
    if op == "prepare":
        return isinstance(reply, bool)
    if not isinstance(reply, dict):
        return False
    if op == "forward":
        arrays = [name for name, value in request["args"].items() if isinstance(value, np.ndarray)]
        return has(reply, ["out"]) and has_arrays(reply.get("after"), arrays)
    if op == "backward":
        return has(reply, request["names"]) and has_arrays(reply.get("after"), ["dout"])
    if op == "sequence":
        return fits_sequence(len(request["steps"]), reply)
    if op == "numeric_gradient":
        return has_arrays(reply, request["wrt"])
    if op == "net":
        return fits_net(request, reply)
    if op == "train":
        history = has_arrays(reply.get("history"), ["loss", "train", "val"])
        return history and isinstance(reply.get("params"), dict)
    if op == "cell":
        return fits_cell(reply)
    return op == "predict" and has(reply, ["predicted"])


def has(reply: Any, names: Iterable[str]) -> bool:
    """Return whether `reply` is a dictionary with all of `names`."""
    return isinstance(reply, Mapping) and all(name in reply for name in names)


def has_arrays(reply: Any, names: Iterable[str]) -> bool:
    """Return whether `reply` is a dictionary with an array for each of `names`."""
    return isinstance(reply, Mapping) and all(
        isinstance(reply.get(name), np.ndarray) for name in names
    )


def fits_sequence(steps: int, reply: dict[str, Any]) -> bool:
    """Return whether there are an output and running values for each step."""
    outs, running = reply.get("outs"), reply.get("running")
    return (
        isinstance(outs, list)
        and isinstance(running, list)
        and len(outs) == len(running) == steps
        and all(has(values, ["running_mean", "running_var"]) for values in running)
    )


def fits_net(request: Payload, reply: dict[str, Any]) -> bool:
    """Return whether there is what the net was asked for: parameters, scores, loss, gradients."""
    if not isinstance(reply.get("initial"), dict):
        return False
    if request["X"] is None:
        return True
    if request["y"] is None:
        return "scores" in reply
    gradients = reply.get("grads")
    wanted = has(reply, ["scores", "loss"]) and isinstance(gradients, dict)
    return wanted and has_arrays(reply.get("after"), ["X", "y"])


def fits_cell(reply: dict[str, Any]) -> bool:
    """Return whether there are the outputs of a notebook's cell, and its error if it had one."""
    if not has(reply, ["outputs", "error"]) or not isinstance(reply["outputs"], list):
        return False
    outputs, error = reply["outputs"], reply["error"]
    if not all(has(output, ["kind", "data"]) for output in outputs):
        return False
    data = [output["data"] for output in outputs]
    plain = all(isinstance(d, np.ndarray) and d.dtype == np.uint8 and d.ndim == 1 for d in data)
    return plain and (error is None or fits_error(error))


def fits_error(error: Any) -> bool:
    """Return whether an exception is described as the worker describes one in a notebook."""
    if not has(error, ["name", "message", "lines"]) or not isinstance(error["lines"], list):
        return False
    return all(isinstance(t, str) for t in (error["name"], error["message"], *error["lines"]))
