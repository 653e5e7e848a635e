"""What is wrong with a reply to a small input, as far as so few numbers can tell."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.diagnosis.fingerprint import as_array, expected_outputs, wrong_outputs
from autograder.judging.case import Case
from autograder.judging.output import Output

LEAST = 5e-7  # that shows, of numbers with six digits behind the point


def wrong_here(case: Case, reply: dict[str, Any]) -> dict[Output, tuple[Any, Any]]:
    """Return what in a reply is wrong, and what is expected there.

    Of random weights nothing is, but for their shapes: there are too few of them. And nothing is
    that looks the same as it is shown: where a result is zero, roundoff is all that there is.
    """
    found, expected = case.outputs(reply), expected_outputs(case)
    for name, (shape, spread, *constant) in case.payload.get("initial", {}).items():
        output = Output(name, "params")
        made = found.get(output)
        if not spread or not isinstance(made, np.ndarray) or made.shape != tuple(shape):
            expected[output] = np.full(shape, constant[0] if constant else 0.0)
    wrong = {}
    for output in wrong_outputs(case, reply):
        source = Output(output.name) if output.kind == "layout" else output
        if source in expected and not looks_the_same(found.get(source), expected[source]):
            wrong[output] = (found.get(source), expected[source])
    return wrong


def looks_the_same(got: Any, expected: Any) -> bool:
    """Return whether two results are numbers that differ by less than is shown of them."""
    one, other = as_array(got), np.asarray(expected)
    if not isinstance(one, np.ndarray) or one.dtype.kind != "f" or one.shape != other.shape:
        return False
    return bool(np.all(np.abs(one - other) < LEAST))
