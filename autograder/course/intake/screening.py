"""Look through a submission's source for what should not be needed; report it, judge nothing.

Nothing is run. What student code really cannot use, the worker keeps from it (see `helpers`);
what is found here is for the one who reads the report.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping

from autograder.exercises.convnets.forbidden import GIVEN
from autograder.submission import LAYERS

ALLOWED = frozenset(
    {
        *("cs231n", "numpy", "matplotlib", "builtins", "__future__", "past", "six", "future"),
        *("abc", "collections", "copy", "dataclasses", "enum", "functools", "itertools", "math"),
        *("operator", "pprint", "random", "string", "textwrap", "time", "timeit", "typing"),
        *("logging", "warnings"),
    }
)
"""Modules whose import is not worth a word; a course may set others."""

DYNAMIC = frozenset({"__import__", "compile", "eval", "exec"})
# The calls that do what a function of layers.py is to do itself.
HELPERS = frozenset(
    {
        *("conv_forward_fast", "conv_backward_fast", "conv_relu_pool_forward_fast"),
        *("max_pool_forward_fast", "max_pool_backward_fast", "conv_relu_pool_backward_fast"),
        *("conv_relu_forward", "conv_relu_backward"),
        *("conv_relu_pool_forward", "conv_relu_pool_backward"),
        *("conv_bn_relu_forward", "conv_bn_relu_backward"),
        *("eval_numerical_gradient", "eval_numerical_gradient_array"),
        *("conv2d", "max_pool2d", "batch_norm", "group_norm", "correlate2d", "convolve2d"),
    }
)
MOST = 20  # notes for one file


def screen(files: Mapping[str, bytes], allowed: Collection[str] = ALLOWED) -> list[str]:
    """Return notes on a submission's source, each one line, in the order of the source.

    Parameters
    ----------
    files : mapping of str to bytes
        As in `autograder.submission.Submission`.
    allowed : collection of str
        Modules that may be imported; a module's submodules are allowed with it.

    Returns
    -------
    list of str
        Imports beyond `allowed`, calls in ``layers.py`` of given functions that do what it is to
        do, and calls that run text as code. Empty for a file that cannot be parsed: the checks
        say why.
    """
    notes = []
    for path, source in files.items():
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        found = list(dict.fromkeys(notes_on(path, tree, allowed)))
        notes += found[:MOST]
        if len(found) > MOST:
            notes.append(f"{path}: and {len(found) - MOST} more like these")
    return notes


def notes_on(path: str, tree: ast.AST, allowed: Collection[str]) -> list[str]:
    """Return the notes on one file."""
    helpers = HELPERS | set(aliases(tree)) if path == LAYERS else frozenset()
    notes: list[tuple[int, str]] = []
    for node, function in walk(tree):
        where = f"{path}, line {getattr(node, 'lineno', 0)}"
        inside = f" in {function}" if function else ""
        notes += [
            (node.lineno, f"{where}: imports {module}{inside}")
            for module in imported(node)
            if not is_allowed(module, path, allowed)
        ]
        name = called(node)
        if name in helpers or name in DYNAMIC:
            notes.append((node.lineno, f"{where}: calls {name}{inside}"))
    return [text for _, text in sorted(notes, key=lambda note: note[0])]


def walk(tree: ast.AST) -> list[tuple[ast.expr | ast.stmt, str]]:
    """Return all expressions and statements, each with the function that it stands in."""
    found: list[tuple[ast.expr | ast.stmt, str]] = []
    todo: list[tuple[ast.AST, str]] = [(tree, "")]
    while todo:
        node, function = todo.pop()
        if isinstance(node, ast.expr | ast.stmt):
            found.append((node, function))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        todo += [(child, function) for child in ast.iter_child_nodes(node)]
    return found


def imported(node: ast.AST) -> list[str]:
    """Return the modules that a statement imports, and what it takes from them."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        module = node.module or ""
        return list(dict.fromkeys(named(module, alias.name) for alias in node.names))
    return []


def named(module: str, name: str) -> str:
    """Return the module that ``from module import name`` is about."""
    return f"{module}.{name}" if f"{module}.{name}" in GIVEN else module


def is_allowed(module: str, path: str, allowed: Collection[str]) -> bool:
    """Return whether the import of a module needs no note."""
    if path == LAYERS and module in GIVEN:
        return False
    parts = module.split(".")
    return any(".".join(parts[: i + 1]) in allowed for i in range(len(parts)))


def aliases(tree: ast.AST) -> list[str]:
    """Return the other names that a file gives to `HELPERS`."""
    return [
        alias.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname and alias.name in HELPERS
    ]


def called(node: ast.AST) -> str:
    """Return the name of what an expression calls, without what it is an attribute of."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
