"""What a trained net is judged by in a graded run: its scores, computed by the grader itself.

A module for each exercise has ``scores(params, images)``. It is part of the class run and of what
grades on Gradescope, and of no release: it writes down what students are to write. May import: the
ground.
"""

from __future__ import annotations

import importlib

from autograder.exercise import Exercise
from autograder.judging.exam import Scores


def name_of(exercise: Exercise) -> str:
    """Return the name of the module for an exercise."""
    return f"{__name__}.{exercise.name}"


def scores_of(exercise: Exercise) -> Scores | None:
    """Return what computes the scores of a net of an exercise; None if none is trained in it."""
    if not any(function.trains for function in exercise.functions):
        return None
    found: Scores = importlib.import_module(name_of(exercise)).scores
    return found
