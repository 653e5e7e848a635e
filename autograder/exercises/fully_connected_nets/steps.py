"""What the checks of all update rules expect."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judging.case import Case
from autograder.judging.exam import DOUBLE, SINGLE, CheckFailed, Exam, NotWritten
from autograder.judging.output import Output


def expect_steps(exam: Exam) -> None:
    """Fail unless the parameter is right after each step of every case."""
    for case in exam.cases:
        reply = asked(exam, case)
        for i, (got, expected) in enumerate(
            zip(reply["steps"], case.expected["steps"], strict=True), start=1
        ):
            exam.expect_close(Output("next_w", "step", i), got, expected, tolerance(case))


def expect_kept(exam: Exam) -> None:
    """Fail unless the config has what the next step needs, on every case."""
    for case in exam.cases:
        reply = asked(exam, case)
        for name, expected in case.expected["config"].items():
            got, output = reply["config"][name], Output(name, "config")
            if got is None:
                text = f"config has no {name!r} after the steps: the next one needs it."
                raise CheckFailed(text, output, words=text)
            exam.expect_close(output, got, expected, tolerance(case))


def expect_left_alone(exam: Exam) -> None:
    """Fail unless parameter and gradients stay as they are, and dtypes are kept."""
    expect_steps(exam)
    for case in exam.cases:
        reply = asked(exam, case)
        exam.expect_unchanged(case, reply["after"], ["w", "gradients"])


def asked(exam: Exam, case: Case) -> dict[str, Any]:
    """Return the reply to a case of a rule that is written."""
    reply = exam.ask(case)
    if all(step is None for step in reply["steps"]):
        raise NotWritten("next_w is None: this part is still to be written.")
    return reply


def tolerance(case: Case) -> float:
    """Return how close to what is expected a result has to be."""
    return SINGLE if case.args["w"].dtype == np.float32 else DOUBLE
