"""What a net has learned: its parameters, and how well a forward pass that is ours does with them.

In a graded run no student code runs after the training: nothing counts but the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.exercises.training import prepared
from autograder.judging.exam import CheckFailed, Scores

OTHER_SCORES = (
    "The grader computes the scores itself, from {parameters} alone: {layers}. Your own scores "
    "differ: your loss computes others from the same parameters."
)
AT_ONCE = 500  # images
ROUNDING = 0.02  # by which two accuracies differ that rounding alone sets apart: of 100 images, two


def learned(
    params: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, np.ndarray]:
    """Return the parameters of a trained net, each of its shape, float32 and finite.

    Parameters
    ----------
    params : mapping of str to Any
        What came back from the training.
    shapes : mapping of str to tuple of int
        The shape that each has.

    Raises
    ------
    CheckFailed
        One of them is not there, or is not such an array.
    """
    return {name: fitted(name, params.get(name), shape) for name, shape in shapes.items()}


def fitted(name: str, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return one parameter as float32; axes of length 1 do not matter, as for a bias (1, H)."""
    if not isinstance(value, np.ndarray):
        text = f"After the training, params has no array {name}."
        raise CheckFailed(text, words=text)
    if [n for n in value.shape if n != 1] != [n for n in shape if n != 1]:
        text = f"After the training, {name} has shape {value.shape}, expected {shape}."
        raise CheckFailed(text, words=f"After the training, {name} has not the shape {shape}.")
    if value.dtype.kind != "f" or value.dtype.itemsize < 4:
        text = f"After the training, {name} has dtype {value.dtype}, expected float32."
        raise CheckFailed(text, words=f"After the training, {name} has not the dtype float32.")
    with np.errstate(over="ignore"):
        single = np.ascontiguousarray(value, np.float32).reshape(shape)
    if not np.isfinite(single).all():
        text = f"After the training, {name} has values that are not finite."
        raise CheckFailed(text, words=text)
    return single


def accuracy(
    scores: Scores, params: Mapping[str, np.ndarray], X: np.ndarray, y: np.ndarray, mean: np.ndarray
) -> np.ndarray:
    """Return for each image of `X`, of bytes, whether its class is the one with the best score."""
    with np.errstate(all="ignore"):  # what overflows is not the best
        best = [
            np.argmax(scores(params, prepared(X[i : i + AT_ONCE], mean)), axis=1)
            for i in range(0, len(X), AT_ONCE)
        ]
    found: np.ndarray = np.concatenate(best) == y
    return found


def without_own_scores(told: np.ndarray, right: np.ndarray, other_scores: str) -> str:
    """Say where a net's own scores are others than those that follow from its parameters.

    Parameters
    ----------
    told : ndarray
        The accuracies that the Solver measured on the validation images, with the student's code.
        The parameters are those of the best.
    right : ndarray of bool
        What the forward pass with these parameters makes of the same images.
    other_scores : str
        Says how the scores follow from the parameters.
    """
    ours = float(np.mean(right))
    own = float(np.max(told)) if told.size and told.dtype.kind == "f" else np.nan
    if abs(own - ours) <= ROUNDING:
        return ""
    return (
        f"{other_scores} On the validation images the Solver found an accuracy of {own:.3f} with "
        f"yours, and the grader's give {ours:.3f}."
    )
