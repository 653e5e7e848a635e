"""What is taken off for handing in late."""

from __future__ import annotations

from datetime import datetime, timedelta

from nbgrader.api import SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties

from autograder.course.gradebook.course import Course
from autograder.course.record import Record
from autograder.course.times import in_utc

LEAST = timedelta(seconds=1)
"""How late is who was marked as late by a system that does not say by how much."""


def handed_in(course: Course, submission: SubmittedAssignment, record: Record) -> datetime | None:
    """Return when a submission was handed in, as nbgrader keeps times; None if that is not known.

    Of one that was marked as late only that is known, and the date by which it was due: the mark
    says nothing on a date that was extended for this student, or moved.
    """
    known = in_utc(record.submitted, course.zone)
    if known is not None:
        return known.replace(tzinfo=None)
    due: datetime | None = submission.assignment.duedate
    return due + LEAST if record.origin.late and due is not None else None


def seconds_late(submission: SubmittedAssignment) -> float:
    """Return how late a submission is, in seconds.

    nbgrader's own property fails for who has an extension where no due date is set.
    """
    if submission.assignment.duedate is None:
        return 0.0
    return float(submission.total_seconds_late)


def assign_penalty(course: Course, submission: SubmittedAssignment) -> None:
    """Assign the penalty for being late, as the plugin that the course has chosen for it says.

    nbgrader's own step does the same, in a gradebook that it opens anew.
    """
    for notebook in submission.notebooks:
        notebook.late_submission_penalty = justified(course, submission, notebook)


def justified(
    course: Course, submission: SubmittedAssignment, notebook: SubmittedNotebook
) -> float | None:
    """Return the penalty for a notebook as late as it is, or None."""
    late = seconds_late(submission)
    if late <= 0:
        return None
    step = AssignLatePenalties(config=course.config)
    step.init_plugin()
    penalty = step.plugin_inst.late_submission_penalty(submission.student.id, notebook.score, late)
    return None if penalty is None else min(max(penalty, 0.0), notebook.score)
