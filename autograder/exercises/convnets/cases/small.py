"""Small inputs: their numbers, and a choice of them in the order of their size."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from autograder.exercises.convnets.cases.windows import Shape
from autograder.judging.case import Spec

RUNGS = 300  # inputs for a function, at most
MOST = 48  # numbers in an input
Rung = tuple[int, Spec]
"""How many numbers an input has, and the input."""


def whole(rng: np.random.Generator, shape: Shape, low: int = 1) -> np.ndarray:
    """Draw whole numbers from `low` on, no two of them the same."""
    count = int(np.prod(shape))
    return rng.permutation(np.arange(low, low + count)).reshape(shape).astype(np.float64)


def some(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Draw whole numbers from -3 to 3, but not zero; in one of four arrays, halves of them."""
    return rng.choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], size=shape) / unit(rng)


def unit(rng: np.random.Generator) -> int:
    """Return 1, or 2 in one of four draws."""
    return int(rng.choice([1, 1, 1, 2]))


def size(*shapes: Shape) -> int:
    """Return how many numbers arrays of these shapes have together."""
    return sum(int(np.prod(shape)) for shape in shapes)


def in_order(rungs: Iterable[Rung], most: int) -> tuple[Spec, ...]:
    """Return the inputs in the order of their size; of too many of one size, some."""
    by_size: dict[int, list[Spec]] = {}
    for count, spec in rungs:
        if count <= MOST:
            by_size.setdefault(count, []).append(spec)
    share = 2
    while share < most and sum(min(len(v), share + 1) for v in by_size.values()) <= most:
        share += 1
    thinned = (thin(by_size[count], share) for count in sorted(by_size))
    return tuple(spec for specs in thinned for spec in specs)[:most]


def thin(specs: list[Spec], most: int) -> list[Spec]:
    """Return at most so many of some inputs, spread over all of them."""
    if len(specs) <= most:
        return specs
    return [specs[i] for i in np.linspace(0, len(specs) - 1, most).astype(int)]
