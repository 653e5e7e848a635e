"""``spatial_batchnorm_forward(x, gamma, beta, bn_param) -> (out, cache)``."""

from typing import Any

import numpy as np

from autograder.exercises.convnets.cases.normalization import (
    SPREAD,
    batchnorm_forward,
    batchnorm_sequence,
)
from autograder.judging.case import Case
from autograder.judging.declare import check
from autograder.judging.exam import DOUBLE, CheckFailed, Exam, NotWritten
from autograder.judging.output import Output
from autograder.sandbox.client import Raised

FUNCTION = "spatial_batchnorm_forward"


@check(
    FUNCTION,
    points=3,
    cases=[
        batchnorm_forward(x=(2, 3, 4, 5)),
        batchnorm_forward(x=(4, 2, 6, 6)),
    ],
    hint="All pixels of all images of one channel share one mean and one variance.",
)
def test_standard(exam: Exam) -> None:
    """Training mode on square and non-square images."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=3,
    cases=[
        batchnorm_sequence(x=(3, 4, 3, 5), modes=["train"] * 3),
        batchnorm_sequence(x=(3, 2, 4, 4), modes=["train"] * 3, momentum=0.6),
    ],
    hint="momentum weighs the old running value, 1 - momentum the new batch; in bn_param itself.",
)
def test_running_values(exam: Exam) -> None:
    """The running mean and variance after each of three training passes."""
    for case in exam.cases:
        reply = exam.ask(case)
        expect_not_empty(reply)
        for step, (got, expected) in enumerate(
            zip(reply["running"], case.expected["running"], strict=True), start=1
        ):
            for name in ("running_mean", "running_var"):
                if got[name] is None:
                    text = f"bn_param has no {name} after a training pass."
                    raise CheckFailed(text, words=text)
                value = got[name]
                if isinstance(value, np.ndarray):
                    value = value.ravel()  # (C,), (1, C) and (1, C, 1, 1) are all in use
                exam.expect_close(Output(name, "running", step), value, expected[name], DOUBLE)


@check(
    FUNCTION,
    points=2,
    cases=[
        batchnorm_sequence(x=(3, 4, 3, 5), modes=["test"], running=True),
        batchnorm_sequence(x=(3, 4, 3, 5), modes=["train", "train", "test"]),
    ],
    hint="In test mode the statistics are the running ones: does the batch still matter?",
)
def test_test_mode(exam: Exam) -> None:
    """Test mode normalizes with the running values, given or the function's own."""
    given, own = exam.cases
    try:
        expect_outputs(exam, given)
    except (AssertionError, Raised):
        # Who keeps running values of shape (1, C, 1, 1) cannot use given ones of shape (C,).
        expect_outputs(exam, own)


def expect_outputs(exam: Exam, case: Case) -> None:
    """Fail unless a sequence ends in the right output, and test mode kept the running values."""
    reply = exam.ask(case)
    expect_not_empty(reply)
    last, outs = len(reply["outs"]), case.expected["outs"]
    exam.expect_close(
        Output("out", "pass", last), reply["outs"][-1], outs[-1], DOUBLE, "out in test mode"
    )
    for name, expected in case.expected["running"][-1].items():
        value = reply["running"][-1][name]
        if isinstance(value, np.ndarray):
            output = Output(name, "running", last)
            exam.expect_close(output, value.ravel(), expected, DOUBLE, f"{name} after test mode")


def expect_not_empty(reply: dict[str, Any]) -> None:
    """Tell a function that is still to be written from one that is wrong."""
    if all(out is None for out in reply["outs"]):
        raise NotWritten("out is None: this part is still to be written.")


@check(
    FUNCTION,
    points=1,
    cases=[
        batchnorm_forward(x=(1, 3, 4, 4)),
        batchnorm_forward(x=(4, 1, 3, 5)),
        batchnorm_forward(x=(6, 3, 1, 1)),
        batchnorm_forward(x=(2, 3, 4, 4), spread=1.0, eps=0.1),
    ],
    hint="Try one image, one channel, one pixel; and a large eps, added to the variance.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single image or channel, images of one pixel, and a large eps."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=1,
    cases=[batchnorm_forward(x=(2, 3, 4, 5), dtype="float32", spread=SPREAD)],
    hint="Does the function write into x, gamma or beta, or round to integers on the way?",
)
def test_contract(exam: Exam) -> None:
    """Inputs stay as they are; float32 images work."""
    exam.expect_contract(["x", "gamma", "beta"])
