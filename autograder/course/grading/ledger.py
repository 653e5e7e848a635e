"""Keep what was made of each student: files, the notebook for the formgrader, and the gradebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from autograder.course.gradebook import autograded
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.autograded import Made
from autograder.course.gradebook.course import Course
from autograder.course.gradebook.scores import Score
from autograder.course.grading.store import read_graded, store
from autograder.course.grading.student import Graded, outcomes
from autograder.course.intake.apart import Apart
from autograder.course.pages.report import pictures_by_function
from autograder.course.record import Record
from autograder.show.text import by_function


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
        made = self._made(graded)
        notes = [*graded.record.notes, *made.remarks]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        record = replace(graded.record, notes=notes, graded=now)
        store(replace(graded, record=record), self._course)
        self._enter(record, made, self._regrade)
        return record

    def is_missing(self, record: Record, score: Score | None) -> bool:
        """Return whether the gradebook, or the formgrader, has nothing of what the checks gave.

        A run may have been stopped between the record and the gradebook, and nbgrader's own
        commands may have removed what the formgrader shows.
        """
        if score is None or gradebook.lacks_scores(score, record):
            return True
        return not self._course.notebook("autograded", record.student).is_file()

    def catch_up(self, record: Record) -> None:
        """Enter a student who is missing, from what was kept."""
        self._enter(record, self._made(read_graded(self._course, record)), False)

    def _made(self, graded: Graded) -> Made:
        verdicts = graded.record.verdicts
        return autograded.make(
            self._course,
            graded.notebook,
            outcomes(verdicts),
            self._apart,
            pictures_by_function(graded.pictures, list(by_function(verdicts))),
            graded.files,
        )

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
