"""Read the submissions of a class, apart and within limits: one costs its own student at most.

What a submission is has no part in this process: paths go out, and files and notes come back.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.course.intake.apart import Apart, ApartError, to_bytes, to_text
from autograder.course.intake.attempts import Handed, one
from autograder.course.intake.naming import safe, shown, unique
from autograder.course.intake.reading import MAX_NOTEBOOK, IntakeError, read_apart, read_submission
from autograder.course.intake.screening import screen_apart
from autograder.course.intake.shelf import Shelf
from autograder.course.intake.table import table_of
from autograder.exercise import Exercise
from autograder.submission import UNKNOWN, Origin, Submission

__all__ = [
    "MAX_NOTEBOOK",
    "IntakeError",
    "Unreadable",
    "absolute",
    "collect",
    "read_submission",
]

MOST_NOTES = 40  # on one submission
MAX_NOTE = 500  # letters of one


@dataclass(frozen=True)
class Unreadable:
    """What a student handed in, where there is nothing in it to grade.

    Attributes
    ----------
    student : str
        As in `Submission`.
    problem : str
        Why it cannot be graded.
    notes : list of str
        As in `Submission`.
    submitted : str
        As in `Submission`.
    origin : Origin
        As in `Submission`.
    """

    student: str
    problem: str
    notes: list[str]
    submitted: str = ""
    origin: Origin = UNKNOWN


def collect(
    exercise: Exercise,
    handed: Sequence[Path | Handed],
    assignment: str = "",
    shelf: Shelf | None = None,
) -> list[Submission | Unreadable]:
    """Read all submissions; one that cannot be read does not keep the others from it.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    handed : sequence of Path or Handed
        What each student handed in; a path is one folder or archive. A path given twice counts
        once.
    assignment : str
        The folder to look at in each of these, where they hold one for each exercise.
    shelf : Shelf, optional
        Keeps what is read, which stays in memory otherwise.

    Returns
    -------
    list of Submission or Unreadable
        One for each student. Students of the same name get a number, so that no result overwrites
        another.
    """
    collected: list[Submission | Unreadable] = []
    names: set[str] = set()
    seen: set[tuple[Path, ...]] = set()
    table = table_of(exercise)
    with Apart() as apart:
        for item in handed:
            own = one(absolute(item)) if isinstance(item, Path) else item
            paths = tuple(absolute(path) / assignment for path in own.paths)
            if paths in seen:
                continue
            seen.add(paths)
            name = unique(safe(own.student), names)
            notes = [*naming_notes(own, name), *own.notes]
            read = read_one(apart, table, name, paths, notes, timed=bool(assignment))
            read.notes[:] = bounded(read.notes)
            when = read.submitted or own.submitted
            if shelf and isinstance(read, Submission):
                read = shelf.put(read)
            collected.append(replace(read, submitted=when, origin=own.origin))
    return collected


def screened(
    exercise: Exercise, submissions: Sequence[Submission], allowed: Collection[str]
) -> list[Submission]:
    """Return submissions with notes on their source: on imports of other modules than these."""
    table, found = table_of(exercise), []
    with Apart() as apart:
        for item in submissions:
            seen = look_through(apart, table, item.files, allowed)
            found.append(replace(item, notes=bounded([*item.notes, *seen])))
    return found


def naming_notes(own: Handed, name: str) -> list[str]:
    """Return what is to be said where a student gets another name than that of the submission.

    A name that is known as people write it stands on the pages; that of files is nobody's business.
    """
    notes, usual = [], safe(own.student)
    if usual != own.student and not own.origin.name:
        notes.append(f"It was handed in as {shown(own.student)}, which cannot name files.")
    if name != usual:
        notes.append(f"Another submission is named {usual!r}; this one is {name!r}.")
    return notes


def read_one(
    apart: Apart,
    table: dict[str, Any],
    name: str,
    paths: Sequence[Path],
    notes: list[str],
    *,
    timed: bool,
) -> Submission | Unreadable:
    """Read what one student handed in."""
    argument = {"exercise": table, "paths": [str(path) for path in paths], "timed": timed}
    try:
        read = apart.call(read_apart, argument)
    except ApartError as error:
        return Unreadable(name, f"It could not be read: to read it {error}.", notes)
    notes += read["notes"]
    if "problem" in read:
        return Unreadable(name, read["problem"], notes, read["submitted"])
    files = {path: to_bytes(text) for path, text in read["files"].items()}
    return Submission(name, files, notes, to_bytes(read["notebook"]), read["submitted"])


def look_through(
    apart: Apart, table: dict[str, Any], files: Mapping[str, bytes], allowed: Collection[str]
) -> list[str]:
    """Return notes on the source; one that takes too much is itself a note."""
    notes = []
    for path, data in files.items():
        argument = {"exercise": table, "files": {path: to_text(data)}, "allowed": sorted(allowed)}
        try:
            notes += apart.call(screen_apart, argument)
        except ApartError as error:
            notes.append(f"{path}: nobody has looked through it: that {error}.")
    return notes


def bounded(notes: Sequence[str]) -> list[str]:
    """Return the first notes, none of them too long, and how many more there are."""
    short = [note if len(note) <= MAX_NOTE else f"{note[: MAX_NOTE - 3]}..." for note in notes]
    if len(short) <= MOST_NOTES:
        return short
    return [*short[:MOST_NOTES], f"And {len(short) - MOST_NOTES} more notes."]


def absolute(path: Path) -> Path:
    """Return `path` from the root, without ``..``, so that its last part is a name."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow symbolic links
