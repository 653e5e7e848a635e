"""Enter verdicts into nbgrader's gradebook: those of several students in one transaction.

What an instructor has changed there (manual scores, extra credit, comments, extensions) stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbgrader import utils
from nbgrader.api import Gradebook, SubmittedAssignment

from autograder.course.gradebook import comments
from autograder.course.gradebook.at_once import at_once
from autograder.course.gradebook.course import Course
from autograder.course.gradebook.history import Event, note_history, taken_back
from autograder.course.gradebook.penalty import assign_penalty, handed_in
from autograder.course.gradebook.scores import (
    Score,
    find,
    grades_of,
    lacks_scores,
    opened,
    score_of,
)
from autograder.course.record import Record


@dataclass(frozen=True)
class Entry:
    """What the checks gave to one student, to be entered.

    Attributes
    ----------
    record : Record
        The verdicts.
    answers : mapping of str to float or None
        Which questions are answered, for an instructor to read: see `answered`.
    replace : bool
        Replace what the checks gave before. Otherwise a student who has scores keeps them.
    only : collection of str or None
        Replace that of these cells, and leave all else.
    changes : str
        What has changed in the checks, for the history.
    """

    record: Record
    answers: Mapping[str, float | None]
    replace: bool = False
    only: Collection[str] | None = None
    changes: str = ""


@dataclass(frozen=True)
class Entered:
    """The scores of a student before and after an entry; `before` is None if there were none."""

    before: Score | None
    after: Score


def answered(notebook: Any) -> dict[str, float | None]:
    """Return, for each question to be graded by hand, 0 if it is not answered, else None."""
    return {
        cell.metadata.nbgrader.grade_id: utils.determine_grade(cell)[0]
        for cell in notebook.cells
        if utils.is_grade(cell) and utils.is_solution(cell)
    }


def enter(course: Course, entries: Sequence[Entry]) -> list[Entered | None]:
    """Enter what the checks gave to some students: all of it or, where one cannot be, nothing.

    Parameters
    ----------
    course : Course
        Whose gradebook it is.
    entries : sequence of Entry
        Of different students.

    Returns
    -------
    list of Entered or None
        For each entry, the scores before and after; None if nothing was entered.

    Raises
    ------
    UserError
        The database cannot be used.
    """
    with opened(course) as gradebook, taken_back(course), at_once(gradebook):
        entered = [enter_one(gradebook, course, entry) for entry in entries]
        pairs = zip(entries, entered, strict=True)
        note_history(course, [event_of(entry, scores) for entry, scores in pairs if scores])
    return entered


def enter_one(gradebook: Gradebook, course: Course, entry: Entry) -> Entered | None:
    """Enter what the checks gave to one student, in an open gradebook."""
    record, only = entry.record, entry.only
    before = find(gradebook, course, record.student)
    if before is not None and lacks_scores(before, record):
        before = None
    if before is not None and not entry.replace and only is None:
        return None
    if before is None:
        only = None
    gradebook.update_or_create_student(record.student)
    submission = gradebook.update_or_create_submission(course.assignment, record.student)
    if only is None:  # the same files, looked at again, were handed in when they were
        submission.timestamp = handed_in(course, submission, record)
    comments.add(gradebook, submission, course.exercise)
    enter_scores(submission, record, entry.answers, only)
    gradebook.db.commit()  # the database adds the scores up
    if before is None or only is None or score_of(submission).points != before.points:
        assign_penalty(course, submission)
        gradebook.db.commit()
    return Entered(before, score_of(submission))


def event_of(entry: Entry, entered: Entered) -> Event:
    """Return what the history says of an entry."""
    record, before = entry.record, entered.before
    return Event(
        record.student,
        what_was_done(entry, before),
        f"{record.points:g}",
        "" if before is None else f"{before.points:g}",
        f"{entered.after.points:g}",
        record.pack,
        entry.changes,
    )


def what_was_done(entry: Entry, before: Score | None) -> str:
    """Return what an entry was, for people."""
    if before is None:
        return "graded"
    if entry.only is None:
        return "graded again"
    functions = [name for name in entry.record.by_function() if name in entry.only]
    return f"graded again: {', '.join(functions)}" if functions else "notebook handed in again"


def enter_scores(
    submission: SubmittedAssignment,
    record: Record,
    answers: Mapping[str, float | None],
    only: Collection[str] | None,
) -> None:
    """Set what the checks gave, and whether an instructor has to look at it again."""
    reached = {name: points for name, (points, _) in record.by_function().items()}
    for grade in grades_of(submission):
        if only is not None and grade.name not in only:
            continue
        auto = reached[grade.name] if grade.name in reached else answers.get(grade.name, 0.0)
        # As nbgrader has it: where a person has decided before, a person looks again.
        grade.needs_manual_grade = grade.manual_score is not None or auto is None
        grade.auto_score = auto
