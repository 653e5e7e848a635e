"""The final grades of a class, for all exports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder import exercises
from autograder.course.gradebook import course as nbcourse
from autograder.course.gradebook import scores as gradebook
from autograder.course.record import Record, in_folder
from autograder.errors import UserError


@dataclass(frozen=True)
class Score:
    """A student's final grade.

    Attributes
    ----------
    student : str
        The name, as in the folder of results.
    points, max_points : float
        Points reached, and points there are.
    """

    student: str
    points: float
    max_points: float


def records(results_dir: Path) -> list[Record]:
    """Return the records of all students graded into a folder, by name.

    Raises
    ------
    UserError
        Nobody was graded into `results_dir`, or a record cannot be read.
    """
    found = in_folder(nbcourse.place_of(results_dir, exercises.default()))
    if not found:
        raise UserError(
            f"There are no grades in {results_dir}. Give the folder that python -m autograder "
            "grade --out wrote to."
        )
    return found


def scores(results_dir: Path) -> dict[str, Score]:
    """Return the final grade of each student graded into a folder, by name.

    It is the one in the gradebook, with an instructor's changes and what is taken off for being
    late. A folder without a course (results of a single run elsewhere) has the checks' points.

    Raises
    ------
    UserError
        Nobody was graded, or a record or the gradebook cannot be read.
    """
    found = {r.student: Score(r.student, r.points, r.max_points) for r in records(results_dir)}
    if (results_dir / nbcourse.CONFIG).is_file():
        known = gradebook.scores(nbcourse.read_course(exercises.default(), results_dir))
        graded = {name: score for name, score in known.items() if score.graded}
        found |= {name: Score(name, s.points, s.max_points) for name, s in graded.items()}
    return found
