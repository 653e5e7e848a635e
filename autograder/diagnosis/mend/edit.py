"""One edit of some code, and what puts it in the place of a node."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.diagnosis.mend.source import Scope, Source

Keys = Mapping[str, Sequence[str]]
"""The keys of each dictionary that code is given, by the argument's name."""
NO_KEYS: Keys = {}


@dataclass(frozen=True)
class Edit:
    """Other text in the place of a node.

    Attributes
    ----------
    start, end : int
        Where the old text stands.
    new : str
        What is to stand there.
    cost : int
        How far it is to seek: edits of lower cost are tried first.
    said : str
        What it does, where the texts do not say it best.
    """

    start: int
    end: int
    new: str
    cost: int
    said: str = ""


class View:
    """One function, for the rules that make edits of it."""

    def __init__(self, source: Source, function: ast.AST, keys: Keys = NO_KEYS) -> None:
        self.source, self.function = source, function
        self.scope = Scope(source, function)
        given = {name: of for name, of in keys.items() if name in self.scope.arrays}
        self.entries = [f"{name}[{key!r}]" for name, of in given.items() for key in of]
        self.keys = sorted(
            {key for of in given.values() for key in of}
            | {
                node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and isinstance(source.parents.get(node), ast.Subscript)
            }
        )

    def of(self, node: ast.AST) -> str:
        """Return the text of a node."""
        return self.source.of(node)

    def closed(self, node: ast.AST) -> str:
        """Return the text of a node, to be a part of something larger."""
        text = self.of(node)
        simple = (ast.Name, ast.Constant, ast.Subscript, ast.Call, ast.Attribute)
        return text if isinstance(node, simple) else f"({text})"

    def parent(self, node: ast.AST) -> ast.AST:
        """Return what a node is a part of."""
        return self.source.parents[node]


New = tuple[str, int] | tuple[str, int, str]
"""The text that takes the place of a node, the cost, and what is said of it; see `Edit`."""
