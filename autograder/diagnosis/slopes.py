"""Whether a wrong gradient is at least that of the student's own forward pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.diagnosis.fingerprint import DOUBLE_CASE
from autograder.judging.case import Case
from autograder.judging.compare import differences
from autograder.judging.operations import NumericGradient
from autograder.judging.output import Output
from autograder.judging.session import Session
from autograder.sandbox.errors import WorkerError

SECONDS = 5.0
SMALL = 300  # values of an argument, at most, for which a numeric gradient is quick
STEP = float(np.cbrt(np.finfo(np.float64).eps))
"""The best step of centered differences, relative to the scale of what is nudged."""
STEPS = (STEP, 4 * STEP)


def own_gradient(session: Session, case: Case, output: Output, got: Any) -> str:
    """Say whether a wrong gradient is at least that of the student's own forward pass.

    Returns
    -------
    str
        A sentence, or nothing where that cannot be found out: the slopes must be the same with
        two different steps.
    """
    wrt = case.payload.get("wrt", {})
    if output != Output(output.name) or output.name not in wrt or not isinstance(got, np.ndarray):
        return ""
    forward, name = case.payload["forward"], output.name
    if forward in session.given:  # it is ours, and no place to look for the mistake
        return ""
    argument = case.args[wrt[name]]
    if got.shape != argument.shape or argument.size > SMALL or argument.dtype != np.float64:
        return ""
    slopes, again = (measured(session, case, name, step) for step in STEPS)
    if slopes is None or again is None or differences(again, slopes, DOUBLE_CASE):
        return ""
    if not differences(slopes, np.asarray(case.expected[name], dtype=np.float64), DOUBLE_CASE):
        return (
            f"It disagrees with your own forward pass: centered differences of your {forward} "
            f"give the {name} that is expected."
        )
    if not differences(got, slopes, DOUBLE_CASE):
        return (
            f"It agrees with your own forward pass: it is the gradient of what your {forward} "
            "computes. So look for the mistake there first."
        )
    return (
        f"It disagrees with your own {forward}, and the gradient of that is not what is expected "
        "either: the forward pass comes first."
    )


def measured(session: Session, case: Case, name: str, step: float) -> np.ndarray | None:
    """Return the slopes of the student's forward pass, or None where there are none."""
    argument = case.args[case.payload["wrt"][name]]
    h = step * float(np.max(np.abs(argument), initial=0.0) or 1.0)
    request = {**case.payload, "wrt": {name: case.payload["wrt"][name]}, "h": h}
    try:
        slopes = session.ask(NumericGradient.name, request, SECONDS).reply[name]
    except WorkerError:
        return None
    usable = slopes.shape == argument.shape and slopes.dtype == np.float64
    return slopes if usable and np.isfinite(slopes).all() else None
