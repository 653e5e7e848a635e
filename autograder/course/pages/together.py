"""The page on all exercises of a course: a line for each student, a column for each exercise."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from autograder.course.gradebook.together import Line
from autograder.course.pages.report import (
    SETTING,
    Setting,
    environment,
    names,
    page_of,
    sorting,
)
from autograder.exercise import Exercise

NAME = "together.html"


def page(
    there: Sequence[Exercise],
    places: Sequence[str],
    lines: Sequence[Line],
    setting: Setting = SETTING,
) -> str:
    """Return the page.

    Parameters
    ----------
    there : sequence of Exercise
        The exercises of the course.
    places : sequence of str
        Where the page on the class of each is, below the course's folder.
    lines : sequence of Line
        The students.
    setting : Setting
        What the pages of a course have in common.
    """
    columns = [
        [s for s in column if s] for column in zip(*(line.scores for line in lines), strict=True)
    ]
    return (
        environment()
        .get_template("together.html.jinja")
        .render(
            exercises=list(zip(there, places, strict=True)),
            setting=setting,
            lines=lines,
            names=names([next(filter(None, line.scores)) for line in lines]),
            pages=[[page_of(exercise, line.student) for exercise in there] for line in lines],
            means=[mean(s.points for s in column) if column else 0.0 for column in columns],
            mean=mean(line.points for line in lines) if lines else 0.0,
            **sorting(),
        )
    )
