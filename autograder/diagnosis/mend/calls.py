"""Edits of calls, tuples and single indices."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, permutations

from autograder.diagnosis.mend.edit import New, View

FAMILIES = (
    *(("sum", "mean"), ("sum", "max"), ("max", "min"), ("argmax", "argmin"), ("var", "std")),
    *(("zeros", "ones"), ("zeros_like", "ones_like"), ("maximum", "minimum")),
    *(("repeat", "tile"), ("dot", "multiply"), ("sqrt", "square"), ("nanmax", "max")),
)
OVER_AXES = ("sum", "mean", "max", "min", "var", "std", "argmax")
AXES = tuple(axes for count in (1, 2, 3) for axes in combinations(range(4), count))


def axis_text(axes: tuple[int, ...]) -> str:
    """Return some axes as an argument."""
    return str(axes[0]) if len(axes) == 1 else str(axes)


def calls(view: View, node: ast.AST) -> Iterator[New]:
    """Another function, other axes, an argument less, or no call at all."""
    if not isinstance(node, ast.Call):
        return
    text = view.of(node)
    function = view.of(node.func)
    inside = text[len(function) :]
    if isinstance(node.func, ast.Attribute):
        name = node.func.attr
        for family in FAMILIES:
            if name in family:
                other = family[1 - family.index(name)]
                yield f"{function[: -len(name)]}{other}{inside}", 2
        if name in OVER_AXES:
            yield from over_axes(view, node)
        owner = view.of(node.func.value)
        if owner in ("np", "numpy"):
            if node.args and name not in ("zeros", "ones", "empty", "arange", "pad"):
                yield view.of(node.args[0]), 3
        elif name not in ("get", "append"):
            yield owner, 3
        if name == "transpose":
            yield from transposed(view, node)
    elif isinstance(node.func, ast.Name) and len(node.args) == 1 and node.func.id != "range":
        yield view.of(node.args[0]), 4
    arguments = [*node.args, *node.keywords]
    for index, one in enumerate(arguments):
        rest = arguments[:index] + arguments[index + 1 :]
        if rest:
            far = {"mode": 2}.get(str(one.arg), 4) if isinstance(one, ast.keyword) else 5
            yield f"{function}({', '.join(map(view.of, rest))})", far
    for a, b in combinations(range(min(len(node.args), 6)), 2):
        swapped = [*map(view.of, arguments)]
        swapped[a], swapped[b] = swapped[b], swapped[a]
        yield f"{function}({', '.join(swapped)})", 3


def over_axes(view: View, node: ast.Call) -> Iterator[New]:
    """The same over other axes, and with the axes kept or not."""
    function = view.of(node.func)
    array = list(map(view.of, node.args))
    owner = isinstance(node.func, ast.Attribute) and view.of(node.func.value) in ("np", "numpy")
    positional = array[1:] if owner else array
    first = array[:1] if owner else []
    rest = [view.of(k) for k in node.keywords if k.arg != "axis"]
    now = [view.of(k.value) for k in node.keywords if k.arg == "axis"] or positional[:1]
    for axes in AXES:
        if [axis_text(axes)] != now:
            arguments = [*first, f"axis={axis_text(axes)}", *rest]
            yield f"{function}({', '.join(arguments)})", 3 if now else 4
    if now:
        yield f"{function}({', '.join([*first, *rest])})", 3
        if not any(k.arg == "keepdims" for k in node.keywords):
            arguments = [*first, f"axis={now[0]}", *rest, "keepdims=True"]
            yield f"{function}({', '.join(arguments)})", 3
    yield f"np.abs({view.of(node)})", 6


def transposed(view: View, node: ast.Call) -> Iterator[New]:
    """The axes in another order."""
    axes = node.args[0].elts if node.args and isinstance(node.args[0], ast.Tuple) else node.args
    owner = view.of(node.func)
    now = [view.of(axis) for axis in axes]
    if sorted(now) == [str(i) for i in range(len(now))] and len(now) in (2, 3, 4):
        for order in permutations(now):
            if list(order) != now:
                yield f"{owner}({', '.join(order)})", 2


def attributes(view: View, node: ast.AST) -> Iterator[New]:
    """Without ``.T``, or with it."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield view.of(node.value), 3
    parent = view.source.parents.get(node)
    product = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult)
    called = isinstance(parent, ast.Call) and view.of(parent.func).endswith(("dot", "matmul"))
    if (
        (product or called)
        and isinstance(node, ast.expr)
        and node is not getattr(parent, "func", 0)
    ):
        yield f"{view.closed(node)}.T", 3
        yield f"{view.closed(node)}.swapaxes(-1, -2)", 6


def tuples(view: View, node: ast.AST) -> Iterator[New]:
    """Two members exchanged, or the reverse of it all."""
    if not isinstance(node, ast.Tuple) or len(node.elts) < 2:
        return
    texts = [*map(view.of, node.elts)]
    bare = not view.of(node).startswith("(") or view.of(node.elts[0]) == view.of(node)
    for a, b in combinations(range(len(texts)), 2):
        swapped = texts.copy()
        swapped[a], swapped[b] = swapped[b], swapped[a]
        if swapped != texts:
            inside = ", ".join(swapped)
            yield (inside if bare else f"({inside})"), 2 if b == a + 1 else 3
    parent = view.parent(node)
    if isinstance(parent, ast.keyword) and parent.arg == "axis":
        now = view.of(node).replace(" ", "")
        yield from ((axis_text(a), 3) for a in AXES if axis_text(a).replace(" ", "") != now)


def indices(view: View, node: ast.AST) -> Iterator[New]:
    """A whole axis for an index, an axis turned round or not, no index at all."""
    read = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
    if read and isinstance(node, ast.Subscript) and view.of(node) not in view.scope.sizes:
        yield view.of(node.value), 4
    parent = view.source.parents.get(node)
    inside = isinstance(parent, ast.Subscript) and parent.slice is node
    if isinstance(parent, ast.Tuple):
        above = view.source.parents.get(parent)
        inside = isinstance(above, ast.Subscript) and above.slice is parent
    if not inside or isinstance(node, ast.Tuple | ast.Slice):
        return
    if not isinstance(node, ast.Constant) or isinstance(node.value, int):
        yield ":", 4
        for size in view.scope.sizes:
            yield f"{view.of(node)}:{view.closed(node)} + {size}", 5


RULES = (calls, attributes, tuples, indices)
