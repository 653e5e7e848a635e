"""Find all mistakes by rule: ``python -m autograder.course.museum.rule EXERCISE``."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from autograder import exercises
from autograder.course.museum import museum_of
from autograder.course.museum.rule import probes, table
from autograder.course.museum.rule.behaviour import (
    EARLY,
    HAND,
    behaviours,
    names_of,
    pool_of,
    table_of,
)
from autograder.course.museum.rule.mutants import mutants
from autograder.course.museum.rule.trial import Tried
from autograder.disk import write_text
from autograder.exercise import Exercise


def entry(group: Sequence[Tried], splices: dict[int, dict[int, Any]]) -> list[Any]:
    """Return a behaviour as the table has it: sentence, classes, mistakes by hand, mutants."""
    by_rule = [t for t in group if t.way != HAND]
    labels = Counter(t.label for t in by_rule)
    simple = min(
        by_rule,
        key=lambda t: (
            *(not table.is_in_words(t.sentence), -labels[t.label]),
            *(len(splices[t.way][t.number]), len(t.sentence), t.sentence),
        ),
    )
    first: dict[int, Tried] = {}
    for tried in by_rule:
        first.setdefault(tried.way, tried)
    rows = [[way, [*map(list, splices[way][t.number])]] for way, t in first.items()]
    hand = [t.label for t in group if t.way == HAND]
    return [simple.sentence, sorted(labels), hand, rows]


def made(
    groups: Sequence[Sequence[Tried]], splices: dict[int, dict[int, Any]], places: Sequence[int]
) -> dict[str, Any]:
    """Return what the table has of a function, given its behaviours.

    Parameters
    ----------
    groups : sequence of sequence of Tried
        What behaves alike.
    splices : dict
        By way and number, what a mutant changes in the text of the way.
    places : sequence of int
        Of the inputs that the behaviours were seen on, the place among all that are drawn.
    """
    groups = [group for group in groups if any(t.way != HAND for t in group)]
    marks = probes.Marks()
    seen = [marks.seen(group[0]) for group in groups]
    inputs = probes.chosen(seen)
    kept = sorted({n for of in seen for index in inputs for n in of[index]})
    renumbered = {number: place for place, number in enumerate(kept)}
    listed = [marks.listed[number] for number in kept]
    return {
        "probes": [places[index] for index in inputs],
        "marks": [[inputs.index(i), text, *probes.numbers_of(row)] for i, text, row in listed],
        "behaviours": [
            [*entry(group, splices), [renumbered[n] for index in inputs for n in of[index]]]
            for group, of in zip(groups, seen, strict=True)
        ],
    }


def made_anew(exercise: Exercise, function: str, pool: Any) -> dict[str, Any]:
    """Return what the table has of a function: all its mutants are tried."""
    places = table_of(exercise.name, function, EARLY).places
    return made(behaviours(exercise, function, pool), splices_of(exercise), places)


def splices_of(exercise: Exercise) -> dict[int, dict[int, Any]]:
    """Return by way and number what each mutant changes."""
    return {
        i: {m.number: m.splices for m in mutants(w, names_of(exercise, w))}
        for i, w in enumerate(museum_of(exercise).WAYS)
        if not w.alone
    }


def written(exercise: Exercise, functions: dict[str, Any]) -> str:
    """Return the table as text: a line for each behaviour."""
    parts = []
    for function in exercise.names:
        if function in functions:
            of = functions[function]
            lines = ",\n".join(json.dumps(e, separators=(",", ":")) for e in of["behaviours"])
            marks = ",\n".join(json.dumps(m, separators=(",", ":")) for m in of["marks"])
            parts.append(
                f'{json.dumps(function)}: {{"probes": {of["probes"]},\n'
                f'"marks": [\n{marks}\n],\n"behaviours": [\n{lines}\n]}}'
            )
    ways = json.dumps([table.digest(way) for way in museum_of(exercise).WAYS])
    return f'{{"ways": {ways},\n"functions": {{\n' + ",\n".join(parts) + "\n}}\n"


def kept(exercise: Exercise) -> dict[str, Any]:
    """Return the table's entries as they are; none where a way has changed since."""
    path = table.path_of(exercise)
    found = json.loads(path.read_text("utf-8")) if path.is_file() else {"ways": []}
    same = found["ways"] == [table.digest(way) for way in museum_of(exercise).WAYS]
    return dict(found["functions"]) if same else {}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m autograder.course.museum.rule", description=__doc__
    )
    parser.add_argument("exercise", help="whose table is made")
    parser.add_argument("function", nargs="*", help="of these only; all if none is given")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    options = parser.parse_args(arguments)
    exercise = exercises.named(options.exercise).whole
    functions = [function.name for function in exercise.functions if not function.trains]
    if unknown := set(options.function) - set(functions):
        parser.error(f"{exercise.name} has no {', '.join(sorted(unknown))}")
    with pool_of(options.jobs) as pool:
        for function in options.function or functions:
            found = {**kept(exercise), function: made_anew(exercise, function, pool)}
            write_text(table.path_of(exercise), written(exercise, found))
            count = len(found[function]["behaviours"])
            print(f"{function}: {count} behaviours", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
