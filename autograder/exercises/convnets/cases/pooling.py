"""Cases of max pooling."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.convnets.cases.windows import Shape, backward, forward, output_size
from autograder.judging.case import Spec

FORWARD, BACKWARD = "max_pool_forward_naive", "max_pool_backward_naive"
WRT = {"dx": "x"}


def pool_args(
    rng: np.random.Generator, x: Shape, window: tuple[int, int], stride: int, dtype: str, low: float
) -> dict[str, Any]:
    """Draw the arguments of max pooling: no two values are equal, so that no window has a tie."""
    values = np.linspace(low, low + 2.0, int(np.prod(x)))
    return {
        "x": rng.permutation(values).reshape(x).astype(dtype),
        "pool_param": {"pool_height": window[0], "pool_width": window[1], "stride": stride},
    }


def same_in_all_windows(
    rng: np.random.Generator, out: Shape, window: tuple[int, int]
) -> np.ndarray:
    """Draw images whose windows, side by side, hold the same values in different orders."""
    N, C, H_out, W_out = out
    height, width = window
    values = np.linspace(-1.0, 1.0, height * width)
    blocks = rng.permuted(np.tile(values, (N * C * H_out * W_out, 1)), axis=1)
    blocks = blocks.reshape(N, C, H_out, W_out, height, width)
    return blocks.transpose(0, 1, 2, 4, 3, 5).reshape(N, C, H_out * height, W_out * width)


def pool_out(x: Shape, window: tuple[int, int], stride: int) -> Shape:
    """Return the shape of a pooling layer's output."""
    return (*x[:2], output_size(x[2], window[0], stride), output_size(x[3], window[1], stride))


def pool_forward(
    x: Shape, window: tuple[int, int], stride: int, dtype: str = "float64", low: float = -1.0
) -> Spec:
    """Return a case of the forward pass with values from `low` to ``low + 2``."""
    pool_out(x, window, stride)
    return forward(FORWARD, lambda rng: pool_args(rng, x, window, stride, dtype, low))


def pool_backward(
    x: Shape,
    window: tuple[int, int],
    stride: int,
    dtype: str = "float64",
    *,
    numeric: bool = False,
    shuffled: bool = False,
) -> Spec:
    """Return a case of the backward pass.

    With `shuffled`, all windows hold the same values, each in an order of its own. Windows must
    lie side by side. Images after a ReLU are like that: a value is in many windows.
    """
    out = pool_out(x, window, stride)

    def draw_args(rng: np.random.Generator) -> dict[str, Any]:
        args = pool_args(rng, x, window, stride, dtype, low=-1.0)
        if shuffled:
            args["x"] = same_in_all_windows(rng, out, window).astype(dtype)
        return args

    return backward(BACKWARD, FORWARD, WRT, draw_args, out, dtype, numeric=numeric)
