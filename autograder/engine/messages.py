"""What a student is told when a check does not pass: what was called, what is wrong, and why."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from autograder.diagnosis.explain import Diagnosis, Explanation, own_gradient
from autograder.exercise import Exercise
from autograder.judging.evidence import Evidence
from autograder.judging.exam import CheckFailed, Exam
from autograder.judging.output import RAISED, Output
from autograder.judging.pack import Pack
from autograder.judging.session import CannotLoad, Session, TakesTooLong
from autograder.judging.verdict import Status
from autograder.sandbox.client import Raised, TimedOut, WorkerError
from autograder.show.picture import as_text

NO_LIBRARY = (
    "The grader has NumPy and the given package. Remove imports that an editor added, and "
    "plot in the notebook instead."
)
NO_KEYBOARD = (
    "A debugger or input() finds no keyboard here: your code runs apart. In a cell of the notebook "
    "it does, where you call your function yourself."
)
HINTS = {
    "TypeError: 'float' object cannot be interpreted as an integer": (
        "In Python 3, / gives a float even for whole numbers. Sizes need //."
    ),
    "ModuleNotFoundError": NO_LIBRARY,
    "ImportError": NO_LIBRARY,
    "NameError: name 'xrange' is not defined": "This is Python 2. In Python 3, xrange is range.",
    "AttributeError: module 'numpy": (
        "This name is gone from NumPy, or was never there. np.int, np.float and np.bool are int, "
        "float and bool; np.lib.pad is np.pad."
    ),
    "BdbQuit": NO_KEYBOARD,
    "EOFError: EOF when reading a line": NO_KEYBOARD,
    "SyntaxError: Missing parentheses in call to 'print'": (
        "This is Python 2. In Python 3, print is a function: print(...)."
    ),
}
"""What helps with common exceptions, by how their summary begins."""


LOG = logging.getLogger(__name__)
Help = TypeVar("Help")


def attempt(call: Callable[[], Help], otherwise: Help) -> Help:
    """Return what `call` has to add to a verdict, or `otherwise` where it fails.

    The verdict stands already: a defect of ours in what explains or draws it is logged, and costs
    nobody a result.
    """
    try:
        return call()
    except (TakesTooLong, MemoryError):  # what student code returned may be made for that
        return otherwise
    except Exception:
        LOG.exception("A defect of the autograder: part of an explanation is left out.")
        return otherwise


class Messages:
    """Puts the messages on one submission together.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    session : Session
        The submission; it is asked more, to find out why something is wrong.
    pack : Pack
        Cases, and what is known of mistakes on them.
    on_failure : callable
        Called with the evidence of each failure.
    """

    def __init__(
        self,
        exercise: Exercise,
        session: Session,
        pack: Pack,
        on_failure: Callable[[Evidence], None],
    ) -> None:
        self._exercise, self._session, self._pack = exercise, session, pack
        self._on_failure = on_failure
        self._diagnoses: dict[str, Diagnosis] = {}
        self._told: set[tuple[str, Explanation]] = set()

    def explain(self, error: CheckFailed, exam: Exam | None) -> tuple[str, tuple[str, ...]]:
        """Say what was called, what is wrong and where, why, and what may help.

        Returns
        -------
        message : str
            For the student.
        mistakes : tuple of str
            As in `Verdict`.
        """
        if exam is None:  # a check that failed before it asked for anything
            return str(error), ()
        info = exam.declared.info
        called, remark = exam.called, exam.remark  # before diagnosis calls more
        found = attempt(lambda: self._find_mistake(exam, error.output), None)
        again = found is not None and (info.function, found) in self._told
        evidence = Evidence(
            info.id,
            str(error.output or ""),
            error.got if isinstance(error.got, np.ndarray) else None,
            error.expected,
            found.names if found else (),
            error.first_axis,
            index=exam.index,
            called=called,
            why=str(found or attempt(lambda: self._pattern(exam), "")),
            facts=str(error),
            advice="" if again else self._advice(error, exam, remark),
            printed=exam.printed,
        )
        attempt(lambda: self._on_failure(evidence), None)
        if again:
            return lines(called, str(error), f"Again: {found}", remark), told_by(found)
        if found is not None:
            self._told.add((info.function, found))
        numbers = attempt(lambda: lines(*as_text(evidence)), "")
        return (
            lines(called, evidence.why, evidence.facts, numbers, evidence.advice),
            told_by(found),
        )

    def _advice(self, error: CheckFailed, exam: Exam, remark: str) -> str:
        """Say what may help beside the diagnosis."""
        own = attempt(lambda: self._own_gradient(error, exam), "")
        return lines(own, remark, exam.declared.hint)

    def describe(
        self, error: WorkerError, exam: Exam | None
    ) -> tuple[Status, str, tuple[str, ...]]:
        """Return the status, message and known mistakes of code that gave no result."""
        if isinstance(error, CannotLoad):
            status = status_of(error.cause)
            return status, lines(str(error), *hints_for(error.cause)), ()
        status = status_of(error)
        if status is Status.MISSING or exam is None:
            return status, str(error), ()
        text = f"Your code was stopped: {error}." if status is Status.TIMEOUT else str(error)
        called, remark = exam.called, exam.remark
        found, why = None, ""
        if status is Status.ERROR:
            found = attempt(lambda: self._find_mistake(exam, RAISED), None)
            why = str(found or attempt(lambda: self._pattern(exam), ""))
        evidence = Evidence(
            exam.declared.info.id,
            "",
            None,
            None,
            found.names if found else (),
            index=exam.index,
            called=called,
            why=why,
            facts=text,
            advice=lines(remark, *hints_for(error)),
            printed=exam.printed,
        )
        attempt(lambda: self._on_failure(evidence), None)
        return status, lines(called, text, why, evidence.advice), told_by(found)

    def _find_mistake(self, exam: Exam, output: Output | None) -> Explanation | None:
        """Look for a known mistake that explains what is wrong in the case asked last."""
        if exam.index is None:
            return None
        return self._diagnosis(exam).explain(exam.declared.info.id, exam.index, output)

    def _pattern(self, exam: Exam) -> str:
        """Say which cases go wrong, where no known mistake explains them."""
        return self._diagnosis(exam).pattern()

    def _diagnosis(self, exam: Exam) -> Diagnosis:
        """Return what is known of the student's work on the function of a check."""
        name = exam.declared.info.function
        if name not in self._diagnoses:
            function = self._exercise.by_name[name]
            self._diagnoses[name] = Diagnosis(function, self._session, self._pack)
        return self._diagnoses[name]

    def _own_gradient(self, error: CheckFailed, exam: Exam) -> str:
        """Say whether a wrong gradient agrees with the student's own forward pass."""
        if exam.index is None or error.output is None:
            return ""
        return own_gradient(self._session, exam.cases[exam.index], error.output, error.got)


def status_of(error: WorkerError) -> Status:
    """Return the status of code that gave no result."""
    if isinstance(error, Raised) and error.missing:
        return Status.MISSING
    return Status.TIMEOUT if isinstance(error, TimedOut) else Status.ERROR


def told_by(found: Explanation | None) -> tuple[str, ...]:
    """Return the mistakes that are named for sure: different ones may raise the same."""
    return found.sentences if found is not None and found.by_values else ()


def lines(*parts: str) -> str:
    """Return the parts of a message that there are, each on lines of its own."""
    return "\n".join(part for part in parts if part)


def hints_for(error: WorkerError) -> list[str]:
    """Return what helps with an exception that many students meet."""
    summary = error.summary if isinstance(error, Raised) else ""
    return [hint for start, hint in HINTS.items() if summary.startswith(start)]
