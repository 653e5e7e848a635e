"""What the checks expect of the facts about several calls, in words for the student."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.judging.case import Case
from autograder.judging.compare import kind_of
from autograder.judging.exam import CheckFailed, Exam, NotWritten
from autograder.judging.output import Output

CLOSE = 1e-4  # relative, of a scale
BACKWARDS = ("dx_masked", "dx_scale")


def expect_facts(exam: Exam, names: Sequence[str]) -> None:
    """Fail unless these facts hold of every case."""
    for case in exam.cases:
        reply = exam.ask(case)
        found = {output.name: value for output, value in case.outputs(reply).items()}
        expect_arrays(case, reply, found, backwards="dx_scale" in names)
        for name in names:
            expected = case.expected["facts"][name]
            if abs(found[name] - expected) > CLOSE * max(1.0, abs(expected)):
                text = TEXTS[name](case, found[name], expected)
                raise CheckFailed(text, Output(name), words=text)


def expect_arrays(
    case: Case, reply: dict[str, Any], found: dict[str, Any], *, backwards: bool
) -> None:
    """Fail where there is something else in place of arrays of the shape of x."""
    if all(value is None for value in reply["outs"]):
        raise NotWritten("out is None: this part is still to be written.")
    if backwards and all(value is None for value in reply["dxs"]):
        raise NotWritten("dx is None: this part is still to be written.")
    for name in ("out", "dx"):
        if name in found:
            what = found[name]
            if isinstance(what, np.ndarray):
                text = (
                    f"{name}: It is not an array of finite floating point numbers of the shape "
                    f"{case.args['x'].shape}."
                )
            else:
                text = f"{name}: It is {kind_of(what)}, expected an array of the shape of x."
            raise CheckFailed(text, Output(name), words=text)


def expect_shapes(exam: Exam) -> None:
    """Fail unless what comes back has the very shape expected, on every case."""
    for case in exam.cases:
        exam.expect_layout(case, exam.ask(case))


def kept(case: Case, found: float, expected: float) -> str:
    """Say how many values are kept."""
    p = case.args["dropout_param"]["p"]
    text = f"With p = {p:g}, about {found:.1f} of the values are kept, expected {expected:.1f}."
    if abs(found - (1 - p)) < 0.05:
        text += " p is the probability that a value is kept, not that it is dropped."
    return text


def scale(case: Case, found: float, expected: float) -> str:
    """Say what the kept values are multiplied by."""
    how = "not all by the same number" if found < 0 else f"by {found:.4g}"
    return (
        f"Values that are kept are multiplied {how}, expected by {expected:.4g}: the output has to "
        "be as large on average in training as it is in testing."
    )


def dx_scale(case: Case, found: float, expected: float) -> str:
    """Say what the gradients that go through are multiplied by."""
    how = "not all by the same number" if found < 0 else f"by {found:.4g}"
    return f"Gradients that go through are multiplied {how}, expected by {expected:.4g}."


def same_each_call(case: Case, found: float, expected: float) -> str:
    """Say whether masks are the same."""
    if expected:
        return "With a seed, the same values have to be dropped in each call: they are not."
    return "Each call drops the very same values: a new mask is needed each time."


def whole_rows(case: Case, found: float, expected: float) -> str:
    """Say that rows are dropped as a whole."""
    return "Values in one row are not dropped independently of each other."


def whole_columns(case: Case, found: float, expected: float) -> str:
    """Say that columns are dropped as a whole."""
    return "Values in one column are not dropped independently of each other."


def dx_masked(case: Case, found: float, expected: float) -> str:
    """Say that another mask was used on the way back."""
    return "The gradient is not zero exactly where the output of the forward pass was dropped."


TEXTS = {
    "kept": kept,
    "scale": scale,
    "same_each_call": same_each_call,
    "whole_rows": whole_rows,
    "whole_columns": whole_columns,
    "dx_masked": dx_masked,
    "dx_scale": dx_scale,
}
