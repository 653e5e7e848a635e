"""Slips in statements: what replaces where it should add, is left out, or is done twice."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from autograder.course.museum.rule.operators.slip import Slip, number
from autograder.course.museum.rule.source import UNSAID, Source, be
from autograder.course.museum.rule.syntax import key_of


def assigned(source: Source, node: ast.AST) -> Iterator[Slip]:
    """What should be added replaces what was there."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        what = source.words(node.target)
        text = f"what belongs to {what} replaces what was there instead of adding to it"
        value = node.value if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.value)
        yield Slip(what, text, ast.Assign([node.target], value), whole=True)


def assigned_in_another_order(source: Source, node: ast.AST) -> Iterator[Slip]:
    """The same, and two loops stand in the other order, which decides what stays."""
    if not isinstance(node, ast.For) or not isinstance(node.body[0], ast.For):
        return
    for place, inner in enumerate(ast.walk(node)):
        if isinstance(inner, ast.AugAssign) and isinstance(inner.op, ast.Add):
            what = source.words(inner.target)
            loops = copy.deepcopy(node)
            nodes = list(ast.walk(loops))
            found = nodes[place]
            assert isinstance(found, ast.AugAssign)
            for block in nodes:
                body = getattr(block, "body", None)
                if isinstance(body, list) and found in body:
                    body[body.index(found)] = ast.Assign([found.target], found.value)
            text = (
                f"what belongs to {what} replaces what was there instead of adding to it, in the "
                "other order of loops"
            )
            yield Slip(what, text, exchanged(loops), whole=True)


def exchanged(loop: ast.For) -> ast.For:
    """Return two loops, one in the other, the other way round."""
    inner = loop.body[0]
    assert isinstance(inner, ast.For)
    inside = ast.For(loop.target, loop.iter, inner.body, [])
    return ast.For(inner.target, inner.iter, [inside, *loop.body[1:]], [])


def added(source: Source, node: ast.AST) -> Iterator[Slip]:
    """What should replace is added."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        target = node.targets[0]
        what = source.words(target)
        text = f"what should replace {what} is added to it"
        yield Slip(what, text, ast.AugAssign(target, ast.Add(), node.value), whole=True)


def left_out(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A statement is left out, or done twice."""
    if isinstance(node, ast.AugAssign):
        what = source.words(node.target)
    elif isinstance(node, ast.Assign) and set_again(source, node):
        what = source.words(node.targets[0])
    else:
        return
    never = "updated" if isinstance(node, ast.AugAssign) else "set"
    yield Slip(what, f"{what} {be(what)} never {never}", ast.Pass(), whole=True)
    twice = ast.If(ast.Constant(True), [node, node], [])
    yield Slip(what, f"{what} {be(what)} updated twice", twice, whole=True)


def set_again(source: Source, node: ast.Assign) -> bool:
    """Return whether an assignment changes what is there already, or an entry of something."""
    target = node.targets[0]
    if isinstance(target, ast.Name):
        before = (n for n in source.nodes if isinstance(n, ast.Assign) and n is not node)
        earlier = any(ast.dump(n.targets[0]) == ast.dump(target) for n in before)
        uses = any(isinstance(n, ast.Name) and n.id == target.id for n in ast.walk(node.value))
        return earlier or uses
    return isinstance(target, ast.Subscript)


def condition(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A condition is always taken to hold, or never, or turned round."""
    if isinstance(node, ast.If):
        what = f"`{ast.unparse(node.test)}`"
        for value, does in ((True, "always"), (False, "never")):
            new = ast.If(ast.Constant(value), node.body, node.orelse)
            yield Slip(what, f"{what} {be(what)} {does} taken to hold", new, whole=True)
        turned = ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        yield Slip(what, f"{what} {be(what)} turned round", turned, whole=True)
        gone = ast.If(ast.Constant(True), [node, *node.body], [])
        if node.orelse:
            yield Slip(what, f"what is done where {what} is done always", gone, whole=True)


ORDER = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.GtE}


def comparison(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A comparison takes equal values in, or leaves them out, or goes the other way."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in ORDER:
        what = f"`{ast.unparse(node)}`"
        new = ast.Compare(node.left, [ORDER[type(node.ops[0])]()], node.comparators)
        yield Slip(what, f"equal values are taken the other way in {what}", new, whole=True)


def returned(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A returned value stays zero, or is one number, or gains an axis."""
    outer = next(source.around(node), None)
    if isinstance(outer, ast.Tuple):
        top = next(source.around(outer), None)
        if isinstance(top, ast.Return) and isinstance(node, ast.Name | ast.Call | ast.Subscript):
            what = source.words(node)
            if node in getattr(top.value, "elts", [])[1:] and "forward" in source.function(node):
                what = UNSAID  # of a cache
            zero = ast.BinOp(node, ast.Mult(), number(0.0))
            yield Slip(what, f"{what} {be(what)} returned as zeros", zero, whole=True)
            for text, does in (
                ("A.sum()", "summed up to one number"),
                ("A[None]", "given another axis"),
            ):
                new = ast.parse(text.replace("A", f"({ast.unparse(node)})"), mode="eval").body
                yield Slip(what, f"{what} {be(what)} {does}", new, whole=True)


def entry(source: Source, node: ast.AST) -> Iterator[Slip]:
    """An entry of a dictionary is kept before it is computed anew: under another name."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        key = key_of(node.targets[0])
        for other in source.nodes:
            theirs = key_of(other)
            if key and theirs and key != theirs and isinstance(other, ast.Subscript):
                if not isinstance(other.ctx, ast.Store):
                    continue
                target = ast.Subscript(node.targets[0].value, ast.Constant(theirs), ast.Store())
                mine, yours = source.words(node.targets[0]), source.words(other)
                about = " and ".join(sorted((mine, yours)))
                new = ast.Assign([target], node.value)
                yield Slip(about, f"{mine} is kept as {yours}", new, whole=True)


OPERATORS = (
    *(assigned, assigned_in_another_order, added, left_out),
    *(condition, comparison, returned, entry),
)
