"""What the cases that go wrong have in common, and no others: "exactly where pad is 0"."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.exercise import Property
from autograder.judging.case import Case


def common(properties: Sequence[Property], cases: Sequence[tuple[Case, bool]]) -> str:
    """Say what sets the cases that go wrong apart from all others.

    Parameters
    ----------
    properties : sequence of Property
        What is looked for, the most telling first.
    cases : sequence of (Case, bool)
        All cases of a function, and whether each goes wrong.

    Returns
    -------
    str
        A sentence, or nothing if no property fits exactly.
    """
    wrong = [bad for _, bad in cases]
    if all(wrong) or sum(wrong) < 2:
        return ""
    for text, holds in properties:
        if [holds(case) for case, _ in cases] == wrong:
            return f"Of all {len(wrong)} cases tried, exactly those go wrong where {text}."
    return ""
