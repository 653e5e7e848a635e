"""The checks of an exercise, in the order of running."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from types import ModuleType

from autograder.errors import UserError
from autograder.exercise import Exercise, StudentFile
from autograder.judging.declare import USUAL_SECONDS, Declared, declaration
from autograder.judging.larger import Larger
from autograder.judging.verdict import CheckInfo


@cache
def modules(exercise: Exercise) -> tuple[ModuleType, ...]:
    """Import and return the modules that hold the checks."""
    return tuple(importlib.import_module(name) for name in exercise.checks)


@cache
def all_checks(exercise: Exercise) -> tuple[Declared, ...]:
    """Return every check of what is asked for, as the course has it."""
    declared = (
        declaration(value)
        for module in modules(exercise)
        for name, value in vars(module).items()
        if name.startswith("test_")
    )
    asked = (check for check in declared if check.info.function in exercise.by_name)
    return tuple(check.changed(exercise.changes) for check in asked)


@cache
def by_test(exercise: Exercise) -> dict[Callable[..., None], Declared]:
    """Return every check by its pytest function."""
    return {declared.test: declared for declared in all_checks(exercise)}


@cache
def larger_cases(exercise: Exercise) -> dict[str, Larger]:
    """Return the larger cases, as the modules declare them, by function or by a check's id."""
    found: list[Larger] = []
    for module in modules(exercise):
        found += vars(module).get("LARGER", ())
    return {larger.name: larger for larger in found}


@cache
def list_checks(exercise: Exercise) -> tuple[CheckInfo, ...]:
    """Return what reports need of every check."""
    return tuple(declared.info for declared in all_checks(exercise))


@cache
def ids(exercise: Exercise) -> frozenset[str]:
    """Return the ids of all checks."""
    return frozenset(info.id for info in list_checks(exercise))


@cache
def worth(exercise: Exercise) -> dict[str, float]:
    """Return the points that there are for each function."""
    points = dict.fromkeys(exercise.names, 0.0)
    for info in list_checks(exercise):
        points[info.function] += info.max_points
    return points


@cache
def select(exercise: Exercise, names: tuple[str, ...] | None) -> tuple[CheckInfo, ...]:
    """Return the checks whose function or id is in `names`; all of them for None.

    Raises
    ------
    UserError
        A name is neither; the message lists the functions.
    """
    infos = list_checks(exercise)
    if names is None:
        return infos
    known = {info.id for info in infos} | {info.function for info in infos}
    for name in names:
        if name.partition("/")[0] in exercise.given:
            raise UserError(f"{name} is given in this course: it is not checked.")
        if name not in known:
            functions = "\n".join(f"  {function}" for function in exercise.names)
            raise UserError(f"There is no check {name!r}. There are:\n{functions}")
    return tuple(info for info in infos if info.id in names or info.function in names)


@cache
def more_seconds(exercise: Exercise, file: StudentFile) -> float:
    """Return what a course gives the checks on a file, but for trainings, beyond the usual time."""
    limits = (
        info.seconds
        for info in list_checks(exercise)
        for function in [exercise.by_name[info.function]]
        if function.file == file and not function.trains
    )
    return sum(max(0.0, seconds - USUAL_SECONDS) for seconds in limits)
