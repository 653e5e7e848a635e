"""The inputs on which both normalizations are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises import passes
from autograder.exercises.batch_normalization.files import NORMALIZATION
from autograder.exercises.passes import Shape
from autograder.judging.case import Spec
from autograder.judging.larger import Bits, Larger
from autograder.judging.operation import Payload

BATCH, LAYER = "batchnorm_forward", "layernorm_forward"
WRT = {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}
SPREAD = 50.0
"""Standard deviation of most inputs: the default eps shows below 1e-6 only."""


def matrix(rng: np.random.Generator, x: Shape, dtype: str, spread: float) -> np.ndarray:
    """Draw examples; rows and columns differ in mean and spread, so that mixing them up shows."""
    column = spread * rng.uniform(0.5, 1.5, size=(1, x[1]))
    row = rng.uniform(0.5, 1.5, size=(x[0], 1))
    shifts = rng.normal(size=(1, x[1])) + rng.normal(size=(x[0], 1))
    return (column * (row * rng.normal(size=x) + shifts)).astype(dtype)


def args_of(
    rng: np.random.Generator, x: Shape, dtype: str, spread: float, name: str, param: dict[str, Any]
) -> dict[str, Any]:
    """Draw the arguments of a normalization, whose parameter dictionary is called `name`."""
    return {
        "x": matrix(rng, x, dtype, spread),
        "gamma": rng.uniform(0.5, 2.0, size=x[1]).astype(dtype),
        "beta": rng.normal(size=x[1]).astype(dtype),
        name: param,
    }


def batch_args(
    rng: np.random.Generator, x: Shape, dtype: str, spread: float, settings: dict[str, Any]
) -> dict[str, Any]:
    """Draw the arguments of batch normalization in train mode."""
    return args_of(rng, x, dtype, spread, "bn_param", {"mode": "train", **settings})


def batch_forward(
    x: Shape, dtype: str = "float64", spread: float = SPREAD, **settings: float
) -> Spec:
    """Return a case of ``batchnorm_forward`` in train mode."""
    return passes.forward(
        NORMALIZATION.module, BATCH, lambda rng: batch_args(rng, x, dtype, spread, settings)
    )


def batch_sequence(
    x: Shape, modes: list[str], running: bool = False, spread: float = SPREAD, **settings: float
) -> Spec:
    """Return a case that calls ``batchnorm_forward`` once for each of `modes`.

    With `running`, the parameter dictionary starts with running values.
    """

    def draw(rng: np.random.Generator) -> Payload:
        start: dict[str, Any] = {"mode": modes[0], **settings}
        if running:
            start["running_mean"] = spread * rng.normal(size=x[1])
            start["running_var"] = spread**2 * rng.uniform(0.5, 2.0, size=x[1])
        return {
            "module": NORMALIZATION.module,
            "function": BATCH,
            "args": args_of(rng, x, "float64", spread, "bn_param", start),
            "steps": [{"x": matrix(rng, x, "float64", spread), "mode": mode} for mode in modes],
        }

    return Spec("sequence", draw)


def batch_backward(
    function: str,
    x: Shape,
    dtype: str = "float64",
    spread: float = SPREAD,
    *,
    numeric: bool = False,
    **settings: float,
) -> Spec:
    """Return a case of a backward pass of batch normalization in train mode."""
    return passes.backward(
        *(NORMALIZATION.module, function, BATCH, WRT),
        lambda rng: batch_args(rng, x, dtype, spread, settings),
        x,
        dtype,
        numeric=numeric,
    )


def layer_forward(
    x: Shape, dtype: str = "float64", spread: float = SPREAD, **settings: float
) -> Spec:
    """Return a case of ``layernorm_forward``."""
    return passes.forward(
        *(NORMALIZATION.module, LAYER),
        lambda rng: args_of(rng, x, dtype, spread, "ln_param", dict(settings)),
    )


def layer_backward(
    x: Shape,
    dtype: str = "float64",
    spread: float = SPREAD,
    *,
    numeric: bool = False,
    **settings: float,
) -> Spec:
    """Return a case of ``layernorm_backward``."""
    return passes.backward(
        *(NORMALIZATION.module, "layernorm_backward", LAYER, WRT),
        lambda rng: args_of(rng, x, dtype, spread, "ln_param", dict(settings)),
        x,
        dtype,
        numeric=numeric,
    )


def larger(function: str, forward: str, x: Shape = (300, 400)) -> Larger:
    """Return the larger case of a backward pass."""
    param = {"bn_param": {"mode": "train"}} if forward == BATCH else {"ln_param": {}}

    def draw(bits: Bits) -> dict[str, Any]:
        return {
            "x": SPREAD * bits.uniform(-2.0, 2.0, x),
            "gamma": bits.uniform(0.5, 2.0, x[1:]),
            "beta": bits.uniform(-1.0, 1.0, x[1:]),
            **{name: dict(value) for name, value in param.items()},
        }

    return passes.larger_backward(
        NORMALIZATION.module, function, forward, WRT, draw, x, seconds=10.0
    )
