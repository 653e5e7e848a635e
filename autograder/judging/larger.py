"""The larger case of a function: so large that no detour through something else is quick enough.

A right answer to small cases can be had without the function: a gradient from two forward passes
for each value. On a larger case that takes far longer than there is time for, and what the function
is to do takes a moment. So every check of such a function asks for it too.

A pack keeps of it the seed that draws it, and a digest of each output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from autograder.judging.case import Case
from autograder.judging.compare import same_sizes
from autograder.judging.operation import Payload
from autograder.judging.session import OutOfTime, Session
from autograder.sandbox.errors import TimedOut, WorkerError
from autograder.sandbox.inprocess import LEVEL as IN_PROCESS

SLOWER = 5.0  # times as long as in a process, at most, that student code takes in a browser
SUMS = 8  # in a digest
RTOL = 1e-6  # of a value, relative to the largest; of a weighted sum, as for independent errors


@dataclass(frozen=True)
class Larger:
    """The larger case of a function, before its numbers are drawn.

    Attributes
    ----------
    function : str
        As in `CheckInfo.function`.
    op : str
        Name of the operation, in `OPERATIONS`.
    draw : callable
        Makes the operation's payload from random bits.
    seconds : float
        Time limit for student code.
    check : str
        The one check that asks for it, by its name after the function's; all others if empty.
    """

    function: str
    op: str
    draw: Callable[[Bits], Payload]
    seconds: float
    check: str = ""

    @property
    def name(self) -> str:
        """Return what it is known by: the id of its one check, or the function."""
        return f"{self.function}/{self.check}" if self.check else self.function

    def case(self, kept: Mapping[str, Any]) -> Case:
        """Return the case that a pack has kept."""
        return Case(self.op, self.payload(kept["seed"]), kept["expected"])

    def payload(self, seed: str) -> Payload:
        """Draw the payload from a seed, of hexadecimal digits."""
        return self.draw(Bits(seed))


class Asked:
    """The larger case put to one submission: once, however many checks ask for it.

    Parameters
    ----------
    larger : Larger
        What is asked.
    kept : mapping of str to Any
        What a pack has kept of it.
    """

    def __init__(self, larger: Larger, kept: Mapping[str, Any]) -> None:
        self._larger, self._kept = larger, kept
        self._outcome: dict[str, Any] | WorkerError | None = None
        self._unlike: dict[str, str] = {}

    @cached_property
    def case(self) -> Case:
        """The case with its numbers."""
        return self._larger.case(self._kept)

    def reply(self, session: Session) -> dict[str, Any]:
        """Return the reply.

        Raises
        ------
        WorkerError
            There was none, or it took too long.
        """
        if self._outcome is None:
            self._outcome = self._ask(session)
        if isinstance(self._outcome, WorkerError):
            raise self._outcome
        return self._outcome

    def unlike(self, session: Session, name: str) -> str:
        """Say how an output differs from what is expected; empty if it does not.

        Raises
        ------
        WorkerError
            As in `reply`.
        """
        reply = self.reply(session)
        if name not in self._unlike:
            got, expected = reply[name], self.case.expected[name]
            if same_sizes(got, tuple(expected["shape"])):
                got = got.reshape(expected["shape"])
            self._unlike[name] = unlike(got, expected)
        return self._unlike[name]

    def _ask(self, session: Session) -> dict[str, Any] | WorkerError:
        seconds = self._larger.seconds
        if session.isolation == IN_PROCESS:
            seconds *= SLOWER
        try:
            found: dict[str, Any] = session.ask(self.case.op, self.case.payload, seconds).reply
        except TimedOut as error:
            return error if isinstance(error, OutOfTime) else TimedOut(f"{error} {TOO_SLOW}")
        except WorkerError as error:
            return error
        return found


TOO_SLOW = (
    "on an image that is larger than the others. To go through all values in Python takes a second "
    "or two; to try each value by itself, with a forward pass or two for each, takes far longer"
)


class Bits:
    """Random numbers that a seed gives with every version of NumPy, as its generators do not."""

    def __init__(self, seed: str) -> None:
        self._bits = np.random.PCG64(int(seed, 16))

    def uniform(self, low: float, high: float, shape: tuple[int, ...]) -> np.ndarray:
        """Draw numbers between two others; that any two are equal is next to impossible."""
        whole = self._bits.random_raw(int(np.prod(shape))) >> np.uint64(11)
        return low + (high - low) * (whole * 2.0**-53).reshape(shape)


def digest(values: np.ndarray) -> dict[str, Any]:
    """Return what an array is recognized by: shape, scale and a few weighted sums."""
    flat = values.astype(np.float64).ravel()
    sums = weights(flat.size) @ flat
    return {
        "shape": list(values.shape),
        "scale": float(np.max(np.abs(flat), initial=0.0)) or 1.0,
        "sums": sums,
    }


@lru_cache(maxsize=16)  # of the outputs of all larger cases of an exercise, for each student
def weights(size: int) -> np.ndarray:
    """Return irregular weights between -0.5 and 0.5, a row of them for each sum of a digest."""
    roots = np.sqrt([2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0, 19.0])[:SUMS]
    fractions: np.ndarray = np.modf(np.outer(roots, np.arange(1, size + 1)))[0]
    return fractions - 0.5


@np.errstate(all="ignore")  # what overflows is a difference like others
def unlike(got: Any, expected: Mapping[str, Any]) -> str:
    """Say how an array differs from the one of which there is a digest; empty if it does not."""
    shape = tuple(expected["shape"])
    if isinstance(got, float):
        got = np.asarray(got)
    if not isinstance(got, np.ndarray):
        return f"It is no array; expected one of shape {shape}."
    if got.shape != shape:
        return f"Its shape is {got.shape}, expected {shape}."
    if got.dtype.kind != "f" or got.dtype.itemsize < 4:
        return f"Its dtype is {got.dtype}, expected float64 or float32."
    margin = RTOL * expected["scale"] * np.sqrt(got.size)
    if np.all(np.abs(digest(got)["sums"] - expected["sums"]) <= margin):
        return ""
    return (
        "The shape is right, but the values are not, on this image that is larger than the others."
    )
