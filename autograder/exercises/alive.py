"""Whether a loss comes from a net at all, however wrong that may be.

What a fresh net's loss is, and what a penalty adds to it, can be written down without a net. So the
checks of both ask first whether the loss depends on what it has to come from.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.exercises.written import expect_gradients, expect_written
from autograder.judging.case import Case
from autograder.judging.compare import kind_of
from autograder.judging.exam import CheckFailed, Exam, NotWritten
from autograder.judging.output import Output


def expect_alive(exam: Exam, case: Case, *, gradients: bool = False) -> None:
    """Fail unless scores or loss depend on the images and on each of the weights, without penalty.

    With `gradients`, fail also where none of them has a value.
    """
    reply, payload = exam.ask(case), case.payload
    expect_written(reply)
    if gradients:
        expect_gradients(reply)
    loss_in(reply)
    if not is_same(reply, exam.ask(case)):
        text = "The same net gives another loss, or other scores, for the same images."
        raise CheckFailed(text, words=text)
    changes: dict[str, dict[str, Any]] = {"the images": {"X": -payload["X"]}}
    for name in filter(is_weight, payload["params"]):
        changes[name] = {"params": {**payload["params"], name: -payload["params"][name]}}
    for what, change in changes.items():
        if is_same(reply, exam.ask(case, **change)):
            text = (
                f"Without regularization, neither scores nor loss depend on {what}: this check is "
                "of a loss that comes from the scores of the net."
            )
            raise CheckFailed(text, Output("loss"), words=text)
    if gradients and not any(has_values(value) for value in reply["grads"].values()):
        text = (
            "Without regularization, the gradients of all parameters are zero: the penalty's are "
            "to be added to those of the loss."
        )
        raise CheckFailed(text, words=text)


def is_weight(name: str) -> bool:
    """Return whether a parameter is a matrix of weights, by its name."""
    return name.startswith("W")


def is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two replies have the same loss and the same scores."""
    return all(
        np.array_equal(plain(one[name]), plain(other[name]), equal_nan=True)
        for name in ("loss", "scores")
    )


def plain(value: Any) -> Any:
    """Return an array or a number, and 0 for anything else that came back."""
    return value if isinstance(value, np.ndarray | int | float) else 0


def has_values(value: Any) -> bool:
    """Return whether something is an array that is not zero everywhere."""
    return isinstance(value, np.ndarray) and bool(value.any())


def loss_in(reply: dict[str, Any]) -> float:
    """Return the loss that a net has replied as a Python float."""
    value = reply["loss"]
    if value is None:
        raise NotWritten("loss is None: this part is still to be written.")
    if isinstance(value, np.ndarray) and value.size == 1 and value.dtype.kind == "f":
        value = float(value.reshape(()))
    if isinstance(value, dict) and not reply["grads"]:  # it stands for all that came back
        text = f"loss(X, y) returned {kind_of(value)}."
        raise CheckFailed(text, words=text)
    try:
        found = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:  # a whole number of more than 300 digits
        found = math.inf
    if not math.isfinite(found):
        text = "loss is not a finite number."
        raise CheckFailed(text, words=text)
    return found
