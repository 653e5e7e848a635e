"""What is taken off for handing in late."""

from __future__ import annotations

from nbgrader.api import SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties

from autograder.course.gradebook.course import Course


def assign_penalty(course: Course, submission: SubmittedAssignment) -> None:
    """Assign the penalty for being late, as the plugin that the course has chosen for it says.

    nbgrader's own step does the same, in a gradebook that it opens anew.
    """
    for notebook in submission.notebooks:
        notebook.late_submission_penalty = justified(course, submission, notebook)


def seconds_late(submission: SubmittedAssignment) -> float:
    """Return how late a submission is: not at all where the exercise is not due.

    nbgrader fails where somebody has an extension of no date.
    """
    return 0.0 if submission.assignment.duedate is None else float(submission.total_seconds_late)


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
