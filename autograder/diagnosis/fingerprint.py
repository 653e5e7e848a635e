"""Recognize a known mistake by what it returns on a case, without the code that made it.

When a pack is made, every known mistake is run on every case of its function. Of each output that
is wrong the pack keeps a `Mark`: its shape and a few numbers that stand for its values. A
student's output with the same mark is, but for a coincidence of many digits, the same array.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.judging.case import Case
from autograder.judging.compare import differences, in_another_layout, kind_of
from autograder.judging.output import Output
from autograder.sandbox.errors import Raised
from autograder.syntax import parse

ROOTS = np.sqrt([2.0, 3.0, 5.0, 7.0])
MAX_VALUES = 1 << 19  # of an array; no output of a case has more, and no more are computed with
SINGLE_CASE, DOUBLE_CASE = 1e-4, 1e-5  # an output that is this close to what is expected is right


@dataclass(frozen=True)
class Mark:
    """What an output is recognized by.

    Attributes
    ----------
    text : str
        Its shape, or what it is if no array.
    values : tuple of float
        Numbers that stand for its values.
    tolerance : float
        How close the numbers of the same output are, relative to its scale.
    """

    text: str
    values: tuple[float, ...] = ()
    tolerance: float = 1e-7

    def same(self, other: Mark) -> bool:
        """Return whether both stand for the same output."""
        if self.text != other.text or len(self.values) != len(other.values):
            return False
        scale = max([1e-300, *(abs(v) for v in self.values[:2])])
        margin = scale * max(self.tolerance, other.tolerance)
        return all(abs(a - b) <= margin for a, b in zip(self.values, other.values, strict=True))


@np.errstate(all="ignore")  # what overflows is a value like others
def mark_of(output: Output, value: Any) -> Mark:
    """Return the mark of an output, given what came over the wire.

    Initial parameters are random: they are known by their statistics, and constants by their
    value.
    """
    value = as_array(value)
    if not isinstance(value, np.ndarray):
        return Mark(kind_of(value) if isinstance(value, dict) else "")
    if value.dtype.kind not in "biuf" or value.size > MAX_VALUES:
        return Mark(f"{value.dtype} {value.shape}")
    numbers = value.astype(np.float64).ravel()
    if output.kind == "params" and numbers.size:
        return statistics(value, numbers)
    finite = np.isfinite(numbers)
    text = f"{value.shape}"
    if not finite.all():
        text += f" {numbers.size - int(finite.sum())} not finite"
        numbers = np.where(finite, numbers, 0.0)
    single = value.dtype.kind == "f" and value.dtype.itemsize < 8
    return Mark(text, projections(numbers), 3e-5 if single else 1e-7)


def as_array(value: Any) -> Any:
    """Return a number as an array of no dimensions, and anything else as it is."""
    if not isinstance(value, int | float):
        return value
    try:
        return np.asarray(float(value))
    except OverflowError:  # a whole number of more than 300 digits
        return np.asarray(np.inf)


def projections(numbers: np.ndarray) -> tuple[float, ...]:
    """Return the root mean square of some numbers, and weighted means with irregular weights."""
    if not numbers.size:
        return ()
    places = np.arange(1, numbers.size + 1)
    weights = np.modf(np.outer(ROOTS, places))[0] - 0.5
    rms = float(np.sqrt(np.mean(numbers**2)))
    return (rms, *(float(p) for p in weights @ numbers / np.sqrt(numbers.size)))


def statistics(value: np.ndarray, numbers: np.ndarray) -> Mark:
    """Return the mark of random initial weights: their spread, within what chance allows."""
    # Equal values have no spread, though rounding may leave a little of their mean.
    constant = bool((numbers == numbers[0]).all())
    spread, size = 0.0 if constant else float(numbers.std()), numbers.size
    zero_mean = abs(float(numbers.mean())) <= 6 * spread / np.sqrt(size)
    text = f"{value.dtype} {value.shape} {'around zero' if zero_mean else 'not around zero'}"
    if constant:
        return Mark(text, (spread, float(numbers[0])))
    return Mark(text, (spread,), chance(size))


def chance(size: int) -> float:
    """Return how far two estimates of one standard deviation may lie apart, as a share of it."""
    return min(0.9, 9 / float(np.sqrt(2 * size)))  # six standard errors of their difference


def exception_mark(error: Raised) -> Mark:
    """Return the mark of an exception: its type, and what its line does; texts vary too much."""
    kind = error.summary.partition(":")[0]
    return Mark(f"{kind} {operation_of(error.line)}")


def operation_of(line: str) -> str:
    """Name what a line of code does: the kind of statement, and its outermost operation."""
    try:
        statement = parse(f"{line} pass" if line.endswith(":") else line).body[0]
    except (SyntaxError, ValueError, IndexError):
        return ""
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    value = getattr(statement, "value", getattr(statement, "iter", None))
    parts = [type(statement).__name__, *(type(t).__name__ for t in targets), type(value).__name__]
    if isinstance(value, ast.Call):
        parts.append(str(getattr(value.func, "attr", getattr(value.func, "id", ""))))
    return " ".join(parts)


def expected_outputs(case: Case) -> dict[Output, Any]:
    """Return what is expected of a case's outputs, but for random initial parameters."""
    found = case.outputs(case.expected)
    for name, value in case.inputs.items():
        if isinstance(value, np.ndarray):
            found[Output(name, "input")] = value
    return found


def wrong_outputs(case: Case, reply: dict[str, Any]) -> dict[Output, Mark]:
    """Return the marks of those outputs in the reply to `case` that are not as expected."""
    expected, found = expected_outputs(case), case.outputs(reply)
    wrong = {}
    for output, value in found.items():
        if output.kind == "params":
            mark = mark_of(output, value)
            if not any(mark.same(right) for right in right_initial(case, output.name)):
                wrong[output] = mark
        elif output in expected:
            if output.kind == "result" and in_another_layout(value, expected[output]):
                wrong[replace(output, kind="layout")] = Mark(f"{value.shape}")
                value = value.reshape(expected[output].shape)
            if not is_right(value, expected[output], tolerance(case)):
                wrong[output] = mark_of(output, value)
    if isinstance(reply.get("loss"), dict):  # something else than loss and gradients came back
        return wrong
    for output in expected:
        if output.kind not in ("input", "params") and output not in found:
            wrong[output] = Mark("missing")
    return wrong


def right_initial(case: Case, parameter: str) -> Iterable[Mark]:
    """Yield the mark that an initial parameter of the net should have."""
    wanted = case.payload["initial"].get(parameter)
    if wanted is not None:
        shape, spread, *constant = wanted
        dtype = case.payload["settings"].get("dtype", "float64")
        if not spread:
            number = float(constant[0]) if constant else 0.0
            around = "not around zero" if number else "around zero"
            yield Mark(f"{dtype} {tuple(shape)} {around}", (spread, number))
            return
        margin = chance(int(np.prod(shape)))
        yield Mark(f"{dtype} {tuple(shape)} around zero", (spread,), margin)


def is_right(value: Any, expected: Any, rtol: float) -> bool:
    """Return whether an output is as expected."""
    value = as_array(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":  # labels
        return bool(np.array_equal(value, expected))
    return not differences(value, np.asarray(expected, dtype=np.float64), rtol)


def tolerance(case: Case) -> float:
    """Return how close to what is expected an output of `case` is right."""
    arrays = (value for value in case.inputs.values() if isinstance(value, np.ndarray))
    single = any(array.dtype == np.float32 for array in arrays)
    return SINGLE_CASE if single else DOUBLE_CASE


@dataclass(frozen=True)
class Known:
    """The known mistakes of one function.

    Attributes
    ----------
    names : list of (str, str)
        Name and sentence of each mistake.
    cases : dict of str to list
        By check, for each case: what each mistake gets wrong there, by output.
    """

    names: list[tuple[str, str]]
    cases: dict[str, list[list[dict[Output, Mark]]]]


def to_plain(known: Known) -> dict[str, Any]:
    """Return `known` as plain data for a pack; equal marks are written once."""
    cases: dict[str, list[list[dict[str, Any]]]] = {}
    for check, by_case in known.cases.items():
        cases[check] = []
        for by_mistake in by_case:
            groups: dict[Output, list[tuple[Mark, list[int]]]] = {}
            for number, wrong in enumerate(by_mistake):
                for output, mark in wrong.items():
                    add(groups.setdefault(output, []), mark, number)
            cases[check].append([rows(output, found) for output, found in groups.items()])
    return {"names": [list(pair) for pair in known.names], "cases": cases}


def add(groups: list[tuple[Mark, list[int]]], mark: Mark, number: int) -> None:
    """Add a mistake to the group of those with the same mark."""
    for other, numbers in groups:
        if mark.same(other):
            numbers.append(number)
            return
    groups.append((mark, [number]))


def rows(output: Output, groups: list[tuple[Mark, list[int]]]) -> dict[str, Any]:
    """Return the marks of an output as plain data.

    Their numbers are an array: a row for each, of its tolerance and values, filled with NaN.
    """
    values = np.full((len(groups), 6), np.nan)
    for row, (mark, _) in zip(values, groups, strict=True):
        row[: 1 + len(mark.values)] = (mark.tolerance, *mark.values)
    return {
        "output": [output.name, output.kind, output.step],
        "texts": [mark.text for mark, _ in groups],
        "values": values,
        "mistakes": [numbers for _, numbers in groups],
    }


def from_plain(plain: dict[str, Any]) -> Known:
    """Undo `to_plain`."""
    names = [(str(name), str(sentence)) for name, sentence in plain["names"]]
    cases: dict[str, list[list[dict[Output, Mark]]]] = {}
    for check, by_case in plain["cases"].items():
        cases[check] = []
        for by_output in by_case:
            by_mistake: list[dict[Output, Mark]] = [{} for _ in names]
            for found in by_output:
                output = Output(*found["output"])
                for text, row, numbers in zip(
                    found["texts"], found["values"], found["mistakes"], strict=True
                ):
                    tolerance, *values = (float(v) for v in row if not np.isnan(v))
                    for number in numbers:
                        by_mistake[number][output] = Mark(text, tuple(values), tolerance)
            cases[check].append(by_mistake)
    return Known(names, cases)
