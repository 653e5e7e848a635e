"""The source of a correct way as a tree: its places, and what its names stand for in words."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from autograder.course.museum.rule.syntax import counters, key_of, meaning_of, name_of, unpacked
from autograder.diagnosis.mend import source

Edit = tuple[int, ast.AST]
"""The number of a node, and what takes its place."""

Splice = tuple[int, int, str]
"""Where something begins and ends in a text, and what takes its place."""

SHORT = 32  # characters of an expression that is quoted
LONG = 60  # characters of one that is said in words
UNSAID = "`...`"  # what has no words; a sentence with it is told to nobody
SINGULAR = frozenset(("bias", "loss", "axis"))  # though they end with an s
COUNTED = frozenset(("image", "channel", "filter", "row", "column", "group", "example"))
MADE = frozenset(("zeros", "ones", "empty", "full"))
SAID = {ast.Add: "plus", ast.Sub: "minus", ast.Mult: "times", ast.Div: "over", ast.FloorDiv: "over"}


@dataclass(frozen=True)
class Change:
    """One slip, not yet made.

    Attributes
    ----------
    kind : str
        The operator that makes it.
    about : str
        Its operand in words; with `kind`, the class of the mistake.
    sentence : str
        For the student, as in `Mistake.sentence`.
    edits : tuple of Edit
        The nodes that change.
    """

    kind: str
    about: str
    sentence: str
    edits: tuple[Edit, ...]

    @property
    def label(self) -> str:
        """Return the class that the operator and its operand give."""
        return f"{self.kind}: {self.about}"


class Source(source.Source):
    """A way's code.

    Parameters
    ----------
    code : str
        Of one or more functions.
    names : mapping of str to str
        What names mean: of variables, of keys of parameters, and of shapes (``"x.shape[2]"``).

    Examples
    --------
    >>> source = Source("def area(x):\\n    return x.shape[0] * 2", {})
    >>> product = next(node for node in source.nodes if isinstance(node, ast.BinOp))
    >>> print(source.changed([(source.number(product), product.left)]))
    def area(x):
        return (x.shape[0])
    """

    def __init__(self, code: str, names: Mapping[str, str]) -> None:
        super().__init__(text_of(code))
        self._names = names
        self.nodes = list(ast.walk(self.tree))
        self._numbers = {id(node): number for number, node in enumerate(self.nodes)}

    def number(self, node: ast.AST) -> int:
        """Return the number of a node, by which `changed` knows it."""
        return self._numbers[id(node)]

    def numbered(self, node: ast.AST) -> bool:
        """Return whether a node is of this source, and not a copy."""
        return id(node) in self._numbers

    def changed(self, edits: Sequence[Edit]) -> str:
        """Return the code with some nodes replaced."""
        return spliced(self.text, self.splices(edits))

    def splices(self, edits: Sequence[Edit]) -> tuple[Splice, ...]:
        """Return what is put where in the text to replace some nodes.

        Raises
        ------
        ValueError
            One of them is in another.
        """
        found = sorted(map(self._splice, edits))
        if any(end > start for (_, end, _), (start, _, _) in pairwise(found)):
            raise ValueError("a node that is replaced is in another")
        return tuple(found)

    def _splice(self, edit: Edit) -> Splice:
        """Return where a node begins and ends in the text, and the text that takes its place."""
        number, new = edit
        node: Any = self.nodes[number]
        start, end = self.span(node)
        text = ast.unparse(ast.fix_missing_locations(new))
        if isinstance(new, ast.stmt):
            text = text.replace("\n", "\n" + " " * node.col_offset)
        elif not isinstance(new, ast.Slice | ast.Name | ast.Constant):
            text = f"({text})"
        return start, end, text

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what a node is part of, the innermost first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def statement(self, node: ast.AST) -> ast.stmt:
        """Return the statement that a node is part of, or is."""
        return next(n for n in (node, *self.around(node)) if isinstance(n, ast.stmt))

    def function(self, node: ast.AST) -> str:
        """Return the name of the outermost function, or the method, that a node is in."""
        names = [n.name for n in self.around(node) if isinstance(n, ast.FunctionDef)]
        return names[-1] if names else ""

    @cached_property
    def meanings(self) -> dict[str, str]:
        """What a name stands for: a key of a parameter, an axis of a shape, a size to count to."""
        return {name: min(of) for name, of in self._alike.items() if len(of) == 1 and "" not in of}

    @cached_property
    def unsure(self) -> set[str]:
        """Names that stand for one thing here and for another there."""
        return {name for name, of in self._alike.items() if len(of) > 1}

    @cached_property
    def _alike(self) -> dict[str, set[str]]:
        """For each name all that it stands for, one of those that have the same words."""
        found: dict[str, set[str]] = {
            node.arg: {""} for node in self.nodes if isinstance(node, ast.arg)
        }
        for node in self.nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                for name, value in unpacked(node.targets[0], node.value):
                    found.setdefault(name, set()).add(meaning_of(value))
        for loop in self.nodes:
            if isinstance(loop, ast.For | ast.comprehension):
                for counter, turns in counters(loop.target, loop.iter):
                    found.setdefault(counter, set()).add(f"range({self._size(turns, found)})")
        alike: dict[str, dict[str, str]] = {}
        for name, of in found.items():
            for meaning in sorted(of):
                words = self._names.get(meaning, meaning) or self._names.get(name, "")
                alike.setdefault(name, {})[words] = meaning
        return {name: set(of.values()) for name, of in alike.items()}

    def _size(self, node: ast.AST, meanings: Mapping[str, set[str]]) -> str:
        """Return what a size is in words, or as it is."""
        text = ast.unparse(node)
        meaning = min(meanings.get(text, [])) if len(meanings.get(text, [])) == 1 else text
        return self._names.get(meaning) or self._names.get(text) or text

    def words(self, node: ast.AST) -> str:
        """Say what an expression is: in words where these are known, or else quoted."""
        key = key_of(node)
        if isinstance(node, ast.Name) and node.id in self.unsure:
            return f"`{node.id}`"
        if isinstance(node, ast.Name):
            meaning = self.meanings.get(node.id, node.id)
            return self._names.get(meaning) or self._names.get(node.id) or f"`{node.id}`"
        if key:
            return self._names.get(key, f"`{key}`")
        if isinstance(node, ast.Subscript):
            known = self._names.get(ast.unparse(node)) or self._names.get(meaning_of(node))
            return known or self.words(node.value)
        text = ast.unparse(node)
        if text in self._names:
            return self._names[text]
        if isinstance(node, ast.Constant):
            return text if isinstance(node.value, int | float) else f"`{text}`"
        if isinstance(node, ast.BinOp) and type(node.op) in SAID:
            left, right = self.words(node.left), self.words(node.right)
            said = f"{left} {SAID[type(node.op)]} {right}"
            if "`" not in said and len(said) <= LONG and left != right:
                return said
        if isinstance(node, ast.Call) and len(text) > SHORT:
            return f"the call of `{name_of(node.func)}`"
        return f"`{text}`" if len(text) <= SHORT else UNSAID

    def place(self, node: ast.AST) -> str:
        """Say where a node is: nothing, or quoted, where there are no words for it."""
        inside: ast.AST = node
        made = False
        for outer in self.around(node):
            if isinstance(outer, ast.Subscript) and inside is outer.slice:
                return f"in the index of {self.words(outer.value)}"
            if isinstance(outer, ast.stmt):
                break
            made |= isinstance(outer, ast.Call) and name_of(outer.func) in MADE
            inside = outer
        if isinstance(self.statement(node), ast.For):
            return f"in {self.loop(node)}"
        target = self.target(node)
        if target == UNSAID:
            return f"in {UNSAID}"
        return f"in the shape of {target}" if made else f"where {target} {be(target)} computed"

    def loop(self, node: ast.AST) -> str:
        """Say which loop a node is at the head of."""
        statement = self.statement(node)
        over = self.words(statement.target) if isinstance(statement, ast.For) else UNSAID
        return f"the loop over {over}{'s' if over.split()[-1] in COUNTED else ''}"

    def target(self, node: ast.AST) -> str:
        """Say what the statement that a node is in sets."""
        statement = self.statement(node)
        if not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
            return UNSAID
        target: ast.AST
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if isinstance(target, ast.Tuple):
            target = self._one_of(target, statement.value, node)
        return UNSAID if isinstance(target, ast.Tuple) else self.words(target)

    def _one_of(self, target: ast.Tuple, value: ast.AST | None, node: ast.AST) -> ast.AST:
        """Return the part of a tuple whose value has a node in it, or the whole."""
        if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
            outer = {id(node), *map(id, self.around(node))}
            for part, made in zip(target.elts, value.elts, strict=True):
                if id(made) in outer:
                    return part
        return target


def be(words: str) -> str:
    """Return the verb for what some words say.

    >>> [be(words) for words in ("dx", "the padded images", "the number of images", "the bias")]
    ['is', 'are', 'is', 'is']
    """
    head = words.partition(" of ")[0].split()[-1]
    plural = words.startswith("the ") and head.endswith("s") and head not in SINGULAR
    return "are" if plural else "is"


def text_of(code: str) -> str:
    """Return code in the layout that all ways have: places in it are counted in characters."""
    return ast.unparse(ast.parse(code))


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """Return a text with some parts replaced, which lie apart."""
    for start, end, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[end:]
    return text
