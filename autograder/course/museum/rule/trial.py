"""One piece of code on all inputs: what it gets wrong there, and whether that is far from right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from autograder.course.museum import museum_of, packs
from autograder.course.museum.rule.bench import Bench
from autograder.course.museum.rule.inputs import COUNT, inputs
from autograder.course.museum.way import Way
from autograder.diagnosis.by_rule import NOTHING, RANDOM, alike, cells, raised
from autograder.diagnosis.fingerprint import (
    as_array,
    expected_outputs,
    tolerance,
    wrong_outputs,
)
from autograder.exercise import Exercise
from autograder.judging.case import Case
from autograder.judging.operation import Payload
from autograder.judging.output import RAISED, Output
from autograder.sandbox.errors import WorkerError

FAR = 100  # tolerances of the checks: what differs by more on some input is wrong
CHECKS = 1e-6  # their tolerance
ROUNDOFF = 1e-9  # of a gradient that is zero but for this, not even the sign says anything
WAY_SECONDS = 60.0  # for a right way on one input: what it takes decides nothing
FIRST = 30  # inputs; what raises an exception on all of these is no mistake that needs a name


Wrong = tuple[tuple[str, ...], np.ndarray]
"""What is wrong on an input: a text for each output, and a row of numbers for each text."""


@dataclass(frozen=True)
class Tried:
    """What a mutant does on all inputs.

    Attributes
    ----------
    way, number : int
        The way, by its place in the museum, and the mutant of it.
    label, sentence : str
        The class that operator and operand give, and what is said.
    texts : tuple of tuple of str
        On each input, what is wrong, an output at a time, or raised.
    values : ndarray
        A row for each of these texts: a tolerance, and the numbers of a mark.
    wrong : bool
        It is far from right on some input.
    """

    way: int
    number: int
    label: str
    sentence: str
    texts: tuple[tuple[str, ...], ...]
    values: np.ndarray
    wrong: bool = True

    def by_input(self) -> list[Wrong]:
        """Return what is wrong on each input."""
        ends = np.cumsum([len(texts) for texts in self.texts])
        return list(zip(self.texts, np.split(self.values, ends[:-1]), strict=True))

    def same(self, other: Tried) -> bool:
        """Return whether another one behaves alike."""
        if self.texts != other.texts or self.values.shape != other.values.shape:
            return False
        return bool(np.all(alike(self.values, other.values)))


class Table:
    """The inputs of one function, with the solution's replies.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    function : str
        Of which function.
    bench : Bench
        Has the solution.
    count : int
        So many inputs.

    Attributes
    ----------
    cases : list of Case
        The inputs, all ways of the museum agree on them.
    places : list of int
        Where they are among all that are drawn.
    """

    def __init__(self, exercise: Exercise, function: str, bench: Bench, count: int = COUNT) -> None:
        self.function = exercise.by_name[function]
        self._bench = bench
        cases = [
            Case(spec.op, payload, packs.reference(bench, spec, by_itself(payload)))  # type: ignore[arg-type]
            for spec, payload in islice(inputs(exercise, function), 2 * count)
        ]
        self._unsure: list[set[Output]] = [set() for _ in cases]
        for way in museum_of(exercise).WAYS:
            if function in way.functions:
                for unsure, found in zip(self._unsure, self._wrong(way, cases), strict=True):
                    unsure.update(found)
        agreed = [i for i, u in enumerate(self._unsure) if RAISED not in u and agrees(u)]
        self.places = agreed[:count]
        self.cases = [cases[i] for i in self.places]
        self._unsure = [self._unsure[i] for i in self.places]

    def _wrong(self, way: Way, cases: Sequence[Case]) -> list[set[Output]]:
        found = []
        module = self.function.file.module
        with self._bench.having(module, way.code, alone=way.alone):
            for case in cases:
                try:
                    found.append(
                        set(
                            wrong_outputs(
                                case, self._bench.ask(case.op, case.payload, WAY_SECONDS).reply
                            )
                        )
                    )
                except WorkerError:
                    found.append({RAISED})
        return found

    def tried(
        self, way: int, number: int, label: str, sentence: str, code: str, count: int
    ) -> Tried | None:
        """Return what code does on so many inputs; None where it fails always."""
        texts: list[tuple[str, ...]] = []
        values: list[tuple[float, ...]] = []
        wrong, answered = False, False
        module = self.function.file.module
        try:
            with self._bench.having(module, code):
                first = islice(zip(self.cases, self._unsure, strict=True), count)
                for index, (case, unsure) in enumerate(first):
                    if index == FIRST and not answered:
                        return None
                    try:
                        reply = self._bench.ask(case.op, case.payload).reply
                    except WorkerError as error:
                        words, numbers_of_it = raised(error)
                        texts.append((words,))
                        values.append(numbers_of_it)
                        wrong = True
                        continue
                    answered = True
                    far, of_case, numbers = looked(case, reply, unsure)
                    wrong |= far
                    texts.append(of_case)
                    values += numbers
        except Exception:  # it cannot be loaded: names at the top of it are wrong
            return None
        array = np.array(values).reshape(-1, len(NOTHING))
        return Tried(way, number, label, sentence, tuple(texts), array, wrong) if answered else None


def by_itself(payload: Payload) -> Payload:
    """Return a payload to which the solution replies by itself, without slopes: that takes long."""
    return {**payload, "numeric": False} if "numeric" in payload else payload


def agrees(unsure: set[Output]) -> bool:
    """Return whether ways differ in initial values at most, of which too few tell nothing."""
    return all(output.kind == "params" for output in unsure)


def looked(
    case: Case, reply: Any, unsure: set[Output]
) -> tuple[bool, tuple[str, ...], list[tuple[float, ...]]]:
    """Return whether a reply is far from right, and what is wrong in words and in numbers."""
    wrong = {output: cell for output, cell in cells(case, reply).items() if output not in unsure}
    if not wrong:
        return False, (), []
    expected, found = expected_outputs(case), case.outputs(reply)
    far = any(
        output not in expected or is_far(found.get(output), expected[output], tolerance(case))
        for output in wrong
        if output.kind != RANDOM  # whether they are random as they should be takes more than this
    )
    return far, tuple(words for words, _ in wrong.values()), [row for _, row in wrong.values()]


def is_far(value: Any, expected: Any, close: float) -> bool:
    """Return whether an output differs by more than `FAR` tolerances."""
    value = as_array(value)
    right = np.asarray(expected, dtype=np.float64)
    if not isinstance(value, np.ndarray) or value.shape != right.shape or value.dtype.kind in "iu":
        return True
    scale = max(float(np.max(np.abs(right), initial=0.0)) or 1.0, ROUNDOFF)
    error = np.abs(value.astype(np.float64) - right)
    return not bool(np.all(error <= FAR * CHECKS * max(1.0, close / 1e-5) * scale))
