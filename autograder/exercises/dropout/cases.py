"""The inputs on which dropout is tried: large enough that statistics tell right from wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises import passes
from autograder.exercises.dropout.files import DROPOUT
from autograder.exercises.passes import Shape
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

FORWARD, BACKWARD = "dropout_forward", "dropout_backward"


def never_zero(rng: np.random.Generator, shape: Shape, dtype: str) -> np.ndarray:
    """Draw numbers of both signs, none of them near 0: a zero in the output is one dropped.

    They are 256ths: a pack has many of them, and archives make these an eighth as long.
    """
    signs: np.ndarray = rng.choice([-1.0, 1.0], size=shape)
    return (signs * rng.integers(128, 512, size=shape) / 256).astype(dtype)


def trials(
    function: str,
    p: float,
    shape: Shape = (120, 150),
    dtype: str = "float64",
    *,
    count: int = 3,
    **param: Any,
) -> Spec:
    """Return a case of several calls in training mode, which keep values with probability `p`.

    Parameters
    ----------
    function : str
        The pass that is looked at.
    p : float
        In the middle between two numbers of two digits, such as 0.3, since shares are rounded.
    shape : tuple of int
        Of x.
    dtype : str
        Of x and of the upstream gradient.
    count : int
        Number of calls.
    **param
        What else is in ``dropout_param``.
    """

    def draw(rng: np.random.Generator) -> Payload:
        x = never_zero(rng, shape, dtype)
        return {
            "module": DROPOUT.module,
            "function": function,
            "forward": "" if function == FORWARD else FORWARD,
            "args": {"x": x, "dropout_param": {"mode": "train", "p": p, **param}},
            "dout": never_zero(rng, shape, dtype),
            "count": count,
        }

    return Spec("trials", draw)


def in_test_mode(p: float, shape: Shape, dtype: str = "float64") -> Spec:
    """Return a case of ``dropout_forward`` in test mode."""
    return passes.forward(
        *(DROPOUT.module, FORWARD),
        lambda rng: {
            "x": never_zero(rng, shape, dtype),
            "dropout_param": {"mode": "test", "p": p},
        },
    )


def back_in_test_mode(p: float, shape: Shape, dtype: str = "float64") -> Spec:
    """Return a case of ``dropout_backward`` in test mode."""
    return passes.backward(
        *(DROPOUT.module, BACKWARD, FORWARD, {"dx": "x"}),
        lambda rng: {
            "x": never_zero(rng, shape, dtype),
            "dropout_param": {"mode": "test", "p": p},
        },
        shape,
        dtype,
    )
