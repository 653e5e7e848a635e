"""Cases: the inputs on which student code is tried, as recipes that a seed makes concrete.

A check declares a few `Spec`. When a pack is made, each draws its inputs, and the solution's reply
to them becomes the expected value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from autograder.judging.operation import Operation, Payload
from autograder.judging.operations import OPERATIONS
from autograder.judging.output import Output


@dataclass(frozen=True)
class Spec:
    """One case before its numbers are drawn.

    Attributes
    ----------
    op : str
        Name of the operation, in `OPERATIONS`.
    draw : callable
        Makes the operation's payload from a random generator.
    """

    op: str
    draw: Callable[[np.random.Generator], Payload]


@dataclass(frozen=True)
class Case:
    """One case with its numbers: what student code is asked, and what the solution replied."""

    op: str
    payload: Payload
    expected: Any

    @property
    def operation(self) -> Operation:
        """Return what is done on it."""
        return OPERATIONS[self.op]

    @property
    def args(self) -> dict[str, Any]:
        """Return the arguments of the student's function."""
        return dict(self.payload["args"])

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """Return everything that student code is given, by name."""
        return {**self.payload, **self.payload.get("args", {})}

    def describe(self) -> str:
        """Say what is called, as in ``conv_forward_naive(x (2, 3, 7, 8), ...)``."""
        return self.operation.describe(self.payload)

    def outputs(self, reply: Any) -> dict[Output, Any]:
        """Return what a reply holds that can be right or wrong."""
        return self.operation.outputs(self.payload, reply)
