"""What a student is told when a check does not pass: what was called, what is wrong, and why."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from autograder.diagnosis.explain import Diagnosis, Explanation
from autograder.diagnosis.ladder import Climber
from autograder.diagnosis.slopes import own_gradient
from autograder.engine.hints import hints_for
from autograder.exercise import Exercise
from autograder.judging.evidence import Evidence
from autograder.judging.exam import CheckFailed, Exam
from autograder.judging.output import RAISED, Output
from autograder.judging.pack import Pack
from autograder.judging.session import CannotLoad, Session, TakesTooLong, working_at_most
from autograder.judging.verdict import Status
from autograder.sandbox.errors import Raised, TimedOut, WorkerError
from autograder.show import smallest
from autograder.show.picture import as_text

MAX_MESSAGE = 8000  # characters; the longest that say something useful have 3000
TOO_MUCH = (
    "The grader was stopped while it looked at what your code returned: that took more than "
    "{:g} seconds of its own work, or more memory than it has. Arrays of the shapes that the "
    "docstring names take neither."
)
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
    climber : Climber
        Finds the smallest input on which the submission is wrong.
    said : set of tuple of str, optional
        What has been said, and is not said again. Whoever keeps it with the verdicts can go on
        from there another time.
    """

    def __init__(
        self,
        exercise: Exercise,
        session: Session,
        pack: Pack,
        on_failure: Callable[[Evidence], None],
        climber: Climber,
        said: set[tuple[str, ...]] | None = None,
    ) -> None:
        self._exercise, self._session, self._pack = exercise, session, pack
        self._on_failure, self._climber = on_failure, climber
        self._diagnoses: dict[str, Diagnosis] = {}
        self._changes: dict[str, str] = {}
        self._said = set() if said is None else said

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
        again = found is not None and not self._first("mistake", info.function, *found.words)
        hint = "" if found else self._hint(exam, Status.FAILED, error.output)
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
            advice="" if again else self._advice(error, exam, remark, hint),
            printed=exam.printed,
        )
        attempt(lambda: self._on_failure(evidence), None)
        if again:
            return lines(called, str(error), f"Again: {found}", remark), told_by(found)
        numbers = attempt(lambda: lines(*as_text(evidence)), "")
        return (
            lines(called, evidence.why, evidence.facts, numbers, evidence.advice),
            told_by(found),
        )

    def _advice(self, error: CheckFailed, exam: Exam, remark: str, hint: str) -> str:
        """Say what may help beside the diagnosis."""
        own = attempt(lambda: self._own_gradient(error, exam), "")
        return lines(own, remark, hint)

    def smallest_within(self, seconds: float, function: str) -> str:
        """Show the smallest input that fails, within so many seconds of our own work."""
        try:
            with working_at_most(seconds):
                return attempt(lambda: self.smallest(function), "")
        except (TakesTooLong, MemoryError):
            return ""

    def smallest(self, function: str) -> str:
        """Show the smallest input on which a function is wrong, the first time that is asked."""
        if not self._first("smallest", function):
            return ""
        step = self._climber.climb(function)
        if step is None:
            return ""
        if step.case is not None:
            return lines(*smallest.as_text(step.case, step.numbers, step.wrong, step.raised))
        if step.tried == 0:
            return ""
        said = f"The {step.tried} smallest inputs that were tried, of up to {step.numbers} numbers"
        return f"{said}, come out right: it takes another one to go wrong."

    def _hint(self, exam: Exam, status: Status, output: Output | None = None) -> str:
        """Return the hint of a check, where it fits what was seen.

        It asks for what its check is about. So it fits where the checks before it, on the same
        function, did not go wrong in the same way, and where the message does not say all.
        """
        info = exam.declared.info
        first = self._first("went wrong", info.function, status)
        says_all = output is not None and output.kind in ("input", "layout")
        return exam.declared.hint if first and not says_all else ""

    def _first(self, *what: str) -> bool:
        """Return whether something is said for the first time, and note it."""
        first = what not in self._said
        self._said.add(what)
        return first

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
        found, why, hint = None, "", ""
        if status is Status.ERROR:
            hint = self._hint(exam, status)
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
            advice=lines(remark, exam.note, *(hints_for(error) or ([] if found else [hint]))),
            printed=exam.printed,
        )
        attempt(lambda: self._on_failure(evidence), None)
        return status, lines(called, text, why, evidence.advice), told_by(found)

    def _find_mistake(self, exam: Exam, output: Output | None) -> Explanation | None:
        """Look for a known mistake that explains what is wrong in the case asked last."""
        if exam.index is None:
            return None
        known = self._diagnosis(exam).explain(exam.declared.info.id, exam.index, output)
        if known is not None and known.sure:
            return known
        change = self._one_change(exam.declared.info.function)
        return change.beside(known) if change and known else change or known

    def _one_change(self, function: str) -> Explanation | None:
        """Look for one change of a student's code that makes it right; once for each function."""
        if function not in self._changes:
            self._changes[function] = self._climber.mended(function)
        said = self._changes[function]
        return Explanation((said,), (said,), head="") if said else None

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
        function = exam.declared.info.function
        compared = "compared", function
        if exam.index is None or error.output is None or compared in self._said:
            return ""  # said once: it may be true of one case and not of another
        case = exam.cases[exam.index]
        said = own_gradient(self._session, case, error.output, error.got)
        if said:
            self._said.add(compared)
        return said


def status_of(error: WorkerError) -> Status:
    """Return the status of code that gave no result."""
    if isinstance(error, Raised) and error.missing:
        return Status.MISSING
    return Status.TIMEOUT if isinstance(error, TimedOut) else Status.ERROR


def told_by(found: Explanation | None) -> tuple[str, ...]:
    """Return the mistakes that are named for sure: different ones may raise the same."""
    return found.sentences if found is not None and found.sure else ()


def lines(*parts: str) -> str:
    """Return the parts of a message that there are, each on lines of its own."""
    return "\n".join(part for part in parts if part)


def shortened(message: str) -> str:
    """Return the beginning of a message that is too long, and say how much is left out."""
    rest = len(message) - MAX_MESSAGE
    return f"{message[:MAX_MESSAGE]}\n(The other {rest} characters of this message are left out.)"
