"""Read the scores that stand in nbgrader's gradebook."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy.exc import SAWarning, SQLAlchemyError
from sqlalchemy.orm import selectinload

from autograder.course.gradebook.course import Course
from autograder.course.gradebook.penalty import seconds_late
from autograder.course.record import Record
from autograder.errors import UserError

BATCH = 100  # submissions that are read at once


@dataclass(frozen=True)
class Score:
    """A student's score as it stands in the gradebook.

    Attributes
    ----------
    student : str
        The name.
    points : float
        After everything: manual changes, extra credit, and the penalty for being late.
    max_points : float
        What the exercise is worth.
    checked : dict of str to float
        What the checks gave, by cell.
    penalty : float
        Points taken for handing in late.
    late : float
        Seconds after it was due, or 0.
    by_cell : dict of str to float
        The score of each cell that gives points, manual changes and extra credit included.
    changed : tuple of str
        Cells whose score an instructor has changed or given extra credit for.
    to_grade : bool
        Something waits for an instructor in the formgrader.
    comments : dict of str to str
        What an instructor wrote, by cell.
    name : str
        The student's name, for people.
    due : datetime, optional
        When it was due for this student, extensions included; None if no date is set.
    """

    student: str
    points: float
    max_points: float
    checked: dict[str, float]
    penalty: float
    late: float
    by_cell: dict[str, float]
    changed: tuple[str, ...]
    to_grade: bool
    comments: dict[str, str]
    name: str = ""
    due: datetime | None = None

    @property
    def graded(self) -> bool:
        """Return whether checks or a person have graded anything: not for a mere extension."""
        return bool(self.checked or self.changed)


@contextmanager
def opened(course: Course) -> Iterator[Gradebook]:
    """Open the gradebook; what its database objects to becomes a `UserError`."""
    try:
        with warnings.catch_warnings(), course.gradebook() as gradebook:
            warnings.simplefilter("ignore", SAWarning)  # on nbgrader's own way of adding rows
            yield gradebook
    except SQLAlchemyError as error:
        reason = str(error).partition("\n")[0]
        raise UserError(f"The gradebook {course.database} cannot be used: {reason}") from error


def lacks_scores(score: Score, record: Record) -> bool:
    """Return whether the gradebook has a submission without what the checks gave to it.

    nbgrader's own commands make such ones, and so did stopped runs of earlier versions.
    """
    return any(n in score.by_cell and n not in score.checked for n in record.by_function())


def grades_of(submission: SubmittedAssignment) -> list[Grade]:
    """Return the grades of all cells of a submission."""
    return [grade for notebook in submission.notebooks for grade in notebook.grades]


def scores(course: Course) -> dict[str, Score]:
    """Return the score of each student who has one, by name."""
    with opened(course) as gradebook:
        return {s.student.id: score_of(s) for s in with_grades(gradebook, course)}


def with_grades(gradebook: Gradebook, course: Course) -> Iterator[SubmittedAssignment]:
    """Yield all submissions with what `score_of` reads of them, by a few queries for `BATCH`."""
    try:
        assignment = gradebook.find_assignment(course.assignment)
    except MissingEntry:
        return
    notebooks = selectinload(SubmittedAssignment.notebooks)
    written = SubmittedNotebook.comments.and_(Comment.manual_comment.is_not(None))
    wanted = (
        selectinload(SubmittedAssignment.student),
        notebooks.selectinload(SubmittedNotebook.grades).selectinload(Grade.cell),
        notebooks.selectinload(written).selectinload(Comment.cell),
    )
    every = gradebook.db.query(SubmittedAssignment).filter_by(assignment_id=assignment.id)
    yield from every.options(*wanted).yield_per(BATCH)


def find(gradebook: Gradebook, course: Course, student: str) -> Score | None:
    """Return the score of one student, if there is one."""
    try:
        return score_of(gradebook.find_submission(course.assignment, student))
    except MissingEntry:
        return None


def score_of(submission: SubmittedAssignment) -> Score:
    """Read one student's score.

    It is added up here: nbgrader's own sums go through the grades of the whole class for each.
    """
    grades = grades_of(submission)
    penalty = sum((own.late_submission_penalty or 0.0 for own in submission.notebooks), 0.0)
    written = [comment for notebook in submission.notebooks for comment in notebook.comments]
    student = submission.student
    name = f"{student.first_name or ''} {student.last_name or ''}".strip()
    return Score(
        student=submission.student.id,
        points=max(0.0, sum((grade.score for grade in grades), 0.0) - penalty),
        max_points=submission.assignment.max_score,
        checked={g.name: g.auto_score for g in grades if g.auto_score is not None},
        penalty=penalty,
        late=seconds_late(submission),
        by_cell={grade.name: grade.score for grade in grades},
        changed=tuple(g.name for g in grades if g.manual_score is not None or g.extra_credit),
        to_grade=any(grade.needs_manual_grade for grade in grades),
        comments={c.name: c.manual_comment for c in written if c.manual_comment},
        name=name or student.id,
        due=due_for(submission),
    )


def due_for(submission: SubmittedAssignment) -> datetime | None:
    """Return when a submission is due, extensions included, if a date is set."""
    if submission.assignment.duedate is None:  # nbgrader fails on an extension of no date
        return None
    due: datetime = submission.duedate
    return due.replace(tzinfo=UTC)
