"""One function of one student, with what the checks gave and what stands in the gradebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course.gradebook.scores import Score
from autograder.course.record import Record
from autograder.judging.verdict import Status, Verdict
from autograder.show.text import by_function, total


@dataclass(frozen=True)
class Part:
    """One function of one student, as the pages show it.

    Attributes
    ----------
    name : str
        Of the function.
    points : float
        What stands in the gradebook.
    checked : float
        What the checks gave.
    max_points : float
        What there is.
    changed : bool
        A person has decided on the points.
    verdicts : list of Verdict
        Of its checks.
    """

    name: str
    points: float
    checked: float
    max_points: float
    changed: bool
    verdicts: list[Verdict]

    @property
    def passed(self) -> bool:
        """Return whether all checks are passed."""
        return all(verdict.status is Status.PASSED for verdict in self.verdicts)

    @property
    def to_do(self) -> bool:
        """Return whether it is not written yet."""
        return all(verdict.status is Status.MISSING for verdict in self.verdicts)

    @property
    def level(self) -> str:
        """Return how much of it is right: ``full``, ``some``, ``none``, or ``todo``."""
        if self.points >= self.max_points:
            return "full"
        if self.points:
            return "some"
        return "todo" if self.to_do else "none"

    def messages(self) -> list[tuple[list[Verdict], str]]:
        """Return each different message with the checks that it is the message of."""
        grouped: dict[str, list[Verdict]] = {}
        for verdict in self.verdicts:
            if verdict.message:
                grouped.setdefault(verdict.told, []).append(verdict)
        return [(verdicts, message) for message, verdicts in grouped.items()]


def parts_of(record: Record, score: Score) -> list[Part]:
    """Split a student's results by function."""
    parts = []
    for name, own in by_function(record.verdicts).items():
        checked, most = total(own)
        given = score.by_cell.get(name, checked)
        parts.append(Part(name, given, checked, most, name in score.changed, own))
    return parts


def extra(parts: Sequence[Part], score: Score) -> dict[str, float]:
    """Return the points that the gradebook has for anything else, such as an answer."""
    known = {part.name for part in parts}
    return {name: points for name, points in score.by_cell.items() if points and name not in known}
