"""Made-up results, for tests of what is done with them."""

import io
import shutil
import tempfile
from functools import cache
from pathlib import Path

from rich.console import Console

from autograder.course.gradebook import entries
from autograder.course.gradebook.course import open_course
from autograder.course.gradebook.entries import Entry
from autograder.course.gradebook.scores import Score
from autograder.course.grading.ledger import Ledger
from autograder.course.grading.one_by_one import OneByOne
from autograder.course.intake.apart import Apart
from autograder.course.record import Record
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import list_checks
from autograder.judging.verdict import Status, Verdict


def record_of(student, *, passed=True, message="", key="k", problem="", notes=(), when=""):
    """Return the record of a student who passed every check, or none."""
    status = Status.PASSED if passed else Status.FAILED
    verdicts = [
        Verdict(
            i.id, i.function, i.title, status, i.max_points if passed else 0.0, i.max_points,
            message, 0.5,
        )
        for i in list_checks(EXERCISE)
    ]  # fmt: skip
    return Record(student, key, "pack", problem, list(notes), verdicts, submitted=when)


def score_for(record, **changes):
    """Return the score that stands in the gradebook for a record, with changes."""
    cells = {name: reached for name, (reached, _) in record.by_function().items()}
    fields = {
        "student": record.student,
        "name": record.student,
        "points": record.points,
        "max_points": record.max_points,
        "checked": cells,
        "penalty": 0.0,
        "late": 0.0,
        "by_cell": cells,
        "changed": (),
        "to_grade": False,
        "comments": {},
    }
    return Score(**{**fields, **changes})


def enter_record(course, record, notebook, **options):
    """Enter what the checks gave to one student into the gradebook."""
    entries.enter(course, [Entry(record, entries.answered(notebook), **options)])


def settle(course, *graded):
    """Keep what was made of some students."""
    each = OneByOne(course, Console(file=io.StringIO()))
    with Apart() as apart, (ledger := Ledger(course, False, apart, each)).by_batches():
        for own in graded:
            ledger.settle(own)


@cache
def empty_course():
    """Return the folder of a new course, made once: nbgrader takes a second for its gradebook."""
    folder = tempfile.TemporaryDirectory()
    open_course(EXERCISE, Path(folder.name))
    return folder


def course_at(folder):
    """Open the course in a folder; a new one is a copy of an empty one."""
    if not (folder / "gradebook.db").exists():
        shutil.copytree(empty_course().name, folder, dirs_exist_ok=True)
    return open_course(EXERCISE, folder)
