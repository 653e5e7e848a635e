"""The command that grades a class: what it is given, and what it prints."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from autograder import exercises, locate
from autograder.course import times
from autograder.course.gradebook import course as nbcourse
from autograder.course.gradebook import late
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import Course
from autograder.course.gradebook.names import keep_roster
from autograder.course.grading.classroom import NOTEBOOK_SECONDS, Settings, run
from autograder.course.grading.store import keep_attempts
from autograder.course.grading.terminal import show_changes, show_table, tell_penalties
from autograder.course.intake.attempts import Handed
from autograder.course.intake.collect import absolute
from autograder.course.intake.deadlines import Deadlines
from autograder.course.intake.find import find_submissions
from autograder.course.intake.screening import ALLOWED
from autograder.course.museum import sample_class
from autograder.course.pages import report
from autograder.course.record import Record
from autograder.course.seed import course_seed
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.sandbox import doctor, scratch

SAMPLE_SEED = "the sample class"  # public, so that everybody gets the same table


def default_jobs() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="a folder or an archive for each student; a sample class if none is given",
    )
    parser.add_argument(
        "--class-dir", type=Path, metavar="DIR", help="a folder that holds one entry a student"
    )
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="the class list that Canvas or Moodle exports: who is whom, and who handed in nothing",
    )
    parser.add_argument(
        "--course",
        type=Path,
        metavar="DIR",
        help="a course directory of nbgrader's: grade what is in its folder submitted",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for the results (default: results)"
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="grade these students only"
    )
    parser.add_argument(
        "--jobs", type=int, default=default_jobs(), metavar="N", help="students at a time"
    )
    parser.add_argument(
        "--allow-import",
        nargs="+",
        default=[],
        metavar="MODULE",
        help="do not note imports of these modules in the report",
    )
    parser.add_argument("--regrade", action="store_true", help="replace grades given before")
    parser.add_argument(
        "--notebook-seconds",
        type=float,
        default=NOTEBOOK_SECONDS,
        metavar="S",
        help="how long each student's notebook may run, for the feedback; 0: not at all (300)",
    )
    parser.add_argument(
        "--due",
        metavar="TIME",
        help="when the exercise is due, such as '2026-12-01 23:59 Europe/Berlin'",
    )
    parser.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="where a new course keeps its gradebook (default: SQLite, in the folder of results)",
    )
    parser.add_argument(
        "--require-sandbox",
        action="store_true",
        help="grade nobody unless student code is kept from files, network and other processes",
    )
    parser.add_argument(
        "--seed-file", type=Path, metavar="FILE", help="holds the course's secret seed"
    )


def check_out(out: Path, paths: Sequence[Path]) -> None:
    """Make the folder for the results.

    Raises
    ------
    UserError
        It cannot be made or written to, or lies in a submission.
    """
    if any(absolute(out) == absolute(path) for path in paths):
        raise UserError(f"{out} is a submission: give another folder with --out.")
    try:
        (out / "students").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"Results cannot be written to {out}: {error.strerror}.") from None


def read_due(text: str, exercise: Exercise, out: Path) -> datetime:
    """Return the time that ``--due`` names, in a course that there may be at `out`.

    Raises
    ------
    UserError
        It names none, or could be more than one.
    """
    there = (out / nbcourse.CONFIG).is_file()
    zone = nbcourse.read_course(exercise, out).zone if there else UTC
    try:
        return times.read(text, zone)
    except ValueError as error:
        raise UserError(
            f"--due {text}: {error}. Times are read as in {times.EXAMPLES}. A date alone, such "
            f"as 2026-12-01, is its last minute in the zone of the course, {zone}; "
            f"c.Exchange.timezone in {nbcourse.CONFIG} sets that."
        ) from None


def main(options: argparse.Namespace) -> int:
    """Run the command; the exit code is 0 when the run completed, whatever the grades."""
    console, start = Console(), time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="sample-class-", dir=scratch.home()) as made:
            course, records, failures = grade(options, Path(made), console)
    except KeyboardInterrupt:
        print("Stopped. Who is done stays done; the same command goes on from here.")
        return 130
    except OSError as error:
        raise UserError(f"Stopped: {error}. The same command goes on from here.") from error
    scores = gradebook.scores(course)
    show_table(course.exercise, records, report.names([*scores.values()]), console)
    show_changes(scores, records, console)
    console.print(f"{len(records)} students in {time.monotonic() - start:.0f} s.")
    print(f"Report: {course.root / 'report.html'}")
    if failures:
        print(
            f"Not graded, or not kept, by a fault of the grader: {', '.join(failures)}. Why stands "
            "above; the same command tries again.",
            file=sys.stderr,
        )
    return 1 if failures else 0


def grade(
    options: argparse.Namespace, made: Path, console: Console
) -> tuple[Course, list[Record], list[str]]:
    """Grade what the options say; `made` is a folder for the sample class, where that is it."""
    if options.jobs < 1:
        raise UserError(f"--jobs {options.jobs}: it takes at least 1.")
    exercise = exercises.default()
    given = options.paths or options.class_dir or options.course
    default = locate.root() / "results" / ("" if given else "sample-class")
    out = options.course or options.out or default
    due = None if options.due is None else read_due(options.due, exercise, out)
    deadlines = Deadlines(due)
    if (out / nbcourse.CONFIG).is_file():
        deadlines = late.deadlines(nbcourse.read_course(exercise, out), due)
    found = find_submissions(exercise, options, deadlines)
    handed: Sequence[Path | Handed] = found.handed
    check_out(out, [path for own in found.handed for path in own.paths])
    if due is not None:
        console.print(f"Due {times.shown(due)}.", markup=False, highlight=False)
    if options.require_sandbox:
        doctor.require_sandbox()
    console.print(doctor.one_line(), markup=False)
    for line in found.left_out:
        console.print(line, markup=False)
    course = nbcourse.open_course(exercise, out, options.database)
    for line in keep_attempts(found.handed, course):
        console.print(line, markup=False)
    if options.roster is not None:
        keep_roster(course, options.roster)
    tell_penalties(late.forgive(course) if due is None else late.set_due(course, due), console)
    if handed:
        seed = course_seed(options.seed_file)
    else:
        console.print("No submissions given: grading the sample class.")
        handed, seed = sample_class.write(exercise, made), SAMPLE_SEED
    settings = Settings(
        seed,
        jobs=options.jobs,
        regrade=options.regrade,
        only=options.only,
        allowed=ALLOWED.union(options.allow_import),
        notebook_seconds=options.notebook_seconds,
        assignment=exercise.assignment if options.course else "",
        due=deadlines.common,
        unclear=found.unclear,
    )
    return course, *run(handed, course, settings, console)
