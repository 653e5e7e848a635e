"""The text of some code with its tree: where nodes stand, and what names may stand for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from autograder.syntax import parse

SIZED = ("len", "int", "round", "max", "min", "abs")


class Source:
    """Some code.

    Parameters
    ----------
    text : str
        Source that can be parsed.

    Raises
    ------
    SyntaxError, ValueError
        It cannot.
    """

    def __init__(self, text: str) -> None:
        self.text, self.tree = text, parse(text)
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.parents = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }

    @cached_property
    def tops(self) -> dict[str, ast.stmt]:
        """The functions and classes of the code, by name."""
        kinds = (ast.FunctionDef, ast.ClassDef)
        return {node.name: node for node in self.tree.body if isinstance(node, kinds)}

    def at(self, line: int, column: int) -> int:
        """Return a place in the text; trees count bytes in a line."""
        text = self._lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode(errors="ignore"))
        return self._starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node begins and ends in the text."""
        place: Any = node
        start = self.at(place.lineno, place.col_offset)
        return start, self.at(place.end_lineno, place.end_col_offset)

    def of(self, node: ast.AST) -> str:
        """Return the text of a node."""
        start, end = self.span(node)
        return self.text[start:end]


def reached(source: Source, *names: str) -> list[ast.stmt]:
    """Return the functions of the code that those of these names use, themselves first."""
    found: list[str] = []
    waiting = [*names]
    while waiting:
        current = waiting.pop(0)
        if current in found or current not in source.tops:
            continue
        found.append(current)
        used = {n.id for n in ast.walk(source.tops[current]) if isinstance(n, ast.Name)}
        waiting += [other for other in source.tops if other in used]
    return [source.tops[one] for one in found]


class Scope:
    """What the names of one function stand for, as far as its text tells.

    Attributes
    ----------
    sizes : list of str
        Whole numbers: names, items of ``.shape`` and of dictionaries, in the order of the text.
    settings : set of str
        Those of them that come from a dictionary of settings, as the stride.
    indices : set of str
        Those that a loop counts.
    partners : dict of str to str
        Names for rows and for columns, each by the other.
    arrays : list of str
        Other names that have a value here.
    unused : set of str
        Names that have a value, of which no use is made: where one is missing, it may be these.
    """

    def __init__(self, source: Source, function: ast.AST) -> None:
        self._source = source
        self.sizes: list[str] = []
        self.arrays: list[str] = []
        before = -1
        while len(self.sizes) != before:
            before = len(self.sizes)
            for node in ast.walk(function):
                for target, size in assigned(node, self):
                    if size and target not in self.sizes:
                        self.sizes.append(target)
        self.settings: set[str] = set()
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and "param" in source.of(node.value):
                self.settings |= {
                    n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)
                }
            if (
                isinstance(node, ast.Subscript)
                and self._is_size(node)
                and not names_it(source, node)
            ):
                self._add(self.sizes, source.of(node))
                if ".shape" not in source.of(node):
                    self.settings.add(source.of(node))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                if node.id not in self.sizes:
                    self._add(self.arrays, node.id)
            elif isinstance(node, ast.arguments):
                for arg in node.args:
                    if arg.arg not in (*self.sizes, "self"):
                        self._add(self.arrays, arg.arg)

        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        used = {name.id for name in names if isinstance(name.ctx, ast.Load)}
        self.unused = {*self.sizes, *self.arrays} - used - {"_"}
        self.indices = set(counted(function)) & set(self.sizes)
        self.partners = {
            **{a: b for a in self.sizes for b in self.sizes if are_partners(a, b)},
            **dict(partners(function)),
        }

    def kind(self, size: str) -> str:
        """Return what sort of whole number a size is."""
        if size in self.indices:
            return "index"
        return "setting" if size in self.settings else "dimension"

    @staticmethod
    def _add(names: list[str], name: str) -> None:
        if name not in names:
            names.append(name)

    def _is_size(self, node: ast.Subscript) -> bool:
        """Return whether an item is a whole number: of a shape, or of a dictionary of settings."""
        if isinstance(node.value, ast.Attribute) and node.value.attr in ("shape", "strides"):
            return isinstance(node.slice, ast.Constant | ast.UnaryOp)
        key = node.slice
        named = isinstance(key, ast.Constant) and isinstance(key.value, str)
        return named and isinstance(node.value, ast.Name)

    def is_size(self, node: ast.AST) -> bool:
        """Return whether an expression is made of whole numbers."""
        if isinstance(node, ast.Constant):
            return isinstance(node.value, int) and not isinstance(node.value, bool)
        if isinstance(node, ast.Name):
            return node.id in self.sizes
        if isinstance(node, ast.BinOp):
            return self.is_size(node.left) and self.is_size(node.right)
        if isinstance(node, ast.UnaryOp):
            return self.is_size(node.operand)
        if isinstance(node, ast.Subscript):
            return self._is_size(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return node.func.id in SIZED and (
                node.func.id == "len" or all(map(self.is_size, node.args))
            )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return node.func.attr == "get" and all(map(self.is_size, node.args[1:]))
        return False


def assigned(node: ast.AST, scope: Scope) -> Iterator[tuple[str, bool]]:
    """Yield the names that a statement gives values to, and whether those are whole numbers."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from matched(target, node.value, scope)
    elif isinstance(node, ast.For):
        call = node.iter
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            if call.func.id == "range" and isinstance(node.target, ast.Name):
                yield node.target.id, True
            if call.func.id == "enumerate" and isinstance(node.target, ast.Tuple):
                first = node.target.elts[0]
                yield from matched(first, ast.Constant(0), scope)
        many = isinstance(call, ast.Call) and re.search(
            r"product$|ndindex$", ast.unparse(call.func)
        )
        for one in node.target.elts if many and isinstance(node.target, ast.Tuple) else ():
            yield from matched(one, ast.Constant(0), scope)
    elif isinstance(node, ast.comprehension) and isinstance(node.target, ast.Name):
        call = node.iter
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "range":
            yield node.target.id, True


def matched(target: ast.AST, value: ast.AST, scope: Scope) -> Iterator[tuple[str, bool]]:
    """Yield names and whether they are whole numbers, of one target and its value."""
    if isinstance(target, ast.Name):
        yield target.id, scope.is_size(value)
    elif isinstance(target, ast.Tuple):
        if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
            for one, other in zip(target.elts, value.elts, strict=True):
                yield from matched(one, other, scope)
        elif re.search(r"\.(shape|strides)(\[[-:\d]*\])?$", ast.unparse(value)):
            for one in target.elts:
                if isinstance(one, ast.Name):
                    yield one.id, True


def names_it(source: Source, node: ast.AST) -> bool:
    """Return whether an expression only gives a name its value: then the name stands for it."""
    parent = source.parents[node]
    if isinstance(parent, ast.Tuple):
        parent = source.parents[parent]
    return isinstance(parent, ast.Assign)


def counted(function: ast.AST) -> Iterator[str]:
    """Yield the names that loops count, and what is computed of them alone."""
    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.comprehension):
            yield from (n.id for n in ast.walk(node.target) if isinstance(n, ast.Name))


PARTNERS = (
    *(("height", "width"), ("row", "col"), ("H", "W"), ("h", "w"), ("y", "x"), ("i", "j")),
    *(("r", "c"), ("m", "n"), ("u", "v"), ("p", "q"), ("k", "l"), ("a", "b"), ("[2]", "[3]")),
)
"""Parts of names for rows and for columns."""


def are_partners(one: str, other: str) -> bool:
    """Return whether two names are the same for rows and columns, as ``H_out`` and ``W_out``."""
    return any(
        (a in one and one.replace(a, b) == other) or (b in one and one.replace(b, a) == other)
        for a, b in PARTNERS
    )


def partners(function: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield what is for rows and what for columns: the last two axes of a shape that is unpacked.

    So are two names that are given their values side by side, by one loop in another too.
    """
    for node in ast.walk(function):
        pair: list[ast.AST] = []
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            names = node.targets[0].elts
            if ".shape" in ast.unparse(node.value) and len(names) in (2, 4):
                pair = list(names[-2:])
            elif isinstance(node.value, ast.Tuple) and len(names) == 2:
                pair = list(names)
        elif isinstance(node, ast.For) and isinstance(node.body[0], ast.For):
            pair = [node.target, node.body[0].target]
        texts = [n.id for n in pair if isinstance(n, ast.Name)]
        if len(texts) == 2:
            yield texts[0], texts[1]
            yield texts[1], texts[0]
