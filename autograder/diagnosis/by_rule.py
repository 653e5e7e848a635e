"""Recognize a mistake that was made by rule, by what it returns on a few inputs of its own.

There are too many of these to run them on each pack's cases. So what they do was found once, on
some ten inputs, the probes, which are the same in every pack. Student code that is wrong runs on
them too, and is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograder.diagnosis.fingerprint import wrong_outputs
from autograder.judging.case import Case
from autograder.judging.ladder import packed, unpacked
from autograder.judging.output import Output
from autograder.judging.session import Session
from autograder.sandbox.errors import Raised, WorkerError

SECONDS = 2.0  # for student code on one probe
NUMBERS = 3  # of a mark
SINGLE = 3e-7  # between numbers of which packs keep seven digits
RANDOM = "params"  # the kind of initial values: too few of them tell nothing
NOTHING = (1e-7, *[0.0] * NUMBERS)  # in the place of a tolerance and numbers

Cell = tuple[str, tuple[float, ...]]
"""What is wrong with one output, or raised, in words and in numbers."""


def alike(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return which rows of numbers stand for the same, whatever their words.

    The first number of a row is a tolerance, relative to the largest of the others.
    """
    one, other = some[..., 1:], others[..., 1:]
    scale = np.max(np.abs(one), axis=-1, initial=1e-9)
    with np.errstate(invalid="ignore"):  # what overflows is like itself
        margin = scale * np.maximum(some[..., 0], others[..., 0])
        close = (np.abs(one - other) <= margin[..., None]) | (one == other)
    same: np.ndarray = np.all(close, axis=-1)
    return same


def raised(error: WorkerError) -> Cell:
    """Return the cell of an exception: its type; where it is raised is a matter of style."""
    return error.summary.partition(":")[0] if isinstance(error, Raised) else "slow", NOTHING


def is_raised(words: str) -> bool:
    """Return whether the words of a cell are those of `raised`."""
    return " " not in words


def cells(case: Case, reply: Any) -> dict[Output, Cell]:
    """Return what is wrong in a reply, by output; initial values are random and have no numbers."""
    found = {}
    for output, mark in wrong_outputs(case, reply).items():
        known = mark.values[:NUMBERS] if output.kind != RANDOM else ()
        numbers = (mark.tolerance, *known, *NOTHING[1 + len(known) :])
        found[output] = f"{output.name} {output.kind} {output.step} {mark.text}", numbers
    return found


def to_plain(
    probes: Sequence[Case],
    marks: Sequence[Sequence[Any]],
    behaviours: Iterable[tuple[str, Sequence[int]]],
) -> dict[str, Any]:
    """Return what is known of the mistakes by rule of a function, as plain data for a pack.

    Parameters
    ----------
    probes : sequence of Case
        The inputs, with what is expected.
    marks : sequence
        Each the place of a probe, the words of a cell, and its numbers.
    behaviours : iterable of (str, sequence of int)
        The sentence of a mistake, and the numbers of its marks.
    """
    told = list(behaviours)
    used = sorted({number for _, numbers in told for number in numbers})
    place = {number: index for index, number in enumerate(used)}
    words = list(dict.fromkeys(marks[number][1] for number in used))
    rows = [(*marks[n][2:], *NOTHING[len(marks[n]) - 2 :]) for n in used]
    sentences = list(dict.fromkeys(sentence for sentence, _ in told))
    return {
        "probes": packed(probes),
        "words": words,
        "places": np.array(
            [(marks[n][0], words.index(marks[n][1])) for n in used], dtype=np.int16
        ).reshape(-1, 2),
        "numbers": in_seven_digits(rows),
        "sentences": sentences,
        "told": np.array([sentences.index(sentence) for sentence, _ in told], dtype=np.int16),
        "counts": np.array([len(numbers) for _, numbers in told], dtype=np.int16),
        "marks": np.array([place[n] for _, numbers in told for n in numbers], dtype=np.int16),
    }


@np.errstate(over="ignore")  # what overflows is like nothing else
def in_seven_digits(rows: Sequence[Sequence[float]]) -> np.ndarray:
    """Return rows of numbers as packs have them."""
    return np.array(rows, dtype=np.float32).reshape(-1, len(NOTHING))


class ByRule:
    """The mistakes by rule of one function, from a pack.

    Parameters
    ----------
    plain : dict
        As `to_plain` makes it.
    """

    def __init__(self, plain: dict[str, Any]) -> None:
        self._plain = plain
        numbers = plain["numbers"].astype(np.float64)
        numbers[:, 0] = np.maximum(numbers[:, 0], SINGLE)
        self._marks: dict[tuple[int, str], list[tuple[int, np.ndarray]]] = {}
        for number, (probe, word) in enumerate(plain["places"].tolist()):
            listed = self._marks.setdefault((probe, plain["words"][word]), [])
            listed.append((number, numbers[number]))

    def sentences(self, session: Session) -> list[str]:
        """Return what is said of all mistakes that do what some code does on all probes."""
        seen: set[int] = set()
        for probe, case in enumerate(unpacked(self._plain["probes"])):
            try:
                reply = session.ask(case.op, case.payload, SECONDS).reply
                found = [cell for o, cell in cells(case, reply).items() if o.kind != RANDOM]
            except Raised as error:
                found = [raised(error)]
            except WorkerError:
                return []
            for cell in found:
                number = self._number(probe, *cell)
                if number is None:  # nothing by rule does that
                    return []
                seen.add(number)
        return self._having(seen) if seen else []

    def _number(self, probe: int, words: str, numbers: tuple[float, ...]) -> int | None:
        """Return the number of the mark that is seen, if it is known."""
        for number, known in self._marks.get((probe, words), ()):
            if alike(known, np.array(numbers)):
                return number
        return None

    def _having(self, seen: set[int]) -> list[str]:
        """Return the sentences of the mistakes that have just these marks."""
        found = []
        ends = np.cumsum(self._plain["counts"])
        for told, marks in zip(
            self._plain["told"], np.split(self._plain["marks"], ends[:-1]), strict=True
        ):
            if set(marks.tolist()) == seen:
                found.append(self._plain["sentences"][int(told)])
        return list(dict.fromkeys(found))
