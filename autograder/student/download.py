"""Handing in from a tab of a browser: a cell that downloads the archive."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from autograder import disk, exercises
from autograder.exercises.registry import ids
from autograder.judging import pack
from autograder.sandbox import scratch
from autograder.student import submit as handing_in
from autograder.student import tab
from autograder.student.check import current_submission

CELL = """\
# In a terminal's place: save the notebook, then run this. It downloads submission.zip.
from autograder.student.download import submit

submit()
"""

LINK = '<p><a href="{address}" download="{name}">{name}</a>: your browser has saved it where its \
downloads go; if not, click here. That is what you hand in.</p>'
CLICK = """
const link = document.createElement("a");
link.href = {address!r};
link.download = {name!r};
link.click();
"""


def submit() -> None:
    """Look at what is to be handed in, say what is found, and download the archive of it."""
    exercise = exercises.default()
    submission = replace(current_submission(exercise), notebook=handing_in.read_notebook(exercise))
    print("Looking at what you are going to hand in ...", flush=True)
    cases = pack.public(exercise.name, ids(exercise))
    handing_in.tell(exercise, submission, handing_in.look_at(exercise, submission, cases))
    print(handing_in.told_of_notebooks(exercise.notebook, tab.kept(), bytes(submission.notebook)))
    files = dict(submission.files)
    if submission.notebook:
        files[exercise.notebook] = bytes(submission.notebook)
    path = scratch.home() / handing_in.NAME
    disk.write_zip(path, files.items())
    download(path)


def download(path: Path) -> None:
    """Have the browser download a file; a link is left for those that ask first."""
    from IPython.display import HTML, Javascript, display
    from js import URL, Blob
    from pyodide.ffi import to_js

    blob = Blob.new(to_js([path.read_bytes()]))
    names = {"address": URL.createObjectURL(blob), "name": path.name}
    shown = display(Javascript(CLICK.format(**names)), display_id=True)
    time.sleep(1.0)  # the page shows it meanwhile; what is kept in the notebook is the link
    shown.update(HTML(LINK.format(**names)))
