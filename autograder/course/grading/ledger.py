"""Keep what was made of each student: files, the notebook for the formgrader, and the gradebook."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.course.gradebook import autograded
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import Course
from autograder.course.grading.store import read_executed, store
from autograder.course.grading.student import Graded, outcomes
from autograder.course.record import Record


class Ledger:
    """The files and the gradebook of a course, while a class is graded.

    Parameters
    ----------
    course : Course
        The course directory.
    regrade : bool
        Replace what the gradebook has from former checks.
    """

    def __init__(self, course: Course, regrade: bool) -> None:
        self._course, self._regrade = course, regrade

    def settle(self, graded: Graded) -> Record:
        """Keep everything that was made of one student, and return the record."""
        store(graded, self._course.root)
        self._enter(graded.record, graded.notebook, self._regrade)
        return graded.record

    def catch_up(self, records: Sequence[Record]) -> list[str]:
        """Enter whoever is missing; return the students whose scores of the checks are others.

        A run may have been stopped between the record and the gradebook.
        """
        known, differing = gradebook.scores(self._course), []
        for record in records:
            score = known.get(record.student)
            if score is None:
                self._enter(record, read_executed(self._course.root, record.student), False)
            elif any(score.checked.get(n, p) != p for n, (p, _) in record.by_function().items()):
                differing.append(record.student)
        return differing

    def _enter(self, record: Record, executed: bytes, replace: bool) -> None:
        found = outcomes(record.verdicts)
        notebook = autograded.make(self._course, record.student, executed, found)
        gradebook.enter(self._course, record, notebook, replace=replace)
