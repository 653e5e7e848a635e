"""Cases of convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.convnets.cases.windows import Shape, backward, forward, output_size
from autograder.judging.case import Spec

FORWARD, BACKWARD = "conv_forward_naive", "conv_backward_naive"
WRT = {"dx": "x", "dw": "w", "db": "b"}


def conv_args(
    rng: np.random.Generator, x: Shape, w: Shape, stride: int, pad: int, dtype: str
) -> dict[str, Any]:
    """Draw the arguments of a convolution."""
    return {
        "x": rng.normal(size=x).astype(dtype),
        "w": rng.normal(size=w).astype(dtype),
        "b": rng.normal(size=w[0]).astype(dtype),
        "conv_param": {"stride": stride, "pad": pad},
    }


def conv_out(x: Shape, w: Shape, stride: int, pad: int) -> Shape:
    """Return the shape of a convolution's output."""
    height = output_size(x[2], w[2], stride, pad)
    return (x[0], w[0], height, output_size(x[3], w[3], stride, pad))


def conv_forward(x: Shape, w: Shape, stride: int = 1, pad: int = 1, dtype: str = "float64") -> Spec:
    """Return a case of the forward pass."""
    conv_out(x, w, stride, pad)
    return forward(FORWARD, lambda rng: conv_args(rng, x, w, stride, pad, dtype))


def conv_backward(
    x: Shape,
    w: Shape,
    stride: int = 1,
    pad: int = 1,
    dtype: str = "float64",
    *,
    numeric: bool = False,
) -> Spec:
    """Return a case of the backward pass, against the solution or a numeric gradient."""

    def draw_args(rng: np.random.Generator) -> dict[str, Any]:
        return conv_args(rng, x, w, stride, pad, dtype)

    out = conv_out(x, w, stride, pad)
    return backward(BACKWARD, FORWARD, WRT, draw_args, out, dtype, numeric=numeric)
