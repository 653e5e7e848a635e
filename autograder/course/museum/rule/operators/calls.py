"""Slips in calls: sums and means, axes, layouts, padding, and calls that are left out."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import combinations

from autograder.course.museum.rule.operators.slip import Slip, expression, is_number, number
from autograder.course.museum.rule.source import UNSAID, Source, be
from autograder.course.museum.rule.syntax import name_of

OTHERS = {
    "sum": ("mean", "max"),
    "mean": ("sum", "median"),
    "var": ("std",),
    "std": ("var",),
    "max": ("min", "mean", "sum"),
    "argmax": ("argmin",),
    "zeros": ("ones", "empty"),
    "maximum": ("minimum",),
}
"""What is called in the place of what."""

INSTEAD = {
    "ones": "{} with ones instead of zeros",
    "std": "the standard deviation is taken for the variance",
    "var": "the variance is taken for the standard deviation",
    "argmin": "the place of the smallest value is taken, not of the largest,",
    "minimum": "the smaller of two values is taken, not the larger,",
}
SAYS = {
    *(("sum", "summed"), ("mean", "averaged"), ("max", "reduced to the largest")),
    *(("min", "reduced to the smallest"), ("median", "reduced to the median")),
}


def other(source: Source, node: ast.AST) -> Iterator[Slip]:
    """Another function is called: a mean for a sum, and back."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    says, mine = dict(SAYS), node.func.attr
    for theirs in OTHERS.get(mine, ()):
        if theirs == "empty" or (theirs == "median" and ast.unparse(node.func.value) != "np"):
            continue
        func = ast.Attribute(node.func.value, theirs, ast.Load())
        what = (
            f"what should be {says[mine]} is {says[theirs]}"
            if mine in says and theirs in says
            else INSTEAD.get(theirs, f"`{theirs}` is called for `{mine}`").format(
                begins(source, node)
            )
        )
        yield Slip(f"{mine} {theirs}", what, ast.Call(func, node.args, node.keywords))


def begins(source: Source, node: ast.AST) -> str:
    """Say that what a statement sets begins."""
    target = source.target(node)
    return f"{target} {'begin' if be(target) == 'are' else 'begins'}"


def absolute(source: Source, node: ast.AST) -> Iterator[Slip]:
    """The largest absolute value is taken for the largest value."""
    if isinstance(node, ast.Call) and name_of(node.func) in ("max", "argmax", "maximum"):
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) != "np":
            array = expression("np.abs(A)", A=node.func.value)
            new = ast.Call(
                ast.Attribute(array, node.func.attr, ast.Load()), node.args, node.keywords
            )
        elif node.args:
            first = expression("np.abs(A)", A=node.args[0])
            new = ast.Call(node.func, [first, *node.args[1:]], node.keywords)
        else:
            return
        yield Slip("abs", "absolute values are compared instead of values", new)


def unbiased(source: Source, node: ast.AST) -> Iterator[Slip]:
    """The variance is divided by one less than the count."""
    if isinstance(node, ast.Call) and name_of(node.func) in ("var", "std"):
        new = ast.Call(node.func, node.args, [*node.keywords, ast.keyword("ddof", number(1))])
        yield Slip("variance", "the variance is divided by one less than the count", new)


def axes(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A call goes over another set of axes."""
    if not isinstance(node, ast.Tuple) or not all(map(is_number, node.elts)) or not node.elts:
        return
    found = [int(ast.literal_eval(e)) for e in node.elts]
    outer = next(source.around(node), None)
    if isinstance(outer, ast.Attribute | ast.Subscript) or len(set(found)) < len(found):
        return
    call = next((n for n in source.around(node) if isinstance(n, ast.Call)), None)
    called = name_of(call.func) if call is not None else ""
    if called in ("transpose", "zeros", "ones", "pad", "reshape", "tensordot"):
        return
    most = 5 if max(found) > 3 else 4
    choices = [
        other
        for size in (1, 2, 3, 4)
        for other in combinations(range(most), size)
        if set(other) != set(found) and len(set(other) ^ set(found)) <= 2
    ]
    whose = source.place(node)
    for other in choices:
        gone = sorted(set(found) - set(other))
        more = sorted(set(other) - set(found))
        new = ast.Tuple([number(a) for a in other], ast.Load())
        yield Slip(f"{whose} {found}", over(call, gone, more), new)


CALLED = {name: f"the {name}" for name in ("sum", "mean", "std")} | {"var": "the variance"}
AXES = ("images", "channels", "rows", "columns")
IMAGES = frozenset(("x", "dout"))  # arguments of which it is known what their axes are


def over(call: ast.AST | None, gone: Sequence[int], more: Sequence[int]) -> str:
    """Say over which axes a call does not go, and over which it goes."""
    read = {n.id for n in ast.walk(call) if isinstance(n, ast.Name)} if call is not None else set()
    if not read & IMAGES or max((*gone, *more)) >= len(AXES):
        return f"`{gone}` is left out of the axes, and `{more}` is put in"
    parts = [f"the {AXES[a]} are left out of the axes" for a in gone]
    return " and ".join([*parts, *(f"the {AXES[a]} are among the axes" for a in more)])


def axis(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A call goes over another axis, over all, or keeps no axis."""
    if not isinstance(node, ast.Call):
        return
    for place, keyword in enumerate(node.keywords):
        rest = [k for i, k in enumerate(node.keywords) if i != place]
        if keyword.arg == "axis":
            what = source.place(node)
            new = ast.Call(node.func, node.args, rest)
            yield Slip(what, f"{CALLED.get(name_of(node.func), UNSAID)} goes over all axes", new)
            if is_number(keyword.value):
                mine = int(ast.literal_eval(keyword.value))
                for theirs in {mine - 1, mine + 1, 1 - mine, -1} - {mine}:
                    moved = ast.keyword("axis", number(theirs))
                    new = ast.Call(node.func, node.args, [*rest, moved])
                    yield Slip(what, f"`axis={theirs}` is taken for `axis={mine}`", new)
        elif keyword.arg == "keepdims":
            new = ast.Call(node.func, node.args, rest)
            yield Slip(source.place(node), "the axes that are summed over are not kept", new)


def order(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A transposition moves other axes, or a shape has two sides exchanged."""
    if not isinstance(node, ast.Call) or name_of(node.func) not in (
        *("transpose", "reshape", "moveaxis", "swapaxes", "zeros", "empty", "ones"),
    ):
        return
    args = list(node.args)
    items: list[ast.expr] = args
    inside = next((i for i, a in enumerate(args) if isinstance(a, ast.Tuple)), None)
    if inside is not None:
        items = list(args[inside].elts)  # type: ignore[attr-defined]
    first = 1 if items is args and not isinstance(node.func, ast.Attribute) else 0
    what = source.place(node)
    for a, b in combinations(range(first, len(items)), 2):
        if ast.dump(items[a]) == ast.dump(items[b]):
            continue
        changed = [*items]
        changed[a], changed[b] = items[b], items[a]
        one, two = source.words(items[a]), source.words(items[b])
        if inside is None:
            new = ast.Call(node.func, changed, node.keywords)
        else:
            tuple_ = ast.Tuple(changed, ast.Load())
            rest = [tuple_ if i == inside else a for i, a in enumerate(args)]
            new = ast.Call(node.func, rest, node.keywords)
        if all(map(is_number, items)):
            text = f"axes are exchanged in `{ast.unparse(node)}`"
        elif any(map(is_number, (items[a], items[b]))) or one == two:
            text = f"`{one}` and `{two}` are exchanged"
        else:
            text = f"{one} and {two} are exchanged"
        yield Slip(f"{name_of(node.func)} {what}", text, new)


GONE = frozenset(
    ("reshape", "transpose", "moveaxis", "swapaxes", "sqrt", "astype", "abs", "exp", "log")
)


def call(source: Source, node: ast.AST) -> Iterator[Slip]:
    """A call is left out: a layout is not changed, a root is not taken."""
    if not isinstance(node, ast.Call) or name_of(node.func) not in GONE | {"sum", "mean", "pad"}:
        return
    called = name_of(node.func)
    array: ast.expr
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) != "np":
        array = node.func.value
    elif node.args:
        array = node.args[0]
    else:
        return
    texts = {"pad": "the padding", "sqrt": "the root", "sum": "the sum", "mean": "the mean"}
    what = texts.get(called, f"`{called}`")
    yield Slip(called, f"{what} is left out", array)
    if called == "sum" and isinstance(array, ast.BinOp) and isinstance(array.op, ast.Mult):
        new = expression("np.sum(A) * np.sum(B)", A=array.left, B=array.right)
        if len(node.args) + len(node.keywords) == 1:
            yield Slip("sum", "sums are multiplied instead of products summed", new)


PADS = (
    ("((0, 0), (0, 0), (P, 0), (P, 0))", "above and to the left only"),
    ("((0, 0), (0, 0), (0, P), (0, P))", "below and to the right only"),
    ("((0, 0), (0, 0), (P, P), (0, 0))", "above and below only"),
    ("((0, 0), (0, 0), (0, 0), (P, P))", "to the left and right only"),
    ("((0, 0), (0, 0), (1, 1), (1, 1))", "by 1, whatever the padding"),
    ("((0, 0), (0, 0), (2 * P, 0), (2 * P, 0))", "above and to the left with all of the padding"),
    ("((0, 0), (0, 0), (0, 2 * P), (0, 2 * P))", "below and to the right with all of the padding"),
    ("((0, 0), (P, P), (P, P), (P, P))", "along the channels too"),
    ("((P, P), (0, 0), (P, P), (P, P))", "along the axis of the images too"),
    ("((0, 0), (P, P), (P, P), (0, 0))", "along channels and rows"),
)
MODES = {
    "edge": "repeats the border of the image",
    "reflect": "mirrors the image",
    "symmetric": "mirrors the image with its border",
    "wrap": "repeats the other side of the image",
}


def padding(source: Source, node: ast.AST) -> Iterator[Slip]:
    """An array is padded at other sides, or with other values."""
    if not isinstance(node, ast.Call) or name_of(node.func) != "pad" or len(node.args) < 2:
        return
    names = [n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)]
    if not names:
        return
    images = source.words(node.args[0])
    for text, what in PADS:
        widths = ast.parse(text.replace("P", names[0]), mode="eval").body
        new = ast.Call(node.func, [node.args[0], widths, *node.args[2:]], node.keywords)
        yield Slip("padding", f"{images} {be(images)} padded {what}", new, whole=True)
    for mode, does in MODES.items():
        new = ast.Call(node.func, node.args[:2], [ast.keyword("mode", ast.Constant(mode))])
        text = f"the padding of {images} {does} instead of being zero"
        yield Slip("values", text, new, whole=True)


def whole(source: Source, node: ast.AST) -> Iterator[Slip]:
    """An array is made to hold whole numbers, or is made like another one."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    if node.func.attr in ("zeros", "zeros_like", "empty", "full"):
        keywords = [k for k in node.keywords if k.arg != "dtype"]
        args = node.args[: 2 if node.func.attr == "full" else 1]
        new = ast.Call(node.func, args, [*keywords, ast.keyword("dtype", ast.Name("int"))])
        text = f"{begins(source, node)} as whole numbers, so that fractions are cut off"
        yield Slip("dtype", text, new, whole=True)


OPERATORS = (other, absolute, unbiased, axes, axis, order, call, padding, whole)
