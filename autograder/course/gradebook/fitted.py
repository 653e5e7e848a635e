"""A student's notebook fitted to the one that was handed out: each graded cell there, and once.

nbgrader's own steps take the last of two cells of one name, blank or not, and fail where a cell of
an answer is missing.
"""

from __future__ import annotations

import copy
from typing import Any

import nbformat

MISSING = (
    "*This cell was not in the notebook that was handed in. The answer may stand in another one.*"
)


def fitted(handed_in: Any, released: Any) -> tuple[Any, list[str]]:
    """Return a student's notebook with the graded cells of the one that was handed out.

    Parameters
    ----------
    handed_in : NotebookNode
        The student's, as it was read.
    released : NotebookNode
        The one that students got.

    Returns
    -------
    notebook : NotebookNode
        The student's cells in their order. Those of which the grading knows have the metadata of
        the released ones, and the locked ones their text too; no other cell has any.
    remarks : list of str
        What was not as it should be.
    """
    known = {name_of(cell): cell for cell in released.cells if name_of(cell)}
    given = {cell.source for cell in released.cells}
    chosen, doubled = choose(handed_in.cells, known)
    cells = [
        as_released(cell, known[name_of(cell)]) if id(cell) in chosen else without_name(cell)
        for cell in handed_in.cells
    ]
    there = {name_of(cell) for cell in cells}
    missing = [name for name in known if name not in there]
    own_text = any(
        cell.cell_type != "code" and cell.source.strip() and cell.source not in given
        for cell in cells
        if not name_of(cell)
    )
    if not handed_in.cells:
        cells = copy.deepcopy(released.cells)
    else:
        insert(cells, missing, known, own_text)
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=released.metadata)
    return notebook, remarks(handed_in, missing, doubled)


def name_of(cell: Any) -> str:
    """Return nbgrader's name of a cell, or nothing."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    return name if isinstance(name, str) else ""


def is_answer(cell: Any) -> bool:
    """Return whether a released cell is for students to write in."""
    return bool(cell.metadata.nbgrader.get("solution"))


def choose(cells: list[Any], known: dict[str, Any]) -> tuple[set[int], list[str]]:
    """Return which cells are taken for those of the grading, and the names of which there are more.

    Of two cells of one name the one is taken that has most text of the student's own: a copy may be
    the blank one, and a cell that was split is two.
    """
    by_name: dict[str, list[Any]] = {}
    for cell in cells:
        if name_of(cell) in known:
            by_name.setdefault(name_of(cell), []).append(cell)
    chosen = set()
    for name, own in by_name.items():
        blank = known[name].source.strip()
        written = [0 if c.source.strip() == blank else len(c.source.strip()) for c in own]
        chosen.add(id(own[written.index(max(written))]))
    return chosen, [name for name, own in by_name.items() if len(own) > 1]


def as_released(cell: Any, released: Any) -> Any:
    """Return a student's cell with what nbgrader knows of it; if locked, with its text too."""
    made = copy.deepcopy(released)
    if is_answer(released):
        made.source = cell.source
        if "attachments" in cell and made.cell_type == "markdown":
            made.attachments = cell.attachments
    if made.cell_type == cell.cell_type == "code":
        made.outputs, made.execution_count = cell.outputs, cell.execution_count
    return made


def without_name(cell: Any) -> Any:
    """Return a cell that nbgrader takes no notice of."""
    made = copy.deepcopy(cell)
    made.metadata.pop("nbgrader", None)
    return made


def insert(cells: list[Any], missing: list[str], known: dict[str, Any], own_text: bool) -> None:
    """Put missing cells behind those that they were behind; answers say so if there is other text.

    So a person looks at who has written an answer into some other cell, and not at who has none.
    """
    names = list(known)
    for name in missing:
        made = copy.deepcopy(known[name])
        if own_text and is_answer(made):
            made.source = MISSING
        before = set(names[: names.index(name)])
        places = [place for place, cell in enumerate(cells) if name_of(cell) in before]
        cells.insert(places[-1] + 1 if places else 0, made)


def remarks(handed_in: Any, missing: list[str], doubled: list[str]) -> list[str]:
    """Return what to say of cells that are not there, or there twice."""
    said = []
    if not handed_in.cells:
        said.append("There is no cell that can be read in the notebook that was handed in.")
    elif missing:
        said.append(
            f"The notebook that was handed in has no cell {', '.join(missing)}: deleted, or "
            "without its metadata. The cells that were handed out stand in their place."
        )
    if doubled:
        said.append(
            f"The notebook that was handed in has more than one cell {', '.join(doubled)}. The one "
            "with most text of its own is taken; the others stand beside it."
        )
    return said
