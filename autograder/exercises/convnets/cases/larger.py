"""The larger case of each backward pass: one image, of many values, and nothing else unusual.

Differences of forward passes take two of them for each value of x: with the quickest that there is
half a minute to several. The limits are several times what loops in Python over all values need.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from autograder.exercises import passes
from autograder.exercises.convnets.cases import convolution, normalization, pooling
from autograder.exercises.convnets.cases.windows import Shape
from autograder.exercises.convnets.files import LAYERS
from autograder.judging.larger import Bits, Larger

backward = partial(passes.larger_backward, LAYERS.module)


def conv_backward(
    x: Shape = (1, 3, 147, 147), w: Shape = (2, 3, 3, 3), pad: int = 1, check: str = ""
) -> Larger:
    """Return that of convolution, with stride 1."""

    def args(bits: Bits) -> dict[str, Any]:
        return {
            "x": bits.uniform(-1.0, 1.0, x),
            "w": bits.uniform(-1.0, 1.0, w),
            "b": bits.uniform(-1.0, 1.0, w[:1]),
            "conv_param": {"stride": 1, "pad": pad},
        }

    function, forward, wrt = convolution.BACKWARD, convolution.FORWARD, convolution.WRT
    out = convolution.conv_out(x, w, stride=1, pad=pad)
    return backward(function, forward, wrt, args, out, seconds=15.0, check=check)


def pool_backward(x: Shape = (1, 3, 256, 256), size: int = 2) -> Larger:
    """Return that of max pooling, with square windows side by side."""

    def args(bits: Bits) -> dict[str, Any]:
        window = {"pool_height": size, "pool_width": size, "stride": size}
        return {"x": bits.uniform(-1.0, 1.0, x), "pool_param": window}

    out = pooling.pool_out(x, (size, size), stride=size)
    return backward(pooling.BACKWARD, pooling.FORWARD, pooling.WRT, args, out, seconds=10.0)


def batchnorm_backward(x: Shape = (1, 2, 288, 288)) -> Larger:
    """Return that of spatial batch normalization."""

    def args(bits: Bits) -> dict[str, Any]:
        return {**norm_args(bits, x, x[1:2]), "bn_param": {"mode": "train"}}

    forward, function = normalization.BATCH_FORWARD, normalization.BATCH_BACKWARD
    return backward(function, forward, normalization.WRT, args, x, seconds=10.0)


def groupnorm_backward(x: Shape = (1, 2, 288, 288), G: int = 2) -> Larger:
    """Return that of spatial group normalization."""

    def args(bits: Bits) -> dict[str, Any]:
        return {**norm_args(bits, x, (1, x[1], 1, 1)), "G": G, "gn_param": {}}

    forward, function = normalization.GROUP_FORWARD, normalization.GROUP_BACKWARD
    return backward(function, forward, normalization.WRT, args, x, seconds=10.0)


def norm_args(bits: Bits, x: Shape, channels: Shape) -> dict[str, Any]:
    """Draw images whose channels differ in mean and spread, and a scale and a shift for each."""
    each = (1, x[1], 1, 1)
    scale = normalization.SPREAD * bits.uniform(0.5, 1.5, each)
    return {
        "x": scale * (bits.uniform(-2.0, 2.0, x) + bits.uniform(-1.0, 1.0, each)),
        "gamma": bits.uniform(0.5, 2.0, channels),
        "beta": bits.uniform(-1.0, 1.0, channels),
    }
