"""What a course asks otherwise than an exercise's own table: its file ``course.toml``.

The file lies beside ``noxfile.py``; without it everything is as the exercise has it. A student's
copy has one that the release has made. What goes for a course alone, such as the date by which the
exercise is due, is kept here as it is written: `autograder.course` reads it.
"""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from autograder.errors import UserError
from autograder.exercise import Changes, Exercise
from autograder.exercises.registry import all_checks, worth
from autograder.exercises.shares import shares

NAME = "course.toml"
DEFAULT = "convnets"
OWN = {"autograder", "cs231n", "cs231n_kernels", "solutions"}  # no modules to be allowed
MODULE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*(\[[\w.,-]+\])?\s*([<>=!~]=?.*)?", re.ASCII)
ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f]+")
MOST = 100_000.0  # of points, and seconds
TABLES = ("points", "seconds", "bars")  # with a line for each function or check


@dataclass(frozen=True)
class Settings:
    """The settings of a course.

    Attributes
    ----------
    exercise : str
        Name of the exercise.
    open : tuple of str
        Names of all exercises that the course still asks for: their answers are given to nobody.
    changes : Changes
        What is other than in its own table.
    requirements : mapping of str to str
        What pip installs for each of ``changes.modules``.
    due : str
        When the exercise is due, as it is written; empty if the file does not say.
    timezone : str
        The IANA's name of the course's zone; empty if the file does not say.
    address : str
        Where the release is found on the web; empty if it is nowhere.
    """

    exercise: str = DEFAULT
    open: tuple[str, ...] = ()
    changes: Changes = field(default_factory=Changes)
    requirements: Mapping[str, str] = field(default_factory=dict, hash=False)
    due: str = ""
    timezone: str = ""
    address: str = ""


class Wrong(UserError):
    """A key of the file is not what it should be; the message names it, and what would be right."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{NAME}: {key}: {reason}")


def read(path: Path, exercises: Mapping[str, Exercise], name: str = "") -> Settings:
    """Return the settings in a file; where there is none, those of a course that changes nothing.

    Parameters
    ----------
    path : Path
        The file.
    exercises : mapping of str to Exercise
        All that there are, by name.
    name : str
        Of the exercise that they are for; the one that the file names, if not given.

    Raises
    ------
    UserError
        It cannot be read, or says something that cannot be; the message says what would be right.
    """
    try:
        with path.open("rb") as file:
            tree = tomllib.load(file)
    except FileNotFoundError:
        return settings_of({}, exercises, name)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    return settings_of(tree, exercises, name)


def settings_of(
    tree: dict[str, Any], exercises: Mapping[str, Exercise], name: str = ""
) -> Settings:
    """Return the settings in a file that has been read as TOML."""
    known = ("exercise", "open", *TABLES, "given", "due", "timezone", "modules", "address")
    for key in tree:
        expect_known(key, key, known)
    usual = DEFAULT if DEFAULT in exercises else next(iter(exercises))
    named = text(tree, "exercise") or usual
    expect_known(named, "exercise", exercises)
    exercise = exercises[name or named]
    still_open = names(tree, "open")
    for each in still_open:
        expect_known(each, "open", exercises)
    tree = without_others(tree, exercise, [exercises[each] for each in still_open])
    given = given_of(tree, exercise)
    asked = exercise.changed(Changes(given=given))
    if not asked.functions:
        raise Wrong("given", "nothing is left to be asked for.")
    tables = {key: table(tree, key) for key in (*TABLES, "modules")}
    requirements = {
        module: requirement(module, value) for module, value in tables["modules"].items()
    }
    changes = Changes(
        points=points(tables["points"], asked),
        seconds=seconds(tables["seconds"], asked),
        bars=bars(tables["bars"], asked),
        given=given,
        modules=tuple(requirements),
    )
    return Settings(
        exercise=exercise.name,
        open=still_open,
        changes=changes,
        requirements=requirements,
        due=due(tree, exercise, exercises),
        timezone=text(tree, "timezone"),
        address=address(tree),
    )


def without_others(
    tree: dict[str, Any], exercise: Exercise, still_open: Collection[Exercise]
) -> dict[str, Any]:
    """Return the file without what it says of functions of other exercises of the course."""
    others = {name for other in still_open for name in other.names} - set(exercise.names)
    kept = dict(tree)
    for key in (*TABLES, "given"):
        value = tree.get(key)
        if isinstance(value, dict):
            kept[key] = {k: v for k, v in value.items() if k.partition("/")[0] not in others}
        elif isinstance(value, list):
            kept[key] = [name for name in value if name not in others]
    return kept


def due(tree: Mapping[str, Any], exercise: Exercise, exercises: Collection[str]) -> str:
    """Return when an exercise is due: one date is that of all, a table has a line for each."""
    value = tree.get("due")
    if not isinstance(value, dict):
        return written(tree, "due")
    for name in value:
        expect_known(name, f"due.{name}", exercises)
    return written(value, exercise.name)


def expect_known(name: str, key: str, known: Collection[str]) -> None:
    """Raise `Wrong` for a name that there is not, with the one that may be meant."""
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise Wrong(key, f"there is no {name!r}.{meant} There are: {', '.join(known)}.")


def text(tree: Mapping[str, Any], key: str) -> str:
    """Return a text; empty where there is none."""
    value = tree.get(key, "")
    if not isinstance(value, str):
        raise Wrong(key, f'a text in quotes is needed, such as {key} = "...", not {value!r}.')
    return value.strip()


def written(tree: Mapping[str, Any], key: str) -> str:
    """Return a time as it is written, in quotes or as TOML has it."""
    value = tree.get(key, "")
    return value.isoformat() if isinstance(value, date | datetime) else text(tree, key)


def table(tree: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return a table; an empty one where there is none."""
    value = tree.get(key, {})
    if not isinstance(value, dict):
        raise Wrong(key, f"it is a table: a line [{key}], and below it a line for each name.")
    return value


def names(tree: Mapping[str, Any], key: str, example: str = DEFAULT) -> tuple[str, ...]:
    """Return a list of names."""
    value = tree.get(key, [])
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise Wrong(key, f'a list of names is needed, such as ["{example}"].')
    return tuple(value)


def given_of(tree: Mapping[str, Any], exercise: Exercise) -> tuple[str, ...]:
    """Return the functions that are given, in the order of the exercise."""
    value = names(tree, "given", exercise.names[0])
    written = [function.name for function in exercise.functions if not function.trains]
    for name in value:
        expect_known(name, "given", written)
    return tuple(name for name in written if name in value)


def number(key: str, value: Any, most: float) -> float:
    """Return a number above 0."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 < value <= most:
        raise Wrong(key, f"a number above 0 is needed, up to {most:g}, not {value!r}.")
    return float(value)


def points(wanted: Mapping[str, Any], exercise: Exercise) -> dict[str, float]:
    """Return what checks are worth; a function's points are shared among its checks."""
    most = worth(exercise)
    found: dict[str, float] = {}
    own: dict[str, dict[str, float]] = {name: {} for name in most}
    for check in all_checks(exercise):
        own[check.info.function][check.info.id] = check.info.max_points
    ids = [name for each in own.values() for name in each]
    for name, value in wanted.items():
        key = f"points.{name}"
        expect_known(name, key, [*own, *ids])
        worth_ = number(key, value, MOST)
        if round(worth_, 2) != worth_:
            raise Wrong(key, f"points have two digits after the point at most, not {value!r}.")
        function = name.partition("/")[0]
        if name != function and function in wanted:
            raise Wrong(key, f"give the points of {function} or those of its checks, not both.")
        if name == function and worth_ < 0.01 * len(own[name]):
            raise Wrong(key, f"it has {len(own[name])} checks: {value!r} cannot be shared.")
        found |= shares(worth_, own[name]) if name == function else {name: worth_}
    return found


def seconds(wanted: Mapping[str, Any], exercise: Exercise) -> dict[str, float]:
    """Return how long checks may take; a function's time is that of each of its checks."""
    infos = [check.info for check in all_checks(exercise)]
    names = [*exercise.names, *(info.id for info in infos)]
    for name in wanted:
        expect_known(name, f"seconds.{name}", names)
    limits = {name: number(f"seconds.{name}", value, MOST) for name, value in wanted.items()}
    return {
        info.id: limits.get(info.id, limits.get(info.function, info.seconds))
        for info in infos
        if info.id in limits or info.function in limits
    }


def bars(wanted: Mapping[str, Any], exercise: Exercise) -> dict[str, float]:
    """Return the accuracies that trained nets have to reach."""
    checks = all_checks(exercise)
    trained = [check.info.function for check in checks if check.bar is not None]
    for name in wanted:
        expect_known(name, f"bars.{name}", trained)
    return {name: number(f"bars.{name}", value, 1.0) for name, value in wanted.items()}


def requirement(name: str, value: Any) -> str:
    """Return what pip installs for a module."""
    key = f"modules.{name}"
    if not MODULE.fullmatch(name) or name in OWN:
        raise Wrong(key, "that is no module to be allowed; name one as in: import NAME.")
    if not isinstance(value, str) or not REQUIREMENT.fullmatch(value.strip()):
        raise Wrong(key, f'what pip installs for it is needed, such as "{name}>=1.0".')
    return value.strip()


def address(tree: Mapping[str, Any]) -> str:
    """Return where the release is found on the web."""
    value = text(tree, "address")
    if value and not ADDRESS.fullmatch(value):
        raise Wrong("address", f"an address that begins with https:// is needed, not {value!r}.")
    return value
