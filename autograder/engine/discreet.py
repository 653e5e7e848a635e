"""What a student is told at once of a case that is to stay secret.

That is what was called (shapes and parameters), where the result goes wrong in words, the known
mistake, an exception's type and the author's own line. No number and no text that student code has
made is in it: what a submission can put into its feedback, the next one can be written from.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from autograder.diagnosis.explain import Explanation
from autograder.engine.hints import hints_for
from autograder.engine.messages import Messages, attempt, lines, status_of, told_by
from autograder.judging.compare import overall, where
from autograder.judging.exam import CheckFailed, Exam
from autograder.judging.output import RAISED
from autograder.judging.session import CannotLoad
from autograder.judging.verdict import Status
from autograder.sandbox.errors import Raised, TimedOut, WorkerError
from autograder.submission import Submission

MARGIN = 1e-5  # within which a relation holds, relative to the largest value
NO_CACHE = (
    "Your forward pass gave no cache on this case. So this backward pass was given the tuple of "
    "its arguments."
)
UNWRITTEN = "What this check calls is not there, or is still to be written."


class Discreet(Messages):
    """Puts messages together of which no part was made by student code.

    The parameters are those of `Messages`, and the submission, from which its author's own lines
    are taken.
    """

    def __init__(self, *args: Any, submission: Submission) -> None:
        super().__init__(*args)
        self._files = submission.files

    def explain(self, error: CheckFailed, exam: Exam | None) -> tuple[str, tuple[str, ...]]:
        """Say what was called, where in words it is wrong, why, and what may help."""
        if exam is None:
            return in_words(error), ()
        called, remark = exam.called, NO_CACHE if exam.remark else ""
        found = attempt(lambda: self._find_mistake(exam, error.output), None)
        message = lines(
            called,
            in_words(error),
            str(found or attempt(lambda: self._pattern(exam), "")),
            attempt(lambda: self._own_gradient(error, exam), ""),
            remark,
            "" if found else self._hint(exam, Status.FAILED, error.output),
        )
        return message, told_by(found)

    def describe(
        self, error: WorkerError, exam: Exam | None
    ) -> tuple[Status, str, tuple[str, ...]]:
        """Return the status, message and known mistakes of code that gave no result."""
        if isinstance(error, CannotLoad):
            status = status_of(error.cause)
            text = f"{error.path} cannot be loaded. {self._reason(error.cause)}"
            return status, lines(text, *hints_for(error.cause)), ()
        status = status_of(error)
        if status is Status.MISSING or exam is None:
            return status, self._reason(error), ()
        called, remark = exam.called, NO_CACHE if exam.remark else ""
        found, why, hint = None, "", ""
        if status is Status.ERROR:
            hint = self._hint(exam, status)
            found = attempt(lambda: self._find_mistake(exam, RAISED), None)
            why = str(found or attempt(lambda: self._pattern(exam), ""))
        help_with = hints_for(error) or ([] if found else [hint])
        message = lines(called, self._reason(error), why, remark, exam.note, *help_with)
        return status, message, told_by(found)

    def smallest(self, function: str) -> str:
        """Show none: the worker that would find it comes after the secret cases.

        Where the sandbox is weak, student code may have kept something of them. The same checks on
        public cases, which come before, have shown it.
        """
        return ""

    def _one_change(self, function: str) -> Explanation | None:
        """Look for none: which one is right would tell of the secret cases, one guess of many."""
        return None

    def _reason(self, error: WorkerError) -> str:
        """Say why there is no result."""
        if isinstance(error, TimedOut):
            return f"Your code was stopped: {error}."  # our own words
        if not isinstance(error, Raised):
            return "The Python process of your code ended before it had answered."
        if error.missing:
            return UNWRITTEN
        return lines(f"It raised {type_of(error)}.", self._line(error))

    def _line(self, error: Raised) -> str:
        """Return the innermost of the author's own lines that an exception went through."""
        for path, number in reversed(error.places):
            source = self._files.get(path, b"").decode("utf-8", "replace").splitlines()
            if 0 < number <= len(source):
                return f"{path}, line {number}:\n    {source[number - 1].strip()}"
        return ""


def type_of(error: Raised) -> str:
    """Return the name of an exception's type, if Python or NumPy has given it."""
    known = getattr(builtins, error.kind, getattr(np.exceptions, error.kind, None))
    if error.kind == "LinAlgError" or (isinstance(known, type) and issubclass(known, Exception)):
        return error.kind
    return "an exception of a type that is not Python's own"


def in_words(error: CheckFailed) -> str:
    """Say what is wrong, without a number."""
    if error.words:
        return error.words
    if error.output is None or error.expected is None:
        return "What came back is not right."
    return f"{error.output}: {relation(error.got, np.asarray(error.expected), error.first_axis)}"


@np.errstate(all="ignore")  # what overflows is a difference like others
def relation(got: Any, expected: np.ndarray, of: str) -> str:
    """Say how an array differs from the expected one."""
    if not isinstance(got, np.ndarray):
        return f"It is no array of shape {expected.shape}."
    if got.shape != expected.shape:
        order = " The sizes are there, in another order."
        same = sorted(got.shape) == sorted(expected.shape)
        return f"Its shape is not {expected.shape}, which is expected.{order if same else ''}"
    if got.dtype.kind != "f" or got.dtype.itemsize < 4:
        return "Its dtype is neither float64 nor float32."
    values = got.astype(np.float64)
    if not np.isfinite(values).all():
        return "The shape is right, but some values are not finite."
    scale = float(np.max(np.abs(expected), initial=0.0)) or 1.0
    margin = MARGIN * scale
    facts = [
        "The shape is right, but values differ.",
        *overall(values, expected, margin, of, exact=False),
        *where(np.abs(values - expected) > margin, of, exact=False),
    ]
    return "\n".join(facts)
