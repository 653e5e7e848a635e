"""The smallest input on which student code is wrong: it is run up a ladder of small ones.

It runs in a worker and a folder of its own, which no case of a check has reached: what student
code might keep from those cannot come back in what is shown here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.diagnosis.fingerprint import expected_outputs, wrong_outputs
from autograder.diagnosis.mend import search
from autograder.exercise import Exercise
from autograder.judging.case import Case
from autograder.judging.ladder import unpacked
from autograder.judging.output import Output
from autograder.judging.pack import Pack
from autograder.judging.session import Session
from autograder.sandbox.errors import Raised, WorkerError
from autograder.submission import Submission

LEAST = 5e-7  # that shows, of numbers with six digits behind the point
SECONDS = 0.6  # for the way up; with a worker to be started it takes a second


@dataclass(frozen=True)
class Step:
    """Where the way up a ladder ended.

    Attributes
    ----------
    case : Case or None
        The input on which student code is wrong; None if there was none.
    wrong : dict of Output to (Any, Any)
        What came back there, and what is expected.
    raised : str
        Or what was raised, with the line.
    tried : int
        How many inputs came out right before that.
    numbers : int
        How many numbers the last input has that was tried.
    """

    case: Case | None
    wrong: dict[Output, tuple[Any, Any]]
    raised: str
    tried: int
    numbers: int


class Climber:
    """Runs one submission up the ladders of its functions.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    submission : Submission
        The code under test.
    pack : Pack
        Holds the ladders.
    threads : int
        Threads for numerical libraries.
    isolation : str, optional
        As in `Session`.
    """

    def __init__(
        self,
        exercise: Exercise,
        submission: Submission,
        pack: Pack,
        threads: int = 1,
        isolation: str | None = None,
    ) -> None:
        self._exercise, self._submission, self._pack = exercise, submission, pack
        self._make = lambda: Session(
            submission, exercise.files, threads=threads, isolation=isolation
        )

    def climb(self, function: str) -> Step | None:
        """Return where student code is first wrong on the ladder of a function.

        None where there is no ladder, or where student code cannot be run on it.
        """
        content = self._pack.ladders.get(function)
        if content is None:
            return None
        cases = unpacked(content)
        with self._make() as session:
            try:
                session.load(cases[0].payload["module"])
                return climb(session, cases)
            except WorkerError:
                return None  # it hangs, or ends its worker: the check has said so

    def mended(self, function: str) -> str:
        """Say which one edit makes student code right; see `mend.search`."""
        named = self._exercise.by_name[function]
        return search.mended(self._make, self._submission, named, self._pack)


def climb(session: Session, cases: list[Case]) -> Step:
    """Run student code up a ladder until it is wrong, or the time is over."""
    end, numbers = time.monotonic() + SECONDS, 0
    for tried, case in enumerate(cases):
        left = end - time.monotonic()
        if left <= 0:
            return Step(None, {}, "", tried, numbers)
        numbers = numbers_in(case)
        try:
            reply = session.ask(case.op, case.payload, left).reply
        except Raised as error:
            return Step(case, {}, str(error), tried, numbers)
        wrong = wrong_here(case, reply)
        if wrong:
            return Step(case, wrong, "", tried, numbers)
    return Step(None, {}, "", len(cases), numbers)


def numbers_in(case: Case) -> int:
    """Return how many numbers an input has."""
    return case.operation.numbers(case.payload)


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
    one, other = np.asarray(got), np.asarray(expected)
    if one.dtype.kind != "f" or one.shape != other.shape:
        return False
    return bool(np.all(np.abs(one - other) < LEAST))
