"""``spatial_batchnorm_forward(x, gamma, beta, bn_param) -> (out, cache)``."""

from typing import Any

import numpy as np

from autograder.exercises.convnets.cases.normalization import (
    SPREAD,
    batchnorm_forward,
    batchnorm_sequence,
)
from autograder.judging.case import Case
from autograder.judging.compare import kind_of
from autograder.judging.declare import check
from autograder.judging.exam import DOUBLE, CheckFailed, Exam, NotWritten
from autograder.judging.output import Output

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
        batchnorm_sequence(x=(2, 3, 3, 4), modes=["train"] * 3, spread=1.0, eps=0.1),
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
                output = Output(name, "running", step)
                if got[name] is None:
                    text = f"bn_param has no {name} after a training pass."
                    raise CheckFailed(text, output, words=text)
                exam.expect_close(output, in_a_row(got[name]), expected[name], DOUBLE)


@check(
    FUNCTION,
    points=2,
    cases=[
        batchnorm_sequence(x=(3, 4, 3, 5), modes=["test"], running=True),
        batchnorm_sequence(x=(3, 4, 3, 5), modes=["train", "train", "test"]),
        batchnorm_sequence(x=(2, 3, 4, 3), modes=["test"], running=True, spread=1.0, eps=0.1),
        batchnorm_sequence(x=(2, 3, 4, 3), modes=["train", "test"] * 2, spread=1.0, eps=0.1),
    ],
    hint="In test mode the statistics are the running ones: does the batch still matter?",
)
def test_test_mode(exam: Exam) -> None:
    """Test mode normalizes with the running values, given or the function's own."""
    given = [case for case in exam.cases if "running_mean" in case.args["bn_param"]]
    own = [case for case in exam.cases if "running_mean" not in case.args["bn_param"]]
    replies = [expect_outputs(exam, case) for case in own]
    if all(keeps_rows(reply) for reply in replies):
        for case in given:
            expect_outputs(exam, case)


def in_a_row(value: Any) -> Any:
    """Return running values in the shape ``(C,)``: (1, C) and (1, C, 1, 1) are in use too."""
    if isinstance(value, np.ndarray) and value.ndim and value.size == max(value.shape):
        return value.ravel()
    return value


def keeps_rows(reply: dict[str, Any]) -> bool:
    """Return whether running values were kept as given ones are, of shape ``(C,)``.

    Who keeps them in the shape ``(1, C, 1, 1)`` cannot use given ones.
    """
    kept = reply["running"][-1].values()
    return all(value.ndim == 1 for value in kept if isinstance(value, np.ndarray))


def expect_outputs(exam: Exam, case: Case) -> dict[str, Any]:
    """Fail unless test mode gives the right output, and leaves the running values as they are."""
    reply = exam.ask(case)
    expect_not_empty(reply)
    for step, asked in enumerate(case.payload["steps"], start=1):
        if asked["mode"] == "test":
            output, expected = Output("out", "pass", step), case.expected["outs"][step - 1]
            exam.expect_close(output, reply["outs"][step - 1], expected, DOUBLE, "out in test mode")
    last = len(reply["running"])
    for name, expected in case.expected["running"][-1].items():
        value = reply["running"][-1][name]
        if isinstance(value, np.ndarray):
            output = Output(name, "running", last)
            text = f"{name} after test mode"
            exam.expect_close(output, in_a_row(value), expected, DOUBLE, text)
    return reply


def expect_not_empty(reply: dict[str, Any]) -> None:
    """Tell a function that is still to be written from one that is wrong."""
    if all(out is None for out in reply["outs"]):
        raise NotWritten("out is None: this part is still to be written.")
    for step, out in enumerate(reply["outs"], start=1):
        if not isinstance(out, np.ndarray):
            output = Output("out", "pass", step)
            text = f"{output}: It is {kind_of(out)}, expected an array."
            raise CheckFailed(text, output, words=f"{output}: It is no array.")


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
