"""Small inputs, the rungs of ladders: their numbers, and a choice of them in order of size.

All numbers are small and whole, or halves, so that a person can follow what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from autograder.exercises.passes import Draw, Shape
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

RUNGS = 300  # inputs for a function, at most
MOST = 48  # numbers in an input
Rung = tuple[int, Spec]
"""How many numbers an input has, and the input."""


def whole(rng: np.random.Generator, shape: Shape, low: int = 1) -> np.ndarray:
    """Draw whole numbers from `low` on, no two of them the same."""
    count = int(np.prod(shape))
    return rng.permutation(np.arange(low, low + count)).reshape(shape).astype(np.float64)


def signed(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Draw whole numbers of both signs but not zero, no two of them of the same size."""
    found: np.ndarray = whole(rng, shape) * rng.choice([-1.0, 1.0], size=shape)
    return found


def some(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Draw whole numbers from -3 to 3, but not zero; in one of four arrays, halves of them."""
    return rng.choice([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0], size=shape) / unit(rng)


def unit(rng: np.random.Generator) -> int:
    """Return 1, or 2 in one of four draws."""
    return int(rng.choice([1, 1, 1, 2]))


def size(*shapes: Shape) -> int:
    """Return how many numbers arrays of these shapes have together."""
    return sum(int(np.prod(shape)) for shape in shapes)


def backward(
    module: str,
    function: str,
    forward: str,
    wrt: Mapping[str, str],
    out: Shape,
    draw: Draw,
    upstream: Callable[[np.random.Generator, Shape], np.ndarray] = whole,
) -> Spec:
    """Return the input of a backward pass; see `passes.backward`."""

    def payload(rng: np.random.Generator) -> Payload:
        return {
            "module": module,
            "function": function,
            "forward": forward,
            "args": draw(rng),
            "dout": upstream(rng, out) / unit(rng),
            "wrt": dict(wrt),
            "numeric": False,
        }

    return Spec("backward", payload)


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
