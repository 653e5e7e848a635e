"""What a check works with: its cases, the student's code, and the judgments it can pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise import Function
from autograder.judging.case import Case
from autograder.judging.compare import differences, in_another_layout
from autograder.judging.declare import Declared
from autograder.judging.larger import Asked
from autograder.judging.operation import Answer, Payload
from autograder.judging.operations import OPERATIONS
from autograder.judging.output import Output
from autograder.judging.session import OutOfTime, Session
from autograder.judging.trained import Trained
from autograder.sandbox.errors import TimedOut
from autograder.sandbox.words import waited

DOUBLE = 1e-6  # tolerance for float64 inputs, relative to the scale of the expected values
NUMERIC = 1e-5  # against a gradient by centered differences
SINGLE = 1e-4  # for float32 inputs


Scores = Callable[[Mapping[str, np.ndarray], np.ndarray], np.ndarray]
"""Computes a net's class scores (N, K) from its parameters, by name, and from images."""


class CheckFailed(AssertionError):
    """Student code ran and returned something wrong; the message is for the student.

    Attributes
    ----------
    output : Output or None
        What is wrong, if it is one of the call's outputs.
    got, expected : Any
        That array, and what it should have been.
    first_axis : str
        What the first axis of it counts.
    words : str
        What can be told of it where its case is secret, if `got` and `expected` do not say it:
        nothing in it was made by student code.
    """

    def __init__(
        self,
        message: str,
        output: Output | None = None,
        got: Any = None,
        expected: Any = None,
        first_axis: str = "image",
        *,
        words: str = "",
    ) -> None:
        super().__init__(message)
        self.words = words
        self.output, self.got, self.expected = output, got, expected
        self.first_axis = first_axis


class NotWritten(AssertionError):
    """Student code ran and returned None: a function that is still empty."""


class Exam:
    """One check on one submission.

    Attributes
    ----------
    cases : list of Case
        The check's cases, with their expected values.
    index : int or None
        The number of the last case asked that is one of `cases`.
    printed : str
        What student code printed when it was asked last, if the session keeps that.
    note : str
        What the student should know where code gives no result now, in our own words.
    scores : Scores or None
        What a trained net is judged by, instead of by what its own code says.

    Examples
    --------
    The engine makes one for each check and hands it to the check's function. What that asks of it
    either holds or raises, with a message for the student:

    >>> from autograder.exercise import Function, StudentFile
    >>> from autograder.judging.declare import check, declaration
    >>> @check("double", points=1, cases=[], hint="Is every element doubled?")
    ... def test_values(exam):
    ...     "Every element is doubled."
    ...     exam.expect_close(Output("out"), np.array([2.0, 3.0]), [2.0, 4.0], DOUBLE)
    >>> function = Function("double", "double", StudentFile("cs231n/double.py", memory=1 << 30))
    >>> exam = Exam(declaration(test_values), function, [], session=None, on_trained=print)
    >>> test_values(exam)
    Traceback (most recent call last):
    autograder.judging.exam.CheckFailed: out: ...
    """

    def __init__(
        self,
        declared: Declared,
        function: Function,
        cases: list[Case],
        session: Session,
        on_trained: Callable[[Trained], None],
        scores: Scores | None = None,
        larger: Asked | None = None,
    ) -> None:
        self.declared = declared
        self.cases = cases
        self.index: int | None = None
        self.scores = scores
        self._function = function
        self._on_trained = on_trained
        self._larger = larger
        self._session = session
        self._answer = Answer(None)
        self.printed = self.note = ""
        self._called: tuple[str, Payload] | None = None
        self._left = declared.info.seconds

    @property
    def called(self) -> str:
        """Return what was called last, for a message."""
        if self._called is None:
            return ""
        op, payload = self._called
        return OPERATIONS[op].describe(payload)

    @property
    def remark(self) -> str:
        """Return what the student should know about how the last reply came about."""
        return self._answer.remark

    def ask(self, case: Case, **changes: Any) -> dict[str, Any]:
        """Run student code on `case`, with `changes` to its payload; return the reply."""
        found = [i for i, known in enumerate(self.cases) if known is case]
        self.index = found[0] if found else self.index
        self._called = case.op, case.payload
        return self._ask(case.op, {**case.payload, **changes})

    def ask_payload(
        self, op: str, payload: Payload, *, like: Case, seconds: float = math.inf
    ) -> dict[str, Any]:
        """Run student code on what is made from a case; messages name the call as that one's.

        It has at most so many `seconds`, and what is left of the check's limit.
        """
        self._called = like.op, like.payload
        return self._ask(op, payload, seconds)

    def _ask(self, op: str, payload: Payload, seconds: float = math.inf) -> dict[str, Any]:
        """Run student code; the time that it takes is taken from the check's limit."""
        self._answer = Answer(None)
        if self._left <= 0:
            raise self._too_slow()
        try:
            self._answer = self._session.ask(op, payload, min(seconds, self._left))
        except OutOfTime:
            raise
        except TimedOut:
            if seconds < self._left:
                raise
            raise self._too_slow() from None
        finally:
            self.printed = self._session.printed
        self._left -= self._answer.seconds
        reply: dict[str, Any] = self._answer.reply
        return reply

    def _too_slow(self) -> TimedOut:
        """Return what is raised where the check's limit is over, whichever case it met."""
        return TimedOut(f"it had not finished {waited(self.declared.info.seconds)}")

    def show_training(self, found: Trained | None) -> None:
        """Pass on how a net was trained, for whoever wants to draw it."""
        if found is not None:
            self._on_trained(found)

    def expect_close(
        self, output: Output, got: Any, expected: Any, rtol: float, text: str = ""
    ) -> None:
        """Fail unless `got` has the shape and, within `rtol` of their scale, the values expected.

        Parameters
        ----------
        output : Output
            What it is.
        got : Any
            What came over the wire.
        expected : array_like
            The reference.
        rtol : float
            Tolerance relative to the scale of `expected`.
        text : str
            How the message calls it, if not by its own name.
        """
        if got is None:
            raise NotWritten(f"{text or output} is None: this part is still to be written.")
        expected = np.asarray(expected, dtype=np.float64)
        first_axis = self._function.axes.get(output.name, "image")
        facts = differences(got, expected, rtol, first_axis)
        if facts:
            message = "\n".join([f"{text or output}: {facts[0]}", *facts[1:]])
            raise CheckFailed(message, output, got, expected, first_axis)

    def expect_unchanged(self, case: Case, after: Any, names: Sequence[str]) -> None:
        """Fail if student code has written into its inputs."""
        for name in names:
            if not np.array_equal(after[name], case.inputs[name]):
                text = (
                    f"Your code changed its input {name}. The caller still needs it: work on a "
                    f"copy, as in {name}.copy() or np.pad({name}, ...)."
                )
                raise CheckFailed(text, Output(name, "input"), words=text)

    def expect_contract(self, inputs: Sequence[str]) -> None:
        """Fail unless a layer leaves its `inputs` as they are, and works in float32."""
        (case,) = self.cases
        reply = self.ask(case)
        self.expect_unchanged(case, reply["after"], inputs)
        self.expect_outputs(case, reply, SINGLE)
        self.expect_layout(case, reply)
        self.expect_larger()

    def expect_forward(self, rtol: float = DOUBLE) -> None:
        """Fail unless the output of a forward pass is right on every case."""
        for case in self.cases:
            self.expect_outputs(case, self.ask(case), rtol)

    def expect_backward(self, rtol: float = DOUBLE) -> None:
        """Fail unless all gradients of a backward pass are right on every case."""
        for case in self.cases:
            self.expect_outputs(case, self.ask(case), rtol)
        self.expect_larger()

    def expect_larger(self, names: Collection[str] = ()) -> None:
        """Fail unless the larger case of the function, if it has one, comes out right in time.

        Of what comes back, only that of certain `names` is looked at, if any are given.
        """
        if self._larger is None:
            return
        case = self._larger.case
        self.index, self._called, self._answer = None, (case.op, case.payload), Answer(None)
        for name in case.expected:
            if names and name not in names:
                continue
            wrong = self._larger.unlike(self._session, name)
            if wrong:
                words = f"{name} is wrong on this image, which is larger than the others."
                raise CheckFailed(f"{name}: {wrong}", Output(name), words=words)

    def expect_outputs(self, case: Case, reply: dict[str, Any], rtol: float) -> None:
        """Fail unless everything that a layer returned for `case` is right, in any layout."""
        names = list(case.expected)
        if len(names) > 1 and all(reply[name] is None for name in names):
            raise NotWritten(f"It returned None for {', '.join(names)}: still to be written.")
        for name in names:
            got, expected = reply[name], case.expected[name]
            if in_another_layout(got, expected):
                got = got.reshape(expected.shape)
            self.expect_close(Output(name), got, expected, rtol)

    def expect_layout(self, case: Case, reply: dict[str, Any]) -> None:
        """Fail unless what a layer returned, right as it may be, has the shapes expected."""
        for name, expected in case.expected.items():
            if in_another_layout(reply[name], expected):
                rest = (
                    f"expected {expected.shape}. That costs this check alone; "
                    f"{name}.reshape{expected.shape} has the right one."
                )
                raise CheckFailed(
                    f"{name}: Its values are right, but its shape is {reply[name].shape}, {rest}",
                    Output(name, "layout"),
                    words=f"{name}: Its values are right, but not its shape, {rest}",
                )
