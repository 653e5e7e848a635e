"""What mutants do on random inputs: which are wrong, and which of them are one mistake."""

from __future__ import annotations

import difflib
import hashlib
import multiprocessing
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice, zip_longest
from typing import Any

import numpy as np

from autograder import exercises
from autograder.course.museum import museum_of, packs
from autograder.course.museum.rule.bench import Bench
from autograder.course.museum.rule.inputs import COUNT
from autograder.course.museum.rule.mutants import Mutant, mutants
from autograder.course.museum.rule.trial import Table, Tried
from autograder.course.museum.way import Way
from autograder.diagnosis.by_rule import NOTHING
from autograder.exercise import Exercise
from autograder.sandbox import ending

MOST = 90  # mutants of a way that are tried
EARLY = 40  # inputs; what nothing else does on these is tried on no more
HAND = -1  # in the place of a way: the mistakes by hand
SHARES = 4  # of the mutants of a way, each tried by a process of its own
SOME = 20  # mutants that a process tries at a time
VARIANT = 0.9  # ways whose code is as similar as this are one: their mutants would be the same


def distinct(ways: Sequence[Way]) -> list[int]:
    """Return the places of those ways that are no variants of an earlier one."""
    chosen: list[int] = []
    for index, way in enumerate(ways):
        if way.alone:
            continue
        if not any(
            ways[other].functions == way.functions
            and difflib.SequenceMatcher(None, ways[other].code, way.code, autojunk=False).ratio()
            > VARIANT
            for other in chosen
        ):
            chosen.append(index)
    return chosen


@cache
def bench_of(name: str) -> Bench:
    """Return this process's bench."""
    exercise = exercises.named(name).whole
    return Bench(exercise, packs.solution(exercise))


@cache
def table_of(name: str, function: str, count: int = COUNT) -> Table:
    """Return so many inputs of a function, made once in a process."""
    return Table(exercises.named(name).whole, function, bench_of(name), count)


def names_of(exercise: Exercise, way: Way) -> dict[str, str]:
    """Return what the names in a way mean, where the museum says so."""
    museum = museum_of(exercise)
    names = dict(getattr(museum, "NAMES", {}))
    for prefix, local in getattr(museum, "LOCAL", {}).items():
        if way.functions[0].startswith(prefix):
            names |= local
    return names


@cache
def pieces(name: str, function: str, way: int) -> dict[int, tuple[str, str, str]]:
    """Return class, sentence and code of a way's mutants that are tried, or of those by hand."""
    exercise = exercises.named(name).whole
    museum = museum_of(exercise)
    if way == HAND:
        by_hand = [m for m in museum.MISTAKES if m.function == function]
        return {n: (m.name, m.sentence, m.code) for n, m in enumerate(by_hand)}
    found = mutants(museum.WAYS[way], names_of(exercise, museum.WAYS[way]))
    return {
        m.number: (m.change.label, m.change.sentence, m.code) for m in concerning(function, found)
    }


def try_early(task: tuple[str, str, int, int]) -> list[Tried]:
    """Try a share of a way's mutants, or of the mistakes by hand, on the first few inputs."""
    name, function, way, share = task
    numbers = [(way, number) for number in list(pieces(name, function, way))[share::SHARES]]
    return try_some((name, function, numbers, EARLY))


def try_some(task: tuple[str, str, Sequence[tuple[int, int]], int]) -> list[Tried]:
    """Try some mutants, each given by way and number, on so many inputs."""
    name, function, numbers, count = task
    table = table_of(name, function)
    tried = [
        table.tried(way, number, *pieces(name, function, way)[number], count)
        for way, number in numbers
    ]
    return [t for t in tried if t is not None]


def concerning(function: str, found: Sequence[Mutant]) -> list[Mutant]:
    """Return those mutants of a way that may change what a function does: `MOST` at most.

    A slip in a backward pass changes nothing in the forward pass that is called before. Of too
    many, each operator gives as many as any other, as far as it has them.
    """
    others = {name for m in found for name in m.way.functions if "backward" in name} - {function}
    chosen = [m for m in found if not m.functions <= others]
    by_kind: dict[str, list[Mutant]] = {}
    for mutant in chosen:
        by_kind.setdefault(mutant.change.kind, []).append(mutant)
    turns = (m for turn in zip_longest(*map(spread, by_kind.values())) for m in turn if m)
    return sorted(islice(turns, MOST), key=lambda m: m.number)


def spread(found: Sequence[Mutant]) -> list[Mutant]:
    """Return mutants in an order in which any first few are from all over a way."""
    return sorted(found, key=lambda m: hashlib.sha256(m.code.encode()).digest())


def behaviours(exercise: Exercise, function: str, pool: Any) -> list[list[Tried]]:
    """Return the wrong mutants of a function and its mistakes by hand, together what is alike."""
    ways = museum_of(exercise).WAYS
    chosen = [i for i in distinct(ways) if function in ways[i].functions]
    tasks = [
        (exercise.name, function, way, share) for way in (*chosen, HAND) for share in range(SHARES)
    ]
    early = grouped(t for found in pool.imap(try_early, tasks) for t in found)
    alone = [group for group in early if is_alone(group)]
    others = [(t.way, t.number) for group in early if not is_alone(group) for t in group]
    again = [
        (exercise.name, function, others[start : start + SOME], COUNT)
        for start in range(0, len(others), SOME)
    ]
    tried = (t for found in pool.imap(try_some, again) for t in found if t.wrong)
    return [*alone, *grouped(tried)]


def is_alone(group: Sequence[Tried]) -> bool:
    """Return whether nothing else can behave like a mutant, as far as it was tried."""
    return len(group) == 1 and group[0].wrong


def grouped(found: Iterable[Tried]) -> list[list[Tried]]:
    """Return together what behaves alike."""
    groups: dict[tuple[tuple[str, ...], ...], list[list[Tried]]] = {}
    for tried in found:
        alike = groups.setdefault(tried.texts, [])
        for group in alike:
            if group[0].same(tried):
                group.append(replace(tried, values=np.empty((0, len(NOTHING)))))
                break
        else:
            alike.append([tried])
    return [group for alike in groups.values() for group in alike]


def pool_of(jobs: int = 2) -> Any:
    """Return processes for trials."""
    context = multiprocessing.get_context("spawn")
    return context.Pool(jobs, initializer=ending.with_parent)
