"""The exercise's notebook as a course asks for it: its points, its bars, and what it gives."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from autograder.errors import UserError
from autograder.exercise import Exercise, Function
from autograder.exercises.registry import all_checks, worth
from autograder.judging.declare import accuracy

SECTION = re.compile(r"s(\d\d)(-|$)")  # of a cell's id
MENTIONED = re.compile(r"\bsections? (\d+)(?: and (\d+))?")
TOTAL = re.compile(r"(?<=worth )[\d.]+(?= points in all)")
TURN = "**Your turn.**"
GIVEN = "**Given.** `{name}` is written for you, in `{path}`: read it there."
OF_CODE = re.compile(r"\b(cells?|checks?)\b")  # paragraphs on cells that have gone


def as_asked(exercise: Exercise, data: bytes) -> bytes:
    """Return a notebook with the cells and the points of what a course asks for.

    The cells of a function that is given go. Of its section, the text stays to be read if another
    one refers to it.

    Parameters
    ----------
    exercise : Exercise
        As the course has it.
    data : bytes
        The notebook of the exercise by itself.
    """
    whole = exercise.whole
    if exercise is whole:
        return data
    notebook = json.loads(data)
    given = {f.section: f for f in whole.functions if f.name not in exercise.by_name}
    checks = [f"check-{function.name}" for function in given.values()]
    cells = [cell for cell in notebook["cells"] if cell["id"] not in checks]
    kept = referred_to(cells, set(given))
    notebook["cells"] = [
        made
        for cell in cells
        for function in [given.get(section_of(cell))]
        for made in ([cell] if function is None else to_read(cell, function, kept))
    ]
    set_points(exercise, notebook["cells"])
    set_bars(exercise, notebook["cells"])
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def section_of(cell: dict[str, Any]) -> int:
    """Return the number of the section that a cell is in, as its id says; 0 for none."""
    found = SECTION.match(cell["id"])
    return int(found.group(1)) if found else 0


def referred_to(cells: list[dict[str, Any]], given: set[int]) -> set[int]:
    """Return those of the sections `given` that are mentioned in what stays of a notebook."""
    mentions: dict[int, set[int]] = {}
    for cell in cells:
        if cell["cell_type"] == "markdown":
            found = {int(n) for pair in MENTIONED.findall(source(cell)) for n in pair if n}
            mentions.setdefault(section_of(cell), set()).update(found)
    kept: set[int] = set()
    while True:
        staying = [number for number in mentions if number not in given or number in kept]
        more = {n for number in staying for n in mentions[number] if n in given} - kept
        if not more:
            return kept
        kept |= more


def to_read(cell: dict[str, Any], function: Function, kept: set[int]) -> Iterator[dict[str, Any]]:
    """Yield what is left of a cell in the section of a function that is given."""
    if function.section not in kept or cell["cell_type"] != "markdown":
        return
    said = GIVEN.format(name=function.name, path=function.file.path)
    paragraphs = [
        said if paragraph.startswith(TURN) else paragraph
        for paragraph in source(cell).split("\n\n")
        if paragraph.startswith(TURN) or not OF_CODE.search(paragraph)
    ]
    if paragraphs:
        yield with_source(cell, "\n\n".join(paragraphs))


def set_points(exercise: Exercise, cells: list[dict[str, Any]]) -> None:
    """Write what each check, and all of them, are worth."""
    points = worth(exercise)
    for cell in cells:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("grade_id") in points:
            about["points"] = plain(points[about["grade_id"]])
    total = f"{sum(points.values()):g}"
    replace_in(cells, TOTAL, total, "what all checks are worth")


def set_bars(exercise: Exercise, cells: list[dict[str, Any]]) -> None:
    """Write the accuracies that are to be reached."""
    before = {check.info.function: check.bar for check in all_checks(exercise.whole)}
    for name, bar in exercise.changes.bars.items():
        section = exercise.by_name[name].section
        old = re.compile(rf"\b{re.escape(accuracy(before[name] or 0.0))}\b")
        own = [cell for cell in cells if section_of(cell) == section]
        replace_in(own, old, accuracy(bar), f"the accuracy that {name} has to reach")


def replace_in(cells: list[dict[str, Any]], old: re.Pattern[str], new: str, what: str) -> None:
    """Replace a passage in the text of cells; there has to be one."""
    found = 0
    for cell in cells:
        if cell["cell_type"] == "markdown":
            text, count = old.subn(new, source(cell))
            found += count
            if count:
                cell.update(with_source(cell, text))
    if not found:
        raise UserError(f"The notebook does not say {what}: {old.pattern} stands nowhere in it.")


def plain(points: float) -> float:
    """Return points as a whole number where they are one."""
    return int(points) if points == int(points) else points


def source(cell: dict[str, Any]) -> str:
    """Return the text of a cell."""
    return "".join(cell["source"])


def with_source(cell: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a cell with another text, in lines as a file has them."""
    return {**cell, "source": text.splitlines(keepends=True)}
