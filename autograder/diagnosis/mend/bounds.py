"""Edits of where something begins and ends: slices and ranges."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.diagnosis.mend.edit import New, View


def slices(view: View, node: ast.AST) -> Iterator[New]:
    """Other bounds, another step."""
    if not isinstance(node, ast.Slice):
        return
    lower = view.of(node.lower) if node.lower else ""
    upper = view.of(node.upper) if node.upper else ""
    step = view.of(node.step) if node.step else ""

    def text(a: str, b: str, c: str) -> str:
        return f"{a}:{b}" + (f":{c}" if c else "")

    yield from ((text(a, b, step), cost) for a, b, cost in moved(view, node.lower, node.upper))
    if step:
        yield text(lower, upper, ""), 2
    if lower:
        yield text("", upper, step), 3
    if upper:
        yield text(lower, "", step), 3
    sizes = view.scope.sizes
    if not step:
        yield text(lower, upper, "-1"), 4
        yield from ((text(lower, upper, size), 4) for size in sizes)
    if not lower:
        yield from ((text(size, upper, step), 4) for size in ("1", *sizes))
    if not upper:
        if lower:
            far = {"setting": 2, "dimension": 2, "index": 5}
            grown = ((f"{lower} + {size}", far[view.scope.kind(size)]) for size in sizes)
            yield from ((text(lower, end, step), cost) for end, cost in grown)
        ends = ("-1", *sizes, *(f"-{size}" for size in sizes))
        yield from ((text(lower, end, step), 4) for end in ends)
    crop = (not lower and not upper) or upper.startswith("-") or lower.isdigit() or upper.isdigit()
    if crop or lower in sizes:
        starts = [lower] if lower in sizes else sizes
        for start in starts:
            for size in sizes:
                if size != start:
                    yield text(start, f"{start} + {size}", ""), 3 if upper else 5


def ranges(view: View, node: ast.AST) -> Iterator[New]:
    """Other bounds of a ``range``, or no step."""
    if not isinstance(node, ast.Call) or view.of(node.func) != "range" or not node.args:
        return
    lower = node.args[0] if len(node.args) > 1 else None
    upper = node.args[min(1, len(node.args) - 1)]
    steps = [view.of(one) for one in node.args[2:]]
    for start, end, cost in moved(view, lower, upper):
        yield f"range({', '.join([start or '0', end, *steps])})", cost
    if lower is not None:
        yield f"range({', '.join(['0', view.of(upper), *steps])})", 2
        if steps:
            yield f"range({view.of(lower)}, {view.of(upper)})", 2


def moved(
    view: View, lower: ast.expr | None, upper: ast.expr | None
) -> Iterator[tuple[str, str, int]]:
    """Yield other first and last bounds, with their cost: where each is meant from the other."""
    start = view.of(lower) if lower is not None else ""
    if upper is None:
        return
    end = view.of(upper)
    if start not in ("", "0") and not start.startswith("-") and not end.startswith("-"):
        yield start, f"{start} + {end}", 2
    if isinstance(upper, ast.BinOp) and isinstance(upper.op, ast.Add):
        for part in (upper.left, upper.right):
            if view.of(part) != start:
                yield view.of(part), end, 2


RULES = (slices, ranges)
