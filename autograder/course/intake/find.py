"""Find what each student handed in: the paths that a command is given, or a folder of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.course.intake import classlist
from autograder.course.intake.attempts import Sorted, by_student, one
from autograder.errors import UserError
from autograder.exercise import Exercise

NOT_STUDENTS = {"__MACOSX", "Thumbs.db", "desktop.ini"}  # what systems leave in folders


def find_submissions(exercise: Exercise, options: argparse.Namespace) -> Sorted:
    """Return what is to be graded; nothing at all stands for the sample class.

    Raises
    ------
    UserError
        A path is not there, or nothing that is given is a student: no student gets 0 points for a
        slip at the keyboard.
    """
    if options.course is not None:
        return submitted_to(exercise, options)
    known = None
    if options.roster is not None:
        known = classlist.counting(classlist.read(options.roster))
    paths = [path for given in options.paths for path in expanded(given)]
    for path in paths:
        if not path.exists():
            raise UserError(f"There is no file or folder {path}.")
    if options.class_dir is not None:
        if not options.class_dir.is_dir():
            raise UserError(f"{options.class_dir} is no folder.")
        entries = sorted(options.class_dir.iterdir())
        paths += [e for e in entries if e.name[:1] != "." and e.name not in NOT_STUDENTS]
        if not paths:
            raise UserError(f"{options.class_dir} is empty.")
    found = by_student(exercise, paths, known)
    if paths and not found.handed:
        raise UserError("\n".join(["There is nothing to grade.", *found.left_out]))
    return found


def expanded(given: Path) -> list[Path]:
    """Return what a pattern stands for, where the shell has left that to us, as Windows' do."""
    if given.exists() or not {"*", "?"}.intersection(given.name):
        return [given]
    return sorted(given.parent.glob(given.name)) or [given]


def submitted_to(exercise: Exercise, options: argparse.Namespace) -> Sorted:
    """Return the folder of each student who handed in the exercise, in nbgrader's layout."""
    if options.paths or options.class_dir or options.out:
        raise UserError("--course DIR says what to grade and where results go: give it alone.")
    submitted, name = options.course / "submitted", exercise.assignment
    found = sorted(path.parent for path in submitted.glob(f"*/{name}") if path.is_dir())
    if not found:
        raise UserError(f"There is no {submitted / 'STUDENT' / name}.")
    return Sorted([one(path) for path in found])
