"""Submissions made of the museum: the solution, with a function written in another way."""

from __future__ import annotations

from autograder.course.museum.convnets.ways import Way
from autograder.submission import CNN, LAYERS, Submission


def file_of(function: str) -> str:
    """Return the path of the file that a function or the net belongs into."""
    return CNN if function == "ThreeLayerConvNet" else LAYERS


def in_the_way(solution: Submission, way: Way) -> Submission:
    """Return the solution with one or more functions written in another correct way."""
    if way.alone:
        return Submission(way.name, {**solution.files, LAYERS: way.code.encode()})
    return with_code(solution, way.functions[0], way.code)


def with_code(solution: Submission, function: str, code: str) -> Submission:
    """Return the solution with `code` at its end, where it takes the place of what was before."""
    path = file_of(function)
    text = solution.files[path].decode() + "\n\n" + code
    return Submission(solution.student, {**solution.files, path: text.encode()})
