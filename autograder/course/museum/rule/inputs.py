"""Random inputs that no pack has, on which mutants are told from right code, and apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.course.museum.seeds import generator
from autograder.exercise import Exercise
from autograder.exercises.registry import all_checks
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

COUNT = 200  # inputs of a function, on which all right ways agree
SEED = "by rule"


def specs_of(exercise: Exercise, function: str) -> list[Spec]:
    """Return what inputs are drawn by: the checks' own cases and the ladder's rungs."""
    ladder = list(exercise.ladder(function))
    checks = [
        spec
        for declared in all_checks(exercise)
        for spec in declared.specs
        if declared.info.function == function and spec.op not in ("train", "predict")
    ]
    if not ladder:
        return checks * (2 * COUNT // max(1, len(checks)) + 1)
    ladder = [ladder[i] for i in np.linspace(0, len(ladder) - 1, 3 * COUNT // 2).astype(int)]
    return [*checks, *ladder]


def inputs(exercise: Exercise, function: str) -> Iterator[tuple[Spec, Payload]]:
    """Yield inputs of a function, more than `COUNT`."""
    for index, spec in enumerate(specs_of(exercise, function)):
        rng = generator(SEED, function, index)
        yield spec, uneven(spec.draw(rng), rng)


def uneven(value: Any, rng: np.random.Generator) -> Any:
    """Return a payload whose numbers are no whole ones: each is changed by up to a fifth."""
    if (
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and np.all(value * 2 == np.rint(value * 2))
    ):
        return (value * rng.uniform(0.8, 1.2, size=value.shape)).astype(value.dtype)
    if isinstance(value, dict):
        return {key: uneven(item, rng) for key, item in value.items()}
    return [uneven(item, rng) for item in value] if isinstance(value, list) else value
