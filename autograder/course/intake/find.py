"""Find what each student handed in: the paths that a command is given, or a folder of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.course.intake import classlist
from autograder.course.intake.attempts import Handed, Sorted, by_student, one
from autograder.course.intake.deadlines import NO_DEADLINES, Deadlines
from autograder.course.intake.naming import safe
from autograder.course.intake.people import Person, match, people, written_time
from autograder.errors import UserError
from autograder.exercise import Exercise

NOT_STUDENTS = {"__MACOSX", "Thumbs.db", "desktop.ini"}  # what systems leave in folders


def find_submissions(
    exercise: Exercise, options: argparse.Namespace, deadlines: Deadlines = NO_DEADLINES
) -> Sorted:
    """Return what is to be graded; nothing at all stands for the sample class.

    Raises
    ------
    UserError
        A path is not there, or nothing that is given is a student: no student gets 0 points for a
        slip at the keyboard.
    """
    if options.course is not None:
        return submitted_to(exercise, options)
    roster = None if options.roster is None else classlist.read(options.roster)
    known = None if roster is None else classlist.counting(roster)
    for path in options.paths:
        if not expanded(path):
            raise UserError(f"There is no file or folder {path}.")
    paths = [path for given in options.paths for path in expanded(given)]
    paths = [path for path in paths if path.name not in NOT_STUDENTS]
    if options.class_dir is not None:
        if not options.class_dir.is_dir():
            raise UserError(f"{options.class_dir} is no folder.")
        paths += [path for path in sorted(options.class_dir.iterdir()) if is_entry(path)]
        if not paths:
            raise UserError(f"{options.class_dir} is empty.")
    found = by_student(exercise, paths, known, deadlines)
    if roster is not None:
        found.handed = [*timed(found.handed, people(roster))]
    if (options.paths or paths) and not found.handed:
        raise UserError("\n".join(["There is nothing to grade.", *found.left_out]))
    return found


def is_entry(path: Path) -> bool:
    """Return whether a name is not one of those that systems leave beside what people hand in."""
    return path.name[:1] != "." and path.name not in NOT_STUDENTS


def expanded(given: Path) -> list[Path]:
    """Return what a pattern stands for, where the shell has left that to us, as Windows' do."""
    if given.exists():
        return [given]
    # What no pattern can be is not looked for: "**" would be all folders below.
    if not {"*", "?", "["}.intersection(str(given)) or "**" in str(given):
        return []
    pattern = given.relative_to(given.anchor)
    return sorted(path for path in Path(given.anchor).glob(str(pattern)) if is_entry(path))


def timed(handed: Sequence[Handed], known: Mapping[int, Person]) -> Iterator[Handed]:
    """Add when it came to what has no time of its own, where the class list says it."""
    found = match([safe(own.student) for own in handed], known)
    said = {student: written_time(known[row].handed_in) for row, student in found.rows.items()}
    for own in handed:
        yield replace(own, submitted=own.submitted or said.get(safe(own.student), ""))


def submitted_to(exercise: Exercise, options: argparse.Namespace) -> Sorted:
    """Return the folder of each student who handed in the exercise, in nbgrader's layout."""
    if options.paths or options.class_dir or options.out:
        raise UserError("--course DIR says what to grade and where results go: give it alone.")
    submitted, name = options.course / "submitted", exercise.assignment
    found = sorted(path.parent for path in submitted.glob(f"*/{name}") if path.is_dir())
    if not found:
        raise UserError(f"There is no {submitted / 'STUDENT' / name}.")
    return Sorted([one(path) for path in found])
