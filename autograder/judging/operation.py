"""An operation that student code can be asked for, and what comes of it.

An operation knows how it is asked (`Operation.run`), whether what came back is a reply to it
(`fits`), what a reply holds that can be right or wrong (`outputs`), how a message names the call
(`describe`), and what part of the solution's own reply is expected (`reference`). What runs in the
worker is in ``sandbox/worker/operations.py``; the table of all kinds is `operations.OPERATIONS`.

The payload of a case has the name of the student's module as ``"module"``, and what the operation
and the worker need besides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from autograder.judging.output import Output
from autograder.sandbox.errors import WorkerError

Payload = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What came of an operation.

    Attributes
    ----------
    reply : Any
        Of the form that the operation has; no value in it is to be believed.
    remark : str
        What the student should know about how it came about, or empty.
    seconds : float
        How long it took, without loading and preparing.
    """

    reply: Any
    remark: str = ""
    seconds: float = 0.0


class Caller(Protocol):
    """Whoever has operations carried out by workers; a `Session`.

    Attributes
    ----------
    stuck : dict of str to WorkerError
        Functions that hung or ended their worker while they only helped: they are called once.
    given : collection of str
        Functions that students were given: what they return as a cache is known.
    """

    stuck: dict[str, WorkerError]
    given: Collection[str]

    def request(
        self,
        name: str,
        module: str,
        arguments: Payload,
        seconds: float,
        fits: Callable[[Any], bool],
        most: int,
    ) -> Answer:
        """Have one thing done in the worker of a student's module."""

    def renew(self, module: str) -> None:
        """Give a student's module a worker that knows nothing yet."""


class Notes:
    """In the place of a session: notes what an operation requests of a worker.

    Attributes
    ----------
    requests : list of dict
        Each with a name and arguments, in order.
    """

    def __init__(self, given: Collection[str]) -> None:
        self.given, self.stuck = given, dict[str, WorkerError]()
        self.requests: list[Payload] = []

    def request(self, name: str, module: str, arguments: Payload, *_: Any, **__: Any) -> Answer:
        """Note one thing that is to be done; it is taken to go well."""
        self.requests.append({"name": name, "arguments": arguments})
        return Answer(True)

    def renew(self, module: str) -> None:
        """There is no worker."""


class Operation:
    """One kind of operation; here, the call of a layer's forward pass.

    Attributes
    ----------
    name : str
        In a case, and in the worker.
    sent : tuple of str
        What of a payload goes to the worker.
    compared : bool
        Its outputs are compared with what is expected, one by one.
    most : int
        Bytes of arrays in a reply, at most; the solution's have three megabytes.
    """

    name = "forward"
    sent: tuple[str, ...] = ("module", "function", "args")
    compared = True
    most = 16 << 20

    def run(self, caller: Caller, payload: Payload, seconds: float) -> Answer:
        """Carry it out, within a time limit.

        Raises
        ------
        WorkerError
            The code could not be loaded, raised, crashed, or took longer than `seconds`.
        """
        arguments = {key: payload[key] for key in self.sent}
        return self.request(caller, payload, arguments, seconds)

    def request(
        self, caller: Caller, payload: Payload, arguments: Payload, seconds: float
    ) -> Answer:
        """Have the operation itself done, with these arguments."""
        return caller.request(
            self.name,
            payload["module"],
            arguments,
            seconds,
            lambda reply: self.fits(payload, reply),
            self.most,
        )

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether `reply` has the form of a reply: checks need not ask that again.

        The form is all that it says, what is optional too: no value in it has any other.
        """
        return (
            has_only(reply, ["out", "after"])
            and is_value(reply["out"])
            and has_only_arrays(reply["after"], arrays_of(payload["args"]))
        )

    def outputs(self, payload: Payload, reply: Any) -> dict[Output, Any]:
        """Return what a reply holds that can be right or wrong."""
        return {Output("out"): reply["out"], **inputs_after(reply)}

    def describe(self, payload: Payload) -> str:
        """Say what is called, as in ``conv_forward_naive(x (2, 3, 7, 8), ...)``."""
        return f"{payload['function']}({describe_arguments(payload['args'])})"

    def numbers(self, payload: Payload) -> int:
        """Return how many numbers student code is given."""
        return numbers_in(payload)

    def reference(self, payload: Payload, ask: Callable[[str, Payload], Any]) -> Any:
        """Return what is expected, given a way to `ask` the solution."""
        return {k: v for k, v in ask(self.name, payload).items() if k != "after"}


def is_value(value: Any, depth: int = 3) -> bool:
    """Return whether `value` is what a worker makes of one thing that student code returned.

    That is nothing, a number, an array of numbers, a tuple of those, or the name of what cannot be
    sent.
    """
    if value is None or isinstance(value, bool | int | float | np.ndarray):
        return True
    if isinstance(value, tuple):
        return depth > 0 and all(is_value(item, depth - 1) for item in value)
    return has_only(value, ["$object"]) and isinstance(value["$object"], str)


def are_values(values: Any) -> bool:
    """Return whether `values` is a dictionary of what student code calls by names."""
    return isinstance(values, dict) and all(is_value(value) for value in values.values())


def has_only(reply: Any, names: Iterable[str]) -> bool:
    """Return whether `reply` is a dictionary of these `names`, and no others."""
    return isinstance(reply, dict) and set(reply) == set(names)


def has_only_arrays(reply: Any, names: Iterable[str]) -> bool:
    """Return whether `reply` is a dictionary with an array for each of `names`, and no more."""
    return has_only(reply, names) and all(isinstance(item, np.ndarray) for item in reply.values())


def numbers_in(payload: Any) -> int:
    """Return how many numbers the arrays of a payload hold."""
    if isinstance(payload, np.ndarray):
        return payload.size
    if isinstance(payload, dict):
        return sum(map(numbers_in, payload.values()))
    return sum(map(numbers_in, payload)) if isinstance(payload, list) else 0


def arrays_of(args: dict[str, Any]) -> list[str]:
    """Return the names of those arguments that are arrays."""
    return [name for name, value in args.items() if isinstance(value, np.ndarray)]


def inputs_after(reply: dict[str, Any]) -> dict[Output, Any]:
    """Return the inputs as student code left them."""
    return {Output(name, "input"): value for name, value in reply.get("after", {}).items()}


def describe_arguments(arguments: dict[str, Any]) -> str:
    """Name arguments: arrays by their shapes, numbers and dictionaries by their values."""
    parts = []
    for name, value in arguments.items():
        if isinstance(value, np.ndarray):
            single = " float32" if value.dtype == np.float32 else ""
            parts.append(f"{name} {value.shape}{single}")
        elif isinstance(value, dict):
            inside = ", ".join(
                f"{key!r}: array {item.shape}"
                if isinstance(item, np.ndarray)
                else f"{key!r}: {item!r}"
                for key, item in value.items()
            )
            parts.append(f"{name}={{{inside}}}")
        else:
            parts.append(f"{name}={value}")
    return ", ".join(parts)
