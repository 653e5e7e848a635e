"""A museum of correct ways: one function, or a forward and backward pair, in many styles.

Each must get all points on its functions. Students do write like this; a check that refuses one
of these is wrong.
"""

from __future__ import annotations

from autograder.course.museum.convnets.ways import (
    convolution,
    net,
    normalization,
    pooling,
    whole_files,
)
from autograder.course.museum.way import Way

__all__ = ["WAYS", "Way"]

WAYS: tuple[Way, ...] = tuple(
    way for module in (convolution, pooling, normalization, net, whole_files) for way in module.WAYS
)
