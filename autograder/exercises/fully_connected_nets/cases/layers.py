"""Cases of the affine layer, of ReLU and of the two losses."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from autograder.exercises import passes
from autograder.exercises.fully_connected_nets.files import DENSE, LOSSES
from autograder.exercises.passes import Shape
from autograder.judging.case import Spec
from autograder.judging.larger import Bits, Larger
from autograder.judging.operation import Payload

AFFINE = ("affine_backward", "affine_forward", {"dx": "x", "dw": "w", "db": "b"})
RELU = ("relu_backward", "relu_forward", {"dx": "x"})
RETURNS = ("loss", "dx")

forward = partial(passes.forward, DENSE.module)
backward = partial(passes.backward, DENSE.module)


def affine_args(rng: np.random.Generator, x: Shape, units: int, dtype: str) -> dict[str, Any]:
    """Draw examples, weights and biases."""
    features = int(np.prod(x[1:]))
    return {
        "x": rng.normal(size=x).astype(dtype),
        "w": rng.normal(size=(features, units)).astype(dtype),
        "b": (3.0 * rng.normal(size=units)).astype(dtype),
    }


def affine_forward(x: Shape, units: int, dtype: str = "float64") -> Spec:
    """Return a case of ``affine_forward``."""
    return forward("affine_forward", lambda rng: affine_args(rng, x, units, dtype))


def affine_backward(x: Shape, units: int, dtype: str = "float64", *, numeric: bool = False) -> Spec:
    """Return a case of ``affine_backward``."""
    return backward(
        *AFFINE,
        lambda rng: affine_args(rng, x, units, dtype),
        (x[0], units),
        dtype,
        numeric=numeric,
    )


def larger_affine(x: Shape = (200, 300), units: int = 100) -> Larger:
    """Return the larger case of ``affine_backward``."""

    def args(bits: Bits) -> dict[str, Any]:
        return {
            "x": bits.uniform(-1.0, 1.0, x),
            "w": bits.uniform(-1.0, 1.0, (x[1], units)),
            "b": bits.uniform(-1.0, 1.0, (units,)),
        }

    return passes.larger_backward(DENSE.module, *AFFINE, args, (x[0], units), seconds=15.0)


def relu_input(rng: np.random.Generator, x: Shape, dtype: str) -> dict[str, Any]:
    """Draw numbers of both signs, none of them near 0: its slope there is nobody's mistake."""
    values = rng.normal(size=x)
    return {"x": (values + 0.1 * np.sign(values)).astype(dtype)}


def relu_forward(x: Shape, dtype: str = "float64") -> Spec:
    """Return a case of ``relu_forward``."""
    return forward("relu_forward", lambda rng: relu_input(rng, x, dtype))


def relu_backward(x: Shape, dtype: str = "float64", *, numeric: bool = False) -> Spec:
    """Return a case of ``relu_backward``."""
    return backward(*RELU, lambda rng: relu_input(rng, x, dtype), x, dtype, numeric=numeric)


def larger_relu(x: Shape = (500, 600)) -> Larger:
    """Return the larger case of ``relu_backward``."""

    def args(bits: Bits) -> dict[str, Any]:
        return {"x": bits.uniform(-1.0, 1.0, x)}

    return passes.larger_backward(DENSE.module, *RELU, args, x, seconds=10.0)


def loss(
    function: str,
    shape: Shape,
    spread: float = 2.0,
    shift: float = 0.0,
    dtype: str = "float64",
    labels: str = "random",
) -> Spec:
    """Return a case of a loss: scores of this shape and spread, all shifted by a number.

    The `labels` are random, or those of the ``"last"`` class.
    """

    def draw(rng: np.random.Generator) -> dict[str, Any]:
        x = (spread * rng.normal(size=shape) + shift).astype(dtype)
        y = rng.integers(shape[1], size=shape[0])
        return {"x": x, "y": np.full(shape[0], shape[1] - 1) if labels == "last" else y}

    return passes.called(LOSSES.module, function, RETURNS, draw)


def larger_loss(function: str, shape: Shape = (300, 400)) -> Larger:
    """Return the larger case of a loss: a gradient by differences takes two losses a score."""

    def draw(bits: Bits) -> Payload:
        x = bits.uniform(-3.0, 3.0, shape)
        y = (bits.uniform(0.0, shape[1] - 1e-6, shape[:1])).astype(np.int64)
        return {
            "module": LOSSES.module,
            "function": function,
            "args": {"x": x, "y": y},
            "returns": list(RETURNS),
        }

    return Larger(function, "call", draw, seconds=15.0)
