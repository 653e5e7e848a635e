"""The drawings of an exercise: those that its notebook shows, of all that lie beside it."""

from __future__ import annotations

import re
from pathlib import Path

from autograder import locate
from autograder.exercise import Exercise

FIGURES = "figures"  # the folder beside the notebook
SHOWN = re.compile(rf"!\[[^]]*\]\(({FIGURES}/[\w.-]+)\)")


def figures(exercise: Exercise) -> list[Path]:
    """Return the files of the drawings that an exercise's notebook shows, in their order."""
    notebook = locate.root() / exercise.notebook
    return [notebook.parent / name for name in SHOWN.findall(notebook.read_text(encoding="utf-8"))]
