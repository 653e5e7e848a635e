"""Cases of a layer's two passes, and of functions that have one: the payload of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.judging.case import Spec
from autograder.judging.larger import Bits, Larger
from autograder.judging.operation import Payload

Shape = tuple[int, ...]
Draw = Callable[[np.random.Generator], dict[str, Any]]


def called(module: str, function: str, returns: Sequence[str], draw_args: Draw) -> Spec:
    """Return a case of a function that returns what is asked for, and no cache."""

    def draw(rng: np.random.Generator) -> Payload:
        args = draw_args(rng)
        return {"module": module, "function": function, "args": args, "returns": list(returns)}

    return Spec("call", draw)


def forward(module: str, function: str, draw_args: Draw) -> Spec:
    """Return a case of a forward pass, whose arguments are drawn by `draw_args`."""

    def draw(rng: np.random.Generator) -> Payload:
        return {"module": module, "function": function, "args": draw_args(rng)}

    return Spec("forward", draw)


def backward(
    module: str,
    function: str,
    forward: str,
    wrt: Mapping[str, str],
    draw_args: Draw,
    out: Shape,
    dtype: str = "float64",
    *,
    numeric: bool = False,
) -> Spec:
    """Return a case of a backward pass, against the solution or a numeric gradient.

    Parameters
    ----------
    module : str
        Of the student's file.
    function, forward : str
        The backward pass, and the forward pass that makes its cache.
    wrt : mapping of str to str
        The argument that each gradient belongs to.
    draw_args : callable
        Draws the arguments of the forward pass.
    out : tuple of int
        Shape of the upstream gradient.
    dtype : str
        Of the upstream gradient.
    numeric : bool
        Expect the slopes that centered differences of the solution measure.
    """

    def draw(rng: np.random.Generator) -> Payload:
        args = draw_args(rng)
        return {
            "module": module,
            "function": function,
            "forward": forward,
            "args": args,
            "dout": rng.normal(size=out).astype(dtype),
            "wrt": dict(wrt),
            "numeric": numeric,
        }

    return Spec("backward", draw)


def larger_backward(
    module: str,
    function: str,
    forward: str,
    wrt: Mapping[str, str],
    draw_args: Callable[[Bits], dict[str, Any]],
    out: Shape,
    seconds: float,
    check: str = "",
) -> Larger:
    """Return the larger case of a backward pass; see `backward` and `judging.larger.Larger`."""

    def draw(bits: Bits) -> Payload:
        return {
            "module": module,
            "function": function,
            "forward": forward,
            "args": draw_args(bits),
            "dout": bits.uniform(-1.0, 1.0, out),
            "wrt": dict(wrt),
            "numeric": False,
        }

    return Larger(function, "backward", draw, seconds, check)
