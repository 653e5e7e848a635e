"""Which known mistakes fit everything that was seen of student code on one function.

What was seen is cut into cells: an output of a case, or the whole case where code raised an
exception. In each cell a mistake is right, or wrong in the same way as student code, or in
another, or it says nothing. A mistake fits if it is right where student code is right, and wrong
in the same way where that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import combinations

from autograder.diagnosis.fingerprint import Known, Mark
from autograder.judging.output import RAISED, Output

Seen = dict[Output, Mark] | None
"""What student code gets wrong on a case, by output; None if it did not answer."""

Place = tuple[str, int]
"""A check, and the number of a case in it."""


class Shows(Enum):
    """What a mistake does in a cell, beside student code."""

    RIGHT = "it is right there"
    SAME = "it is wrong in the same way"
    OTHER = "it is wrong in another way, or where student code is right"
    NOTHING = "both are wrong, and one or both raise an exception: that cannot be compared"


@dataclass(frozen=True)
class Cell:
    """One thing that can be right or wrong: an output of a case, or the case as a whole."""

    place: Place
    output: Output

    @property
    def kind(self) -> tuple[str, str]:
        """Return what it is on every case that has it."""
        return self.output.name, self.output.kind


class Fit:
    """The known mistakes of a function, held against all that was seen.

    Parameters
    ----------
    known : Known
        The mistakes, and what they do on each case.
    seen : dict of str to list
        What student code gets wrong on each case, by check.
    """

    def __init__(self, known: Known, seen: dict[str, list[Seen]]) -> None:
        self.wrong: dict[Cell, Mark] = {}
        self._shows: list[dict[Cell, Shows]] = [{} for _ in known.names]
        self._contradicted: set[int] = set()
        for check, by_case in seen.items():
            for index, found in enumerate(by_case):
                if found is not None:
                    self._look((check, index), found, known.cases[check][index])

    def _look(
        self, place: Place, found: dict[Output, Mark], known: list[dict[Output, Mark]]
    ) -> None:
        """Take in one case."""
        here = {Cell(place, output): mark for output, mark in found.items()}
        self.wrong.update(here)
        for number, mistake in enumerate(known):
            shows = {cell: compared(mark, cell.output, mistake) for cell, mark in here.items()}
            self._shows[number].update(shows)
            if RAISED in found:
                continue  # what would have come out cannot be known
            elsewhere = set(mistake) - set(found)
            if elsewhere and not (RAISED in mistake and found):
                self._contradicted.add(number)
                for output in elsewhere:
                    self._shows[number][Cell(place, output)] = Shows.OTHER

    @cached_property
    def alone(self) -> list[int]:
        """The mistakes that each explain all that was seen."""
        return [number for number in range(len(self._shows)) if self.fits_all(number)]

    @cached_property
    def by_output(self) -> list[int]:
        """The mistakes that each explain all that is wrong with the outputs that they touch."""
        return [number for number in range(len(self._shows)) if self.fits_outputs(number)]

    def shows(self, number: int, cell: Cell) -> Shows:
        """Return what a mistake does in a cell."""
        return self._shows[number].get(cell, Shows.RIGHT)

    def explained(self, number: int) -> int:
        """Return in how many cells a mistake is wrong in the same way."""
        return sum(self.shows(number, cell) is Shows.SAME for cell in self.wrong)

    def by_values(self, number: int) -> bool:
        """Return whether values are the same, and not exceptions alone.

        Where some cases raise exceptions, the values of one output alone could be chance.
        """
        same = sum(
            cell.output != RAISED and self.shows(number, cell) is Shows.SAME for cell in self.wrong
        )
        return same > any(cell.output == RAISED for cell in self.wrong)

    def fits_all(self, number: int) -> bool:
        """Return whether a mistake explains all that is wrong, and nothing else.

        An exception is weak evidence: where there are only exceptions, all must be the same.
        """
        found = {self.shows(number, cell) for cell in self.wrong}
        allowed = {Shows.SAME, Shows.NOTHING} if self.by_values(number) else {Shows.SAME}
        return number not in self._contradicted and bool(found) and found <= allowed

    def kinds(self, number: int) -> set[tuple[str, str]]:
        """Return which outputs a mistake gets wrong, on any case."""
        return {
            cell.kind
            for cell, shows in self._shows[number].items()
            if shows is not Shows.RIGHT and cell.output != RAISED
        }

    def fits_outputs(self, number: int) -> bool:
        """Return whether a mistake explains all that is wrong with those outputs that it touches.

        Others may be wrong for another reason.
        """
        touched = self.kinds(number)
        found = {self.shows(number, cell) for cell in self.wrong if cell.kind in touched}
        fits = number not in self._contradicted and found <= {Shows.SAME, Shows.NOTHING}
        return fits and self.by_values(number)

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The mistakes that fit all that was seen two at a time, the best of them.

        Each must show by itself, by its values, and most of what is wrong must be explained by
        one of them where the other is right. Where both are wrong, anything may come out.
        """
        alone = [n for n in range(len(self._shows)) if self._may_be_one_of_two(n)]
        scored = [(self._together(a, b), (a, b)) for a, b in combinations(alone, 2)]
        best = max((score for score, _ in scored), default=0)
        return [pair for score, pair in scored if score == best and 2 * score > len(self.wrong)]

    def _may_be_one_of_two(self, number: int) -> bool:
        return number not in self._contradicted and self.by_values(number)

    def _together(self, a: int, b: int) -> int:
        """Return how many cells one of two mistakes explains alone; 0 if they do not fit."""
        by_one = {a: 0, b: 0}
        for cell in self.wrong:
            left, right = self.shows(a, cell), self.shows(b, cell)
            if left is not Shows.RIGHT and right is not Shows.RIGHT:
                continue
            one, shows = (a, left) if right is Shows.RIGHT else (b, right)
            if shows in (Shows.RIGHT, Shows.OTHER):
                return 0
            by_one[one] += shows is Shows.SAME and cell.output != RAISED
        return sum(by_one.values()) if all(by_one.values()) else 0


def compared(mark: Mark, output: Output, mistake: dict[Output, Mark]) -> Shows:
    """Return what a mistake does where student code is wrong."""
    if not mistake:
        return Shows.RIGHT
    if output in mistake and mark.same(mistake[output]):
        return Shows.SAME
    if RAISED in mistake or output == RAISED:
        return Shows.NOTHING  # a difference of style: one raises where the other goes on
    return Shows.OTHER if output in mistake else Shows.RIGHT


def best(fit: Fit, numbers: Iterator[int] | Sequence[int]) -> list[int]:
    """Return those mistakes that explain most cells."""
    scored = [(fit.explained(number), number) for number in numbers]
    most = max(scored, default=(0, 0))[0]
    return [number for score, number in scored if score == most]
