"""Enter verdicts into nbgrader's gradebook, and read the scores that stand in it.

What an instructor has changed there (manual scores, extra credit, comments, extensions) stays.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nbgrader import utils
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

from autograder.course.gradebook import comments
from autograder.course.gradebook.at_once import at_once
from autograder.course.gradebook.course import Course
from autograder.course.gradebook.history import note_history
from autograder.course.gradebook.penalty import assign_penalty, handed_in, seconds_late
from autograder.course.record import Record
from autograder.errors import UserError


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


def enter(
    course: Course,
    record: Record,
    notebook: Any,
    *,
    replace: bool = False,
    only: Collection[str] | None = None,
    changes: str = "",
) -> tuple[Score | None, Score] | None:
    """Enter what the checks gave to one student.

    Parameters
    ----------
    course : Course
        Whose gradebook it is.
    record : Record
        The verdicts.
    notebook : NotebookNode
        The student's notebook: which questions are answered, for an instructor to read.
    replace : bool
        Replace what the checks gave before. Otherwise a student who has scores keeps them.
    only : collection of str, optional
        Replace that of these cells, and leave all else.
    changes : str
        What has changed in the checks, for the history.

    Returns
    -------
    tuple of Score or None
        The scores before and after; None if nothing was entered.

    Raises
    ------
    UserError
        The database cannot be used.
    """
    answers = answered(notebook)
    with opened(course) as gradebook, at_once(gradebook):
        before = find(gradebook, course, record.student)
        if before is not None and lacks_scores(before, record):
            before = None
        if before is not None and not replace and only is None:
            return None
        if before is None:
            only = None
        gradebook.update_or_create_student(record.student)
        submission = gradebook.update_or_create_submission(course.assignment, record.student)
        if only is None:  # the same files, looked at again, were handed in when they were
            submission.timestamp = handed_in(course, submission, record)
        comments.add(gradebook, submission, course.exercise)
        enter_scores(submission, record, answers, only)
        gradebook.db.commit()  # the database adds the scores up
        if before is None or only is None or score_of(submission).points != before.points:
            assign_penalty(course, submission)
            gradebook.db.commit()
        after = score_of(submission)
    event = event_of(before, record, only)
    past = "" if before is None else f"{before.points:g}"
    checks, score = f"{record.points:g}", f"{after.points:g}"
    note_history(course, record.student, event, checks, past, score, record.pack, changes)
    return before, after


def event_of(before: Score | None, record: Record, only: Collection[str] | None) -> str:
    """Return what the history says of an entry."""
    if before is None:
        return "graded"
    if only is None:
        return "graded again"
    functions = [name for name in record.by_function() if name in only]
    return f"graded again: {', '.join(functions)}" if functions else "notebook handed in again"


def lacks_scores(score: Score, record: Record) -> bool:
    """Return whether the gradebook has a submission without what the checks gave to it.

    nbgrader's own commands make such ones, and so did stopped runs of earlier versions.
    """
    return any(n in score.by_cell and n not in score.checked for n in record.by_function())


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


def grades_of(submission: SubmittedAssignment) -> list[Grade]:
    """Return the grades of all cells of a submission."""
    return [grade for notebook in submission.notebooks for grade in notebook.grades]


def answered(notebook: Any) -> dict[str, float | None]:
    """Return, for each question to be graded by hand, 0 if it is not answered, else None."""
    return {
        cell.metadata.nbgrader.grade_id: utils.determine_grade(cell)[0]
        for cell in notebook.cells
        if utils.is_grade(cell) and utils.is_solution(cell)
    }


def scores(course: Course) -> dict[str, Score]:
    """Return the score of each student who has one, by name."""
    with opened(course) as gradebook:
        return {s.student.id: score_of(s) for s in with_grades(gradebook, course)}


def with_grades(gradebook: Gradebook, course: Course) -> list[SubmittedAssignment]:
    """Return all submissions with what `score_of` reads of them, in a few queries for all."""
    try:
        assignment = gradebook.find_assignment(course.assignment)
    except MissingEntry:
        return []
    notebooks = selectinload(SubmittedAssignment.notebooks)
    written = SubmittedNotebook.comments.and_(Comment.manual_comment.is_not(None))
    wanted = (
        selectinload(SubmittedAssignment.student),
        notebooks.selectinload(SubmittedNotebook.grades).selectinload(Grade.cell),
        notebooks.selectinload(written).selectinload(Comment.cell),
    )
    every = gradebook.db.query(SubmittedAssignment).filter_by(assignment_id=assignment.id)
    return list(every.options(*wanted))


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
