"""Keep what was made of each student: files, the notebook for the formgrader, and the gradebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.course.gradebook import autograded
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.autograded import Made
from autograder.course.gradebook.course import Course
from autograder.course.gradebook.scores import Score
from autograder.course.grading.store import read_executed, store
from autograder.course.grading.student import Graded, outcomes
from autograder.course.intake.apart import Apart
from autograder.course.record import Record


class Ledger:
    """The files and the gradebook of a course, while a class is graded.

    Parameters
    ----------
    course : Course
        The course directory.
    regrade : bool
        Replace what the gradebook has from former checks.
    apart : Apart
        Where what students wrote is made fit for the formgrader.
    """

    def __init__(self, course: Course, regrade: bool, apart: Apart) -> None:
        self._course, self._regrade, self._apart = course, regrade, apart

    def settle(self, graded: Graded) -> Record:
        """Keep everything that was made of one student, and return the record."""
        made = self._made(graded.record, graded.notebook)
        notes = [*graded.record.notes, *made.remarks]
        record = replace(graded.record, notes=notes)
        store(replace(graded, record=record), self._course.root)
        self._enter(record, made, self._regrade)
        return record

    def is_missing(self, record: Record, score: Score | None) -> bool:
        """Return whether the gradebook has nothing of what the checks gave to a student.

        A run may have been stopped between the record and the gradebook.
        """
        return score is None or gradebook.lacks_scores(score, record)

    def catch_up(self, record: Record) -> None:
        """Enter a student who is missing, from what was kept."""
        made = self._made(record, read_executed(self._course.root, record.student))
        self._enter(record, made, False)

    def _made(self, record: Record, executed: bytes) -> Made:
        return autograded.make(self._course, executed, outcomes(record.verdicts), self._apart)

    def _enter(self, record: Record, made: Made, replace: bool) -> None:
        autograded.keep(self._course, record.student, made.notebook)
        gradebook.enter(self._course, record, made.notebook, replace=replace)


def differing(records: Sequence[Record], scores: Mapping[str, Score]) -> list[str]:
    """Return the students whose scores of the checks are others in the gradebook."""
    return [
        record.student
        for record in records
        for checked in [scores[record.student].checked if record.student in scores else {}]
        if any(checked.get(n, p) != p for n, (p, _) in record.by_function().items())
    ]
