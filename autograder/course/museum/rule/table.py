"""The table of mistakes by rule: one mutant for each behaviour, found once and kept.

To try all mutants takes several minutes and gives the same each time. So the table is made by
``python -m autograder.course.museum.rule``, and committed. It has the places in the text of a way
that change. Where a way is another one than it was, its mutants are left out until the table is
made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from autograder.course.museum import museum_of
from autograder.course.museum.rule.inputs import inputs
from autograder.course.museum.rule.source import Splice, spliced, text_of
from autograder.course.museum.way import Way
from autograder.diagnosis.by_rule import is_raised
from autograder.exercise import Exercise
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

NAME = "by_rule.json"


@dataclass(frozen=True)
class Row:
    """One way's mutant with a behaviour.

    Attributes
    ----------
    way : Way
        Its way.
    splices : tuple of Splice
        What is changed in the way's code.
    """

    way: Way
    splices: tuple[Splice, ...]


@dataclass(frozen=True)
class Behaviour:
    """What some mutants of a function do alike.

    Attributes
    ----------
    function : str
        What they are versions of.
    sentence : str
        For the student.
    labels : tuple of str
        Their classes: each an operator and its operand.
    hand : tuple of str
        The mistakes by hand that do the same.
    rows : tuple of Row
        A mutant of each way that has one.
    marks : tuple of int
        What they get wrong on the probes, by number in the table.
    """

    function: str
    sentence: str
    labels: tuple[str, ...]
    hand: tuple[str, ...]
    rows: tuple[Row, ...]
    marks: tuple[int, ...]


@dataclass(frozen=True)
class Table:
    """What is known of the mistakes by rule of one function.

    Attributes
    ----------
    probes : list of int
        The inputs that tell them apart, by their places among those that are drawn.
    marks : list of list
        Each the place of a probe, what is wrong or raised there, a tolerance, and numbers.
    behaviours : tuple of Behaviour
        All mistakes.
    """

    probes: list[int]
    marks: list[list[Any]]
    behaviours: tuple[Behaviour, ...]

    def can_tell(self, one: Behaviour) -> bool:
        """Return whether a student is told of a behaviour: it returns something, and that is wrong.

        What only raises exceptions may be anything.
        """
        returns = not all(is_raised(self.marks[number][1]) for number in one.marks)
        return returns and is_in_words(one.sentence)


def is_in_words(sentence: str) -> bool:
    """Return whether a sentence quotes no code, and is no mere number in an index.

    One that quotes the code of a way means nothing to someone who wrote other code.
    """
    number = sentence[0].isdigit() and "in the index of" in sentence
    return "`" not in sentence and not number


def path_of(exercise: Exercise) -> Path:
    """Return where the table of an exercise is kept."""
    return Path(str(museum_of(exercise).__file__)).with_name(NAME)


@cache
def tables(exercise: Exercise) -> dict[str, Table]:
    """Return the table of each function of an exercise that has one."""
    path = path_of(exercise)
    if not path.is_file():
        return {}
    kept = json.loads(path.read_text("utf-8"))
    now = {digest(way): way for way in museum_of(exercise).WAYS}
    ways = [now.get(one) for one in kept["ways"]]
    return {
        function: Table(of["probes"], of["marks"], tuple(listed(function, of["behaviours"], ways)))
        for function, of in kept["functions"].items()
    }


def listed(
    function: str, behaviours: Sequence[Any], ways: Sequence[Way | None]
) -> Iterator[Behaviour]:
    """Yield the behaviours of a function of which a way is still as it was."""
    for sentence, labels, hand, rows, marks in behaviours:
        there = tuple(
            Row(way, tuple((start, end, new) for start, end, new in splices))
            for number, splices in rows
            if (way := ways[number]) is not None
        )
        if there:
            yield Behaviour(function, sentence, tuple(labels), tuple(hand), there, tuple(marks))


def digest(way: Way) -> str:
    """Return a digest of a way's text and functions."""
    text = f"{way.functions} {text_of(way.code)}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def code_of(row: Row) -> str:
    """Return the code of a mutant."""
    return spliced(text_of(row.way.code), row.splices)


def probes(exercise: Exercise, function: str) -> Iterator[tuple[Spec, Payload]]:
    """Yield the inputs that tell the mistakes of a function apart, without what is expected."""
    wanted = tables(exercise)[function].probes
    for place, drawn in enumerate(islice(inputs(exercise, function), max(wanted) + 1)):
        if place in wanted:
            yield drawn
