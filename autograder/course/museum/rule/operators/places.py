"""Slips in places: offsets, bounds of slices, strides, crops, flips."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.course.museum.rule.operators.slip import (
    Slip,
    expression,
    is_load,
    is_number,
    number,
)
from autograder.course.museum.rule.source import Source, be
from autograder.course.museum.rule.syntax import name_of


def offset(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A place, a size or a count is one too large or too small."""
    if isinstance(node, ast.Call) and name_of(node.func) == "range":
        last = node.args[1] if len(node.args) > 1 else node.args[0]
        for by, does in ((-1, "ends one early"), (1, "ends one late")):
            args = [moved(arg, by) if arg is last else arg for arg in node.args]
            new = ast.Call(node.func, args, [])
            yield Slip("range", f"{source.loop(node)} {does}", new, whole=True)
        first = [number(1), *node.args] if len(node.args) == 1 else [number(1), *node.args[1:]]
        new = ast.Call(node.func, first, [])
        yield Slip("start", f"{source.loop(node)} begins one late", new, whole=True)
        return
    outer = next(source.around(node), None)
    if (isinstance(outer, ast.Slice) and node is not outer.step) or (
        isinstance(outer, ast.Assign) and isinstance(node, ast.BinOp) and is_whole(node)
    ):
        yield from beside(source, node)
    elif isinstance(outer, ast.Tuple) and isinstance(node, ast.BinOp | ast.Call):
        around = next(source.around(outer), None)
        if (isinstance(around, ast.Assign) and isinstance(node, ast.BinOp) and is_whole(node)) or (
            isinstance(around, ast.Call) and "zeros" in name_of(around.func)
        ):
            yield from beside(source, node)
    elif isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Div) and node is outer.right:
        yield from beside(source, node) if isinstance(node, ast.Name | ast.Attribute) else ()


def beside(source: Source, node: ast.AST) -> Iterator[Slip]:
    what = source.words(node)
    for by, does in ((1, "large"), (-1, "small")):
        yield Slip(what, f"{what} {be(what)} one too {does}", moved(node, by))


def moved(node: ast.AST, by: int) -> ast.expr:
    """Return an expression plus or minus one."""
    return expression(f"A {'+' if by > 0 else '-'} 1", A=node)


def is_whole(node: ast.BinOp) -> bool:
    """Return whether arithmetic is that of sizes: it has a division without rest or a product."""
    ops = [n.op for n in ast.walk(node) if isinstance(n, ast.BinOp)]
    calls = any(isinstance(n, ast.Call) and name_of(n.func) != "int" for n in ast.walk(node))
    return not calls and any(isinstance(op, ast.FloorDiv | ast.Mult) for op in ops)


def stride(source: Source, node: ast.AST) -> Iterator[Slip]:
    """The step of a slice is left out, or is two."""
    if isinstance(node, ast.Slice) and node.step is not None and not is_number(node.step):
        what = source.words(node.step)
        bare = ast.Slice(node.lower, node.upper, None)
        two = ast.Slice(node.lower, node.upper, number(2))
        yield Slip(what, f"a slice has a step of 1 instead of {what}", bare)
        yield Slip(what, f"a slice has a step of 2 instead of {what}", two)
    elif isinstance(node, ast.Slice) and ast.unparse(node) == "::-1":
        yield Slip("flip", "a flip is left out", ast.Slice(None, None, None))


def bound(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A bound of a slice is left out."""
    if isinstance(node, ast.Slice) and (node.lower or node.upper) and not is_number(node.step):
        for lower, upper, does in (
            (None, node.upper, "start"),
            (node.lower, None, "end"),
        ):
            gone = node.lower if does == "start" else node.upper
            if gone is not None:
                what = source.words(gone)
                new = ast.Slice(lower, upper, node.step)
                way = (
                    "begins at the start, not at" if does == "start" else "goes to the end, not to"
                )
                yield Slip(what, f"a slice {way} {what},", new)


CROPS = (
    ("P:-P", "the padding is cut off by a slice pad:-pad, which is empty without padding"),
    ("1:-1", "the padding is cut off by a slice 1:-1, whatever the padding"),
    ("1:END - P + 1", "the padding is cut off from row or column 1 on, whatever the padding"),
    ("P:END - P", "the padding is cut off by a slice that is too short by the padding"),
    ("0:END - P", "the padding is cut off at the end only: the slice begins at 0"),
    ("2 * P:END + P", "all of the padding is cut off above and to the left"),
)
"""A slice for P:END in the place of the right one, and what is said of it."""


def crop(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A crop assumes a padding, or fails without one."""
    if not isinstance(node, ast.Slice) or node.lower is None or node.step is not None:
        return
    array = next((n for n in source.around(node) if isinstance(n, ast.Subscript)), None)
    if node.upper is None or array is None or not is_load(array):
        return
    text, ends = ast.unparse(node.lower), ast.unparse(node.upper)
    pads = {name for name, meaning in source.meanings.items() if meaning == "pad"} | {"pad", "p"}
    if text not in pads or "stride" in ends or "*" in ends:
        return
    from_end = isinstance(node.upper, ast.UnaryOp | ast.BoolOp)
    for template, what in CROPS:
        if from_end and "END" in template:
            continue
        lower, upper = template.replace("P", text).replace("END", f"({ends})").split(":")
        new = ast.Slice(
            ast.parse(lower, mode="eval").body, ast.parse(upper, mode="eval").body, None
        )
        yield Slip(template, what, new, whole=True)


FLIPS = (
    ("A[..., ::-1, ::-1]", "turned by 180 degrees"),
    ("A[..., ::-1, :]", "turned upside down"),
    ("A[..., ::-1]", "mirrored, left and right exchanged,"),
    ("A.swapaxes(-1, -2)", "transposed, rows and columns exchanged,"),
)


def flip(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A factor is flipped along one axis or both, or transposed."""
    if not isinstance(node, ast.Name | ast.Subscript) or not is_load(node):
        return
    outer = next(source.around(node), None)
    product = isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Mult | ast.MatMult)
    call = isinstance(outer, ast.Call) and name_of(outer.func) in (
        *("einsum", "tensordot", "dot", "vdot", "sum", "rfft2", "multiply"),
        *("max", "argmax", "conv_forward_fast", "conv_backward_fast", "matmul"),
    )
    if not (product or call) or ast.unparse(node) in scalars(source):
        return
    if isinstance(outer, ast.Call) and outer.func is node:
        return
    what = source.words(node)
    for template, does in FLIPS:
        yield Slip(what, f"{what} {be(what)} {does}", expression(template, A=node))


def scalars(source: Source) -> set[str]:
    """Return the names that stand for numbers: sizes, parameters, counters of loops."""
    loops = (n.target for n in source.nodes if isinstance(n, ast.For | ast.comprehension))
    counters = {n.id for target in loops for n in ast.walk(target) if isinstance(n, ast.Name)}
    return counters | set(source.meanings)


OPERATORS = (offset, stride, bound, crop, flip)
