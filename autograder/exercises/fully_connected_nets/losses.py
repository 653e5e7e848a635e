"""What the checks of both losses expect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.judging.case import Case
from autograder.judging.exam import DOUBLE, SINGLE, CheckFailed, Exam, NotWritten
from autograder.judging.output import Output


def asked(exam: Exam, case: Case) -> dict[str, Any]:
    """Return the reply to a case of a loss that is written."""
    reply = exam.ask(case)
    if reply["loss"] is None and reply["dx"] is None:
        raise NotWritten("It returned None for loss and dx: still to be written.")
    return reply


def expect_loss(exam: Exam) -> None:
    """Fail unless the loss is right on every case."""
    for case in exam.cases:
        loss = asked(exam, case)["loss"]
        if isinstance(loss, np.ndarray) and loss.size == 1:
            loss = loss.reshape(())
        exam.expect_close(Output("loss"), loss, case.expected["loss"], tolerance(case))


def expect_dx(exam: Exam, *, unchanged: Sequence[str] = ()) -> None:
    """Fail unless the gradient is right on every case, and inputs named stay as they are."""
    for case in exam.cases:
        reply = asked(exam, case)
        exam.expect_unchanged(case, reply["after"], unchanged)
        if isinstance(reply["dx"], int | float):
            text = "dx: It is a number, expected an array of the scores' shape."
            raise CheckFailed(text, Output("dx"), words=text)
        exam.expect_close(Output("dx"), reply["dx"], case.expected["dx"], tolerance(case))
    exam.expect_larger(["dx"])


def tolerance(case: Case) -> float:
    """Return how close to what is expected a result has to be."""
    return SINGLE if case.args["x"].dtype == np.float32 else DOUBLE
