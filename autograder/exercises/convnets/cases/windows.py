"""What the cases of all layers share: sizes of windows, and the payload of a call.

All sizes tile exactly, since an assertion that they do is a valid way to write a layer.
"""

from __future__ import annotations

from functools import partial

from autograder.exercises import passes
from autograder.exercises.convnets.files import LAYERS
from autograder.exercises.passes import Shape

__all__ = ["Shape", "backward", "forward", "output_size"]

forward = partial(passes.forward, LAYERS.module)
backward = partial(passes.backward, LAYERS.module)


def output_size(size: int, window: int, stride: int, pad: int = 0) -> int:
    """Return the number of windows along one axis; they must tile it exactly."""
    steps, rest = divmod(size + 2 * pad - window, stride)
    if rest or steps < 0:
        raise ValueError(f"{window} wide windows at stride {stride} do not tile {size} + 2*{pad}")
    return steps + 1
