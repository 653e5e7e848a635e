"""What is raised while one student is graded, kept from all the others."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rich.console import Console

from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import Course
from autograder.errors import UserError, for_everybody
from autograder.sandbox import ending

MAX_REASON = 500  # characters of what was raised for a student


class OneByOne:
    """Keeps what is raised for one student from all the others.

    Parameters
    ----------
    course : Course
        That is graded.
    console : Console
        Where a student is named for whom something was raised.

    Attributes
    ----------
    failures : dict of str to str
        The students for whom something was raised, and what.
    """

    def __init__(self, course: Course, console: Console) -> None:
        self.failures: dict[str, str] = {}
        self._course, self._console = course, console

    def failed(self, student: str, reason: str) -> None:
        """Note that something was raised for a student, and say so, once for the same reason."""
        if self.failures.get(student) != reason:
            self.failures[student] = reason
            line = f"  {student}: could not be graded: {reason}"
            self._console.print(line, markup=False, highlight=False)

    @contextlib.contextmanager
    def student(self, student: str) -> Iterator[None]:
        """Do something for one student; what is raised costs this student alone.

        What would be raised for everybody goes on: a disk that is full, a gradebook out of reach.
        Nobody is begun with once this process has been told to end.
        """
        ending.heed()
        try:
            yield
        except Exception as error:
            if for_everybody(error):
                raise
            if isinstance(error, UserError):
                gradebook.scores(self._course)  # raises where the gradebook is out of reach
            kind = "" if isinstance(error, UserError) else f"{type(error).__name__}: "
            self.failed(student, f"{kind}{str(error)[:MAX_REASON]}")
