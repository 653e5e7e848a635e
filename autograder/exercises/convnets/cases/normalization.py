"""Cases of spatial batch normalization and group normalization."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.convnets.cases.windows import Shape, backward, forward
from autograder.exercises.convnets.files import LAYERS
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

BATCH_FORWARD, BATCH_BACKWARD = "spatial_batchnorm_forward", "spatial_batchnorm_backward"
GROUP_FORWARD, GROUP_BACKWARD = "spatial_groupnorm_forward", "spatial_groupnorm_backward"
WRT = {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}


def norm_input(rng: np.random.Generator, x: Shape, dtype: str, spread: float) -> np.ndarray:
    """Draw images whose channels differ in mean and spread, so that mixing them up shows."""
    channel = (1, x[1], 1, 1)
    scale = spread * rng.uniform(0.5, 1.5, size=channel)
    return (scale * (rng.normal(size=x) + rng.normal(size=channel))).astype(dtype)


SPREAD = 50.0
"""Standard deviation of most inputs of a normalization: the default eps shows below 1e-6 only."""


def batchnorm_args(
    rng: np.random.Generator, x: Shape, dtype: str, spread: float, bn_param: dict[str, Any]
) -> dict[str, Any]:
    """Draw the arguments of spatial batch normalization."""
    return {
        "x": norm_input(rng, x, dtype, spread),
        "gamma": rng.uniform(0.5, 2.0, size=x[1]).astype(dtype),
        "beta": rng.normal(size=x[1]).astype(dtype),
        "bn_param": bn_param,
    }


def batchnorm_forward(
    x: Shape, dtype: str = "float64", spread: float = SPREAD, **bn_param: float
) -> Spec:
    """Return a case of ``spatial_batchnorm_forward`` in train mode."""
    mode = {"mode": "train", **bn_param}
    return forward(BATCH_FORWARD, lambda rng: batchnorm_args(rng, x, dtype, spread, dict(mode)))


def batchnorm_sequence(
    x: Shape,
    modes: list[str],
    running: bool = False,
    spread: float = SPREAD,
    **bn_param: float,
) -> Spec:
    """Return a case that calls ``spatial_batchnorm_forward`` once for each of `modes`.

    With `running`, the parameter dictionary starts with running values of shape ``(C,)``.
    """

    def draw(rng: np.random.Generator) -> Payload:
        start: dict[str, Any] = {"mode": modes[0], **bn_param}
        if running:
            start["running_mean"] = spread * rng.normal(size=x[1])
            start["running_var"] = spread**2 * rng.uniform(0.5, 2.0, size=x[1])
        args = batchnorm_args(rng, x, "float64", spread, start)
        steps = [{"x": norm_input(rng, x, "float64", spread), "mode": mode} for mode in modes]
        return {
            "module": LAYERS.module,
            "function": BATCH_FORWARD,
            "args": args,
            "steps": steps,
        }

    return Spec("sequence", draw)


def batchnorm_backward(
    x: Shape,
    dtype: str = "float64",
    spread: float = SPREAD,
    *,
    numeric: bool = False,
    **bn_param: float,
) -> Spec:
    """Return a case of ``spatial_batchnorm_backward`` in train mode."""

    def draw_args(rng: np.random.Generator) -> dict[str, Any]:
        return batchnorm_args(rng, x, dtype, spread, {"mode": "train", **bn_param})

    return backward(BATCH_BACKWARD, BATCH_FORWARD, WRT, draw_args, x, dtype, numeric=numeric)


def groupnorm_args(
    rng: np.random.Generator,
    x: Shape,
    G: int,
    dtype: str,
    spread: float,
    gn_param: dict[str, float],
) -> dict[str, Any]:
    """Draw the arguments of spatial group normalization."""
    if x[1] % G:
        raise ValueError(f"{G} groups do not divide {x[1]} channels")
    channel = (1, x[1], 1, 1)
    return {
        "x": norm_input(rng, x, dtype, spread),
        "gamma": rng.uniform(0.5, 2.0, size=channel).astype(dtype),
        "beta": rng.normal(size=channel).astype(dtype),
        "G": G,
        "gn_param": gn_param,
    }


def groupnorm_forward(
    x: Shape, G: int, dtype: str = "float64", spread: float = SPREAD, **gn_param: float
) -> Spec:
    """Return a case of ``spatial_groupnorm_forward``."""
    return forward(GROUP_FORWARD, lambda rng: groupnorm_args(rng, x, G, dtype, spread, gn_param))


def groupnorm_backward(
    x: Shape,
    G: int,
    dtype: str = "float64",
    spread: float = SPREAD,
    *,
    numeric: bool = False,
    **gn_param: float,
) -> Spec:
    """Return a case of ``spatial_groupnorm_backward``."""

    def draw_args(rng: np.random.Generator) -> dict[str, Any]:
        return groupnorm_args(rng, x, G, dtype, spread, gn_param)

    return backward(GROUP_BACKWARD, GROUP_FORWARD, WRT, draw_args, x, dtype, numeric=numeric)
