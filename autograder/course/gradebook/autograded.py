"""The notebook of each student as nbgrader's formgrader shows it: ``autograded/STUDENT/...``.

It is the student's own, as it ran in the sandbox, or the one that was handed out. Below each check
stands what our grader found, whatever stood there before, and at the end the source that was
graded, to be commented on. What was handed in stays as it is in ``submitted/``.
"""

from __future__ import annotations

import base64
import html
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import nbformat
from nbgrader.utils import is_solution

from autograder.course.gradebook.comments import name_of_source
from autograder.course.gradebook.course import Course
from autograder.course.gradebook.fitted import MISSING, fitted
from autograder.course.intake.apart import Apart
from autograder.course.notebooks import source
from autograder.course.notebooks.figures import FIGURES
from autograder.course.notebooks.fit import Text, fit
from autograder.course.notebooks.picture import Picture
from autograder.course.notebooks.rendered import MAX_TEXTS, one_block
from autograder.disk import write_text

MAX_CODE = 10_000  # characters of a cell that are highlighted; more are shown as they are
MAX_CODES = 100_000  # of all cells of a notebook
SLOW = re.compile(r"\s{100}|[^\n]{500}")  # highlighting takes the square of their length


@dataclass(frozen=True)
class Made:
    """A student's notebook for the formgrader.

    Attributes
    ----------
    notebook : NotebookNode
        With the locked cells as they were handed out.
    remarks : list of str
        What was not as it should be, for student and instructor.
    """

    notebook: Any
    remarks: list[str] = field(default_factory=list)


def make(
    course: Course,
    executed: bytes,
    outcomes: Mapping[str, str],
    apart: Apart,
    pictures: Mapping[str, Sequence[Picture]] = MappingProxyType({}),
    files: Mapping[str, bytes] = MappingProxyType({}),
) -> Made:
    """Return one student's notebook for the formgrader.

    Parameters
    ----------
    course : Course
        The course that it belongs to.
    executed : bytes
        The student's notebook as it ran; empty if there is none.
    outcomes : dict of str to str
        What our grader found, by cell.
    apart : Apart
        Where it is tried how long it takes to show what the student wrote.
    pictures : dict of str to sequence of Picture
        What was drawn of it, by cell.
    files : dict of str to bytes
        The files that were graded, by path.
    """
    released = nbformat.reads(course.released.decode("utf-8"), as_version=4)
    remarks: list[str] = []
    notebook = released
    if executed:
        handed_in = nbformat.reads(executed.decode("utf-8"), as_version=4)
        notebook, remarks = fitted(handed_in, released)
        given = {MISSING, *(cell.source for cell in released.cells)}
        disarm([cell for cell in notebook.cells if cell.source not in given], apart)
        for cell in notebook.cells:
            cell.pop("attachments", None)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type == "code" and name in outcomes:
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=outcomes[name])]
            cell.outputs += [drawn(picture) for picture in pictures.get(name, ())]
    notebook.cells[:0] = [note(remark) for remark in remarks]
    notebook.cells += [source_cell(path, data) for path, data in files.items()]
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"
    nbformat.validate(notebook)
    return Made(notebook, remarks)


def keep(course: Course, student: str, notebook: Any) -> None:
    """Write a student's notebook to where the formgrader looks for it."""
    text = nbformat.writes(notebook).encode("utf-8", "replace").decode("utf-8")
    write_text(course.notebook("autograded", student), text + "\n")
    show_figures(course, student)


def show_figures(course: Course, student: str) -> None:
    """Have the figures of the exercise beside the notebook, which names them by that place."""
    figures = course.folder("autograded", student) / FIGURES
    source = course.folder("source") / FIGURES
    if figures.exists() or not source.is_dir():
        return
    try:
        figures.symlink_to(os.path.relpath(source, figures.parent), target_is_directory=True)
    except OSError:  # Windows has links for administrators only
        shutil.copytree(source, figures)


def drawn(picture: Picture) -> Any:
    """Return a picture as an output of a cell."""
    data = {"image/png": base64.b64encode(picture.png).decode(), "text/plain": picture.text}
    about = {"image/png": {"alt": picture.text}}
    return nbformat.v4.new_output("display_data", data=data, metadata=about)


def source_cell(path: str, data: bytes) -> Any:
    """Return a cell that shows a source file, below which the formgrader takes a comment."""
    cell = nbformat.v4.new_markdown_cell(
        one_block(f"<p><strong>{html.escape(path)}</strong></p>{source.as_html(data)}")
    )
    about = {"cell_type": "markdown", "grade": False, "locked": False, "task": False}
    cell.metadata.nbgrader = {
        **about, "solution": True, "schema_version": 3, "grade_id": name_of_source(path)
    }  # fmt: skip
    return cell


def answers(path: Path) -> dict[str, str]:
    """Return the answers in a notebook for the formgrader, by cell; none if there is none."""
    try:
        return answers_in(nbformat.reads(path.read_text(encoding="utf-8"), as_version=4))
    except Exception:  # nbformat raises many kinds; then each answer is a new one
        return {}


def answers_in(notebook: Any) -> dict[str, str]:
    """Return the text of each cell of a notebook that is for students to write in, by its name."""
    return {
        cell.metadata.nbgrader.grade_id: cell.source for cell in notebook.cells if is_solution(cell)
    }


def note(text: str) -> Any:
    """Return a cell that tells an instructor something."""
    return nbformat.v4.new_markdown_cell(f"<div><strong>{html.escape(text)}</strong></div>")


def disarm(cells: Iterable[Any], apart: Apart) -> None:
    """Leave nothing in a student's cells that a browser would act on, or that takes long to show.

    The formgrader shows Markdown with all HTML in it, in the browser of a signed-in instructor.
    """
    letters, codes = MAX_TEXTS, MAX_CODES
    texts: list[tuple[Any, Text]] = []
    usual: list[Any] = []
    for cell in cells:
        if cell.cell_type == "code":
            codes -= len(cell.source)
            if codes < 0 or len(cell.source) > MAX_CODE or SLOW.search(cell.source):
                leave_plain(cell)
            else:
                usual.append(cell)
            continue
        letters -= len(cell.source)
        as_markdown = cell.cell_type == "markdown" and letters >= 0
        texts.append((cell, Text(cell.source, cell.get("attachments"), as_markdown)))
        cell.cell_type = "markdown"  # raw cells are shown as the HTML that they may be
    made = fit(apart, [text for _, text in texts], [cell.source for cell in usual])
    for (cell, _), shown in zip(texts, made.texts, strict=True):
        cell.source = shown
    if not made.highlighted:
        for cell in usual:
            leave_plain(cell)


def leave_plain(cell: Any) -> None:
    """Have a cell of code shown without colours."""
    cell.metadata.magics_language = "text"  # nbconvert's word for: no Python
