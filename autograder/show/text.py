"""Verdicts summed up, and as text: the same in the notebook and the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from autograder.judging.verdict import Status, Verdict

WIDTH = 83  # letters in a line of a message; with its indent it fits a notebook's page
WORDS = {
    Status.PASSED: "right",
    Status.FAILED: "wrong",
    Status.ERROR: "error",
    Status.TIMEOUT: "too slow",
    Status.MISSING: "to do",
}


def by_function(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """Return the verdicts on each function, in the order in which they came."""
    grouped: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        grouped.setdefault(verdict.function, []).append(verdict)
    return grouped


def total(verdicts: Iterable[Verdict]) -> tuple[float, float]:
    """Return the points reached and the points there are."""
    verdicts = list(verdicts)
    return sum(v.points for v in verdicts), sum(v.max_points for v in verdicts)


def number(points: float) -> str:
    """Write points without a needless fraction."""
    return f"{points:g}"


def outcome(name: str, verdicts: Sequence[Verdict]) -> str:
    """Describe the verdicts on one function: a line for each check, and what is wrong."""
    points, max_points = total(verdicts)
    lines = [f"{name}: {number(points)} of {number(max_points)} points"]
    told = ""
    for verdict in verdicts:
        score = f"{number(verdict.points)}/{number(verdict.max_points)}"
        lines.append(f"  {WORDS[verdict.status]:<8} {score:>5}  {verdict.title}")
        if verdict.message and verdict.message != told:  # a stub says the same to every check
            lines += indented(verdict.message)
        told = verdict.message
        lines += indented(verdict.smallest)
    return "\n".join(lines)


def indented(message: str) -> list[str]:
    """Return the lines of a message under their check; long ones are wrapped, but not numbers."""
    lines = []
    for line in message.splitlines():
        as_it_is = len(line) <= WIDTH or line.startswith(" ")  # a table, or a line of code
        lines += [line] if as_it_is else textwrap.wrap(line, WIDTH)
    return [f"{'':17}{line}" if line else "" for line in lines]
