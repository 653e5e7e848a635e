"""Slips in names: one is taken for its partner, for a constant, or for what it was made from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from autograder.course.museum.rule.operators.slip import Slip, is_load, is_number, name, number
from autograder.course.museum.rule.source import Source, be
from autograder.course.museum.rule.syntax import key_of, name_of, unpacked


def partners(source: Source) -> dict[str, set[str]]:
    """Return which names go in pairs.

    Those are set by one statement side by side, by loops of which one is in the other, or by two
    statements of one form.
    """
    pairs: set[tuple[str, str]] = set()
    for node in source.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            names = [name for name, _ in unpacked(node.targets[0], node.value)]
            if all(name in source.meanings for name in names):
                pairs |= set(zip(names[-2::-2], names[-1::-2], strict=False))
                pairs |= set(pairwise(names)) if len(names) == 3 else set()
        if isinstance(node, ast.For):
            inner = node.body[0]
            if isinstance(inner, ast.For):
                pairs |= set(zip(bound(node.target), bound(inner.target), strict=False))
            pairs |= set(pairwise(bound(node.target)))
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            for one, two in pairwise(block if isinstance(block, list) else []):
                if shape_of(one) == shape_of(two) and isinstance(one, ast.Assign):
                    pairs |= set(zip(bound(one.targets[0]), bound(two.targets[0]), strict=False))
    found: dict[str, set[str]] = {}
    for a, b in pairs:
        if a != b and "_" not in (a, b):
            found.setdefault(a, set()).add(b)
            found.setdefault(b, set()).add(a)
    return found


def bound(target: ast.AST) -> list[str]:
    """Return the names in what is assigned to."""
    return [n.id for n in ast.walk(target) if isinstance(n, ast.Name) and not is_load(n)]


def shape_of(node: ast.AST) -> str:
    """Return the form of code, without its names and numbers."""
    return " ".join(
        type(n).__name__ + (name_of(n.func) if isinstance(n, ast.Call) else "")
        for n in ast.walk(node)
    )


def partner(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A name is taken for its partner: a side for the other, an index for the other."""
    if not (isinstance(node, ast.Name) and is_load(node)):
        return
    outer = next(source.around(node))
    if isinstance(outer, ast.Call) and outer.func is node:
        return
    for other in sorted(cached_partners(source).get(node.id, ())):
        new = name(other)
        mine, theirs = source.words(node), source.words(new)
        if mine != theirs:
            about = " and ".join(sorted((mine, theirs)))
            yield Slip(about, f"{theirs} {be(theirs)} taken for {mine}", new)


def cached_partners(source: Source) -> dict[str, set[str]]:
    """Return the pairs of a source, found once."""
    found: dict[str, set[str]] | None = getattr(source, "_partners", None)
    if found is None:
        found = partners(source)
        source._partners = found  # type: ignore[attr-defined]
    return found


def unpacking(source: Source, node: ast.AST) -> Iterator[Slip]:
    """Two neighbours in what is unpacked, put together or returned are exchanged."""
    if not isinstance(node, ast.Tuple) or not 2 <= len(node.elts) <= 6:
        return
    for place, (one, two) in enumerate(pairwise(node.elts)):
        if ast.dump(one) == ast.dump(two) or type(one) is not type(two):
            continue
        if len(node.elts) == 4 and place == 1 and isinstance(one, ast.Name):
            continue  # a channel is no height
        elts = [*node.elts]
        elts[place : place + 2] = [two, one]
        about = " and ".join(sorted((source.words(one), source.words(two))))
        plain = is_number(one) or is_number(two) or source.words(one) == source.words(two)
        says = f"`{about}`" if plain else about
        if isinstance(next(source.around(node)), ast.Return):
            where = " in what is returned"
        else:
            where = " where they are unpacked" if isinstance(node.ctx, ast.Store) else ""
        new = ast.Tuple(elts, node.ctx)
        yield Slip(about, f"{says} are exchanged{where}", new, whole=bool(where))


PARAMETERS: dict[str, tuple[float, ...]] = {
    "stride": (1, 2),
    "pad": (0, 1),
    "pool_height": (2,),
    "pool_width": (2,),
    "eps": (0.0, 1e-5),
    "momentum": (0.9, 0.1),
    "p": (0.5,),
}
"""What a parameter is often taken to be; of others, nothing."""


def parameter(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A constant stands for a parameter, where it is read or where it is used."""
    key = key_of(node)
    if isinstance(node, ast.Name) and is_load(node):
        key = source.meanings.get(node.id, "")
    if key in PARAMETERS and is_load(node):
        what = source.words(node)
        for value in PARAMETERS[key]:
            yield Slip(
                f"{what} {value:g}", f"{what} {be(what)} taken to be {value:g}", number(value)
            )


def partner_key(source: Source, node: ast.AST) -> Iterator[Slip]:
    """One parameter is read for another of the same dictionary."""
    keys = sorted({k for n in source.nodes if (k := key_of(n)) in PARAMETERS})
    key = key_of(node)
    if key in PARAMETERS and isinstance(node, ast.Subscript) and is_load(node):
        for other in keys:
            if other != key:
                new = ast.Subscript(node.value, ast.Constant(other), ast.Load())
                mine, theirs = source.words(node), source.words(new)
                about = " and ".join(sorted((mine, theirs)))
                yield Slip(about, f"{theirs} {be(theirs)} taken for {mine}", new)


def side(source: Source, node: ast.AST) -> Iterator[Slip]:
    """An axis of a shape is taken for another: ``x.shape[2]`` for ``x.shape[3]``."""
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and name_of(node.value) == "shape"
        and is_number(node.slice)
    ):
        axis = int(ast.literal_eval(node.slice))
        for other in (axis - 1, axis + 1):
            if 0 <= other <= 3:
                new = ast.Subscript(node.value, number(other), ast.Load())
                mine, theirs = source.words(node), source.words(new)
                if mine == theirs:
                    mine, theirs = f"`{ast.unparse(node)}`", f"`{ast.unparse(new)}`"
                about = " and ".join(sorted((mine, theirs)))
                yield Slip(about, f"{theirs} {be(theirs)} taken for {mine}", new)


def before(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A value is taken for what it was made from, or an argument for what was made of it."""
    if not (isinstance(node, ast.Name) and is_load(node)):
        return
    outer = next(source.around(node))
    if isinstance(outer, ast.Call) and outer.func is node:
        return
    made = definitions(source)
    own = source.statement(node)
    if isinstance(outer, ast.Attribute) or not isinstance(
        own, ast.Assign | ast.AugAssign | ast.Return
    ):
        return
    for other in sorted(made.get(node.id, ())):
        mine, theirs = source.words(node), source.words(name(other))
        yield Slip(f"{mine} and {theirs}", f"{theirs} {be(theirs)} taken for {mine}", name(other))
    for later, parts in sorted(made.items()):
        if node.id in parts and later not in bound(own) and isinstance(own, ast.Return):
            mine, theirs = source.words(node), source.words(name(later))
            yield Slip(
                f"{theirs} and {mine}", f"{theirs} {be(theirs)} kept for {mine}", name(later)
            )


def definitions(source: Source) -> dict[str, set[str]]:
    """Return of which names each name is made, where it is an array as they are."""
    found: dict[str, set[str]] = getattr(source, "_made", {})
    if not found:
        for node in source.nodes:
            if isinstance(node, ast.Assign):
                for target, value in unpacked(node.targets[0], node.value):
                    parts = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
                    found.setdefault(target, set()).update(parts - {"np", target})
        arrays = {n for n in found if n not in source.meanings}
        arguments = {n.arg for n in source.nodes if isinstance(n, ast.arg)}
        found = {k: v & (arrays | arguments) for k, v in found.items() if k in arrays}
        source._made = found  # type: ignore[attr-defined]
    return found


OPERATORS = (partner, unpacking, parameter, partner_key, side, before)
