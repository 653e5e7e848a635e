"""Grade a class: many submissions side by side, each result kept as soon as it is there."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rich.console import Console

from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import Course
from autograder.course.grading.ledger import Ledger
from autograder.course.grading.plan import Plan, make_plan
from autograder.course.grading.pool import grade_all
from autograder.course.grading.store import keep_submission, read_executed, read_pictures
from autograder.course.grading.student import Graded, grade_one
from autograder.course.grading.terminal import progress
from autograder.course.intake.attempts import Handed
from autograder.course.intake.collect import Unreadable, collect
from autograder.course.intake.screening import ALLOWED
from autograder.course.museum import packs
from autograder.course.notebooks import run as notebook
from autograder.course.notebooks import shown
from autograder.course.pages import report, tables
from autograder.course.record import Record
from autograder.disk import write_text
from autograder.errors import UserError
from autograder.submission import Submission

NOTEBOOK_SECONDS = 300.0


@dataclass
class Settings:
    """How a class is graded.

    Attributes
    ----------
    seed : str
        Gives the case pack.
    jobs : int
        Number of students graded at a time.
    regrade : bool
        Replace grades given before.
    only : sequence of str
        Names of the students to grade; all of them if empty.
    allowed : collection of str
        Modules whose import is not noted in the report.
    notebook_seconds : float
        How long a student's notebook may run; 0 leaves notebooks alone.
    assignment : str
        The folder to look at in each submission, in a course directory of nbgrader's.
    """

    seed: str
    jobs: int = 1
    regrade: bool = False
    only: Sequence[str] = ()
    allowed: Collection[str] = ALLOWED
    notebook_seconds: float = NOTEBOOK_SECONDS
    assignment: str = ""


def run(
    handed: Sequence[Path | Handed],
    course: Course,
    settings: Settings,
    console: Console | None = None,
) -> tuple[list[Record], list[str]]:
    """Grade submissions and write all results into the course's folder and gradebook.

    Parameters
    ----------
    handed : sequence of Path or Handed
        What each student handed in; a path is a folder or an archive.
    course : Course
        Gets the results; what was graded into it before is not graded again.
    settings : Settings
        How.
    console : Console, optional
        Where progress is shown.

    Returns
    -------
    records : list of Record
        Of all students graded into the course, by name.
    failures : list of str
        Students that the grader failed on; they have no new record.

    Raises
    ------
    UserError
        No submission is of a student named in ``settings.only``, a record cannot be read, or the
        gradebook cannot be used.
    """
    console = console or Console()
    exercise = course.exercise
    read = collect(exercise, handed, settings.assignment, settings.allowed)
    collected = [timed(item) for item in chosen(read, settings.only)]
    pack_id = packs.identify(exercise, settings.seed)
    plan = make_plan(exercise, collected, course.root, pack_id, settings.regrade)
    tell_plan(plan, console)
    ledger = Ledger(course, settings.regrade)
    for record in plan.unreadable:
        plan.records[record.student] = ledger.settle(Graded(record))
    failures = grade_todo(plan, ledger, course, settings, console) if plan.todo else []
    records = sorted(plan.records.values(), key=lambda record: record.student)
    tell_ledger(ledger.catch_up(records), console)
    write_all(records, course)
    return records, failures


def grade_todo(
    plan: Plan, ledger: Ledger, course: Course, settings: Settings, console: Console
) -> list[str]:
    """Grade whom the plan names, and keep each result at once; return whom the grader failed on."""
    console.print("Making the case pack from the solution ...")
    cases = packs.build(course.exercise, settings.seed)
    if settings.notebook_seconds > 0 and any(item.notebook for item in plan.todo):
        notebook.data_set()  # made once, and not by each job
    grade = partial(
        grade_one,
        exercise_name=course.exercise.name,
        notebook_seconds=settings.notebook_seconds,
    )
    by_name = {submission.student: submission for submission in plan.todo}
    failures = []
    with (
        progress(console, len(plan.todo)) as done,
        contextlib.closing(grade_all(plan.todo, cases, settings.jobs, grade)) as graded,
    ):
        for student, outcome in graded:
            if isinstance(outcome, Exception):
                failures.append(student)
                done(f"{student}: could not be graded: {outcome}")
                continue
            if not settings.assignment:  # in nbgrader's layout it is where it belongs
                keep_submission(by_name[student], course)
            record = plan.records[student] = ledger.settle(outcome)
            done(f"{student}: {record.points:g} points in {record.seconds:.0f} s")
    return failures


def timed(item: Submission | Unreadable) -> Submission | Unreadable:
    """Add to a submission's notes what stands out in when it came."""
    if not item.submitted or gradebook.parse_time(item.submitted) is not None:
        return item
    note = f"Its timestamp.txt does not hold a time, but {item.submitted!r}."
    return replace(item, notes=[*item.notes, note])


def chosen(
    collected: Sequence[Submission | Unreadable], only: Sequence[str]
) -> list[Submission | Unreadable]:
    """Return the submissions of the students named in `only`; all of them if it is empty."""
    known = {item.student for item in collected}
    for name in only:
        if name not in known:
            raise UserError(f"No submission is of {name!r}. There are: {', '.join(sorted(known))}")
    return [item for item in collected if not only or item.student in only]


def tell_plan(plan: Plan, console: Console) -> None:
    """Say what is graded, and what is not."""
    console.print(f"{len(plan.todo)} to grade.")
    if plan.reused:
        console.print(f"{len(plan.reused)} graded before, with the same files and pack: reused.")
    if plan.kept:
        console.print(
            f"{len(plan.kept)} graded before, from other files, another seed or another version of "
            f"the checks: {', '.join(plan.kept)}. These grades stay; --regrade replaces them.",
            markup=False,
        )


def tell_ledger(differing: list[str], console: Console) -> None:
    """Say where the gradebook keeps what it had."""
    if differing:
        console.print(
            f"The gradebook has other scores of the checks for {', '.join(differing)}. They stay; "
            "--regrade replaces them.",
            markup=False,
        )


def write_all(records: list[Record], course: Course) -> None:
    """Write the tables and pages for a class, of students only those whose page is out of date."""
    exercise, out, scores = course.exercise, course.root, gradebook.scores(course)
    write_text(out / "results.json", tables.results_json(records))
    write_text(out / "grades.csv", tables.grades_csv(exercise, records))
    write_text(out / "timings.json", tables.timings_json(records))
    write_text(out / "report.html", report.class_page(exercise, records, scores))
    released = course.released
    for record in records:
        score, path = scores[record.student], out / report.page_of(exercise, record.student)
        if report.is_up_to_date(path, record, score):
            continue
        executed = read_executed(out, record.student)
        page = report.student_page(
            exercise,
            record,
            score,
            pictures=read_pictures(out, record),
            notebook=shown.cells(executed, released) if executed else (),
        )
        write_text(path, page)
