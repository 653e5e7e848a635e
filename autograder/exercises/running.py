"""What the checks of a batch normalization expect of running values, and of test mode."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judging.case import Case
from autograder.judging.compare import kind_of
from autograder.judging.exam import DOUBLE, CheckFailed, Exam, NotWritten
from autograder.judging.output import Output


def expect_running_values(exam: Exam) -> None:
    """Fail unless running mean and variance are right after each training pass of every case."""
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


def expect_test_mode(exam: Exam) -> None:
    """Fail unless test mode normalizes with the running values, given or the function's own."""
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
