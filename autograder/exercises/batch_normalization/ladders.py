"""Small inputs for each function, from the smallest on: where code is wrong, the first shows it.

All numbers are small and whole; every parameter varies, and most arrays are not square.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from autograder.exercises import passes, small
from autograder.exercises.batch_normalization.cases import BATCH, LAYER, WRT
from autograder.exercises.batch_normalization.files import NORMALIZATION
from autograder.exercises.passes import Draw, Shape
from autograder.exercises.small import RUNGS, Rung, in_order, signed, size, whole
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

TABLES = tuple(product((1, 2, 3, 4), (1, 2, 3, 4)))
EPS: tuple[dict[str, float], ...] = ({}, {"eps": 1.0}, {}, {"eps": 0.5})
MODES = (
    (["train"], False),
    (["test"], True),
    (["train", "train"], False),
    (["train", "test"], False),
)
"""The modes of calls with one bn_param, and whether that has running values from the start."""

forward = partial(passes.forward, NORMALIZATION.module)
backward = partial(small.backward, NORMALIZATION.module, upstream=signed)


def args_of(rng: np.random.Generator, x: Shape, name: str, param: dict[str, Any]) -> dict[str, Any]:
    """Draw the arguments of a normalization, whose parameter dictionary is called `name`."""
    gamma, beta = whole(rng, x[1:], low=2), 10.0 * whole(rng, x[1:])
    return {"x": whole(rng, x), "gamma": gamma, "beta": beta, name: dict(param)}


def batchnorms() -> Iterator[tuple[Shape, Draw]]:
    """Yield the shapes of small inputs of batch normalization, and how to draw them."""
    for x, eps in product(TABLES, EPS * 2):
        yield x, partial(args_of, x=x, name="bn_param", param={"mode": "train", **eps})


def layernorms() -> Iterator[tuple[Shape, Draw]]:
    """Yield the shapes of small inputs of layer normalization, and how to draw them."""
    for x, eps in product(TABLES, EPS * 2):
        yield x, partial(args_of, x=x, name="ln_param", param=eps)


def batchnorm_forward() -> Iterator[Rung]:
    """Yield inputs of ``batchnorm_forward``: of single passes, and of several."""
    for x, draw in batchnorms():
        yield size(x, x[1:], x[1:]), forward(BATCH, draw)
    params: tuple[dict[str, float], ...]
    params = ({}, {"eps": 1.0}, {"momentum": 0.5}, {"eps": 1.0, "momentum": 0.25})
    for x, param, (modes, given) in product(TABLES, params, MODES):

        def steps(
            rng: np.random.Generator,
            x: Shape = x,
            param: dict[str, float] = param,
            modes: list[str] = modes,
            given: bool = given,
        ) -> Payload:
            start: dict[str, Any] = {"mode": modes[0], **param}
            if given:
                start["running_mean"] = whole(rng, x[1:])
                start["running_var"] = whole(rng, x[1:], low=2)
            return {
                "module": NORMALIZATION.module,
                "function": BATCH,
                "args": args_of(rng, x, "bn_param", start),
                "steps": [{"x": whole(rng, x), "mode": mode} for mode in modes],
            }

        yield size(x) * len(modes) + x[1] * (4 if given else 2), Spec("sequence", steps)


def batchnorm_backward(function: str) -> Iterator[Rung]:
    """Yield inputs of a backward pass of batch normalization."""
    for x, draw in batchnorms():
        yield 2 * size(x, x[1:]), backward(function, BATCH, WRT, x, draw)


def layernorm_forward() -> Iterator[Rung]:
    """Yield inputs of ``layernorm_forward``."""
    for x, draw in layernorms():
        yield size(x, x[1:], x[1:]), forward(LAYER, draw)


def layernorm_backward() -> Iterator[Rung]:
    """Yield inputs of ``layernorm_backward``."""
    for x, draw in layernorms():
        yield 2 * size(x, x[1:]), backward("layernorm_backward", LAYER, WRT, x, draw)


MADE: dict[str, Callable[[], Iterator[Rung]]] = {
    BATCH: batchnorm_forward,
    "batchnorm_backward": partial(batchnorm_backward, "batchnorm_backward"),
    "batchnorm_backward_alt": partial(batchnorm_backward, "batchnorm_backward_alt"),
    LAYER: layernorm_forward,
    "layernorm_backward": layernorm_backward,
}


def ladder(function: str) -> tuple[Spec, ...]:
    """Return the inputs for a function, the smallest first."""
    return in_order(MADE[function](), RUNGS)
