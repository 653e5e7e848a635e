"""Edits of names, numbers and arithmetic."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from autograder.diagnosis.mend.edit import New, View
from autograder.diagnosis.mend.source import Scope

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.Mod: "%",
}
OTHERS = {
    "+": ("-", "*"),
    "-": ("+", "/"),
    "*": ("/", "+", "@", "//"),
    "/": ("*", "//", "-"),
    "//": ("/", "*", "%"),
    "@": ("*",),
    "%": ("//",),
    "**": ("*",),
}
USUAL = (1e-5, 1e-8, 1e-3, 1.0, 0.0)  # numbers that are no whole ones
COMPARED: dict[type[ast.AST], str] = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
}


def is_index_or_bound(view: View, node: ast.AST) -> bool:
    """Return whether a node is an index, the bound of a slice, or an argument of ``range``."""
    parent = view.parent(node)
    if isinstance(parent, ast.Tuple):
        node, parent = parent, view.parent(parent)
        if isinstance(parent, ast.Call):
            return False
    if isinstance(parent, ast.Call):
        return isinstance(parent.func, ast.Name) and parent.func.id == "range"
    return isinstance(parent, ast.Slice) or (
        isinstance(parent, ast.Subscript) and parent.slice is node
    )


def distance(scope: Scope, one: str, other: str) -> int:
    """Return how far one whole number is from another that was meant."""
    if scope.partners.get(one) == other or other in scope.unused:
        return 1
    return 2 if scope.kind(one) == scope.kind(other) else 4


def names(view: View, node: ast.AST) -> Iterator[New]:
    """Another name in the place of one."""
    if not isinstance(node, ast.Name | ast.Subscript) or not isinstance(node.ctx, ast.Load):
        return
    parent = view.parent(node)
    if isinstance(parent, ast.Call) and parent.func is node:
        return
    text, scope = view.of(node), view.scope
    if text in scope.sizes:
        for other in scope.sizes:
            if other != text:
                yield other, distance(scope, text, other)
        yield from (("1", 3), ("0", 3), ("2", 4))
    elif text in scope.arrays and isinstance(node, ast.Name):
        for other in scope.arrays:
            if other != text:
                near = text in other or other in text or other in scope.unused
                yield other, 2 if near else 4


def numbers(view: View, node: ast.AST) -> Iterator[New]:
    """Another number in the place of one, or a name."""
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool | str | bytes):
        return
    value = node.value
    if isinstance(value, int):
        yield from ((str(n), 2) for n in (value + 1, value - 1))
        yield from ((str(n), 3) for n in range(6) if abs(n - value) > 1)
        if value:
            yield f"-{value}", 3
        parent = view.parent(node)
        axis = isinstance(parent, ast.keyword) and parent.arg == "axis"
        if not axis and not isinstance(view.parent(parent), ast.keyword):
            yield from ((entry, 2) for entry in view.entries if entry not in view.scope.sizes)
            for name in view.scope.sizes:
                kind = view.scope.kind(name)
                far = {"setting": 2, "dimension": 3, "index": 5}[kind]
                yield name, far - (value > 1)
    elif isinstance(value, float):
        others = (1 - value, value * 2, value / 2, value / 10, value * 10, *USUAL)
        written = dict.fromkeys(float(f"{n:.12g}") for n in others)  # 0.9, not 0.8999999999999999
        yield from ((repr(n), 4) for n in written if n != value)


def strings(view: View, node: ast.AST) -> Iterator[New]:
    """Another key in the place of one."""
    if isinstance(node, ast.Constant) and node.value in view.keys:
        yield from ((repr(key), 2) for key in view.keys if key != node.value)


def arithmetic(view: View, node: ast.AST) -> Iterator[New]:
    """Another operator, an operand less, other parentheses."""
    if not isinstance(node, ast.BinOp) or type(node.op) not in OPERATORS:
        return
    sign = OPERATORS[type(node.op)]
    left, right = view.closed(node.left), view.closed(node.right)
    yield from ((f"{left} {other} {right}", 2) for other in OTHERS[sign])
    yield left, 2
    yield right, 2 if sign in "+*" else 4
    if sign in ("-", "/", "@", "//"):
        yield f"{right} {sign} {left}", 3
    yield from regrouped(view, node, sign)


def is_product(node: ast.AST) -> TypeGuard[ast.BinOp]:
    """Return whether a node is one value times another."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


def regrouped(view: View, node: ast.BinOp, sign: str) -> Iterator[New]:
    """The same operations in another order."""
    a, b = node.left, node.right
    left, right = view.closed(a), view.closed(b)
    if is_product(a) and is_product(b) and sign in "+-":
        first, second = view.closed(a.right), view.closed(b.right)
        yield f"{view.closed(b.left)} * {first} {sign} {view.closed(a.left)} * {second}", 2
    if isinstance(a, ast.Call) and len(a.args) == 1 and not a.keywords:
        yield f"{view.of(a.func)}({view.closed(a.args[0])} {sign} {right})", 3
    if isinstance(b, ast.Call) and len(b.args) == 1 and not b.keywords:
        yield f"{view.of(b.func)}({left} {sign} {view.closed(b.args[0])})", 3
    if isinstance(a, ast.BinOp) and type(a.op) in OPERATORS:
        inner = OPERATORS[type(a.op)]
        one, two = view.closed(a.left), view.closed(a.right)
        yield f"{one} {inner} ({two} {sign} {right})", 4
        yield f"({one} {sign} {right}) {inner} {two}", 4
    if isinstance(b, ast.BinOp) and type(b.op) in OPERATORS:
        inner = OPERATORS[type(b.op)]
        one, two = view.closed(b.left), view.closed(b.right)
        yield f"({left} {sign} {one}) {inner} {two}", 4


def signs(view: View, node: ast.AST) -> Iterator[New]:
    """Without a sign or a ``not``."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield view.of(node.operand), 2
        if isinstance(node.op, ast.USub):
            yield f"1 - {view.closed(node.operand)}", 3


def conditions(view: View, node: ast.AST) -> Iterator[New]:
    """Another comparison, or one less."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = view.closed(node.left), view.closed(node.comparators[0])
        now = COMPARED.get(type(node.ops[0]))
        if now:
            yield from ((f"{left} {o} {right}", 2) for o in (">", ">=", "<", "<=") if o != now)
            yield from ((f"{left} {o} {right}", 3) for o in ("==", "!=") if o != now)
    elif isinstance(node, ast.Compare):
        for index, op in enumerate(node.ops):
            for other in ("<", "<="):
                if COMPARED.get(type(op)) in ("<", "<=") and COMPARED[type(op)] != other:
                    parts = [view.closed(node.left)]
                    for at, (o, c) in enumerate(zip(node.ops, node.comparators, strict=True)):
                        sign = other if at == index else COMPARED.get(type(o), "<")
                        parts += [sign, view.closed(c)]
                    yield " ".join(parts), 2
    elif isinstance(node, ast.BoolOp):
        sign = " or " if isinstance(node.op, ast.And) else " and "
        yield sign.join(view.closed(value) for value in node.values), 3
        for index in range(len(node.values)):
            rest = node.values[:index] + node.values[index + 1 :]
            same = " and " if isinstance(node.op, ast.And) else " or "
            yield same.join(view.closed(value) for value in rest), 3


def grown_sizes(view: View, node: ast.AST) -> Iterator[New]:
    """A whole number with something added, subtracted, multiplied or divided."""
    if not isinstance(node, ast.expr) or not view.scope.is_size(node):
        return
    if isinstance(getattr(node, "ctx", None), ast.Store):
        return
    if isinstance(node, ast.Constant) and not is_index_or_bound(view, node):
        return
    parent = view.parent(node)
    outer = is_index_or_bound(view, node) or isinstance(parent, ast.Assign | ast.Tuple)
    part = isinstance(parent, ast.BinOp) and isinstance(node, ast.Name | ast.Subscript | ast.BinOp)
    if not outer and not part:
        return
    text, plain = view.closed(node), view.of(node)
    if outer or isinstance(node, ast.BinOp):
        yield f"{plain} + 1", 2
        yield f"{plain} - 1", 2
        yield f"2 * {text}", 4
    for other in view.scope.sizes:
        if other == plain:
            continue
        cost = {"setting": 3, "dimension": 4, "index": 5}[view.scope.kind(other)]
        cost = 2 if other in view.scope.unused else cost
        counts = plain in view.scope.indices and other in view.scope.settings
        yield f"{text} * {other}", 2 if counts else cost
        far = cost if outer or isinstance(node, ast.BinOp) else cost + 1
        yield f"{plain} + {other}", far
        yield f"{plain} - {other}", far
        yield f"{text} // {other}", far


def grown_arrays(view: View, node: ast.AST) -> Iterator[New]:
    """A value with its sign turned, or something more in it."""
    if not isinstance(node, ast.expr) or view.scope.is_size(node):
        return
    parent = view.parent(node)
    holder = view.parent(parent) if isinstance(parent, ast.Tuple) else parent
    returned = isinstance(holder, ast.Return)
    whole = returned or (isinstance(parent, ast.Assign | ast.AugAssign) and parent.value is node)
    part = isinstance(node, ast.Name | ast.Call | ast.Subscript)
    if isinstance(parent, ast.Call) and parent.args[:1] == [node]:
        yield f"{view.closed(node)} ** 2", 4
    if not whole and not (isinstance(parent, ast.BinOp) and part):
        return
    if isinstance(node, ast.Tuple | ast.Constant | ast.List | ast.Dict):
        return
    text = view.closed(node)
    yield f"-{text}", 3
    yield from ((new, 5) for new in (f"{text} / 2", f"2 * {text}", f"{text} ** 2", f"1 - {text}"))
    if whole:
        for function in ("np.sqrt", "np.exp", "np.log"):
            yield f"{function}({view.of(node)})", 6
    if isinstance(node, ast.BinOp | ast.Name | ast.Call | ast.Subscript):
        yield f"np.sum({view.of(node)})", 5
        yield from ((f"np.sum({view.of(node)}, axis={axes})", 6) for axes in ("0", "1"))
    for other in (*view.scope.sizes, *view.scope.arrays):
        counts = other in view.scope.sizes and view.scope.kind(other) == "dimension"
        far = 3 if other in view.scope.unused else 5 if whole else 6
        if other != view.of(node):
            yield f"{text} / {other}", far - 2 * counts
            yield from ((f"{text} {sign} {other}", far) for sign in "*+-")


RULES = (
    *(names, numbers, strings, arithmetic, signs, conditions),
    *(grown_sizes, grown_arrays),
)
