"""Why student code gave back nothing: it is still a stub, or it ends without a return."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any


def in_place_of(function: Callable[..., Any], result: Any, wanted: str) -> Any:
    """Return what to report where a function has not returned what was `wanted`.

    Returns
    -------
    dict or None
        None for a function that is still to be written, whose result is None.
    """
    if result is not None:
        count = f" of {len(result)}" if isinstance(result, tuple | list) else ""
        return {"$object": f"{with_article(result)}{count} instead of {wanted}"}
    if lacks_return(function):
        names = wanted.removeprefix("the pair (").removesuffix(")")
        missing = f"your {function.__name__} has no return statement. End with `return {names}`"
        return {"$object": f"None ({missing})"}
    return None


def with_article(value: Any) -> str:
    """Name the type of a value: ``"an int"``, ``"a tuple"``."""
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def lacks_return(function: Callable[..., Any]) -> bool:
    """Return whether a function does something, but never says what it gives back."""
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, TypeError, ValueError, SyntaxError):
        return False  # its source cannot be read
    if not isinstance(tree, ast.FunctionDef):
        return False
    returns = (node for node in own_nodes(tree) if isinstance(node, ast.Return))
    return not any(node.value for node in returns) and any(map(does_something, tree.body))


def own_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function, without those of functions within it."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield from own_nodes(node)


def does_something(statement: ast.stmt) -> bool:
    """Return whether a statement is more than a docstring, ``pass`` or ``dx = None``."""
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign):
        value = statement.value
        parts = value.elts if isinstance(value, ast.Tuple) else [value]
        return not all(isinstance(part, ast.Constant) and part.value is None for part in parts)
    return not isinstance(statement, ast.Pass | ast.Return)
