"""What is read off a syntax tree: the names that an assignment sets, keys, axes, counters."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence


def unpacked(target: ast.AST, value: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield each name that an assignment sets, and its value: an axis, where it is a shape's."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple):
        if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
            values: Sequence[ast.AST] = value.elts
        else:
            values = [item_of(value, place) for place in range(len(target.elts))]
        for part, made in zip(target.elts, values, strict=True):
            yield from unpacked(part, made)


def counters(target: ast.AST, turns: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the counters of a loop, and what they count up to."""
    if not isinstance(turns, ast.Call):
        return
    if name_of(turns.func) == "range" and isinstance(target, ast.Name):
        yield target.id, turns.args[-1] if len(turns.args) < 3 else turns
    elif name_of(turns.func) in ("ndindex", "product") and isinstance(target, ast.Tuple):
        for part, size in zip(target.elts, turns.args, strict=False):
            if isinstance(part, ast.Name):
                yield part.id, size.args[0] if isinstance(size, ast.Call) and size.args else size


def item_of(value: ast.AST, place: int) -> ast.AST:
    """Return the expression of one item of a value that is unpacked."""
    if isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
        lower = value.slice.lower
        place += int(str(lower.value)) if isinstance(lower, ast.Constant) else 0
        value = value.value
    return ast.Subscript(value, ast.Constant(place), ast.Load())  # type: ignore[arg-type]


def meaning_of(value: ast.AST) -> str:
    """Return what a value is: ``"stride"`` of a parameter's key, ``"x.shape[2]"``, or nothing."""
    if key_of(value):
        return key_of(value)
    if (
        isinstance(value, ast.Subscript)
        and isinstance(value.slice, ast.Constant)
        and "shape" in ast.unparse(value.value).rpartition(".")[2]
    ):
        return ast.unparse(value)
    return ""


def key_of(node: ast.AST) -> str:
    """Return the key of a parameter's entry: of ``param["pad"]`` and of ``param.get("pad", 0)``."""
    key: ast.AST | None = None
    if isinstance(node, ast.Subscript):
        key = node.slice
    elif isinstance(node, ast.Call) and name_of(node.func) in ("get", "setdefault") and node.args:
        key = node.args[0]
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def name_of(node: ast.AST) -> str:
    """Return the last part of a name: of ``np.sum`` it is ``"sum"``."""
    return str(getattr(node, "attr", getattr(node, "id", "")))
