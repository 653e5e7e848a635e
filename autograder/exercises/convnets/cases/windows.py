"""What the cases of all layers share: sizes of windows, and the payload of a call.

All sizes tile exactly, since an assertion that they do is a valid way to write a layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.exercises.convnets.files import LAYERS
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

Shape = tuple[int, ...]
Draw = Callable[[np.random.Generator], dict[str, Any]]


def output_size(size: int, window: int, stride: int, pad: int = 0) -> int:
    """Return the number of windows along one axis; they must tile it exactly."""
    steps, rest = divmod(size + 2 * pad - window, stride)
    if rest or steps < 0:
        raise ValueError(f"{window} wide windows at stride {stride} do not tile {size} + 2*{pad}")
    return steps + 1


def forward(function: str, draw_args: Draw) -> Spec:
    """Return a case of a forward pass, whose arguments are drawn by `draw_args`."""

    def draw(rng: np.random.Generator) -> Payload:
        return {"module": LAYERS.module, "function": function, "args": draw_args(rng)}

    return Spec("forward", draw)


def backward(
    function: str,
    forward: str,
    wrt: Mapping[str, str],
    draw_args: Draw,
    out: Shape,
    dtype: str,
    *,
    numeric: bool,
) -> Spec:
    """Return a case of a backward pass, against the solution or a numeric gradient.

    Parameters
    ----------
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
            "module": LAYERS.module,
            "function": function,
            "forward": forward,
            "args": args,
            "dout": rng.normal(size=out).astype(dtype),
            "wrt": dict(wrt),
            "numeric": numeric,
        }

    return Spec("backward", draw)
