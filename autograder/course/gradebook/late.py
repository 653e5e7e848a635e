"""When the exercise is due, and penalties that a later date takes back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment

from autograder.course.gradebook import scores
from autograder.course.gradebook.course import Course
from autograder.course.gradebook.penalty import justified, seconds_late
from autograder.course.intake.deadlines import Deadlines


@dataclass(frozen=True)
class Forgiven:
    """A penalty that the date by which the exercise is due does not justify.

    Attributes
    ----------
    student : str
        The name.
    before, after : float
        The points taken off until now, and those that are justified.
    stays : bool
        It stays nevertheless, since a person has changed this student's grade.
    """

    student: str
    before: float
    after: float
    stays: bool


def set_due(course: Course, due: datetime) -> list[Forgiven]:
    """Set the date by which the exercise is due, and take back penalties; return which."""
    with scores.opened(course) as gradebook:
        before = {s.id: seconds_late(s) for s in submissions(gradebook, course)}
        naive = due.astimezone(UTC).replace(tzinfo=None)  # as nbgrader keeps it
        gradebook.update_or_create_assignment(course.assignment, duedate=naive)
        return list(take_back(gradebook, course, before))


def deadlines(course: Course, due: datetime | None) -> Deadlines:
    """Return by when each student is to hand in, if the exercise will be due at `due`.

    None stands for the date that is set in the gradebook.
    """
    extensions: dict[str, timedelta] = {}
    with scores.opened(course) as gradebook, contextlib.suppress(MissingEntry):
        assignment = gradebook.find_assignment(course.assignment)
        if due is None and assignment.duedate is not None:
            due = assignment.duedate.replace(tzinfo=UTC)
        extensions = {s.student.id: s.extension for s in assignment.submissions if s.extension}
    own = {} if due is None else {name: due + more for name, more in extensions.items()}
    return Deadlines(due, own, course.zone)


def forgive(course: Course) -> list[Forgiven]:
    """Take back penalties of who is not late any more: the date may be moved in the formgrader."""
    with scores.opened(course) as gradebook:
        return list(take_back(gradebook, course, {}))


def submissions(gradebook: Gradebook, course: Course) -> list[SubmittedAssignment]:
    """Return all submissions that the gradebook knows."""
    try:
        return list(gradebook.find_assignment(course.assignment).submissions)
    except MissingEntry:
        return []


def take_back(gradebook: Gradebook, course: Course, before: dict[str, float]) -> Iterator[Forgiven]:
    """Lower penalties to what is justified.

    That is none for who is in time, and for who is less late than `before` says, in seconds by
    submission, what the course's plugin says now. Nobody's penalty grows here.
    """
    for submission in submissions(gradebook, course):
        now = seconds_late(submission)
        if now and now >= before.get(submission.id, now):
            continue
        own = list(submission.notebooks)
        fair = [justified(course, submission, notebook) for notebook in own]
        had = sum(notebook.late_submission_penalty or 0.0 for notebook in own)
        left = sum(penalty or 0.0 for penalty in fair)
        if left >= had:
            continue
        stays = bool(scores.score_of(submission).changed)
        if not stays:
            for notebook, penalty in zip(own, fair, strict=True):
                notebook.late_submission_penalty = penalty
            old = scores.score_of(submission).points
            gradebook.db.commit()
            new = scores.score_of(submission).points
            name = submission.student.id
            scores.note_history(course, name, "penalty taken back", "", f"{old:g}", f"{new:g}")
        yield Forgiven(submission.student.id, had, left, stays)
