"""A museum of mistakes: what students really write, each as a whole function that is wrong.

Every mistake is a small variant of a correct way to write the function (see ``ways``). The checks
must reject each one, and when a pack is made, what each one returns on every case is noted, so
that the same mistake is recognized in a student's work (see `autograder.diagnosis.fingerprint`).
The code itself never reaches students.
"""

from __future__ import annotations

from autograder.course.museum.convnets.mistakes import (
    conv_backward,
    conv_forward,
    max_pool_backward,
    max_pool_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
    three_layer_convnet,
)
from autograder.course.museum.mistake import Mistake

MODULES = (
    conv_forward,
    conv_backward,
    max_pool_forward,
    max_pool_backward,
    spatial_batchnorm_forward,
    spatial_batchnorm_backward,
    spatial_groupnorm_forward,
    spatial_groupnorm_backward,
    three_layer_convnet,
)

__all__ = ["MISTAKES", "Mistake"]

MISTAKES: tuple[Mistake, ...] = tuple(mistake for module in MODULES for mistake in module.MISTAKES)
