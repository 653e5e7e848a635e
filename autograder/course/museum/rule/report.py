"""How mistakes by rule are caught and named: by packs that have them, and left out of these.

Left out means that a pack knows no mutant of one way, and these are told: what comes of code that
nobody has seen. What is told then is a mistake by hand, a mutant of another way that does the same,
or the change that makes the code right. Where that is in another line than the slip, it is true,
since it was tried, but not the class of the mutant: it is counted by itself. To try them all would
take an hour: so some of a function's mutants are, spread over all of them, and changes are tried
for some of those of which nothing else is told. Each counts for its share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from autograder import exercises
from autograder.course.museum import museum_of, packs
from autograder.course.museum.rule import table
from autograder.course.museum.rule.alike import does_the_same
from autograder.course.museum.rule.behaviour import bench_of, pool_of
from autograder.course.museum.rule.source import spliced, text_of
from autograder.course.museum.rule.table import Behaviour, Row
from autograder.diagnosis.explain import Diagnosis, Explanation
from autograder.diagnosis.mend.search import change_of
from autograder.exercise import Exercise, Function

NAMED = ("named", "changed elsewhere", "named wrongly")
HEAD = ("mutants", "caught", *NAMED, "left out, twin", *NAMED, "left out, no twin", *NAMED)
TWINS, OTHERS, WRONGLY = 0.9, 0.6, 0.005  # shares of those left out
LOOKED_AT, CHANGED = 90, 24  # mutants of a function; for those, changes are tried


class Name(StrEnum):
    """What a mutant is told."""

    RIGHT = "what belongs to one of its classes"
    ELSEWHERE = "a change of another line, which makes it right as well"
    WRONG = "something else"
    NONE = "nothing"


@dataclass(frozen=True)
class Told:
    """What comes of one way's mutant.

    Attributes
    ----------
    function, kind : str
        What it is a version of, and the operator that made it.
    number : int
        Among the mutants of its function.
    twin : bool
        A mutant of another way, or a mistake by hand, behaves alike.
    caught : bool
        It is wrong on some case.
    here, left_out : Name or None
        What it is told where packs have it, and where they have no mutant of its way; None where
        changes would have to be tried, and were not.
    unsure, besides : Name
        What it is told where no change is found, and after that where one is.
    weight : float
        How many it counts for.
    """

    function: str
    kind: str
    number: int
    twin: bool
    caught: bool
    here: Name | None
    left_out: Name | None
    unsure: Name
    besides: Name
    weight: float = 1.0


def told(exercise: Exercise, functions: Sequence[str], jobs: int) -> list[Told]:
    """Return what comes of each way's mutants of some functions."""
    packs.public(exercise)  # made once, before there are processes
    known = [name for name in functions if name in table.tables(exercise)]
    with pool_of(jobs) as pool:
        rows = [(exercise.name, name, n) for name in known for n in some_of(exercise, name)]
        found = pool.map(by_packs, rows, chunksize=10)
        tried = pool.map(by_change, list(to_be_tried(found, exercise.name)), chunksize=4)
    told = [*(one for one in found if one.here and one.left_out), *weighted(found, tried)]
    shares = {
        name: len(mutants_of(exercise, name)) / len(some_of(exercise, name)) for name in known
    }
    return [replace(one, weight=one.weight * shares[one.function]) for one in told]


def mutants_of(exercise: Exercise, name: str) -> list[tuple[Behaviour, Row]]:
    """Return one mutant for each way and behaviour of a function."""
    return [(of, row) for of in table.tables(exercise)[name].behaviours for row in of.rows]


def some_of(exercise: Exercise, name: str) -> list[int]:
    """Return the numbers of those that are looked at: of all kinds, of all ways."""
    count = len(mutants_of(exercise, name))
    return [int(n) for n in np.linspace(0, count - 1, min(count, LOOKED_AT))]


def by_packs(task: tuple[str, str, int]) -> Told:
    """Return what the diagnosis tells of a mutant, without any change of its code."""
    exercise, function, of, row, number = resolved(task)
    pack = packs.public(exercise)
    with bench_of(exercise.name).having(function.file.module, table.code_of(row)):
        diagnosis = Diagnosis(function, bench_of(exercise.name), pack)  # type: ignore[arg-type]
        found = explained(diagnosis)
        caught = any(case for by_case in diagnosis.seen.values() for case in by_case)
    twin = len(of.rows) > 1 or bool(of.hand)
    classes = classes_of(exercise, of)
    names = set().union(*(one.names for one in found))
    classes |= {
        name
        for name in names & {m.name for m in museum_of(exercise).MISTAKES} - classes
        if does_the_same(exercise.name, function.name, row, name)
    }
    sure = [one.names for one in found if one.sure]
    here = judged(sure, classes)
    left_out = judged([names for names in sure if twin or names != (of.sentence,)], classes)
    weak = [one for one in found if not one.sure]
    unsure = judged([one.names for one in weak], classes) or Name.NONE
    said = [one.names for one in weak if one.is_said_besides]
    besides = judged(said, classes) or Name.NONE
    kind = of.labels[0].partition(":")[0]
    return Told(function.name, kind, number, twin, caught, here, left_out, unsure, besides)


def judged(told: Sequence[tuple[str, ...]], classes: set[str]) -> Name | None:
    """Return whether each of some explanations names something that is right to be told."""
    if not told:
        return None
    return Name.RIGHT if all(classes & set(names) for names in told) else Name.WRONG


def resolved(task: tuple[str, str, int]) -> tuple[Exercise, Function, Behaviour, Row, int]:
    """Return what a task names."""
    exercise = exercises.named(task[0]).whole
    of, row = mutants_of(exercise, task[1])[task[2]]
    return exercise, exercise.by_name[task[1]], of, row, task[2]


def explained(diagnosis: Diagnosis) -> list[Explanation]:
    """Return what is told of the first case that is wrong in each check."""
    found = []
    for check, by_case in diagnosis.seen.items():
        index = next((i for i, case in enumerate(by_case) if case), None)
        one = None if index is None else diagnosis.explain(check, index, None)
        if one is not None:
            found.append(one)
    return found


def classes_of(exercise: Exercise, of: Behaviour) -> set[str]:
    """Return all that is right to be told of a behaviour: names by hand, and sentences by rule.

    Those that share a class with it are told rightly too.
    """
    hand = {m.sentence for m in museum_of(exercise).MISTAKES if m.name in of.hand}
    alike = [m.name for m in museum_of(exercise).MISTAKES if m.sentence in hand]
    labels = set(of.labels)
    sentences = {
        one.sentence
        for one in table.tables(exercise)[of.function].behaviours
        if labels & set(one.labels)
    }
    return {*of.hand, *alike, *sentences}


def to_be_tried(found: Sequence[Told], exercise: str) -> Iterator[tuple[str, str, int]]:
    """Yield those of which nothing is told: some of each function, spread over all."""
    for name in dict.fromkeys(one.function for one in found):
        rest = [one for one in found if one.function == name and not (one.here and one.left_out)]
        step = max(1, len(rest) // CHANGED)
        yield from ((exercise, name, one.number) for one in rest[::step])


def by_change(task: tuple[str, str, int]) -> tuple[str, int, Name]:
    """Return whether a change of a mutant is found that makes it right, and in the same place."""
    exercise, function, _, row, number = resolved(task)
    code = table.code_of(row)
    bench = bench_of(exercise.name)
    with bench.having(function.file.module, code):
        edits = change_of(bench, code, function, packs.public(exercise))  # type: ignore[arg-type]
    if not edits:
        return function.name, number, Name.NONE
    lines = slipped(text_of(row.way.code), row)
    same = any(code.count("\n", 0, edit.start) in lines for edit in edits)
    return function.name, number, Name.RIGHT if same else Name.ELSEWHERE


def slipped(text: str, row: Row) -> set[int]:
    """Return the lines of a mutant in which it is another than the way."""
    before, after = text.split("\n"), spliced(text, row.splices).split("\n")
    if len(before) == len(after):
        pairs = zip(before, after, strict=True)
        return {n for n, (one, other) in enumerate(pairs) if one != other}
    return {n for n, line in enumerate(after) if line not in before} or set(range(len(after)))


def weighted(found: Sequence[Told], tried: Sequence[tuple[str, int, Name]]) -> Iterator[Told]:
    """Yield those for which changes were tried, each for its share of those that were not."""
    names = {(function, number): name for function, number, name in tried}
    for twin in (True, False):
        for function in dict.fromkeys(one.function for one in found):
            rest = [
                one
                for one in found
                if one.function == function and one.twin == twin and not (one.here and one.left_out)
            ]
            some = [one for one in rest if (function, one.number) in names]
            for one in some:
                name = names[function, one.number]
                if name is Name.NONE:
                    name = one.unsure
                elif one.besides is Name.WRONG:
                    name = Name.WRONG
                yield replace(
                    one,
                    here=one.here or name,
                    left_out=one.left_out or name,
                    weight=len(rest) / len(some),
                )


def rows(found: Sequence[Told], of: Callable[[Told], str]) -> list[tuple[str, ...]]:
    """Return the rows of a table: one for each value of `of`, and one for all."""
    names = sorted({of(one) for one in found})
    table = [row(name, [one for one in found if of(one) == name]) for name in names]
    return [*table, row("all", found)]


def row(name: str, found: Sequence[Told]) -> tuple[str, ...]:
    """Return one row of a table."""
    counts = [total(found), total([one for one in found if one.caught])]
    told = (Name.RIGHT, Name.ELSEWHERE, Name.WRONG)
    counts += [total([one for one in found if one.here is n]) for n in told]
    for twin in (True, False):
        some = [one for one in found if one.twin == twin]
        counts.append(total(some))
        counts += [total([one for one in some if one.left_out is n]) for n in told]
    return (name, *(f"{count:.0f}" for count in counts))


def total(found: Sequence[Told]) -> float:
    """Return for how many some mutants count."""
    return sum(one.weight for one in found)


def good_enough(found: Sequence[Told]) -> bool:
    """Return whether the bars are met."""

    def share(some: Sequence[Told], name: Name) -> float:
        return total([one for one in some if one.left_out is name]) / max(1.0, total(some))

    return (
        all(one.caught for one in found)
        and share([one for one in found if one.twin], Name.RIGHT) >= TWINS
        and share([one for one in found if not one.twin], Name.RIGHT) >= OTHERS
        and share(found, Name.WRONG) <= WRONGLY
    )
