"""A public case to look into: the numbers that a check calls a student's function with.

::

    from autograder import case
    x, w, b, conv_param = case("conv_forward_naive/standard").arguments
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from autograder import exercises
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.exercises.registry import ids
from autograder.judging import pack
from autograder.judging.case import Case
from autograder.judging.evidence import Evidence

# Of a payload, beside its ``args``.
AROUND = ("dout", "steps", "gradients", "settings", "params", "X", "y")


class NoSuchCase(UserError):
    """There is no public case of this name; the message says what there is."""

    def _render_traceback_(self) -> list[str]:
        # Jupyter shows this instead of a traceback, which would be ours and help nobody.
        return [str(self)]


@dataclass(frozen=True)
class PublicCase:
    """What a check calls, and what should come back.

    Attributes
    ----------
    name : str
        Of the check.
    call : str
        What is called, with the shapes.
    names : tuple of str
        What `arguments` are called.
    arguments : tuple
        In the order of the function's parameters. A backward pass has ``dout`` and those of its
        forward pass, which makes the cache.
    expected : array, tuple or dict
        One array, or several in the order in which they are returned; by name, where a check
        looks at more than what one call returns.
    """

    name: str
    call: str
    names: tuple[str, ...]
    arguments: tuple[Any, ...]
    expected: Any

    def __repr__(self) -> str:
        return f"{self.name}: {self.call}\n{assigned(self.names)} = case(...).arguments"


def case(name: str, index: int = 0) -> PublicCase:
    """Return a public case of a check, to call your function on it by hand.

    Parameters
    ----------
    name : str
        The check, as a failure names it, such as ``"conv_forward_naive/standard"``.
    index : int
        Which one, where a check has several.

    Raises
    ------
    NoSuchCase
        There is none; the message says what there is.

    Examples
    --------
    >>> from autograder import case
    >>> one = case("max_pool_forward_naive/standard")
    >>> x, pool_param = one.arguments
    >>> pool_param
    {'pool_height': 2, 'pool_width': 2, 'stride': 2}
    >>> x.shape, one.expected.shape
    ((2, 3, 4, 4), (2, 3, 2, 2))
    """
    exercise = exercises.with_what((name,))
    cases = pack.public(exercise.name, ids(exercise)).cases
    asked = [check for check in cases if check in ids(exercise)]
    there = [check for check in asked if cases[check] and cases[check][0].expected is not None]
    if name not in there:
        raise NoSuchCase(other_names(name, there))
    found = cases[name]
    if not 0 <= index < len(found):
        raise NoSuchCase(f"{name} has {len(found)} cases, numbered from 0: there is no {index}.")
    chosen = found[index]
    arguments = arguments_of(chosen)
    return PublicCase(
        name,
        chosen.describe(),
        tuple(arguments),
        tuple(copy.deepcopy(list(arguments.values()))),  # to be written to at will
        copy.deepcopy(expected_of(chosen)),
    )


def other_names(name: str, there: Sequence[str]) -> str:
    """Say what there is instead of a case that there is not."""
    near = [check for check in there if check.partition("/")[0] == name]
    near = near or difflib.get_close_matches(name, there, n=3) or list(there)
    return f"There is no case {name!r}. There are: {', '.join(near)}."


def arguments_of(chosen: Case) -> dict[str, Any]:
    """Return what the student's code is given, by name, in the order of its parameters."""
    payload = chosen.payload
    around = {key: payload[key] for key in AROUND if payload.get(key) is not None}
    if "X" not in around:  # a net that is only made
        around.pop("y", None)
    first = {"dout": around.pop("dout")} if "dout" in around else {}
    return {**first, **payload.get("args", {}), **around}


def expected_of(chosen: Case) -> Any:
    """Return what should come back, as a call gives it where one call gives it."""
    payload, expected = chosen.payload, chosen.expected
    order = payload.get("wrt") or payload.get("returns") or ["out"]
    if set(order) != set(expected):
        return expected
    values = tuple(expected[key] for key in order)
    return values if len(values) > 1 else values[0]


def assigned(names: tuple[str, ...]) -> str:
    """Return the left side of an assignment that unpacks a tuple."""
    return ", ".join(names) if len(names) > 1 else f"({names[0]},)"


def how_to(exercise: Exercise, evidence: Iterable[Evidence]) -> str:
    """Return two lines to paste that give the case which failed first, if there is one."""
    public = pack.public(exercise.name, ids(exercise)).cases
    for found in evidence:
        cases = list(enumerate(public[found.check]))
        cases.sort(key=lambda numbered: numbered[0] != found.index)  # others may be called alike
        for i, failed in cases:
            if failed.expected is not None and failed.describe() == found.called:
                names, number = assigned(tuple(arguments_of(failed))), f", {i}" if i else ""
                return (
                    "To look inside, in the notebook (.expected is what should come back):\n"
                    "    from autograder import case\n"
                    f'    {names} = case("{found.check}"{number}).arguments'
                )
    return ""
