"""The notebook of each student as nbgrader's formgrader shows it: ``autograded/STUDENT/...``.

It is the student's own, as it ran in the sandbox, or the one that was handed out. Below each check
stands what our grader found, whatever stood there before.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import nbformat
from nbgrader.preprocessors import CheckCellMetadata, DeduplicateIds, OverwriteCells

from autograder.course.gradebook.course import Course
from autograder.disk import write_text


def make(course: Course, student: str, executed: bytes, outcomes: Mapping[str, str]) -> Any:
    """Write one student's notebook, and return it.

    Parameters
    ----------
    course : Course
        The course that it belongs to.
    student : str
        The name.
    executed : bytes
        The student's notebook as it ran; empty if there is none.
    outcomes : dict of str to str
        What our grader found, by cell.

    Returns
    -------
    NotebookNode
        With the locked cells as they were handed out.
    """
    try:
        notebook = restored(course, executed or course.released)
    except Exception as error:  # whatever can be wrong with a file that a student wrote
        notebook = restored(course, course.released)
        reason = f"The notebook that was handed in cannot be shown here: {error}"
        notebook.cells.insert(0, nbformat.v4.new_raw_cell(reason))
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type == "code" and name in outcomes:
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=outcomes[name])]
    write_text(course.notebook("autograded", student), nbformat.writes(notebook) + "\n")
    return notebook


def restored(course: Course, data: bytes) -> Any:
    """Return a notebook with its locked cells as nbgrader knows them."""
    name = course.assignment
    names = {"notebook": name, "assignment": name, "db_url": course.url}
    resources: dict[str, Any] = {"nbgrader": names}
    notebook = nbformat.reads(data.decode("utf-8"), as_version=4)
    released = nbformat.reads(course.released.decode("utf-8"), as_version=4)
    disarm(notebook, given={cell.source for cell in released.cells})
    for step in (DeduplicateIds(), OverwriteCells(add_missing_cells=True), CheckCellMetadata()):
        notebook, resources = step.preprocess(notebook, resources)
    nbformat.validate(notebook)
    return notebook


def disarm(notebook: Any, given: set[str]) -> None:
    """Leave nothing in a student's text that a browser would act on.

    The formgrader shows Markdown with all HTML in it, in the browser of a signed-in instructor.
    """
    for cell in notebook.cells:
        cell.pop("attachments", None)
        if cell.cell_type != "code" and cell.source not in given:
            text = html.escape(cell.source, quote=False)
            cell.source = re.sub(r"(?i)(script|data)(\s*:|&)", r"\1 \2", text)
