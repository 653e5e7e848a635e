"""All exercises of a course at once: what stands in the gradebook for each student in each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder import exercises
from autograder.course.gradebook import course as nbcourse
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.scores import Score
from autograder.exercise import Exercise


@dataclass(frozen=True)
class Line:
    """One student in a whole course.

    Attributes
    ----------
    student, name : str
        The name in folders, and for people.
    scores : list of Score or None
        In the order of the exercises; None where nothing was graded.
    """

    student: str
    name: str
    scores: list[Score | None]

    @property
    def points(self) -> float:
        """Return the sum of all points."""
        return sum(score.points for score in self.scores if score)


def exercises_of(root: Path) -> list[Exercise]:
    """Return the exercises that the course in a folder has."""
    return [e for e in exercises.every() if (root / "source" / e.assignment).is_dir()]


def lines_of(root: Path, there: list[Exercise]) -> list[Line]:
    """Return a line for each student of whom anything was graded, by name."""
    graded = []
    for exercise in there:
        scores = gradebook.scores(nbcourse.read_course(exercise, root))
        graded.append({student: score for student, score in scores.items() if score.graded})
    students = sorted({student for scores in graded for student in scores})
    return [
        Line(student, next(scores[student].name for scores in graded if student in scores), row)
        for student in students
        for row in [[scores.get(student) for scores in graded]]
    ]
