"""What a check works with: its cases, the student's code, and the judgments it can pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.exercises.convnets.cases.training import Trained, trained
from autograder.judging.case import Case, Payload
from autograder.judging.compare import differences
from autograder.judging.declare import Declared
from autograder.judging.session import Session
from autograder.sandbox.client import TimedOut
from autograder.show.picture import first_axis

DOUBLE = 1e-6  # tolerance for float64 inputs, relative to the scale of the expected values
NUMERIC = 1e-5  # against a gradient by centered differences
SINGLE = 1e-4  # for float32 inputs


class CheckFailed(AssertionError):
    """Student code ran and returned something wrong; the message is for the student.

    Attributes
    ----------
    output : str or None
        The student's name of the array that is wrong, if it is one.
    got, expected : Any
        That array, and what it should have been.
    """

    def __init__(
        self, message: str, output: str | None = None, got: Any = None, expected: Any = None
    ) -> None:
        super().__init__(message)
        self.output, self.got, self.expected = output, got, expected


class NotWritten(AssertionError):
    """Student code ran and returned None: a function that is still empty."""


class Exam:
    """One check on one submission.

    Attributes
    ----------
    cases : list of Case
        The check's cases, with their expected values.
    current : str
        What was called last, for messages.
    index : int or None
        The number of the last case asked that is one of `cases`.
    """

    def __init__(
        self,
        declared: Declared,
        cases: list[Case],
        session: Session,
        on_trained: Callable[[Trained], None],
    ) -> None:
        self.declared = declared
        self._on_trained = on_trained
        self.cases = cases
        self.current = ""
        self.index: int | None = None
        self._session = session
        self._left = declared.info.seconds

    @property
    def remark(self) -> str:
        """Return what the student should know about how the last reply came about."""
        return self._session.remark

    def ask(self, case: Case, **changes: Any) -> dict[str, Any]:
        """Run student code on `case`, with `changes` to its payload; return the reply."""
        self.current = case.describe()
        found = [i for i, known in enumerate(self.cases) if known is case]
        self.index = found[0] if found else self.index
        return self.ask_payload(case.op, {**case.payload, **changes})

    def ask_payload(self, op: str, payload: Payload) -> dict[str, Any]:
        """Run student code; the time that it takes is taken from the check's limit."""
        if self._left <= 0:
            raise TimedOut(f"it had not finished after {self.declared.info.seconds:.0f} seconds")
        reply = self._session.ask(op, payload, self._left)
        self._left -= self._session.seconds
        if not isinstance(reply, dict):
            raise CheckFailed("What came back cannot be read.")
        return reply

    def show_training(self, reply: dict[str, Any]) -> None:
        """Pass on how a net was trained, for whoever wants to draw it."""
        found = trained(self.declared.info.function, reply)
        if found is not None:
            self._on_trained(found)

    def expect_close(self, name: str, got: Any, expected: Any, rtol: float) -> None:
        """Fail unless `got` has the shape and, within `rtol` of their scale, the values expected.

        Parameters
        ----------
        name : str
            What the student calls it: ``"out"``, ``"dx"``.
        """
        if got is None:
            raise NotWritten(f"{name} is None: this part is still to be written.")
        expected = np.asarray(expected, dtype=np.float64)
        facts = differences(got, expected, rtol, first_axis(name))
        if facts:
            message = "\n".join([f"{name}: {facts[0]}", *facts[1:]])
            raise CheckFailed(message, name, got, expected)

    def expect_unchanged(self, case: Case, after: Any, names: Sequence[str]) -> None:
        """Fail if student code has written into its inputs."""
        before = {**case.args, **case.payload} if "args" in case.payload else case.payload
        for name in names:
            if not np.array_equal(after[name], before[name]):
                raise CheckFailed(
                    f"Your code changed its input {name}. The caller still needs it: work on a "
                    f"copy, as in {name}.copy() or np.pad({name}, ...).",
                    f"{name} afterwards",
                )

    def expect_contract(self, inputs: Sequence[str]) -> None:
        """Fail unless a layer leaves its `inputs` as they are, and works in float32."""
        (case,) = self.cases
        reply = self.ask(case)
        self.expect_unchanged(case, reply["after"], inputs)
        if "names" in case.payload:
            self.expect_gradients(case, reply, SINGLE)
        else:
            self.expect_close("out", reply["out"], case.expected["out"], SINGLE)

    def expect_forward(self, rtol: float = DOUBLE) -> None:
        """Fail unless the output of a forward pass is right on every case."""
        for case in self.cases:
            self.expect_close("out", self.ask(case)["out"], case.expected["out"], rtol)

    def expect_backward(self, rtol: float = DOUBLE) -> None:
        """Fail unless all gradients of a backward pass are right on every case."""
        for case in self.cases:
            self.expect_gradients(case, self.ask(case), rtol)

    def expect_gradients(self, case: Case, reply: dict[str, Any], rtol: float) -> None:
        """Fail unless all gradients in the reply to `case` are right."""
        names = case.payload["names"]
        if all(reply[name] is None for name in names):
            raise NotWritten(f"It returned None for {', '.join(names)}: still to be written.")
        for name in names:
            self.expect_close(name, reply[name], case.expected[name], rtol)
