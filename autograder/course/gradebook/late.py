"""Who is late, extensions, and penalties that a later date takes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from nbgrader.api import Gradebook, MissingEntry

from autograder.course.gradebook import dates, scores
from autograder.course.gradebook.course import Course
from autograder.course.gradebook.dates import submissions
from autograder.course.gradebook.history import Event, note_history
from autograder.course.gradebook.penalty import justified, seconds_late
from autograder.course.intake.deadlines import Deadlines
from autograder.errors import UserError


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
    before = lateness(course)
    dates.set_by_person(course, due)
    return forgive(course, before)


def deadlines(course: Course, due: datetime | None, of_file: datetime | None = None) -> Deadlines:
    """Return by when each student is to hand in, if the exercise will be due at `due`.

    None stands for the date that holds in the gradebook, or will: `of_file` is that of the settings
    file.
    """
    due = dates.foreseen(course, of_file) if due is None else due
    own = {} if due is None else {name: due + more for name, more in extensions(course).items()}
    return Deadlines(due, own, course.zone)


def lateness(course: Course) -> dict[str, float]:
    """Return how late each student is, in seconds."""
    with scores.opened(course) as gradebook:
        return {s.student.id: seconds_late(s) for s in submissions(gradebook, course)}


def forgive(course: Course, before: Mapping[str, float] | None = None) -> list[Forgiven]:
    """Take back penalties of who is not late any more: the date may be moved in the formgrader.

    Parameters
    ----------
    course : Course
        The course.
    before : mapping of str to float, optional
        What `lateness` said before the date was moved: who is less late now loses less.
    """
    with scores.opened(course) as gradebook:
        return list(take_back(gradebook, course, before or {}))


def take_back(
    gradebook: Gradebook, course: Course, before: Mapping[str, float]
) -> Iterator[Forgiven]:
    """Lower penalties to what is justified.

    That is none for who is in time, and for who is less late than `before` says, in seconds by
    student, what the course's plugin says now. Nobody's penalty grows here.
    """
    for submission in submissions(gradebook, course):
        name, now = submission.student.id, seconds_late(submission)
        if now and now >= before.get(name, now):
            continue
        own = list(submission.notebooks)
        had = sum(notebook.late_submission_penalty or 0.0 for notebook in own)
        if not had:
            continue
        fair = [justified(course, submission, notebook) for notebook in own]
        left = sum(penalty or 0.0 for penalty in fair)
        if left >= had:
            continue
        known = scores.score_of(submission)
        stays, old = bool(known.changed), known.points
        if not stays:
            for notebook, penalty in zip(own, fair, strict=True):
                notebook.late_submission_penalty = penalty
            gradebook.db.commit()
            new = scores.score_of(submission).points
            event = Event(name, "penalty taken back", "", f"{old:g}", f"{new:g}")
            note_history(course, [event])
        yield Forgiven(name, had, left, stays)


def extend(course: Course, student: str, until: datetime | timedelta) -> datetime:
    """Give one student more time, in nbgrader's own field; return until when.

    Parameters
    ----------
    course : Course
        The course.
    student : str
        The name. Who has not handed in yet is entered, without a grade.
    until : datetime or timedelta
        A date, or how long after the date for everybody; none at all takes an extension back.

    Raises
    ------
    UserError
        No due date is set, or it is later than `until`.
    """
    with scores.opened(course) as gradebook:
        due = dates.in_gradebook(gradebook, course)
        if due is None:  # nbgrader would count from nothing, and fail from then on
            raise UserError(
                "No due date is set, so there is nothing to extend: set one with grade --due, in "
                "the formgrader or in course.toml (and grade once)."
            )
        more = until if isinstance(until, timedelta) else until - due
        if more < timedelta(0):
            raise UserError(
                f"That is less time for {student} than for everybody, who have until "
                f"{dates.local(course, due)}."
            )
        gradebook.update_or_create_student(student)
        try:
            submission = gradebook.find_submission(course.assignment, student)
        except MissingEntry:
            submission = gradebook.update_or_create_submission(course.assignment, student)
        submission.extension = more or None
        gradebook.db.commit()
    return (due + more).astimezone(course.zone)


def extensions(course: Course) -> dict[str, timedelta]:
    """Return the students who have an extension, and how much more time that is."""
    with scores.opened(course) as gradebook:
        found = submissions(gradebook, course)
        return {s.student.id: s.extension for s in found if s.extension is not None}
