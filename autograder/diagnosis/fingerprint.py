"""Recognize a known mistake by what it returns on a case, without the code that made it.

When a pack is made, every known mistake is run on every case of its function. Of each output that
is wrong the pack keeps a `Mark`: its shape and a few numbers that stand for its values. A
student's output with the same mark is, but for a coincidence of many digits, the same array.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.judging.case import Case, NetSettings
from autograder.judging.compare import differences

ROOTS = np.sqrt([2.0, 3.0, 5.0, 7.0])
INITIAL = "params"  # outputs named so are random: they are known by their statistics
RAISED = "raised"  # names the "output" of a call that raised an exception
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


def mark_of(name: str, value: Any) -> Mark:
    """Return the mark of an output.

    Parameters
    ----------
    name : str
        As in `outputs`.
    value : Any
        What came over the wire.
    """
    value = as_array(value)
    if not isinstance(value, np.ndarray):
        return Mark(str(value["$object"]) if isinstance(value, dict) and "$object" in value else "")
    if value.dtype.kind not in "biuf":
        return Mark(f"{value.dtype} {value.shape}")
    numbers = value.astype(np.float64).ravel()
    if name.startswith(INITIAL):
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
    spread, size = float(numbers.std()), max(numbers.size, 1)
    zero_mean = abs(float(numbers.mean())) <= 6 * spread / np.sqrt(size)
    text = f"{value.dtype} {value.shape} {'around zero' if zero_mean else 'not around zero'}"
    return Mark(text, (spread,), chance(size) if spread else 1e-7)


def chance(size: int) -> float:
    """Return how far two estimates of one standard deviation may lie apart, as a share of it."""
    return min(0.9, 9 / float(np.sqrt(2 * size)))  # six standard errors of their difference


def outputs(case: Case, reply: dict[str, Any]) -> dict[str, Any]:
    """Return what a reply to `case` holds that can be right or wrong, by the names of messages."""
    found: dict[str, Any] = {}
    if case.op == "sequence":
        for step, (out, running) in enumerate(
            zip(reply["outs"], reply["running"], strict=True), start=1
        ):
            found[f"out of pass {step}"] = out
            for name, value in running.items():
                flat = value.ravel() if isinstance(value, np.ndarray) else value
                found[f"{name} after training pass {step}"] = flat
    elif case.op == "net":
        found |= {f"{INITIAL}[{k!r}]": v for k, v in reply.get("initial", {}).items()}
        found |= {name: reply[name] for name in ("scores", "loss") if name in reply}
        found |= {f"grads[{k!r}]": v for k, v in reply.get("grads", {}).items()}
    else:
        names = case.payload.get("names", ["out"])
        found |= {name: reply[name] for name in names}
    for name, value in (reply.get("after") or {}).items():
        found[f"{name} afterwards"] = value
    return found


def expected_outputs(case: Case) -> dict[str, Any]:
    """Return what is expected of `outputs`, but for the random initial parameters."""
    found = outputs(case, case.expected)
    inputs = {**case.payload, **case.payload.get("args", {})}
    for name, value in inputs.items():
        if isinstance(value, np.ndarray):
            found[f"{name} afterwards"] = value
    return found


def wrong_outputs(case: Case, reply: dict[str, Any]) -> dict[str, Mark]:
    """Return the marks of those outputs in the reply to `case` that are not as expected."""
    expected, found = expected_outputs(case), outputs(case, reply)
    wrong = {}
    for name, value in found.items():
        if name.startswith(INITIAL):
            mark = mark_of(name, value)
            if not any(mark.same(right) for right in right_initial(case, name)):
                wrong[name] = mark
        elif name in expected and not is_right(value, expected[name], tolerance(case)):
            wrong[name] = mark_of(name, value)
    for name in expected:
        if name.startswith("grads") and name not in found:
            wrong[name] = Mark("missing")
    return wrong


def right_initial(case: Case, name: str) -> Iterable[Mark]:
    """Yield the mark that an initial parameter of the net should have."""
    settings = NetSettings(**case.payload["settings"])
    parameter = name[len(INITIAL) + 2 : -2]
    shape = settings.shapes().get(parameter)
    if shape is not None:
        scale = settings.weight_scale if parameter.startswith("W") else 0.0
        margin = chance(int(np.prod(shape))) if scale else 1e-7
        yield Mark(f"{settings.dtype} {shape} around zero", (scale,), margin)


def is_right(value: Any, expected: Any, rtol: float) -> bool:
    """Return whether an output is as expected."""
    value = as_array(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":  # labels
        return bool(np.array_equal(value, expected))
    return not differences(value, np.asarray(expected, dtype=np.float64), rtol)


def tolerance(case: Case) -> float:
    """Return how close to what is expected an output of `case` is right."""
    arrays = {**case.payload, **case.payload.get("args", {})}.values()
    single = any(isinstance(a, np.ndarray) and a.dtype == np.float32 for a in arrays)
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
    cases: dict[str, list[list[dict[str, Mark]]]]


def to_plain(known: Known) -> dict[str, Any]:
    """Return `known` as plain data for a pack; equal marks are written once."""
    cases: dict[str, list[dict[str, Any]]] = {}
    for check, by_case in known.cases.items():
        cases[check] = []
        for by_mistake in by_case:
            groups: dict[str, list[tuple[Mark, list[int]]]] = {}
            for number, wrong in enumerate(by_mistake):
                for output, mark in wrong.items():
                    add(groups.setdefault(output, []), mark, number)
            cases[check].append({output: rows(found) for output, found in groups.items()})
    return {"names": [list(pair) for pair in known.names], "cases": cases}


def add(groups: list[tuple[Mark, list[int]]], mark: Mark, number: int) -> None:
    """Add a mistake to the group of those with the same mark."""
    for other, numbers in groups:
        if mark.same(other):
            numbers.append(number)
            return
    groups.append((mark, [number]))


def rows(groups: list[tuple[Mark, list[int]]]) -> dict[str, Any]:
    """Return marks as an array: a row for each, of its tolerance and values, filled with NaN."""
    values = np.full((len(groups), 6), np.nan)
    for row, (mark, _) in zip(values, groups, strict=True):
        row[: 1 + len(mark.values)] = (mark.tolerance, *mark.values)
    return {
        "texts": [mark.text for mark, _ in groups],
        "values": values,
        "mistakes": [numbers for _, numbers in groups],
    }


def from_plain(plain: dict[str, Any]) -> Known:
    """Undo `to_plain`."""
    names = [(str(name), str(sentence)) for name, sentence in plain["names"]]
    cases: dict[str, list[list[dict[str, Mark]]]] = {}
    for check, by_case in plain["cases"].items():
        cases[check] = []
        for by_output in by_case:
            by_mistake: list[dict[str, Mark]] = [{} for _ in names]
            for output, found in by_output.items():
                for text, row, numbers in zip(
                    found["texts"], found["values"], found["mistakes"], strict=True
                ):
                    tolerance, *values = (float(v) for v in row if not np.isnan(v))
                    for number in numbers:
                        by_mistake[number][output] = Mark(text, tuple(values), tolerance)
            cases[check].append(by_mistake)
    return Known(names, cases)
