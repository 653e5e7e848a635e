"""Whether a mistake by hand is what a mutant does, though one may fail where the other does not."""

from __future__ import annotations

from functools import cache

import numpy as np

from autograder import exercises
from autograder.course.museum.rule import table
from autograder.course.museum.rule.behaviour import EARLY, HAND, bench_of, pieces
from autograder.course.museum.rule.trial import Table, Tried
from autograder.diagnosis.by_rule import alike

ENOUGH = 5  # inputs on which both return something, and something wrong


@cache
def first_inputs(name: str, function: str) -> Table:
    """Return the first inputs of a function, made once in a process."""
    return Table(exercises.named(name).whole, function, bench_of(name), EARLY)


@cache
def by_hand(name: str, function: str, mistake: str) -> Tried | None:
    """Return what a mistake by hand does on these inputs."""
    known = pieces(name, function, HAND)
    number, piece = next((n, p) for n, p in known.items() if p[0] == mistake)
    return first_inputs(name, function).tried(HAND, number, *piece, EARLY)


def does_the_same(name: str, function: str, row: table.Row, mistake: str) -> bool:
    """Return whether a mutant does what a mistake by hand does, wherever both return something.

    Parameters
    ----------
    name, function : str
        Of which exercise, and of which of its functions.
    row : Row
        The mutant.
    mistake : str
        The mistake by hand.
    """
    tried = first_inputs(name, function).tried(0, 0, "", "", table.code_of(row), EARLY)
    other = by_hand(name, function, mistake)
    if tried is None or other is None:
        return False
    both = 0
    for one, another in zip(by_input(tried), by_input(other), strict=True):
        if has_raised(one[0]) or has_raised(another[0]):
            continue
        if one[0] != another[0] or not bool(np.all(alike(one[1], another[1]))):
            return False
        both += bool(one[0])
    return both >= ENOUGH


def has_raised(texts: tuple[str, ...]) -> bool:
    """Return whether something was raised, so that there is a type instead of an output."""
    return len(texts) == 1 and " " not in texts[0]


def by_input(tried: Tried) -> list[tuple[tuple[str, ...], np.ndarray]]:
    """Return what is wrong on each input, in words and in numbers."""
    ends = np.cumsum([len(texts) for texts in tried.texts])
    return list(zip(tried.texts, np.split(tried.values, ends[:-1]), strict=True))
