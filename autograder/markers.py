"""What stands between markers in a file that students write, and what is made of the file.

The file with the answers is the only one that is written by hand. A region of it, with the TODO
above, ::

    # TODO (notebook section 2, "Convolution: the forward pass"): compute out, ...
    ### BEGIN SOLUTION
    ...
    ### END SOLUTION

is a stub where it is still to be written: it keeps the TODO and raises `NotImplementedError`, which
names the function, the file and the section. Where another exercise is given the finished file, the
markers and the TODO go and the code stays. A region ::

    ### BEGIN FAST
    ...
    ### END FAST

is in a finished file only: there, compiled code does the same. In an answer, and in what students
write, it is not.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable, Collection

from autograder.errors import UserError
from autograder.syntax import parse

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_FAST, END_FAST = "### BEGIN FAST", "### END FAST"
OPEN = f"# {' YOUR CODE HERE ':-^80}"
CLOSE = f"# {' END OF YOUR CODE HERE ':-^80}"
TODO = re.compile(r'# TODO \(notebook section (\d+), "([^"]+)"\):')


def make_stub(
    source: str, name: str, given: Collection[str] = (), notebook: str = "notebook"
) -> str:
    """Return the skeleton's text for that of a file with answers.

    Parameters
    ----------
    source : str
        Text of the file with the answers.
    name : str
        Path of the file below the package path, for messages: ``"cs231n/layers.py"``.
    given : collection of str
        Functions and classes that students are given.
    notebook : str
        How the one with the sections is called, where it is not the only one at hand.

    Raises
    ------
    UserError
        A marker has no partner, or a region has no TODO directly above it.
    """
    return rendered(answer(source, name), name, lambda function: function in given, notebook)


def finished(source: str, name: str) -> str:
    """Return the text of a file as it is given whole: with the answers, without a marker."""
    source = "\n".join(
        line for line in source.splitlines() if line.strip() not in (BEGIN_FAST, END_FAST)
    )
    return rendered(source, name, lambda function: True)


def answer(source: str, name: str) -> str:
    """Return the text of a file as a student could have written it, with its markers."""
    result: list[str] = []
    begin = 0
    for number, line in enumerate(source.splitlines(), start=1):
        marker = line.strip()
        if marker == BEGIN_FAST:
            if begin:
                raise UserError(f"{name}, line {number}: the region of line {begin} is still open")
            begin = number
        elif marker == END_FAST:
            if not begin:
                raise UserError(f"{name}, line {number}: no region is open here")
            begin = 0
        elif not begin:
            result.append(line)
    if begin:
        raise UserError(f"{name}, line {begin}: this region is never closed")
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(result)) + "\n"


def rendered(
    source: str, name: str, is_given: Callable[[str], bool], notebook: str = "notebook"
) -> str:
    """Return a file without markers: an answer where it is given, or else a stub."""
    owners = functions_by_line(source)
    result: list[str] = []
    begin = 0  # line number of the open region, 0 if none is
    stays = False  # what is in it
    for number, line in enumerate(source.splitlines(), start=1):
        marker = line.strip()
        if marker == BEGIN:
            if begin:
                raise UserError(f"{name}, line {number}: the region of line {begin} is still open")
            begin = number
            indent = line[: len(line) - len(line.lstrip())]
            todo = cut_todo(result, f"{name}, line {number}")
            stays = is_given(owners[number].partition(".")[0])
            if not stays:
                result += [indent + text for text in stub(todo, owners[number], name, notebook)]
        elif marker == END:
            if not begin:
                raise UserError(f"{name}, line {number}: no region is open here")
            begin = 0
        elif not begin or stays:
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
    visit(parse(source), "")
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


def stub(todo: list[str], function: str, name: str, notebook: str) -> list[str]:
    """Return the lines that replace a region."""
    found = TODO.match(todo[0])
    assert found is not None  # cut_todo has seen to it
    section, title = found.groups()
    message = (
        f"{function} is not written yet. Write it in {name}, between the YOUR CODE HERE lines "
        f"({notebook} section {section}, '{title}')."
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
