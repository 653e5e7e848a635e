"""A few inputs that tell mistakes by rule apart, and what each mistake gets wrong on them.

Not all 200 inputs are needed to know a mistake again: some ten tell nearly all of a function apart.
Those are chosen one after the other, each so that as many as possible are apart then.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.course.museum.rule.behaviour import EARLY
from autograder.course.museum.rule.trial import Tried
from autograder.diagnosis.by_rule import NOTHING, RANDOM, alike

COUNT = 10  # probes of a function

Seen = list[tuple[int, ...]]
"""By input, the numbers of the marks of what is wrong there."""


class Marks:
    """All that is seen of a function's mistakes, each thing with a number.

    Attributes
    ----------
    listed : list of (int, str, ndarray)
        By number: on which input, what is wrong or raised, and the numbers of that.
    """

    def __init__(self) -> None:
        self.listed: list[tuple[int, str, np.ndarray]] = []
        self._alike: dict[tuple[int, str], list[int]] = {}

    def seen(self, tried: Tried) -> Seen:
        """Return what a mutant gets wrong on the first few inputs, but for random outputs."""
        return [
            tuple(
                self._number(index, text, row)
                for text, row in zip(*wrong, strict=True)
                if f" {RANDOM} " not in text
            )
            for index, wrong in enumerate(tried.by_input()[:EARLY])
        ]

    def _number(self, index: int, text: str, row: np.ndarray) -> int:
        numbers = self._alike.setdefault((index, text), [])
        for number in numbers:
            if alike(self.listed[number][2], row):
                return number
        numbers.append(len(self.listed))
        self.listed.append((index, text, row))
        return numbers[-1]


def chosen(seen: Sequence[Seen]) -> list[int]:
    """Return the inputs that tell most mistakes apart."""
    found: list[int] = []
    so_far: list[tuple[tuple[int, ...], ...]] = [()] * len(seen)
    inputs = range(min(map(len, seen), default=0))
    for _ in range(min(COUNT, len(inputs))):
        with_one = {
            index: [(*before, of[index]) for before, of in zip(so_far, seen, strict=True)]
            for index in inputs
            if index not in found
        }
        best = max(with_one, key=lambda index: len(set(with_one[index])))
        found.append(best)
        so_far = with_one[best]
    return sorted(found)


def numbers_of(row: np.ndarray) -> list[float]:
    """Return the numbers of a mark, of as many digits as tell it from others."""
    numbers = row.tolist()
    while len(numbers) > 1 and numbers[-1] == NOTHING[-1]:
        numbers.pop()
    return [float(f"{number:.8g}") for number in numbers]
