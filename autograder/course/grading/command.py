"""The command that grades a class: what it is given, and what it prints."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from rich.console import Console

from autograder import exercises, locate
from autograder.course import settings as of
from autograder.course import times
from autograder.course.gradebook import course as nbcourse
from autograder.course.gradebook import dates, late
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import Course
from autograder.course.gradebook.names import keep_roster
from autograder.course.grading.classroom import (
    NOTEBOOK_ITERATIONS,
    NOTEBOOK_SECONDS,
    Settings,
    run,
)
from autograder.course.grading.holder import held
from autograder.course.grading.spread import add_cluster, as_asked
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
from autograder.exercises.registry import select
from autograder.exercises.settings import NAME as SETTINGS_FILE
from autograder.sandbox import ending, scratch

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
    add_cluster(parser)
    parser.add_argument(
        "--allow-import",
        nargs="+",
        default=[],
        metavar="MODULE",
        help="do not note imports of these modules in the report",
    )
    parser.add_argument("--regrade", action="store_true", help="replace grades given before")
    parser.add_argument(
        "--check",
        nargs="+",
        default=[],
        metavar="NAME",
        help="with --regrade: of these functions only; all else stays",
    )
    parser.add_argument(
        "--notebook-seconds",
        type=float,
        default=NOTEBOOK_SECONDS,
        metavar="S",
        help="how long each student's notebook may run, for the feedback; 0: not at all (300)",
    )
    parser.add_argument(
        "--whole-notebooks",
        action="store_true",
        help="let trainings in notebooks go on to their end, instead of stopping them after "
        f"{NOTEBOOK_ITERATIONS} iterations",
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


def read_due(text: str, exercise: Exercise, out: Path, zone: tzinfo | None) -> datetime:
    """Return the time that ``--due`` names, in a course that there may be at `out`.

    Its zone is `zone`, or UTC, where nbgrader's configuration there does not say.

    Raises
    ------
    UserError
        It names none, or could be more than one.
    """
    there = (out / nbcourse.CONFIG).is_file()
    local = nbcourse.read_course(exercise, out, zone).zone if there else zone or UTC
    try:
        return times.read(text, local)
    except ValueError as error:
        raise UserError(
            f"--due {text}: {error}. Times are read as in {times.EXAMPLES}. A date alone, such "
            f"as 2026-12-01, is its last minute in the zone of the course, {local}; "
            f"timezone in {SETTINGS_FILE} sets that, or c.Exchange.timezone in {nbcourse.CONFIG}."
        ) from None


def tell_due(
    course: Course, wanted: datetime | None, of_file: datetime | None, console: Console
) -> None:
    """Set the due date, if one is `wanted`, say which one holds, and take penalties back."""
    before = late.lateness(course)
    due = dates.settle(course, of_file) if wanted is None else dates.set_by_person(course, wanted)
    for line in due.lines():
        console.print(line, markup=False, highlight=False)
    for student, more in late.extensions(course).items():
        until = (
            "an extension, which counts from a due date"
            if due.when is None
            else (f"time until {times.shown(due.when + more)}")
        )
        console.print(f"{student} has {until}.", markup=False, highlight=False)
    tell_penalties(late.forgive(course, before), console)


def main(options: argparse.Namespace) -> int:
    """Run the command; the exit code is 0 when the run completed, whatever the grades."""
    console, start = Console(), time.monotonic()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="sample-class-", dir=scratch.home()) as made,
            contextlib.ExitStack() as holds,
        ):
            course, records, failures = grade(options, Path(made), console, holds)
    except (KeyboardInterrupt, OSError) as error:
        if isinstance(error, OSError) and not ending.told_by(error):
            raise UserError(f"Stopped: {error}. The same command goes on from here.") from error
        text = "Stopped. Who is done stays done; the same command goes on from here."
        ending.last_words(text, sys.stdout)
        return 130
    scores = gradebook.scores(course)
    show_table(course.exercise, records, report.names([*scores.values()]), console)
    show_changes(scores, records, console)
    console.print(f"{len(records)} students in {time.monotonic() - start:.0f} s.")
    print(f"Report: {course.place / 'report.html'}")
    if failures:
        print(
            f"Not graded, or not kept, by a fault of the grader: {', '.join(failures)}. Why stands "
            "above; the same command tries again.",
            file=sys.stderr,
        )
    return 1 if failures else 0


def grade(
    options: argparse.Namespace, made: Path, console: Console, holds: contextlib.ExitStack
) -> tuple[Course, list[Record], list[str]]:
    """Grade what the options say.

    `made` is a folder for the sample class, where that is it; the folder of results is held as long
    as `holds` is open.
    """
    if options.jobs < 1:
        raise UserError(f"--jobs {options.jobs}: it takes at least 1.")
    if options.check and not options.regrade:
        raise UserError("--check says what is graded again: give it with --regrade.")
    settings = of.of_course()
    exercise, zone = exercises.default(), of.zone(settings)
    select(
        exercise, tuple(options.check) or None
    )  # a misspelled name is told before anything is done
    given = options.paths or options.class_dir or options.course
    default = locate.root() / "results" / ("" if given else "sample-class")
    out = options.course or options.out or default
    due = None if options.due is None else read_due(options.due, exercise, out, zone)
    deadlines = Deadlines(due or of.due(settings), zone=zone or UTC)
    if (out / nbcourse.CONFIG).is_file():
        there = nbcourse.read_course(exercise, out, zone)
        deadlines = late.deadlines(there, due, of.due(settings))
    found = find_submissions(exercise, options, deadlines)
    handed: Sequence[Path | Handed] = found.handed
    check_out(out, [path for own in found.handed for path in own.paths])
    holds.enter_context(held(out))
    spread = holds.enter_context(as_asked(options, console))
    for line in found.left_out:
        console.print(line, markup=False)
    course = nbcourse.open_course(exercise, out, options.database, zone)
    for line in keep_attempts(found.handed, course):
        console.print(line, markup=False)
    if options.roster is not None:
        keep_roster(course, options.roster)
    tell_due(course, due, of.due(settings), console)
    if handed:
        seed = course_seed(options.seed_file)
    else:
        console.print("No submissions given: grading the sample class.")
        handed, seed = sample_class.write(exercise, made), SAMPLE_SEED
    how = Settings(
        seed,
        regrade=options.regrade,
        checks=tuple(options.check),
        only=options.only,
        allowed=ALLOWED.union(options.allow_import, exercise.changes.modules),
        notebook_seconds=options.notebook_seconds,
        notebook_iterations=0 if options.whole_notebooks else NOTEBOOK_ITERATIONS,
        assignment=exercise.assignment if options.course else "",
        due=deadlines.common,
        unclear=found.unclear,
        spread=spread,
    )
    return course, *run(handed, course, how, console)
