"""Run a student's notebook in the sandbox, for the feedback page. It gives no points.

The cells with checks are not run: below them stands what our own grader has found.
"""

from __future__ import annotations

import contextlib
import os
import re
import sysconfig
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import numpy as np

from autograder import locate
from autograder.course.notebooks import dataset
from autograder.course.notebooks.file import NotANotebook, read
from autograder.course.notebooks.picture import png_of
from autograder.course.notebooks.reply import fits_cell
from autograder.exercise import Exercise
from autograder.sandbox import launch, paths, probe, scratch
from autograder.sandbox.client import Worker
from autograder.sandbox.errors import Died, Raised, TimedOut
from autograder.sandbox.launch import stage
from autograder.sandbox.words import printable
from autograder.submission import Submission

MAX_TEXT = 21_000  # characters of one output; a worker of ours sends no more of a cell
MAX_OUTPUTS = 102  # of one cell; a worker of ours sends no more
MAX_LINES = 20  # of a traceback
MAX_SHOWN = 4 << 20  # bytes of all outputs together: three files a student hold them
COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # what a terminal is told to do
HIDDEN = {"autograder": (), "solutions": ()}  # modules that are not there for a notebook
MOST = "CONVNETS_MOST_ITERATIONS"  # of a training; for the worker
MAPPED = "CONVNETS_MAPPED"  # the folder with arrays of the data set; for the worker
NOT_RUN = "What comes after that was not run."
LEFT_ALONE = "It was not run: this time, your instructors had no notebooks run."


@dataclass(frozen=True)
class Executed:
    """A notebook as it ran.

    Attributes
    ----------
    notebook : NotebookNode
        With the outputs that it had with us, and no others. The cells that ran are numbered by
        their ``execution_count``, among all cells of code; ``metadata.seconds`` is how long each
        of them took.
    problem : str
        Why it did not run to its end, or empty.
    seconds : float
        How long it took.
    """

    notebook: Any
    problem: str = ""
    seconds: float = 0.0


def execute(
    exercise: Exercise,
    data: bytes,
    submission: Submission,
    outcomes: Mapping[str, str],
    *,
    seconds: float,
    iterations: int = 0,
    isolation: str | None = None,
) -> Executed:
    """Run a notebook with a student's layers.

    A cell that raises an exception does not keep the next one from running; one that ends the
    process, or takes what is left of the time, does. Cells that nbgrader grades do not run. What
    the student wrote is in the notebook that is returned, even where nothing could be run.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    data : bytes
        The file that the student handed in.
    submission : Submission
        Whose files the notebook imports.
    outcomes : dict of str to str
        What stands below each check, by the cell's nbgrader id.
    seconds : float
        For all cells together; with 0, nothing is run.
    iterations : int
        After which a training with the given Solver stops; with 0, it goes on to its end.
    isolation : str, optional
        One of `autograder.sandbox.levels.LEVELS`; the strongest that holds here if not given.
    """
    start = time.monotonic()
    try:
        notebook = read(data)
    except NotANotebook as error:
        empty = nbformat.v4.new_notebook()
        return Executed(empty, f"The file that was handed in as a notebook is none: {error}.")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code:
        if name_of(cell) in outcomes:
            cell.outputs = [stream("stdout", outcomes[name_of(cell)])]
    if seconds <= 0:
        return Executed(notebook, LEFT_ALONE)
    own = [(n, cell) for n, cell in enumerate(code, 1) if name_of(cell) not in outcomes]
    try:
        level = isolation or probe.strongest()
        with started(exercise, submission, seconds, iterations, level) as run:
            for number, cell in own:
                graded = cell.metadata.get("nbgrader", {}).get("grade")
                if cell.source.strip() and not graded and not run.problem:
                    run.cell(cell, number)
        problem = run.problem
    except Exception as error:  # a notebook gives no points, and takes none
        problem = f"It could not be run: {type(error).__name__}."
        for _, cell in own:
            cell.outputs = []
    return Executed(notebook, problem, time.monotonic() - start)


def name_of(cell: Any) -> Any:
    """Return nbgrader's name of a cell, if it has one."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


class Run:
    """One notebook in its worker.

    Parameters
    ----------
    worker : Worker
        Runs the cells.
    seconds : float
        For all cells together, from now on.
    aliases : dict of str to str
        What to call our folders on a student's page.

    Attributes
    ----------
    problem : str
        Why nothing more can be run, or empty.
    """

    def __init__(self, worker: Worker, seconds: float, aliases: Mapping[str, str]) -> None:
        self.problem = ""
        self._worker = worker
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._aliases = aliases
        self._room = MAX_SHOWN  # bytes

    def cell(self, cell: Any, number: int) -> None:
        """Run one cell, and keep its outputs and the time that it took."""
        request = {"source": cell.source, "name": f"Cell {number}"}
        start = time.monotonic()
        try:
            left = self._deadline - start
            reply = self._worker.request("cell", request, seconds=left, fits=fits_cell)
        except TimedOut:
            over = f"the time for the whole notebook, {self._seconds:g} seconds, was over"
            self.problem = f"In cell {number}, {over}. {NOT_RUN}"
            cell.outputs = [failure("TimedOut", over, [])]
        except Died as error:
            reason = str(error).rstrip(".")
            self.problem = f"It ended in cell {number}: {reason}. {NOT_RUN}"
            cell.outputs = [failure("Died", reason, [])]
        except Raised as error:  # not in the cell, but in what runs it
            self.problem = f"Cell {number} could not be run: {self.tidy(error.summary)}. {NOT_RUN}"
        else:
            cell.outputs = list(self.outputs(reply, number))
            cell.execution_count = number
            cell.metadata.seconds = round(time.monotonic() - start, 3)

    def outputs(self, reply: dict[str, Any], number: int) -> Iterator[Any]:
        """Yield the outputs in a worker's reply, as far as there is room for them."""
        for output in self.all_outputs(reply, number):
            self._room -= len(str(output))
            if self._room < 0:
                yield stream("stderr", "... more than a page can hold is left out\n")
                return
            yield output

    def all_outputs(self, reply: dict[str, Any], number: int) -> Iterator[Any]:
        """Yield what can be shown of a reply, its error last."""
        for output in reply["outputs"][:MAX_OUTPUTS]:
            made = self.output(output["kind"], output["data"], number)
            if made is not None:
                yield made
        error = reply["error"]
        if error is not None:
            lines = [self.tidy(line) for line in error["lines"][:MAX_LINES]]
            yield failure(error["name"] or "Exception", self.tidy(error["message"]), lines)

    def output(self, kind: Any, data: np.ndarray, number: int) -> Any:
        """Return one output, or None if there is nothing in it that can be shown."""
        if kind == "picture":
            png = png_of(data.tobytes())
            forms = {"image/png": b64encode(png).decode(), "text/plain": "a picture"}
            return nbformat.v4.new_output("display_data", data=forms) if png else None
        text = self.tidy(text_of(data))
        if not text:
            return None
        if kind == "value":
            forms = {"text/plain": text}
            return nbformat.v4.new_output("execute_result", data=forms, execution_count=number)
        return stream("stderr" if kind == "stderr" else "stdout", text)

    def tidy(self, text: str) -> str:
        """Return text without the names of our folders."""
        for path, alias in self._aliases.items():
            text = text.replace(path, alias)
        return text


@contextlib.contextmanager
def started(
    exercise: Exercise, submission: Submission, seconds: float, iterations: int, isolation: str
) -> Iterator[Run]:
    """Start a worker that has the student's layers, everything given, and the data set."""
    images, libraries, shared = dataset.cached(), libraries_of(exercise), dataset.mapped()
    with TemporaryDirectory(prefix="submission-", dir=scratch.home()) as folder:
        stage(submission, exercise.editable, Path(folder))
        layers = [Path(folder), locate.given()]
        with Worker(
            layers,
            isolation=isolation,
            unavailable=HIDDEN,
            readable=[images, *([shared] if shared else [])],
            variables={
                "CONVNETS_CACHE": str(images.parent),
                MAPPED: str(shared or ""),
                MOST: str(iterations),
            },
            libraries=libraries,
        ) as worker:
            names = aliases(
                [*layers, *paths.elsewhere(tuple(libraries))], worker.home, images.parent
            )
            yield Run(worker, seconds, names)


def libraries_of(exercise: Exercise) -> list[str]:
    """Return the modules that a notebook and the layers in it can import."""
    named = (name for file in exercise.files for name in file.libraries)
    allowed = paths.required_by(exercise.changes.modules)
    return [*dict.fromkeys([*named, *allowed, *paths.modules_of(exercise.installed)])]


def aliases(folders: list[Path], home: Path, cache: Path) -> dict[str, str]:
    """Return what to call our folders on a student's page, the longest names first.

    What is imported, also from `folders`, is called as it is there.
    """
    inside = [launch.INSIDE / f"layer{i}" for i in range(len(folders))]
    imported = [*folders, *inside, *paths.packages(), Path(sysconfig.get_path("stdlib"))]
    names = {f"{path}{os.sep}": "" for each in imported for path in (each, each.resolve())}
    names |= {str(home): "~", str(home.resolve()): "~", launch.INSIDE_HOME: "~", str(cache): "~"}
    return dict(sorted(names.items(), key=lambda item: -len(item[0])))


def stream(name: str, text: str) -> Any:
    """Return an output that was printed."""
    return nbformat.v4.new_output("stream", name=name, text=text)


def failure(name: str, message: str, lines: list[str]) -> Any:
    """Return an output that is an error: its traceback ends with what it is."""
    last = f"{name}: {message}" if message else name
    return nbformat.v4.new_output(
        "error", ename=name, evalue=message, traceback=[*lines, *last.split("\n")]
    )


def text_of(data: np.ndarray) -> str:
    """Return the text in an array of bytes, as a page can show it."""
    text = data[: 4 * MAX_TEXT].tobytes().decode("utf-8", "replace")[:MAX_TEXT]
    # Of a line that was written several times, as a progress bar is, the last.
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in COLOUR.sub("", text).split("\n")]
    return printable("\n".join(lines))


def to_bytes(notebook: Any) -> bytes:
    """Return a notebook as a file's content, with ``?`` for half a character."""
    text: str = nbformat.writes(notebook)
    return f"{text}\n".encode("utf-8", "replace")
