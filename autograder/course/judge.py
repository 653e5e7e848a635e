"""What nbgrader's own autograding does in this course: say who grades, and touch nothing."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.log import get_logger

WHO_GRADES = (
    "Nothing was graded, and nothing was changed. This course is graded in its own folder, by "
    "nox -s grade -- --course THIS_FOLDER, which keeps student code from your files."
)


class NobodyAutogrades(NotebookExporter):
    """Stops ``nbgrader autograde``, and the formgrader's button, before anything is removed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Raise `NbGraderException`, with what to type instead."""
        get_logger().error(WHO_GRADES)  # nbgrader's command says nothing of what is raised here
        raise NbGraderException(WHO_GRADES)


class SayWhoGrades(NbGraderPreprocessor):
    """Stops ``nbgrader autograde`` before it runs student code or changes a score.

    Courses that were made before `NobodyAutogrades` have only this.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Raise `NbGraderException`, with what to type instead."""
        raise NbGraderException(WHO_GRADES)
