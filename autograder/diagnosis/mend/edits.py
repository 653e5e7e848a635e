"""All edits of a function that might make it right, the likeliest first."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from autograder.diagnosis.mend import bounds, calls, expressions, statements
from autograder.diagnosis.mend.edit import NO_KEYS, Edit, Keys, View
from autograder.diagnosis.mend.source import Source

FARTHEST = 4  # what costs more is done in one place only
MANY = 30  # places of one name
PLACED = (ast.expr, ast.stmt, ast.Slice)
NAME = re.compile(r"[\w.\[\]'\"]+")
WORD = re.compile(r"\w+|[^\w\s()]")
RULES = (*expressions.RULES, *bounds.RULES, *calls.RULES, *statements.RULES)


Edits = tuple[Edit, ...]
"""What is done together: one edit, the same for rows and columns, or for each use of a name."""


def applied(edits: Sequence[Edit], text: str, span: tuple[int, int]) -> str:
    """Return a part of the text with edits."""
    start, end = span
    part = text[start:end]
    for edit in sorted(edits, key=lambda e: -e.start):
        if start <= edit.start < end:
            part = part[: edit.start - start] + edit.new + part[edit.end - start :]
    return part


def weight(edits: Edits, text: str) -> int:
    """Return how many words and signs are others than before."""
    total = 0
    for edit in edits:
        before, after = (Counter(WORD.findall(t)) for t in (text[edit.start : edit.end], edit.new))
        total += sum(((before - after) + (after - before)).values())
    return total


def singles(view: View) -> Iterator[Edit]:
    """Yield all edits of single places."""
    for node in ast.walk(view.function):
        if not isinstance(node, ast.expr | ast.stmt | ast.Slice) or node is view.function:
            continue
        if in_signature(view, node):
            continue
        start, end = view.source.span(node)
        bare = isinstance(view.parent(node), ast.expr) and isinstance(node, ast.expr)
        for rule in RULES:
            for new, *rest in rule(view, node):
                made = enclosed(new) if bare else new
                if made != view.source.text[start:end]:
                    yield Edit(start, end, made, *rest)


def in_signature(view: View, node: ast.AST) -> bool:
    """Return whether a node belongs to the arguments of a function, or decorates it."""
    while node is not view.function:
        node = view.parent(node)
        if isinstance(node, ast.arguments):
            return True
    return False


def enclosed(new: str) -> str:
    """Return text in parentheses, where it might be torn apart otherwise."""
    if re.fullmatch(r"[\w.]+|-?\d[\w.]*|[\w.]+\[[^\[\]]*\]|:.*|.*:.*", new):
        return new
    return f"({new})" if re.search(r"^-|[-+*/@%<>=]| and | or ", new) else new


def shape_of(node: ast.AST) -> str:
    """Return the form of a statement or expression, without its names and numbers."""
    text = ast.dump(node)
    return re.sub(r"id='\w+'|value=-?[\d.e]+", "_", text)


def parallel(view: View) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield pairs of nodes that do the same, one for rows and the other for columns."""
    found: dict[str, list[ast.AST]] = {}
    for node in ast.walk(view.function):
        if isinstance(node, ast.Assign | ast.AugAssign):
            found.setdefault(shape_of(node), []).append(node)
        elif isinstance(node, ast.For):
            found.setdefault(shape_of(node.iter), []).append(node.iter)
        elif isinstance(node, ast.Tuple):
            for a, b in pairwise(node.elts):
                if shape_of(a) == shape_of(b):
                    yield a, b
        elif isinstance(node, ast.Call):
            for a, b in pairwise(node.args):
                if shape_of(a) == shape_of(b):
                    yield a, b
        elif isinstance(node, ast.BoolOp) and len(node.values) == 2:
            yield tuple(node.values)  # type: ignore[misc]
    for alike in found.values():
        if len(alike) < 7:
            yield from ((a, b) for i, a in enumerate(alike) for b in alike[i + 1 :])


def renamed(one: ast.AST, other: ast.AST) -> dict[str, str]:
    """Return what each name in a node is in the other."""
    names: dict[str, str] = {}
    for a, b in zip(ast.walk(one), ast.walk(other), strict=False):
        if isinstance(a, ast.Name) and isinstance(b, ast.Name) and a.id != b.id:
            names[a.id] = b.id
    return names


def translated(text: str, names: dict[str, str]) -> str:
    """Return text with other names."""
    return re.sub(r"[A-Za-z_]\w*", lambda m: names.get(m[0], m[0]), text)


def likeliest(
    source: Source, functions: Sequence[ast.AST], most: int, keys: Keys = NO_KEYS
) -> list[Edits]:
    """Return so many edits of some functions, the likeliest first: those that change least.

    What is further from the first function comes later. There are keys in dictionaries that the
    code is given, also where it has none of them in its text.
    """
    costs: dict[Edits, int] = {}
    for far, function in enumerate(functions):
        view = View(source, function, keys)
        alone = list(dict.fromkeys(singles(view)))
        for edits, cost in (
            *(((edit,), edit.cost) for edit in alone),
            *in_parallel(view, alone),
            *everywhere(view, alone),
        ):
            costs[edits] = min(cost + far, costs.get(edits, cost + far))
    ordered = sorted(costs, key=lambda edits: costs[edits])
    last = costs[ordered[min(most, len(ordered)) - 1]] if ordered else 0
    near = [edits for edits in ordered if costs[edits] <= last]
    near.sort(key=lambda edits: (costs[edits], weight(edits, source.text)))
    return near[:most]


def in_parallel(view: View, alone: Sequence[Edit]) -> Iterator[tuple[Edits, int]]:
    """Yield what is done to a node and to its parallel."""
    by_place: dict[tuple[int, int], list[Edit]] = {}
    for edit in alone:
        if edit.cost <= FARTHEST:
            by_place.setdefault((edit.start, edit.end), []).append(edit)
    for one, other in parallel(view):
        names = renamed(one, other)
        both = {**{b: a for a, b in names.items()}, **names}
        renamings: list[dict[str, str]] = [both, names, {**view.scope.partners, **both}, {}]
        for a, b in zip(ast.walk(one), ast.walk(other), strict=False):
            if not isinstance(a, PLACED) or not isinstance(b, PLACED):
                continue
            here, there = view.source.span(a), view.source.span(b)
            for edit in by_place.get(here, ()):
                for new in dict.fromkeys(translated(edit.new, each) for each in renamings):
                    if view.source.text[slice(*there)] != new:
                        twin = replace(edit, start=there[0], end=there[1], new=new)
                        yield (edit, twin), edit.cost + 1


def everywhere(view: View, alone: Sequence[Edit]) -> Iterator[tuple[Edits, int]]:
    """Yield one name or number for another in all places; so too a part of what is changed."""
    same: dict[tuple[str, str], list[Edit]] = {}
    for edit in alone:
        old = view.source.text[edit.start : edit.end]
        if NAME.fullmatch(old) and NAME.fullmatch(edit.new):
            same.setdefault((old, edit.new), []).append(edit)
        elif edit.cost <= FARTHEST and not edit.said:
            same.setdefault(differing(old, edit.new), []).append(edit)
    for edits in same.values():
        if 1 < len(edits) < MANY and apart(edits):
            yield tuple(edits), edits[0].cost + 1


def differing(old: str, new: str) -> tuple[str, str]:
    """Return two texts without what both begin and end with."""
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new


def apart(edits: Sequence[Edit]) -> bool:
    """Return whether no edit is in another one's place."""
    ordered = sorted(edits, key=lambda edit: edit.start)
    return all(one.end <= other.start for one, other in pairwise(ordered))
