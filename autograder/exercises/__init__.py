"""What is asked of students: a folder for each exercise, with its table and its checks.

A folder holds the table (`autograder.exercise.Exercise`), the checks, the cases that these try, the
properties by which failing cases are told apart, and what students must do without. `settings` is
what a course has otherwise, in its file ``course.toml``. May import: `judging` and what that may.
The engine is given the table; only the doors at which people come in (`student`, `course`) ask here
for one.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from autograder import locate
from autograder.exercise import Changes, Exercise
from autograder.exercises import settings
from autograder.exercises.settings import Settings


@cache
def named(name: str, changes: Changes | None = None) -> Exercise:
    """Return the exercise in the folder of that name, with a course's changes."""
    exercise: Exercise = importlib.import_module(f"{__name__}.{name}").EXERCISE
    return exercise if changes in (None, Changes()) else exercise.changed(changes)


@cache
def of_course() -> Settings:
    """Return the settings of this course.

    Raises
    ------
    UserError
        Its file says something that cannot be.
    """
    exercises = {exercise.name: exercise for exercise in every()}
    return settings.read(locate.root() / settings.NAME, exercises)


@cache
def default() -> Exercise:
    """Return the exercise of this course, as its settings have it."""
    course = of_course()
    return named(course.exercise, course.changes)


def every() -> list[Exercise]:
    """Return all exercises that there are, as they are by themselves."""
    return [named(module.name) for module in pkgutil.iter_modules(__path__) if module.ispkg]
