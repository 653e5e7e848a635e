"""Small inputs on which dropout has one right result: the smallest first.

A mask is random, so these are the inputs that leave nothing to chance: test mode, and training with
p = 1, which keeps everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from autograder.exercises import passes, small
from autograder.exercises.dropout.cases import BACKWARD, FORWARD
from autograder.exercises.dropout.files import DROPOUT
from autograder.exercises.passes import Draw, Shape
from autograder.exercises.small import RUNGS, Rung, in_order, signed, size
from autograder.judging.case import Spec

SHAPES: tuple[Shape, ...] = (
    *((n,) for n in (1, 2, 3, 4)),
    *product((1, 2, 3), (1, 2, 3)),
    *product((1, 2), (1, 2), (2, 3)),
)
PARAMS: tuple[dict[str, Any], ...] = (
    {"mode": "test", "p": 0.5},
    {"mode": "train", "p": 1.0},
    {"mode": "test", "p": 0.25},
    {"mode": "test", "p": 0.75, "seed": 1},
    {"mode": "train", "p": 1.0, "seed": 1},
)


def args_of(rng: np.random.Generator, x: Shape, param: dict[str, Any]) -> dict[str, Any]:
    """Draw the arguments of dropout."""
    return {"x": signed(rng, x), "dropout_param": dict(param)}


def inputs() -> Iterator[tuple[Shape, Draw]]:
    """Yield the shapes of small inputs, and how to draw them."""
    for x, param in product(SHAPES, PARAMS):
        yield x, partial(args_of, x=x, param=param)


def dropout_forward() -> Iterator[Rung]:
    """Yield inputs of ``dropout_forward``."""
    for x, draw in inputs():
        yield size(x), passes.forward(DROPOUT.module, FORWARD, draw)


def dropout_backward() -> Iterator[Rung]:
    """Yield inputs of ``dropout_backward``."""
    backward = partial(small.backward, DROPOUT.module, BACKWARD, FORWARD, {"dx": "x"})
    for x, draw in inputs():
        yield 2 * size(x), backward(x, draw, signed)


MADE: dict[str, Callable[[], Iterator[Rung]]] = {
    FORWARD: dropout_forward,
    BACKWARD: dropout_backward,
}


def ladder(function: str) -> tuple[Spec, ...]:
    """Return the inputs for a function, the smallest first."""
    return in_order(MADE[function](), RUNGS)
