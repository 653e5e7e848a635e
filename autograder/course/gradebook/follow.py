"""A gradebook follows what a course asks for: the cells that give points, and how many.

What they are worth is the same for everybody, so that it changes for all at once or not at all.
"""

from __future__ import annotations

import itertools

from nbgrader.api import Grade, Gradebook

from autograder.course.gradebook import scores
from autograder.course.gradebook.at_once import at_once
from autograder.course.gradebook.course import Course, generate, write_source
from autograder.errors import UserError
from autograder.exercises.registry import worth
from autograder.exercises.settings import NAME as FILE


def follow(course: Course, *, anew: bool) -> list[str]:
    """Bring a course's notebooks and gradebook up to what is asked for now.

    Parameters
    ----------
    course : Course
        The course.
    anew : bool
        Everybody is about to be graded anew.

    Returns
    -------
    list of str
        What has changed, for people.

    Raises
    ------
    UserError
        Students have been graded by what was asked before, and are not about to be graded anew.
    """
    with scores.opened(course) as gradebook:
        notebook = gradebook.find_notebook(course.assignment, course.assignment)
        has = {cell.name: cell.max_score for cell in notebook.grade_cells}
        handed_in = [submitted.assignment for submitted in notebook.submissions]
        graded = any(scores.score_of(submission).graded for submission in handed_in)
    answers = {name for name, points in has.items() if not points}
    asked = worth(course.exercise)
    names = [*asked, *(name for name in has if name not in asked and name not in answers)]
    changes = [
        f"{name} is worth {told(asked.get(name))} instead of {told(has.get(name))}"
        for name in names
        if asked.get(name) != has.get(name)
    ]
    if not changes:
        return []
    if graded and not anew:
        raise UserError(
            f"{FILE} asks for something else than this gradebook: {'; '.join(changes)}. That "
            "changes for everybody at once: grade all who are in it with --regrade, or into "
            "another folder with --out."
        )
    rewrite(course, database=not handed_in)
    if handed_in:
        with scores.opened(course) as gradebook, at_once(gradebook):
            set_cells(gradebook, course, asked, set(has) - answers)
    return changes


def told(points: float | None) -> str:
    """Return points for people; None where there are none."""
    return "nothing" if points is None else f"{points:g}"


def rewrite(course: Course, *, database: bool) -> None:
    """Make the notebooks of instructor and students anew; the former ones go to ``history``."""
    for kind in ("source", "release"):
        folder = course.folder(kind)
        if folder.exists():
            history = course.place / "history"
            history.mkdir(exist_ok=True)
            free = (history / f"{kind}.{number}" for number in itertools.count(1))
            folder.rename(next(path for path in free if not path.exists()))
    write_source(course)
    generate(course.exercise, course.config, database=database)


def set_cells(
    gradebook: Gradebook, course: Course, asked: dict[str, float], before: set[str]
) -> None:
    """Set what cells are worth, where students have been graded already.

    A cell that is asked for no more goes with its grades; a new one has none yet.
    """
    name = course.assignment
    for cell, points in asked.items():
        kept = gradebook.update_or_create_grade_cell(
            cell, name, name, max_score=points, cell_type="code"
        )
        if cell not in before:
            for submitted in gradebook.find_notebook(name, name).submissions:
                gradebook.db.add(Grade(cell_id=kept.id, notebook=submitted))
    for cell in before - set(asked):
        gone = gradebook.find_grade_cell(cell, name, name)
        for grade in list(gone.grades):
            gradebook.db.delete(grade)
        gradebook.db.delete(gone)
    gradebook.db.commit()
