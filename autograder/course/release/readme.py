"""The README that students get, with what their course has set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from autograder import locate
from autograder.course import settings as of
from autograder.course.times import shown
from autograder.exercise import Exercise
from autograder.exercises.registry import ids, list_checks, worth
from autograder.exercises.settings import DEFAULT, Settings
from autograder.judging import pack
from autograder.student.inside import arguments_of, assigned

TEMPLATE = Path(__file__).with_name("student_readme.md")


def readme(exercise: Exercise, settings: Settings) -> str:
    """Return the student's README, as Markdown."""
    first = list_checks(exercise)[0]
    (case, *_) = pack.public(exercise.name, ids(exercise)).cases[first.id]
    environment = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    when = of.due(settings)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        aim=exercise.aim,
        notebook=exercise.notebook,
        folder=exercise.name,
        files=[f"{locate.given().name}/{file.path}" for file in exercise.files],
        count={1: "one file", 2: "two files"}.get(len(exercise.files), "these files"),
        function=first.function,
        check=first.id,
        arguments=assigned(tuple(arguments_of(case))),
        points=sum(worth(exercise).values()),
        due=shown(when) if when else "",
        given=exercise.given,
        modules=exercise.changes.modules,
        has_settings=replace(settings, exercise=DEFAULT, open=()) != Settings(),
    )
