"""Find what each student handed in: the paths that a command is given, or a folder of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.errors import UserError
from autograder.exercise import Exercise

NOT_STUDENTS = {"__MACOSX", "Thumbs.db", "desktop.ini"}  # what systems leave in folders


def find_submissions(exercise: Exercise, options: argparse.Namespace) -> list[Path]:
    """Return what is to be graded; an empty list stands for the sample class.

    Raises
    ------
    UserError
        A path is not there: no student gets 0 points for a slip at the keyboard.
    """
    if options.course is not None:
        return submitted_to(exercise, options)
    paths: list[Path] = list(options.paths)
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
    return paths


def submitted_to(exercise: Exercise, options: argparse.Namespace) -> list[Path]:
    """Return the folder of each student who handed in the exercise, in nbgrader's layout."""
    if options.paths or options.class_dir or options.out:
        raise UserError("--course DIR says what to grade and where results go: give it alone.")
    submitted, name = options.course / "submitted", exercise.assignment
    found = sorted(path.parent for path in submitted.glob(f"*/{name}") if path.is_dir())
    if not found:
        raise UserError(f"There is no {submitted / 'STUDENT' / name}.")
    return found
