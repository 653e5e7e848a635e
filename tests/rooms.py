"""The engine knows no exercise: ``python tests/rooms.py`` fails where its code names a part of one.

Looked at is all of ``autograder/`` but the exercises and the museum, and ``noxfile.py``, which may
name an exercise's notebook where it sets its defaults. Docstrings do not count.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from autograder import exercises  # noqa: E402
from autograder.exercise import Exercise  # noqa: E402

FREE = ("exercises", "course/museum")  # rooms that may name an exercise
DEFAULTS = {"noxfile.py": {"NOTEBOOK"}}  # names of module constants that may hold such a name


def names_of(exercise: Exercise) -> set[str]:
    """Return everything by which a part of an exercise can be named."""
    found = {exercise.assignment, exercise.notebook, *exercise.names}
    for file in exercise.files:
        found |= {file.path, file.module, file.name}
    return found


def modules() -> Iterator[Path]:
    """Yield the files that are looked at."""
    package = ROOT / "autograder"
    free = [package / room for room in FREE]
    for path in sorted(package.rglob("*.py")):
        if not any(room in path.parents for room in free):
            yield path
    yield ROOT / "noxfile.py"


def code_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the names and texts in a module's code, with the line of each."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)  # a docstring, of a constant too
        elif isinstance(node, ast.Assign) and set(targets(node)) & DEFAULTS.get(path.name, set()):
            skipped |= set(ast.walk(node.value))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.Name | ast.Attribute | ast.alias | ast.ImportFrom):
            yield node.lineno, spelled(node)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.lineno, node.name


def targets(node: ast.Assign) -> list[str]:
    """Return the names that an assignment sets."""
    return [target.id for target in node.targets if isinstance(target, ast.Name)]


def spelled(node: ast.Name | ast.Attribute | ast.alias | ast.ImportFrom) -> str:
    """Return what a name in code is."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return (node.name if isinstance(node, ast.alias) else node.module) or ""


def is_named(name: str, text: str) -> bool:
    """Return whether code or a text in it names a part of an exercise.

    A function may have a name that is a word of English too, such as "affine": in a sentence, that
    names nothing.
    """
    if name.isalpha() and name.islower():
        return text == name
    return name in text and bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))


def found_in(path: Path, names: set[str]) -> Iterator[str]:
    """Yield a line for each place in a module that names a part of an exercise."""
    for line, text in code_of(path):
        for name in names:
            if is_named(name, text):
                yield f"{path}:{line}: {name} is of an exercise; the engine is given its table"


def main() -> int:
    """Print what is found; the exit code is 1 if there is anything."""
    names = {name for exercise in exercises.every() for name in names_of(exercise)}
    complaints = [line for path in modules() for line in found_in(path, names)]
    print("\n".join(complaints) or "No module of the engine names a part of an exercise.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
