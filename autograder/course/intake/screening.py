"""Look through a submission's source for what should not be needed; report it, judge nothing.

Nothing is run. What student code really cannot use, the worker keeps from it; what is found here is
for the one who reads the report.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from autograder.course.intake.apart import to_bytes
from autograder.course.intake.naming import shown
from autograder.course.intake.table import exercise_of
from autograder.exercise import Exercise, StudentFile

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
MOST = 20  # notes for one file


def screen(
    exercise: Exercise, files: Mapping[str, bytes], allowed: Collection[str] = ALLOWED
) -> list[str]:
    """Return notes on a submission's source, each one line, in the order of the source.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    files : mapping of str to bytes
        As in `autograder.submission.Submission`.
    allowed : collection of str
        Modules that may be imported; a module's submodules are allowed with it.

    Returns
    -------
    list of str
        Imports beyond `allowed`, calls of functions that do what a file is to do itself, and calls
        that run text as code. Empty for a file that cannot be parsed: the checks say why.
    """
    notes = []
    for file in exercise.files:
        path = file.path
        if path not in files:
            continue
        try:
            tree = ast.parse(files[path])
        except MemoryError:  # the parser's word for nesting that is too deep, too
            notes.append(f"{path}: cannot be looked through: it takes too much memory")
            continue
        except (SyntaxError, ValueError, RecursionError):
            continue
        found = notes_on(file, tree, allowed)
        notes += [text(path, note) for note in found[:MOST]]
        if len(found) > MOST:
            notes.append(f"{path}: and {len(found) - MOST} more like these")
    return notes


def screen_apart(argument: dict[str, Any]) -> list[str]:
    """Return the notes on a submission's source, for another process."""
    files = {path: to_bytes(text) for path, text in argument["files"].items()}
    return screen(exercise_of(argument["exercise"]), files, argument["allowed"])


class Note(NamedTuple):
    """Something in a source: where it is, and in which function."""

    line: int
    what: str
    name: str
    function: str


def text(path: str, note: Note) -> str:
    """Return a note as a line; a name may be as long as the file."""
    inside = f" in {shown(note.function)}" if note.function else ""
    return f"{path}, line {note.line}: {note.what} {shown(note.name)}{inside}"


def notes_on(file: StudentFile, tree: ast.AST, allowed: Collection[str]) -> list[Note]:
    """Return the notes on one file, in the order of the source, each once."""
    noted = file.noted | set(aliases(tree, file.noted)) | DYNAMIC
    notes: dict[Note, None] = {}
    for node, function in walk(tree):
        for module in imported(node, file):
            if not is_allowed(module, file, allowed):
                notes[Note(node.lineno, "imports", module, function)] = None
        name = called(node)
        if name in noted:
            notes[Note(node.lineno, "calls", name, function)] = None
    return sorted(notes, key=lambda note: note.line)


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


def imported(node: ast.AST, file: StudentFile) -> list[str]:
    """Return the modules that a statement imports, and what it takes from them."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        module = node.module or ""
        return list(dict.fromkeys(named(module, alias.name, file) for alias in node.names))
    return []


def named(module: str, name: str, file: StudentFile) -> str:
    """Return the module that ``from module import name`` is about."""
    return f"{module}.{name}" if f"{module}.{name}" in file.without else module


def is_allowed(module: str, file: StudentFile, allowed: Collection[str]) -> bool:
    """Return whether the import of a module needs no note."""
    if module in file.without and module not in allowed:
        return False
    return any(module == known or module.startswith(f"{known}.") for known in allowed)


def aliases(tree: ast.AST, noted: Collection[str]) -> list[str]:
    """Return the other names that a file gives to `noted` functions."""
    return [
        alias.asname
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname and alias.name in noted
    ]


def called(node: ast.AST) -> str:
    """Return the name of what an expression calls, without what it is an attribute of."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""
