"""What is asked of students: a folder for each exercise, with its table and its checks.

A folder holds the table (`autograder.exercise.Exercise`), the checks, the cases that these try, the
properties by which failing cases are told apart, and what students must do without. May import:
`judging` and what that may. The engine is given the table; only the doors at which people come in
(`student`, `course`) ask here for one.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from autograder.exercise import Exercise

DEFAULT = "convnets"


@cache
def named(name: str) -> Exercise:
    """Return the exercise in the folder of that name."""
    exercise: Exercise = importlib.import_module(f"{__name__}.{name}").EXERCISE
    return exercise


@cache
def default() -> Exercise:
    """Return the exercise of this course."""
    return named(DEFAULT)


def every() -> list[Exercise]:
    """Return all exercises that there are."""
    return [named(module.name) for module in pkgutil.iter_modules(__path__) if module.ispkg]
