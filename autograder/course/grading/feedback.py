"""The page of one student, made when a class is graded and by the formgrader's own button."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbgrader.converters.base import NbGraderException

from autograder import exercises
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook import together
from autograder.course.gradebook.course import Course, place_of, read_course
from autograder.course.gradebook.scores import Score
from autograder.course.grading.store import read_graded, record_path
from autograder.course.notebooks import shown
from autograder.course.pages import report
from autograder.course.pages import together as all_exercises
from autograder.course.record import Record, load
from autograder.disk import write_text


def page_for(course: Course, record: Record, score: Score, released: bytes) -> str:
    """Return a student's page, from what is kept."""
    graded = read_graded(course, record)
    return report.student_page(
        course.exercise,
        record,
        score,
        pictures=graded.pictures,
        notebook=shown.cells(graded.notebook, released) if graded.notebook else (),
        files=graded.files,
        setting=setting(course),
    )


def setting(course: Course) -> report.Setting:
    """Return what all pages of a course have in common."""
    return report.Setting(course.course_id, course.zone)


def write_page(record: Record, score: Score, course: Course, released: bytes) -> None:
    """Write the page of one student, unless it is as it would be."""
    path = course.root / report.page_of(course.exercise, record.student)
    if not report.is_up_to_date(path, record, score, setting(course)):
        write_text(path, page_for(course, record, score, released))


def write_together(course: Course) -> bool:
    """Write the page on all exercises of a course, where there are several; say if it is there."""
    there = together.exercises_of(course.root)
    if len(there) < 2:
        return False
    places = [
        (place_of(course.root, exercise) / "report.html").relative_to(course.root).as_posix()
        for exercise in there
    ]
    lines = together.lines_of(course.root, there)
    page = all_exercises.page(there, places, lines, setting(course))
    write_text(course.root / all_exercises.NAME, page)
    return True


class OurPage(HTMLExporter):
    """Has ``nbgrader generate_feedback``, and the formgrader's button, write our page."""

    def from_filename(  # type: ignore[override]  # what is written is the page, and not a notebook
        self, filename: str, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page of the student whose notebook it is, as the gradebook is now.

        Raises
        ------
        NbGraderException
            The student was not graded here.
        """
        student = (resources or {})["nbgrader"]["student"]
        assignment = (resources or {})["nbgrader"]["assignment"]
        exercises.choose(assignment)
        course = read_course(exercises.default(), Path.cwd())  # nbgrader works in its root
        path, known = record_path(course.place, student), gradebook.scores(course)
        if not path.is_file() or student not in known:
            raise NbGraderException(f"{student} was not graded by nox -s grade: there is no page.")
        page = page_for(course, load(path), known[student], course.released)
        return page, {**self._init_resources(resources), "outputs": {}}
