"""What nbgrader's own autograding does in this course: say who grades, and touch nothing."""

from __future__ import annotations

from typing import Any

from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor


class SayWhoGrades(NbGraderPreprocessor):
    """Stops ``nbgrader autograde`` before it runs student code or changes a score."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Raise `NbGraderException`, with what to type instead."""
        raise NbGraderException(
            "Nothing was graded. This course is graded in its own folder, by nox -s "
            "grade -- --course THIS_FOLDER, which keeps student code from your files."
        )
