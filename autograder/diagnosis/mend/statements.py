"""Edits of whole statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.diagnosis.mend.edit import New, View
from autograder.diagnosis.mend.expressions import OPERATORS


def assignments(view: View, node: ast.AST) -> Iterator[New]:
    """``=`` for ``+=`` and back."""
    if isinstance(node, ast.AugAssign):
        old, value = view.of(node.target), view.of(node.value)
        now = OPERATORS.get(type(node.op), "")
        yield f"{old} = {value}", 2
        signs = {"+": "-", "-": "+", "*": "/", "/": "*"}
        if now in signs:
            yield f"{old} {signs[now]}= {value}", 2
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        if isinstance(target, ast.Subscript | ast.Name) and not view.scope.is_size(node.value):
            yield f"{view.of(target)} += {view.of(node.value)}", 2


def conditionals(view: View, node: ast.AST) -> Iterator[New]:
    """What is done under a condition is done always."""
    if isinstance(node, ast.If) and not node.orelse:
        first, last = node.body[0], node.body[-1]
        start, end = view.source.span(first)[0], view.source.span(last)[1]
        body = view.source.text[start:end]
        indent = " " * (first.col_offset - node.col_offset)
        plain = body.replace("\n" + " " * node.col_offset + indent, "\n" + " " * node.col_offset)
        yield plain, 4, "without the condition"


def removals(view: View, node: ast.AST) -> Iterator[New]:
    """Without a statement."""
    if isinstance(node, ast.Assign | ast.AugAssign) or (
        isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    ):
        yield "pass", 4, "without it"


def loops(view: View, node: ast.AST) -> Iterator[New]:
    """Two loops exchanged; the first statement of a loop before it, the last one after it."""
    if not isinstance(node, ast.For) or node.orelse:
        return
    text = view.of(node)
    if len(node.body) == 1 and isinstance(node.body[0], ast.For):
        inner = node.body[0]
        heads = [f"for {view.of(n.target)} in {view.of(n.iter)}:" for n in (node, inner)]
        start = view.source.span(inner.body[0])[0] - view.source.span(node)[0]
        between = "\n" + " " * inner.col_offset
        body = "\n" + " " * inner.body[0].col_offset + text[start:]
        yield heads[1] + between + heads[0] + body, 3, "with this loop and the one in it exchanged"
        return
    if len(node.body) < 2:
        return
    outer = " " * node.col_offset
    head = f"for {view.of(node.target)} in {view.of(node.iter)}:"
    inside = " " * node.body[0].col_offset

    def block(statements: list[ast.stmt]) -> str:
        return "\n".join(inside + view.of(one) for one in statements)

    first, last = node.body[0], node.body[-1]
    if isinstance(first, ast.Assign):
        yield (
            f"{view.of(first)}\n{outer}{head}\n{block(node.body[1:])}",
            4,
            "with its first line before the loop",
        )
    if isinstance(last, ast.Assign | ast.AugAssign):
        yield (
            f"{head}\n{block(node.body[:-1])}\n{outer}{view.of(last)}",
            4,
            "with its last line after the loop",
        )


RULES = (assignments, conditionals, removals, loops)
