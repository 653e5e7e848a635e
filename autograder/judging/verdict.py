"""What a check says about a submission: a small, closed vocabulary.

Verdicts are plain data. The engine makes them, reports only read them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a check ended.

    ``passed``   the requirement is met;
    ``failed``   the code ran, and what it returned is wrong;
    ``error``    the code raised, exited or crashed;
    ``timeout``  the code did not finish within the check's time limit;
    ``missing``  the function (or its file) is not there, or is still a stub.
    """

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    MISSING = "missing"


@dataclass(frozen=True)
class CheckInfo:
    """One requirement on student code, as its pytest check declares it.

    Attributes
    ----------
    id : str
        ``"conv_forward_naive/stride_and_padding"``: unique, stable, function first.
    function : str
        What the student wrote, one of the exercise's functions: ``"ThreeLayerConvNet"``.
    title : str
        One line for people: what the check requires.
    max_points : float
        Points for passing.
    seconds : float
        Time limit for the student's code, in seconds.
    """

    id: str
    function: str
    title: str
    max_points: float
    seconds: float


@dataclass(frozen=True)
class Verdict:
    """The outcome of one check on one submission.

    Attributes
    ----------
    id, function, title, max_points
        As in `CheckInfo`.
    status : Status
        How the check ended.
    points : float
        `max_points` when passed, else 0.
    message : str
        For the student; plain text of one or more lines, empty when passed.
    seconds : float
        How long the check took, in seconds of wall-clock time.
    mistakes : tuple of str
        What known mistakes do that give just what the code gave, as ends of the sentence "This is
        exactly what comes out when ..."; several where all of them give the same.
    smallest : str
        For the student: the smallest input on which the code is wrong, with what comes of it; plain
        text of several lines. Told once for a function, with the first of its checks that fails.
    """

    id: str
    function: str
    title: str
    status: Status
    points: float
    max_points: float
    message: str = ""
    seconds: float = 0.0
    mistakes: tuple[str, ...] = ()
    smallest: str = ""

    @property
    def told(self) -> str:
        """Return all that the student is told: the message, and the smallest input that fails."""
        return "\n".join(part for part in (self.message, self.smallest) if part)

    def as_dict(self) -> dict[str, object]:
        """Return a JSON-ready dictionary with the fields by name."""
        return {**asdict(self), "status": str(self.status), "mistakes": list(self.mistakes)}
