"""Whether a mistake by hand is what a mutant does, though one may fail where the other does not."""

from __future__ import annotations

from functools import cache

from autograder.course.museum.rule import table
from autograder.course.museum.rule.behaviour import HAND, pieces, table_of
from autograder.course.museum.rule.inputs import COUNT
from autograder.course.museum.rule.trial import Tried, Wrong
from autograder.diagnosis.by_rule import alike, is_raised

ENOUGH = 5  # inputs on which both return something, and something wrong


@cache
def by_hand(name: str, function: str, mistake: str) -> Tried | None:
    """Return what a mistake by hand does on these inputs."""
    known = pieces(name, function, HAND)
    number, piece = next((n, p) for n, p in known.items() if p[0] == mistake)
    return table_of(name, function, COUNT).tried(HAND, number, *piece, COUNT)


def does_the_same(name: str, function: str, row: table.Row, mistake: str) -> bool:
    """Return whether a mutant does what a mistake by hand does, wherever both return something.

    It does so in all outputs that the mistake by hand gets wrong: of these it is told, "For dw,
    ...". What it gets wrong besides is another matter.

    Parameters
    ----------
    name, function : str
        Of which exercise, and of which of its functions.
    row : Row
        The mutant.
    mistake : str
        The mistake by hand.
    """
    tried = table_of(name, function, COUNT).tried(0, 0, "", "", table.code_of(row), COUNT)
    other = by_hand(name, function, mistake)
    if tried is None or other is None:
        return False
    both = 0
    for one, another in zip(tried.by_input(), other.by_input(), strict=True):
        if any(map(is_raised, (*one[0], *another[0]))):
            continue
        if not is_part(another, one):
            return False
        both += bool(another[0])
    return both >= ENOUGH


def is_part(some: Wrong, of: Wrong) -> bool:
    """Return whether all that is wrong with outputs is among what is wrong with others."""
    places = [of[0].index(text) if text in of[0] else None for text in some[0]]
    return all(
        place is not None and bool(alike(some[1][number], of[1][place]))
        for number, place in enumerate(places)
    )
