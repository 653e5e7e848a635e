"""The smallest input on which student code is wrong: it is run up a ladder of small ones.

It runs in a worker and a folder of its own, which no case of a check has reached: what student
code might keep from those cannot come back in what is shown here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from autograder.diagnosis.mend import search
from autograder.diagnosis.small import wrong_here
from autograder.exercise import Exercise
from autograder.judging.case import Case
from autograder.judging.ladder import unpacked
from autograder.judging.output import Output
from autograder.judging.pack import Pack
from autograder.judging.session import Session
from autograder.sandbox.errors import Raised, WorkerError
from autograder.submission import Submission

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
