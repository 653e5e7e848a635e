"""All mutants of a correct way: each slip by itself, and with those that go together with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograder.course.museum.rule.operators import OPERATORS
from autograder.course.museum.rule.operators.names import shape_of
from autograder.course.museum.rule.source import Change, Source, Splice, spliced
from autograder.course.museum.way import Way

LONGEST = 129  # characters of a sentence
MANY = 12  # places of one slip in a way, at most
TOGETHER = frozenset(
    [
        *("partner", "parameter", "axes", "axis", "order", "call", "factor", "term", "eps"),
        *("crop", "assigned", "unpacking", "whole", "bound", "stride", "other", "padding"),
    ]
)
"""Slips that are made in all places at once: what is taken for something is so everywhere."""
ANYWHERE = frozenset(
    [
        *("partner", "partner_key", "parameter", "side", "before", "unpacking", "flip", "factor"),
        *("power", "eps", "other", "absolute", "unbiased", "call", "divided", "weights"),
    ]
)
"""Slips whose sentence says enough where there are no words for their place."""
ALONE = frozenset(("before", "flip", "returned", "sign", "left_out", "entry", "unpacking"))
"""Slips that are not made for rows and columns together."""


@dataclass(frozen=True)
class Found:
    """A slip at a node: the number of the node, of the operator, and of the slip among its own."""

    node: int
    operator: int
    place: int
    what: str
    where: str
    function: str
    change: Change


@dataclass(frozen=True)
class Mutant:
    """A way with a slip in it.

    Attributes
    ----------
    way : Way
        What was correct.
    number : int
        Among the mutants of the way.
    change : Change
        The slip, and its class.
    splices : tuple of Splice
        What it changes in the text of the way.
    code : str
        As in `Mistake.code`.
    functions : frozenset of str
        Those in which the slip is.
    """

    way: Way
    number: int
    change: Change
    splices: tuple[Splice, ...]
    code: str
    functions: frozenset[str]


def slips(source: Source, functions: Sequence[str]) -> Iterator[Found]:
    """Yield all slips of a source by themselves."""
    for index, node in enumerate(source.nodes):
        if not isinstance(node, ast.expr | ast.stmt | ast.Slice) or not source.function(node):
            continue
        for number, operator in enumerate(OPERATORS):
            for place, slip in enumerate(operator(source, node)):
                kind = operator.__name__
                where = "" if slip.whole else source.place(node)
                if "`" in where and kind in ANYWHERE and not slip.about[0].isdigit():
                    where = ""
                sentence = said(slip.what, [where])
                change = Change(kind, slip.about, sentence, ((index, slip.new),))
                function = source.function(node)
                yield Found(index, number, place, slip.what, where, function, change)


def said(what: str, where: Sequence[str]) -> str:
    """Return a sentence of what is wrong and where."""
    places = [place for place in dict.fromkeys(where) if place and not says(what, place)]
    sentence = f"{what} {' and '.join(places)}" if places else what.rstrip(",")
    if len(sentence) > LONGEST and len(places) > 1:
        sentence = f"{what} {places[0]} and elsewhere"
    return sentence if len(sentence) <= LONGEST else what.rstrip(",")


def says(what: str, place: str) -> bool:
    """Return whether a place is said already: where what itself is computed."""
    verb = re.match(r"where (.*?) (is|are) computed$", place)
    return bool(verb and re.match(rf"{re.escape(verb[1])} (is|are|begins?)\b", what))


def changes(source: Source, functions: Sequence[str]) -> Iterator[Change]:
    """Yield all changes of a source: slips alone, in parallel places, and in all places."""
    found = list(slips(source, functions))
    yield from (one.change for one in found)
    by_node: dict[int, dict[tuple[int, int], Found]] = {}
    for f in found:
        by_node.setdefault(f.node, {})[f.operator, f.place] = f
    for one, two in parallel(source):
        for key, f in by_node.get(one, {}).items():
            twin = by_node.get(two, {}).get(key)
            if twin is not None and f.change.kind not in ALONE:
                yield together([f, twin])
    groups: dict[tuple[object, ...], list[Found]] = {}
    for f in found:
        for alike in ((f.change.label, f.what), (f.change.label, f.place)):
            group = groups.setdefault(alike, [])
            if f.change.kind in TOGETHER and all(f.node != other.node for other in group):
                group.append(f)
    for group in groups.values():
        if 1 < len(group) <= MANY:
            yield together(group)


def together(group: Sequence[Found]) -> Change:
    """Return several slips as one change."""
    first = group[0]
    edits = tuple(edit for f in group for edit in f.change.edits)
    whats = list(dict.fromkeys(f.what for f in group))
    whats = [what for what in whats if what == whats[0] or not whats[0].startswith(what)]
    if len(whats) == 1:
        sentence = said(first.what, [f.where for f in group])
    else:
        pairs = [(f.what, f.where) for f in group]
        firsts = [next(pair for pair in pairs if pair[0] == what) for what in whats[:2]]
        sentence = " and ".join(said(what, [where]) for what, where in firsts)
        if len(sentence) > LONGEST:
            sentence = " and ".join(said(what, []) for what, _ in firsts)
    return Change(first.change.kind, first.change.about, sentence, edits)


def parallel(source: Source) -> Iterator[tuple[int, int]]:
    """Yield the numbers of nodes that do for columns what the other does for rows."""
    for node in source.nodes:
        alike: list[tuple[ast.AST, ast.AST]] = []
        if isinstance(node, ast.Tuple):
            alike += pairwise(node.elts)
        if isinstance(node, ast.For) and isinstance(node.body[0], ast.For):
            alike.append((node.iter, node.body[0].iter))
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if isinstance(block, list):
                alike += pairwise(block)
        for one, two in alike:
            if shape_of(one) == shape_of(two):
                for a, b in zip(ast.walk(one), ast.walk(two), strict=True):
                    if source.numbered(a) and source.numbered(b):
                        yield source.number(a), source.number(b)


def mutants(way: Way, names: Mapping[str, str]) -> list[Mutant]:
    """Return all mutants of a way that differ in their code."""
    source = Source(way.code, names)
    seen = {source.text}
    found: list[Mutant] = []
    for change in changes(source, way.functions):
        try:
            splices = source.splices(change.edits)
        except ValueError:
            continue
        code = spliced(source.text, splices)
        if code not in seen and len(change.sentence) <= LONGEST:
            seen.add(code)
            inside = frozenset(source.function(source.nodes[n]) for n, _ in change.edits)
            found.append(Mutant(way, len(found), change, splices, code, inside))
    return found
