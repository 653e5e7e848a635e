"""Grade a class: many submissions side by side, each result kept as soon as it is there."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path

from rich.console import Console

from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import Course
from autograder.course.gradebook.follow import follow
from autograder.course.gradebook.names import name_students
from autograder.course.gradebook.scores import Score
from autograder.course.grading.feedback import setting, write_page, write_together
from autograder.course.grading.finished import place_in
from autograder.course.grading.ledger import Ledger, differing
from autograder.course.grading.one_by_one import MAX_REASON, OneByOne
from autograder.course.grading.plan import Plan, as_it_came, given_to, make_plan
from autograder.course.grading.spread import Spread, here
from autograder.course.grading.store import keep_submission
from autograder.course.grading.student import Graded, How, Works
from autograder.course.grading.terminal import (
    progress,
    tell_changes,
    tell_idle,
    tell_ledger,
    tell_other_points,
    tell_plan,
    tell_times,
)
from autograder.course.grading.unfinished import Unfinished
from autograder.course.intake.apart import Apart
from autograder.course.intake.attempts import Handed
from autograder.course.intake.collect import Unreadable, collect, screened
from autograder.course.intake.screening import ALLOWED
from autograder.course.intake.shelf import Shelf
from autograder.course.museum import packs
from autograder.course.notebooks import dataset
from autograder.course.pages import report, tables
from autograder.course.record import Record, in_folder, key_of
from autograder.course.times import in_utc
from autograder.disk import write_parts, write_text
from autograder.errors import UserError
from autograder.exercises.settings import NAME as SETTINGS_FILE
from autograder.judging.pack import Pack
from autograder.submission import Submission

NOTEBOOK_SECONDS = 300.0
NOTEBOOK_ITERATIONS = 50  # show how a training begins; the checks train a net to its end


@dataclass
class Settings:
    """How a class is graded.

    Attributes
    ----------
    seed : str
        Gives the case pack.
    regrade : bool
        Replace grades given before.
    checks : tuple of str
        Of these, only those of certain functions or checks; the rest stays.
    only : sequence of str
        Names of the students to grade; all of them if empty.
    allowed : collection of str
        Modules whose import is not noted in the report.
    notebook_seconds : float
        How long a student's notebook may run; 0 leaves notebooks alone.
    notebook_iterations : int
        After which a training in it stops; 0 lets it go on to its end.
    assignment : str
        The folder to look at in each submission, in a course directory of nbgrader's.
    due : datetime, optional
        When it is due, if a date is set.
    unclear : collection of str
        Names under which something was handed in that is nobody's for certain.
    spread : Spread
        Where students are graded; one at a time on this machine if nothing else is said.
    """

    seed: str
    regrade: bool = False
    checks: tuple[str, ...] = ()
    only: Sequence[str] = ()
    allowed: Collection[str] = ALLOWED
    notebook_seconds: float = NOTEBOOK_SECONDS
    notebook_iterations: int = NOTEBOOK_ITERATIONS
    assignment: str = ""
    due: datetime | None = None
    unclear: Collection[str] = ()
    spread: Spread = field(default_factory=lambda: here(1))

    def command(self) -> list[object]:
        """Return what is asked of a regrading, as JSON has it."""
        whom = [sorted(self.only), sorted(self.allowed), self.notebook_seconds, self.assignment]
        return [*whom, sorted(self.checks), self.notebook_iterations]


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
    read = collect(exercise, handed, settings.assignment, Shelf())
    before = {record.student: record for record in in_folder(course.place)}
    own = [as_it_came(item, before.get(item.student)) for item in chosen(read, settings.only)]
    collected = [timed(item, course.zone) for item in own]
    pack_id = packs.identify(exercise, settings.seed)
    regrading = Unfinished(course.place, settings.command()) if settings.regrade else None
    if regrading is not None and not regrading.goes_on:
        shutil.rmtree(place_in(course.place), ignore_errors=True)  # all of it is to be done anew
        regrading.start()
    plan = make_plan(
        exercise,
        collected,
        before,
        course.place,
        pack_id,
        regrade=settings.regrade,
        checks=settings.checks,
        notebooks=settings.notebook_seconds > 0,
        done={} if regrading is None else regrading.done,
    )
    for change in follow(course, anew=settings.regrade and plan.is_for_all):
        console.print(f"As {SETTINGS_FILE} says, {change}.", markup=False, highlight=False)
    tell_plan(plan, console)
    tell_times(collected, settings.due, console)
    each = OneByOne(course, console)
    with Apart() as apart:
        ledger = Ledger(course, settings.regrade, apart, each)
        with ledger.by_batches():
            for record in plan.unreadable:
                with each.student(record.student):
                    former = plan.records.get(record.student)
                    plan.records[record.student] = ledger.settle(Graded(record), former)
            if plan.todo:
                grade_todo(plan, ledger, each, course, settings, console, regrading)
        records = sorted(plan.records.values(), key=lambda record: record.student)
        scores = gradebook.scores(course)
        with ledger.by_batches():
            for record in records:
                if ledger.is_missing(record, scores.get(record.student)):
                    with each.student(record.student):
                        ledger.catch_up(record)
    idle = name_students(course, plan.records, settings.unclear)
    scores = gradebook.scores(course)
    tell_ledger(differing(records, scores), console)
    tell_changes(ledger.changes, console)
    tell_other_points(exercise, records, console)
    tell_idle(idle, console)
    write_all(records, scores, course, each, idle)
    if regrading is not None and not each.failures:
        regrading.finish()
    if not each.failures and not settings.only:
        shutil.rmtree(place_in(course.place), ignore_errors=True)  # it is all in records
    return records, list(each.failures)


def grade_todo(
    plan: Plan,
    ledger: Ledger,
    each: OneByOne,
    course: Course,
    settings: Settings,
    console: Console,
    regrading: Unfinished | None = None,
) -> None:
    """Grade whom the plan names, and keep each result at once."""
    exercise, names = course.exercise, [item.student for item in plan.todo]
    if all(student in plan.again and not plan.again[student].checks for student in names):
        cases = Pack(packs.identify(exercise, settings.seed), {})  # only notebooks are run
    else:
        console.print("Making the case pack from the solution ...")
        cases = packs.build(exercise, settings.seed)
    if settings.notebook_seconds > 0 and any(item.notebook for item in plan.todo):
        dataset.cached()  # made once, and not by each job
    place = place_in(course.place)
    limits = settings.notebook_seconds, settings.notebook_iterations
    how = How(exercise.name, exercise.changes, *limits, plan.again, place)
    seen = screened(exercise, plan.todo, settings.allowed)
    by_name = {submission.student: submission for submission in given_to(exercise, seen)}
    works = Works(how, cases.id, list(by_name.values()))
    todo = works.same_last()

    def entered(submission: Submission) -> None:
        if regrading is not None:
            regrading.add(submission.student, key_of(exercise, submission, cases.id))
        works.settled(submission.student)

    with (
        progress(console, len(todo)) as running,
        contextlib.closing(settings.spread(todo, cases, how, running)) as graded,
    ):
        for student, outcome in graded:
            if isinstance(outcome, OSError):
                raise outcome
            if isinstance(outcome, Exception):
                each.failed(student, str(outcome)[:MAX_REASON])
                running.done(student)
                continue
            line = ""
            with each.student(student):
                if not settings.assignment:  # in nbgrader's layout it is where it belongs
                    keep_submission(by_name[student], course)
                former = plan.records.get(student)
                record = plan.records[student] = ledger.settle(
                    outcome, former, partial(entered, by_name[student])
                )
                part = plan.again.get(student)
                what = f"{record.points:g} points in {record.seconds:.0f} s"
                line = f"{student}: {'the notebook' if part and part.notebook else what}"
            running.done(student, line)


def timed(item: Submission | Unreadable, zone: tzinfo) -> Submission | Unreadable:
    """Add to a submission's notes what stands out in when it came."""
    if not item.submitted or in_utc(item.submitted, zone) is not None:
        return item
    note = (
        f"Its timestamp.txt holds no time that can be read, but {item.submitted!r}: it counts "
        "as handed in in time."
    )
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


def write_all(
    records: list[Record],
    scores: Mapping[str, Score],
    course: Course,
    each: OneByOne,
    idle: Sequence[str],
) -> None:
    """Write the tables and pages for a class, of students only those whose page is out of date.

    The pages are of those who are in the gradebook.
    """
    exercise, out = course.exercise, course.place
    write_parts(out / "results.json", tables.results_json(records))
    write_text(out / "grades.csv", tables.grades_csv(exercise, records))
    write_text(out / "timings.json", tables.timings_json(records))
    entered = [record for record in records if record.student in scores]
    page = report.class_page(
        *(exercise, entered, scores, idle, setting(course)),
        up="" if out == course.root else "../",
        together=write_together(course),
    )
    write_text(out / "report.html", page)
    released = course.released
    for record in entered:
        with each.student(record.student):
            write_page(record, scores[record.student], course, released)
