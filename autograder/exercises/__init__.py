"""What is asked of students: a folder for each exercise, with its table and its checks.

A folder holds the table (`autograder.exercise.Exercise`), the checks, the cases that these try, the
properties by which failing cases are told apart, and what students must do without. `settings` is
what a course has otherwise, in its file ``course.toml``. May import: `judging` and what that may.
The engine is given the table; only the doors at which people come in (`student`, `course`) ask here
for one.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from functools import cache

from autograder import locate
from autograder.errors import UserError
from autograder.exercise import Changes, Exercise
from autograder.exercises import settings
from autograder.exercises.settings import Settings

CHOSEN = "CONVNETS_EXERCISE"
"""Names the exercise in the environment, for this process and those that it starts."""
OPTION = "--exercise"
"""Names it among the arguments of a command."""


@cache
def named(name: str, changes: Changes | None = None) -> Exercise:
    """Return the exercise in the folder of that name, with a course's changes."""
    exercise: Exercise = importlib.import_module(f"{__name__}.{name}").EXERCISE
    return exercise if changes in (None, Changes()) else exercise.changed(changes)


@cache
def settings_for(name: str) -> Settings:
    """Return the settings of this course for an exercise, or for its own if the name is empty."""
    exercises = {exercise.name: exercise for exercise in every()}
    return settings.read(locate.root() / settings.NAME, exercises, name)


def of_course() -> Settings:
    """Return the settings of this course, for the exercise that was chosen.

    Raises
    ------
    UserError
        Its file says something that cannot be.
    """
    return settings_for(os.environ.get(CHOSEN, ""))


@cache
def default() -> Exercise:
    """Return the exercise that was chosen, or that of this course, as its settings have it."""
    course = of_course()
    return named(course.exercise, course.changes)


def choose(name: str) -> None:
    """Have `default` return another exercise from now on.

    Parameters
    ----------
    name : str
        Of its folder, or of its notebook.

    Raises
    ------
    UserError
        There is none of that name.
    """
    os.environ[CHOSEN] = find(name).name
    default.cache_clear()
    with_what.cache_clear()


def find(name: str) -> Exercise:
    """Return an exercise by the name of its folder, or of its notebook.

    Raises
    ------
    UserError
        There is none; the message names those that there are.
    """
    there = every()
    for exercise in there:
        if name in (exercise.name, exercise.assignment):
            return exercise
    known = ", ".join(f"{exercise.name} ({exercise.assignment})" for exercise in there)
    raise UserError(f"There is no exercise {name!r}. There are: {known}.")


@cache
def with_what(names: tuple[str, ...]) -> Exercise:
    """Return the exercise that has the functions or checks named: the default one, or another.

    A course's own copy has several, and a notebook of each.
    """
    usual = default()
    functions = {name.partition("/")[0] for name in names}
    if functions <= {*usual.whole.names}:
        return usual
    for exercise in every():
        if functions <= {*exercise.names}:
            course = settings_for(exercise.name)
            return named(course.exercise, course.changes)
    return usual


def every() -> list[Exercise]:
    """Return all exercises that there are, as they are by themselves."""
    return [named(module.name) for module in pkgutil.iter_modules(__path__) if module.ispkg]
