"""Slips in arithmetic: factors, terms, signs, powers, and where eps stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.course.museum.rule.operators.slip import Slip, expression, is_number, number
from autograder.course.museum.rule.source import Source, be


def factor(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A factor or a divisor is left out, or multiplies where it divides."""
    if not isinstance(node, ast.BinOp):
        return
    left, right = node.left, node.right
    if isinstance(node.op, ast.Mult):
        for gone, stays in ((right, left), (left, right)):
            what = source.words(gone)
            yield Slip(what, f"the multiplication by {what} is left out", stays)
    elif isinstance(node.op, ast.Div | ast.FloorDiv):
        what = source.words(right)
        yield Slip(what, f"the division by {what} is left out", left)
    if isinstance(node.op, ast.Mult | ast.Div):
        what = source.words(right)
        if isinstance(node.op, ast.Mult):
            slip = Slip(
                what,
                f"there is a division by {what} instead of a multiplication",
                divided_by(left, right),
            )
        else:
            new = ast.BinOp(left, ast.Mult(), right)
            slip = Slip(what, f"there is a multiplication by {what} instead of a division", new)
        yield slip


def divided_by(left: ast.expr, right: ast.expr) -> ast.BinOp:
    """Return a quotient."""
    return ast.BinOp(left, ast.Div(), right)


def term(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A term of a sum is left out."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        gone = source.words(node.right)
        yield Slip(gone, f"{gone} {be(gone)} left out", node.left)
        gone = source.words(node.left)
        alone = node.right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.right)
        yield Slip(gone, f"{gone} {be(gone)} left out", alone)


def sign(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A sign is wrong."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        what = source.words(node.right)
        does = "subtracted" if isinstance(op, ast.Sub) else "added"
        yield Slip(what, f"{what} {be(what)} {does}", ast.BinOp(node.left, op, node.right))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        what = source.words(node.operand)
        yield Slip(what, f"the sign before {what} is left out", node.operand)
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        what = source.words(node.target)
        does = "subtracted from" if isinstance(op, ast.Sub) else "added to"
        new = ast.AugAssign(node.target, op, node.value)
        yield Slip(what, f"what belongs to {what} is {does} it", new, whole=True)


def power(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A square or a root is left out, or another power is taken."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        what = source.words(node.left)
        yield Slip(what, f"the power of {what} is left out", node.left)
        if is_number(node.right):
            value = float(ast.literal_eval(node.right))
            for other in {value + 1, value - 1, value / 2, value * 2} - {0.0, 1.0, value}:
                new = ast.BinOp(node.left, ast.Pow(), number(other))
                yield Slip(what, f"another power of {what} is taken", new)


def constant(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A number of a formula is another one."""
    if not is_number(node):
        return
    outer = next(source.around(node))
    value = ast.literal_eval(node)
    if isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Mult | ast.Div):
        for other in (2 * value, value / 2, -value):
            says = f"there is another factor than {value:g}"
            yield Slip(f"{value:g}", says, number(other))
    elif isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Add | ast.Sub) and value == 1:
        yield Slip("1", "2 is taken for 1", number(2))


def default(source: Source, node: ast.AST) -> Iterator[Slip]:
    """The default of a parameter is another number."""
    if not (isinstance(node, ast.Call) and len(node.args) == 2 and is_number(node.args[1])):
        return
    if isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        value, what = float(ast.literal_eval(node.args[1])), source.words(node)
        for other in {value / 10, value * 1e3, 1 - value if value > 0.01 else 0.0}:
            new = ast.Call(node.func, [node.args[0], number(other)], [])
            text = f"the default of {what} is another number than {value:g}"
            yield Slip(what, text, new, whole=True)


def eps(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A small number is added to the root, and not below it; or to a variance only."""
    inner: ast.expr
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.sqrt" and len(node.args) == 1:
        inner, template = node.args[0], "np.sqrt(A)"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        inner, template = node.left, f"A ** {ast.unparse(node.right)}"
    else:
        return
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Add):
        small, large = inner.right, inner.left
        what = source.words(small)
        text = f"{what} {be(what)} added to the root instead of the variance below it"
        if "np" in template:
            yield Slip(what, text, expression(f"{template} + B", A=large, B=small))
        elif isinstance(node, ast.BinOp) and is_number(node.right, 0.5):
            yield Slip(what, text, expression(f"({template}) + B", A=large, B=small))
        else:
            yield Slip(what, text, expression("1.0 / (A ** 0.5 + B)", A=large, B=small))


def divided(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A size is divided by / or rounded up where it is rounded down."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
        what = source.words(node.right)
        new = ast.BinOp(node.left, ast.Div(), node.right)
        yield Slip(what, f"the division by {what} gives fractions", new)
        up = expression("-(-(A) // B)", A=node.left, B=node.right)
        yield Slip(what, f"the division by {what} is rounded up", up)


def weights(source: Source, node: ast.AST) -> Iterator[Slip]:
    """Two weights of a weighted sum are exchanged."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)):
        return
    one, two = node.left, node.right
    if all(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mult) for n in (one, two)):
        assert isinstance(one, ast.BinOp) and isinstance(two, ast.BinOp)
        new = ast.BinOp(
            ast.BinOp(two.left, ast.Mult(), one.right),
            node.op,
            ast.BinOp(one.left, ast.Mult(), two.right),
        )
        about = f"{source.words(one.left)} and {source.words(two.left)}"
        yield Slip(about, f"the factors {about} are exchanged", new)


OPERATORS = (factor, term, sign, power, constant, default, eps, divided, weights)
