"""What student code has to do without: the modules that already do what it is to write."""

from __future__ import annotations

from autograder.exercises.without import GRADIENTS, KERNELS, LIBRARIES

__all__ = ["GIVEN", "LIBRARIES", "NOTED"]

GIVEN = {**KERNELS, **GRADIENTS}
"""Given modules that are not there while single layers are checked. A net may use them."""

NOTED = frozenset(
    {
        *(name for star in GIVEN.values() for name in star),
        *("conv_relu_forward", "conv_relu_backward"),
        *("conv_relu_pool_forward", "conv_relu_pool_backward"),
        *("conv_bn_relu_forward", "conv_bn_relu_backward"),
        *("conv2d", "max_pool2d", "batch_norm", "group_norm", "correlate2d", "convolve2d"),
    }
)
"""Functions that do what a layer is to do itself: a call of one is noted."""
