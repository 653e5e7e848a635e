"""Make the skeleton in ``assignment/`` from the solution.

A solution region, with the TODO above it, ::

    # TODO (notebook section 2, "Convolution: the forward pass"): compute out, ...
    ### BEGIN SOLUTION
    ...
    ### END SOLUTION

becomes a stub that keeps the TODO and raises `NotImplementedError`, which names the function, the
file and the section. Of a function that a course gives its students, the solution stays.
"""

from __future__ import annotations

import argparse
import ast
import re
import textwrap
from collections.abc import Collection
from pathlib import Path

from autograder import exercises, locate
from autograder.disk import write_text
from autograder.errors import UserError
from autograder.exercise import Exercise

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
OPEN = f"# {' YOUR CODE HERE ':-^80}"
CLOSE = f"# {' END OF YOUR CODE HERE ':-^80}"
TODO = re.compile(r'# TODO \(notebook section (\d+), "([^"]+)"\):')


def make_stub(source: str, name: str, given: Collection[str] = ()) -> str:
    """Return the skeleton's text for a solution's.

    Parameters
    ----------
    source : str
        Text of the solution file.
    name : str
        Path of the file below the package path, for messages: ``"cs231n/layers.py"``.
    given : collection of str
        Functions and classes that students are given.

    Raises
    ------
    UserError
        A marker has no partner, or a region has no TODO directly above it.
    """
    owners = functions_by_line(source)
    result: list[str] = []
    begin = 0  # line number of the open region, 0 if none is
    is_given = False  # what is in it
    for number, line in enumerate(source.splitlines(), start=1):
        marker = line.strip()
        if marker == BEGIN:
            if begin:
                raise UserError(f"{name}, line {number}: the region of line {begin} is still open")
            begin = number
            indent = line[: len(line) - len(line.lstrip())]
            todo = cut_todo(result, f"{name}, line {number}")
            is_given = owners[number].partition(".")[0] in given
            if not is_given:
                result += [indent + text for text in stub(todo, owners[number], name)]
        elif marker == END:
            if not begin:
                raise UserError(f"{name}, line {number}: no region is open here")
            begin = 0
        elif not begin or is_given:
            result.append(line)
    if begin:
        raise UserError(f"{name}, line {begin}: this region is never closed")
    return "\n".join(result) + "\n"


def functions_by_line(source: str) -> dict[int, str]:
    """Return the innermost function or method that each line belongs to."""
    owners: dict[int, str] = {}

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                if isinstance(child, ast.FunctionDef):
                    lines = range(child.lineno, (child.end_lineno or child.lineno) + 2)
                    owners.update(dict.fromkeys(lines, prefix + child.name))
                visit(child, f"{prefix}{child.name}.")

    # A region may end with the closing marker, one comment line after the function's last one.
    visit(ast.parse(source), "")
    return owners


def cut_todo(lines: list[str], place: str) -> list[str]:
    """Take the comment that ends `lines` off them, and return it; it must begin with a TODO."""
    start = len(lines)
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
        if TODO.match(lines[start].lstrip()):
            todo = [line.strip() for line in lines[start:]]
            del lines[start:]
            return todo
    raise UserError(f'{place}: no "# TODO (notebook section N, "Title"): ..." stands above it')


def stub(todo: list[str], function: str, name: str) -> list[str]:
    """Return the lines that replace a region."""
    found = TODO.match(todo[0])
    assert found is not None  # cut_todo has seen to it
    section, title = found.groups()
    message = (
        f"{function} is not written yet. Write it in {name}, between the YOUR CODE HERE lines "
        f"(notebook section {section}, '{title}')."
    )
    *lines, last = textwrap.wrap(message, 75)
    pieces = [*(line + " " for line in lines), last]
    return [
        OPEN,
        *todo,
        "raise NotImplementedError(",
        *(f'    "{piece}"' for piece in pieces),
        ")",
        CLOSE,
    ]


def skeleton(exercise: Exercise) -> dict[str, str]:
    """Return the text of each file that students are to have, by its path below the package path.

    What a course gives them is in it, also in a file in which nothing is left to write.
    """
    return {
        name: make_stub(
            (locate.solutions() / name).read_text(encoding="utf-8"), name, exercise.given
        )
        for name in exercise.whole.editable
    }


def stubs(exercise: Exercise) -> dict[Path, str]:
    """Return the text of each file of the skeleton in ``assignment/``, by its path.

    There, everything is asked for: what a course gives is in its release.
    """
    return {locate.given() / name: text for name, text in skeleton(exercise.whole).items()}


def check_stubs(exercise: Exercise) -> list[Path]:
    """Return the files of the skeleton that differ from what the solution gives."""
    return [
        path
        for path, text in stubs(exercise).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def write_stubs(exercise: Exercise) -> list[Path]:
    """Write the files of the skeleton that differ; return their paths."""
    changed = check_stubs(exercise)
    for path, text in stubs(exercise).items():
        if path in changed:
            write_text(path, text)
    return changed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if the skeleton has drifted"
    )
    names = [exercise.name for exercise in exercises.every()]
    parser.add_argument("--exercise", choices=names, help="of this one, if not of this course's")


def main(options: argparse.Namespace) -> int:
    """Run the command."""
    name = options.exercise
    exercise = exercises.named(name) if name else exercises.default()
    changed = check_stubs(exercise) if options.check else write_stubs(exercise)
    for path in changed:
        print(f"{'differs from the solution' if options.check else 'written'}: {path}")
    if not changed:
        print("The skeleton is what the solution gives.")
    return 1 if options.check and changed else 0
