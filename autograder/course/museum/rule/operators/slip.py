"""What an operator finds: a node that may be something else, and the words for that."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from autograder.course.museum.rule.source import Source


@dataclass(frozen=True)
class Slip:
    """One node that is something else.

    Attributes
    ----------
    about : str
        The operand in words.
    what : str
        What the code does then, as the beginning of a sentence: the place follows.
    new : ast.AST
        What takes the node's place.
    whole : bool
        The sentence says all: no place follows.
    """

    about: str
    what: str
    new: ast.AST
    whole: bool = False


Operator = Callable[[Source, ast.AST], Iterator[Slip]]


def number(value: float) -> ast.Constant:
    """Return a number as a node."""
    return ast.Constant(value)


def name(text: str) -> ast.Name:
    """Return a name as a node."""
    return ast.Name(text, ast.Load())


def expression(text: str, **parts: ast.AST) -> ast.expr:
    """Return a template as a node, in which capital names stand for other nodes."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return parts.get(node.id, node)

    made: ast.expr = Put().visit(ast.parse(text, mode="eval").body)
    return made


def is_number(node: ast.AST | None, *values: float) -> bool:
    """Return whether a node is a number, one of these if there are some."""
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and (not values or node.value in values)
    )


def is_load(node: ast.AST) -> bool:
    """Return whether an expression is read, and not assigned to."""
    return isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
