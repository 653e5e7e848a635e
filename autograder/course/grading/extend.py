"""Give single students more time. It is kept in nbgrader's gradebook, and nowhere else."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from autograder import exercises, locate
from autograder.course import settings as of
from autograder.course import times
from autograder.course.gradebook import course as nbcourse
from autograder.course.gradebook import dates, late
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import Course
from autograder.course.grading.terminal import tell_penalties
from autograder.errors import UserError

MOST_DAYS = 3660.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("students", nargs="+", metavar="NAME", help="as in the folder of results")
    more = parser.add_mutually_exclusive_group(required=True)
    more.add_argument(
        "--until", metavar="TIME", help="a date, such as '2026-12-03 23:59 Europe/Berlin'"
    )
    more.add_argument(
        "--days", type=float, metavar="N", help="so many days more than everybody; 0 takes it back"
    )
    parser.add_argument(
        "--course",
        type=Path,
        metavar="DIR",
        help="folder that the class is graded into (default: results)",
    )


def main(options: argparse.Namespace) -> int:
    """Run the command."""
    settings = of.of_course()
    root = options.course or locate.root() / "results"
    course = nbcourse.read_course(exercises.default(), root, of.zone(settings))
    until = read_until(options, course)
    before = late.lateness(course)
    dates.settle(course, of.due(settings))
    known = [name for name, score in gradebook.scores(course).items() if score.graded]
    for student in options.students:
        when = late.extend(course, student, until)
        is_back = until == timedelta(0)
        print(f"{student} has time until {times.shown(when)}{', as everybody' if is_back else ''}.")
        if student not in known:
            names = ", ".join(sorted(known)) or "nobody so far"
            print(f"  Nothing of {student} has been graded yet. Graded: {names}.")
    tell_penalties(late.forgive(course, before), Console())
    return 0


def read_until(options: argparse.Namespace, course: Course) -> datetime | timedelta:
    """Return the date or the time that the options say."""
    if options.until is None:
        if not 0 <= options.days <= MOST_DAYS:
            raise UserError(f"--days {options.days:g}: it takes a number from 0 to {MOST_DAYS:g}.")
        return timedelta(days=options.days)
    try:
        return times.read(options.until, course.zone)
    except ValueError as error:
        raise UserError(
            f"--until {options.until}: {error}. Times are read as in {times.EXAMPLES}."
        ) from None
