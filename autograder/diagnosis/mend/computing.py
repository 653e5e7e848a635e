"""Whether some code does nothing but compute: no other code is edited.

An edit makes another program of it. Of code that opens, moves or deletes files, one may do that to
others than its author meant: ``remove(folder + "/old")`` without its first operand. A sandbox stops
it, but not every machine has one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from autograder import locate
from autograder.diagnosis.mend.source import Source

MODULES = frozenset(
    [
        *("__future__", "builtins", "functools", "itertools", "math", "numpy", "typing"),
        locate.PACKAGE,
    ]
)
"""Modules from which nothing comes that does more, but for `MORE`."""
MORE = frozenset(
    [
        *("open", "exec", "eval", "compile", "input", "breakpoint", "exit", "quit"),
        *("getattr", "setattr", "delattr", "globals", "locals", "vars"),
        *("save", "savez", "savez_compressed", "savetxt", "tofile", "dump", "dumps"),
        *("load", "loadtxt", "fromfile", "fromregex", "genfromtxt", "DataSource", "npyio"),
        *("memmap", "open_memmap", "format", "ctypes", "ctypeslib", "f2py", "testing", "test"),
    ]
)
"""Names, of Python's own or of NumPy, that reach files, other processes, or any name at all."""


def only_computes(source: Source, functions: Sequence[ast.AST]) -> bool:
    """Return whether some functions of a source do nothing but compute, as far as names tell.

    Parameters
    ----------
    source : Source
        All of the file.
    functions : sequence of ast.AST
        What would be run, and all that it calls in the file.
    """
    unknown = set(unknown_names(source.tree))
    used = {name for function in functions for name in names_in(function)}
    special = any(name.startswith("__") for name in used)
    return not special and "*" not in unknown and used.isdisjoint(MORE | unknown)


def names_in(node: ast.AST) -> Iterator[str]:
    """Yield all names and attributes in a node, but for ``super().__init__``."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute) and not is_super_init(part):
            yield part.attr


def is_super_init(node: ast.Attribute) -> bool:
    """Return whether a node is ``super().__init__``."""
    return node.attr == "__init__" and ast.unparse(node.value) == "super()"


def unknown_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names that may stand for anything.

    Those are imported from other modules, or given another value than a literal outside of all
    functions. A star stands for whatever a module has.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.partition(".")[0] not in MODULES:
                    yield alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom):
            inside = node.level or (node.module or "").partition(".")[0] in MODULES
            for alias in node.names:
                if not inside or alias.name in MORE:
                    yield alias.asname or alias.name
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
            continue
        if not isinstance(statement, ast.Assign) or not is_literal(statement.value):
            stored = (n for n in ast.walk(statement) if isinstance(n, ast.Name))
            yield from (n.id for n in stored if isinstance(n.ctx, ast.Store))


def is_literal(node: ast.AST) -> bool:
    """Return whether a value is written out: numbers, texts, and what holds them."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
