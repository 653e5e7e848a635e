"""Verdicts as text, the same in the notebook and the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from autograder.verdict import Status, Verdict

WORDS = {
    Status.PASSED: "right",
    Status.FAILED: "wrong",
    Status.ERROR: "error",
    Status.TIMEOUT: "too slow",
    Status.MISSING: "to do",
}


def number(points: float) -> str:
    """Write points without a needless fraction."""
    return f"{points:g}"


def total(verdicts: Sequence[Verdict]) -> tuple[float, float]:
    """Return the points reached and the points there are."""
    return sum(v.points for v in verdicts), sum(v.max_points for v in verdicts)


def outcome(name: str, verdicts: Sequence[Verdict]) -> str:
    """Describe the verdicts on one function: a line for each check, and what is wrong."""
    points, max_points = total(verdicts)
    lines = [f"{name}: {number(points)} of {number(max_points)} points"]
    told = ""
    for verdict in verdicts:
        score = f"{number(verdict.points)}/{number(verdict.max_points)}"
        lines.append(f"  {WORDS[verdict.status]:<8} {score:>5}  {verdict.title}")
        if verdict.message and verdict.message != told:  # a stub says the same to every check
            lines.append(textwrap.indent(verdict.message, " " * 17))
        told = verdict.message
    return "\n".join(lines)
