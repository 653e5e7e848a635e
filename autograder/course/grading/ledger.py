"""Keep what was made of each student: files, the notebook for the formgrader, and the gradebook."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from autograder.course import record as results
from autograder.course.gradebook import autograded
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import ASSIGNMENT, Course
from autograder.course.grading import plan
from autograder.course.grading.student import Graded, outcomes
from autograder.course.pages.pictures import Picture
from autograder.course.record import Record
from autograder.submission import Submission


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
        plan.store(graded, self._course.root)
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


def read_executed(out: Path, student: str) -> bytes:
    """Return a student's notebook as it ran, or nothing."""
    path = plan.executed_path(out, student)
    return path.read_bytes() if path.is_file() else b""


def read_pictures(out: Path, record: Record) -> list[Picture]:
    """Return the pictures of a student's page."""
    found = []
    for name, text in record.pictures.items():
        path = plan.picture_path(out, record.student, name)
        if path.is_file():
            found.append(Picture(name, text, path.read_bytes()))
    return found


def keep_submission(submission: Submission, out: Path) -> None:
    """Keep the files that were graded where nbgrader looks for what was submitted.

    Those of a former grading go to ``history``.
    """
    folder = out / "submitted" / submission.student / ASSIGNMENT
    if folder.exists():
        former = plan.next_free(out / "history", submission.student, ".submitted")
        former.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, former)
    for name, data in submission.files.items():
        results.write_bytes(folder / name, data)
    if submission.notebook:
        results.write_bytes(folder / f"{ASSIGNMENT}.ipynb", submission.notebook)
