"""Submissions made of the museum: the solution, with a function written in another way."""

from __future__ import annotations

from autograder.course.museum.way import Way
from autograder.exercise import Exercise
from autograder.submission import Submission


def in_the_way(exercise: Exercise, solution: Submission, way: Way) -> Submission:
    """Return the solution with one or more functions written in another correct way."""
    if way.alone:
        path = exercise.by_name[way.functions[0]].file.path
        return Submission(way.name, {**solution.files, path: way.code.encode()})
    return with_code(exercise, solution, way.functions[0], way.code)


def with_code(exercise: Exercise, solution: Submission, function: str, code: str) -> Submission:
    """Return the solution with `code` at its end, where it takes the place of what was before."""
    path = exercise.by_name[function].file.path
    text = solution.files[path].decode() + "\n\n" + code
    return Submission(solution.student, {**solution.files, path: text.encode()})
