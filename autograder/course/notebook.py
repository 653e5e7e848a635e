"""Run a student's notebook in the sandbox, for the feedback page. It gives no points.

The cells with checks are not run: below them stands what our own grader has found.
"""

from __future__ import annotations

import contextlib
import io
import re
import time
import warnings
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import numpy as np
from PIL import Image, UnidentifiedImageError

from autograder.client import Died, TimedOut, Worker, WorkerError
from autograder.isolation import probe
from autograder.locate import given_module
from autograder.overlay import stage
from autograder.submission import Submission

MAX_CELLS = 500
MAX_CELL = 100_000  # characters of one cell
MAX_TEXT = 21_000  # characters of text from one cell; a worker of ours sends no more
MAX_PICTURES = 4  # from one cell
MAX_PIXELS = 4_000_000  # of one picture
COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # how a terminal is told to change it
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
HIDDEN = ("autograder", "solutions")  # modules that are not there for a notebook


class NotANotebook(ValueError):
    """A file that cannot be read as a notebook; the message says why."""


@dataclass(frozen=True)
class Executed:
    """A notebook as it ran.

    Attributes
    ----------
    notebook : NotebookNode
        With the outputs that it had with us, and no others.
    problem : str
        Why it did not run to its end, or empty.
    """

    notebook: Any
    problem: str = ""


def execute(
    data: bytes,
    submission: Submission,
    outcomes: Mapping[str, str],
    *,
    seconds: float,
    isolation: str | None = None,
) -> Executed:
    """Run a notebook with a student's layers.

    Parameters
    ----------
    data : bytes
        The file that the student handed in.
    submission : Submission
        Whose ``layers.py`` and ``cnn.py`` the notebook imports.
    outcomes : dict of str to str
        What stands below each check, by the cell's nbgrader id.
    seconds : float
        For all cells together.
    isolation : str, optional
        One of `autograder.isolation.LEVELS`; the strongest that holds here if not given.
    """
    try:
        notebook = read(data)
    except NotANotebook as error:
        empty = nbformat.v4.new_notebook()
        return Executed(empty, f"The file that was handed in as a notebook is none: {error}.")
    deadline, problem = time.monotonic() + seconds, ""
    with started(submission, isolation or probe.strongest()) as worker:
        for number, cell in enumerate(notebook.cells, 1):
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if cell.cell_type != "code":
                continue
            if name in outcomes:
                cell.outputs = [stream(outcomes[name])]
            elif not problem and cell.source.strip():
                problem = run(worker, cell, number, deadline)
    return Executed(notebook, problem)


def run(worker: Worker, cell: Any, number: int, deadline: float) -> str:
    """Run one cell and keep its outputs; return why nothing can be run after it, or nothing."""
    left = deadline - time.monotonic()
    request = {"source": cell.source, "name": f"Cell {number}"}
    try:
        if left <= 0:
            raise TimedOut("there was no time left")
        reply = worker.request("cell", request, seconds=left)
        cell.outputs = list(outputs(reply))
    except TimedOut:
        return f"Its time was over in cell {number}. What comes after that was not run."
    except Died as error:
        return f"It ended in cell {number}: {error} What comes after that was not run."
    except WorkerError as error:
        cell.outputs = [failure(str(error))]
    return ""


@contextlib.contextmanager
def started(submission: Submission, isolation: str) -> Iterator[Worker]:
    """Start a worker that has the student's layers, everything given, and the data set."""
    cache = data_set()
    with TemporaryDirectory(prefix="convnets-submission-") as folder:
        layers = stage(submission, Path(folder))
        options: dict[str, Any] = {"unavailable": HIDDEN, "readable": [cache]}
        variables = {"CONVNETS_CACHE": str(cache)}
        with Worker(layers, isolation=isolation, variables=variables, **options) as worker:
            yield worker


def data_set() -> Path:
    """Return the folder with the default data set, which is made if it is not there."""
    synthetic = given_module("synthetic")
    folder: Path = synthetic.cache_folder().resolve()
    if not (folder / f"synthetic-v{synthetic.GENERATOR_VERSION}.npz").is_file():
        synthetic.load()
    return folder


def read(data: bytes) -> Any:
    """Return a notebook of format 4 without outputs, attachments and unknown metadata.

    Raises
    ------
    NotANotebook
        The file is no notebook, or larger than one that a person wrote.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on ids of cells, which are not kept
            notebook = nbformat.reads(data.decode("utf-8"), as_version=4)
            nbformat.validate(notebook)
    except Exception as error:  # JSON of any shape, made to break whoever reads it
        raise NotANotebook(str(error).partition("\n")[0][:200] or type(error).__name__) from None
    if len(notebook.cells) > MAX_CELLS:
        raise NotANotebook(f"it has {len(notebook.cells)} cells")
    plain = nbformat.v4.new_notebook(metadata={"language_info": {"name": "python"}})
    plain.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    for cell in notebook.cells:
        if len(cell.source) > MAX_CELL:
            raise NotANotebook("one of its cells is too long")
        plain.cells.append(plain_cell(cell))
    return plain


def plain_cell(cell: Any) -> Any:
    """Return a cell with its source and nbgrader's metadata, and nothing else."""
    makers = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    made = makers.get(cell.cell_type, nbformat.v4.new_raw_cell)(cell.source)
    about = cell.metadata.get("nbgrader")
    if isinstance(about, dict) and isinstance(about.get("grade_id"), str):
        made.metadata.nbgrader = about
    return made


def outputs(reply: Any) -> Iterator[Any]:
    """Yield the outputs in a worker's reply; what is not of their form is left out."""
    if not isinstance(reply, dict):
        return
    printed = text_of(reply.get("text"))
    if printed:
        yield stream(printed)
    pictures = reply.get("pictures")
    for picture in pictures[:MAX_PICTURES] if isinstance(pictures, list) else []:
        png = png_of(picture)
        if png:
            data = {"image/png": b64encode(png).decode(), "text/plain": "a picture"}
            yield nbformat.v4.new_output("display_data", data=data)
    value = text_of(reply.get("value"))
    if value:
        yield nbformat.v4.new_output("execute_result", data={"text/plain": value})
    error = text_of(reply.get("error"))
    if error:
        yield failure(error)


def stream(text: str) -> Any:
    """Return an output that was printed."""
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def failure(text: str) -> Any:
    """Return an output that is an error: a traceback, whose last line says what it is."""
    kind, _, message = text.rstrip().rpartition("\n")[2].partition(": ")
    return nbformat.v4.new_output(
        "error", ename=kind, evalue=message, traceback=text.rstrip().split("\n")
    )


def text_of(value: Any) -> str:
    """Return the text in an array of bytes, without control characters."""
    if not isinstance(value, np.ndarray) or value.dtype != np.uint8:
        return ""
    text = value.tobytes().decode("utf-8", "replace")[:MAX_TEXT]
    text = COLOUR.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if c.isprintable() or c in "\n\t" else UNKNOWN for c in text)


def png_of(value: Any) -> bytes:
    """Return the PNG in an array of bytes, drawn anew so that it is one and nothing else."""
    if not isinstance(value, np.ndarray) or value.dtype != np.uint8:
        return b""
    try:
        with Image.open(io.BytesIO(value.tobytes()), formats=["PNG"]) as image:
            if image.width * image.height > MAX_PIXELS:
                return b""
            fresh = io.BytesIO()
            image.convert("RGB").save(fresh, format="PNG")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        return b""
    return fresh.getvalue()


def to_bytes(notebook: Any) -> bytes:
    """Return a notebook as a file's content."""
    return (nbformat.writes(notebook) + "\n").encode("utf-8")
