"""Comments on a student's source, in a gradebook that knows those on cells of a notebook only."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from nbgrader.api import BaseCell, Comment, Gradebook, Notebook, SubmittedAssignment

from autograder.exercise import Exercise


def name_of_source(path: str) -> str:
    """Return nbgrader's name of the cell that shows a file; no name of a cell has a point."""
    return re.sub(r"\W", "_", PurePosixPath(path).name)


def titles(exercise: Exercise) -> dict[str, str]:
    """Return what to call those cells, by name."""
    return {name_of_source(path): PurePosixPath(path).name for path in exercise.editable}


def add(gradebook: Gradebook, submission: SubmittedAssignment, exercise: Exercise) -> None:
    """Let a submission have a comment on each file that students write."""
    for notebook in submission.notebooks:
        there = {comment.name for comment in notebook.comments}
        for name in titles(exercise):
            if name not in there:
                cell = cell_of(gradebook, notebook.notebook, name)
                gradebook.db.add(Comment(cell_id=cell.id, notebook=notebook))


def cell_of(gradebook: Gradebook, notebook: Notebook, name: str) -> BaseCell:
    """Return the cell of a file, made where it is missing.

    It is of no kind of nbgrader's. nbgrader does not make an assignment anew that has lost a cell
    of its own kinds, and this one is in no notebook that it makes.
    """
    query = gradebook.db.query(BaseCell).filter(BaseCell.name == name)
    cell = query.filter(BaseCell.notebook_id == notebook.id).first()
    if cell is None:
        cell = BaseCell(name=name, notebook_id=notebook.id)
        gradebook.db.add(cell)
        gradebook.db.flush()
    return cell
