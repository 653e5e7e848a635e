"""The file that a student handed in as a notebook: read as a stranger's, and made plain.

nbformat would convert and validate all that is in it. What is shown and run is the text of its
cells, so no more is taken.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

import nbformat

from autograder.course.intake.collect import MAX_NOTEBOOK
from autograder.course.notebooks.picture import pasted

MAX_VALUES = 1_000_000  # in the file; as values in memory, it may take a hundred times its bytes
MAX_CELLS = 500
MAX_CELL = 100_000  # characters of one cell
MAX_POINTS = 1000  # of one cell
MAX_PICTURES = 20  # pasted into the text of one notebook
MAX_PASTED = 4 << 20  # bytes of all of them, as they are kept
MAX_NAME = 200  # characters of a picture's name
GRADE_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
# nbgrader's metadata, version 3: what has to be there, and what may be.
NEEDED = {"schema_version": int, "grade": bool, "grade_id": str, "locked": bool, "solution": bool}
POSSIBLE: dict[str, Any] = {
    **NEEDED,
    "task": bool,
    "points": (int, float),
    "cell_type": str,
    "checksum": str,
}
MAKERS = {
    "code": nbformat.v4.new_code_cell,
    "markdown": nbformat.v4.new_markdown_cell,
    "raw": nbformat.v4.new_raw_cell,
}


class NotANotebook(ValueError):
    """A file that cannot be read as a notebook; the message says why."""


def read(data: bytes) -> Any:
    """Return the cells of a notebook of format 4, without what else was stored in it.

    Outputs and metadata are left out, but for that of nbgrader's where it is whole. Pictures that
    were pasted into text are drawn anew, as far as there are few of them.

    Raises
    ------
    NotANotebook
        The file is no notebook, or larger than one that a person wrote.
    """
    notebook = nbformat.v4.new_notebook(metadata={"language_info": {"name": "python"}})
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    room = Room()
    for number, cell in enumerate(stored_cells(data), 1):
        kind, source = text_of(cell, number)
        made = MAKERS[kind](source, id=f"cell-{number}")
        about = grading_of(cell)
        if about:
            made.metadata.nbgrader = about
        pictures = pictures_of(cell, room) if kind == "markdown" else {}
        if pictures:
            made.attachments = pictures
        notebook.cells.append(made)
    return notebook


def stored_cells(data: bytes) -> list[Any]:
    """Return the cells in a file, whatever each of them may be."""
    if len(data) > MAX_NOTEBOOK:
        raise NotANotebook(f"it is larger than {MAX_NOTEBOOK >> 20} MiB")
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:
        raise NotANotebook(f"it holds more than {MAX_VALUES} values")
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        raise NotANotebook("it is not JSON, which notebooks are written in") from None
    version = tree.get("nbformat") if isinstance(tree, dict) else None
    if type(version) is not int:
        raise NotANotebook("it does not say that it is one")
    if version != 4:
        raise NotANotebook("it is not in format 4 of notebooks, the one that JupyterLab saves")
    cells = tree.get("cells")
    if not isinstance(cells, list):
        raise NotANotebook("it has no cells")
    if len(cells) > MAX_CELLS:
        raise NotANotebook(f"it has {len(cells)} cells, and {MAX_CELLS} are the most that are run")
    return cells


def text_of(cell: Any, number: int) -> tuple[str, str]:
    """Return the kind and the text of a cell; one without text is empty."""
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    if kind not in list(MAKERS):
        raise NotANotebook(f"cell {number} is none of code, Markdown and raw text")
    source = cell.get("source") or ""
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise NotANotebook(f"what cell {number} holds is not text")
    text = "".join(lines)
    if len(text) > MAX_CELL:
        raise NotANotebook(f"cell {number} has {len(text)} characters, more than {MAX_CELL}")
    # JSON can hold halves of characters, which no file can.
    return kind, text.encode("utf-8", "replace").decode("utf-8")


@dataclass
class Room:
    """How many pictures there may still be in a notebook, and how many bytes of them."""

    pictures: int = MAX_PICTURES
    size: int = MAX_PASTED


def pictures_of(cell: dict[str, Any], room: Room) -> dict[str, dict[str, str]]:
    """Return the pictures that were pasted into a cell of text, by name, as a notebook has them."""
    stored = cell.get("attachments")
    found: dict[str, dict[str, str]] = {}
    for name, forms in stored.items() if isinstance(stored, dict) else ():
        if not room.pictures:
            break
        data = list(forms.values()) if isinstance(forms, dict) else []
        if len(name) > MAX_NAME or len(data) != 1 or not isinstance(data[0], str):
            continue
        try:
            png = pasted(base64.b64decode(data[0]))
        except ValueError:  # it is not base64
            continue
        if png and len(png) <= room.size:
            room.size -= len(png)
            room.pictures -= 1
            plain = name.encode("utf-8", "replace").decode("utf-8")
            found[plain] = {"image/png": base64.b64encode(png).decode()}
    return found


def grading_of(cell: dict[str, Any]) -> dict[str, Any]:
    """Return what nbgrader's metadata says of a cell, if all of it has the right form."""
    metadata = cell.get("metadata")
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if not isinstance(about, dict) or not NEEDED.keys() <= about.keys() <= POSSIBLE.keys():
        return {}
    for name, value in about.items():
        kind = POSSIBLE[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            return {}
    whole = (
        about["schema_version"] == 3
        and GRADE_ID.fullmatch(about["grade_id"]) is not None
        and all(is_word(about.get(name, "")) for name in ("cell_type", "checksum"))
        and 0 <= about.get("points", 0) <= MAX_POINTS
    )
    return about if whole else {}


def is_word(text: str) -> bool:
    """Return whether `text` is short and plain; half a character could not be written."""
    return len(text) <= 32 and text.isascii()
