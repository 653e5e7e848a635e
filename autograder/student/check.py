"""A student's own check, for the notebook and the terminal."""

from __future__ import annotations

import importlib.util
import textwrap
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from autograder import exercises, locate
from autograder.engine.run import QUICK_SECONDS, run_checks
from autograder.exercise import Exercise, StudentFile
from autograder.exercises.registry import ids, select
from autograder.judging import pack
from autograder.judging.evidence import Evidence
from autograder.judging.verdict import Status, Verdict
from autograder.show import text
from autograder.show.text import Outcome, total
from autograder.student import inside, progress, tab
from autograder.student.waiting import waiting
from autograder.submission import Submission


class CheckNotPassed(AssertionError):
    """A check did not pass; what to do about it has been shown."""

    def _render_traceback_(self) -> list[str]:
        # Jupyter shows this instead of a traceback, which would be ours and help nobody.
        return [f"{type(self).__name__}: {self}"]


def check(name: str) -> None:
    """Check what you wrote for one part of the exercise, and show what is right or wrong.

    The files are read anew on each call, so that an edit counts without a restart.

    Parameters
    ----------
    name : str
        One of the eight layer functions, ``"ThreeLayerConvNet"``, ``"overfit_small_data"`` or
        ``"one_epoch"``.

    Raises
    ------
    CheckNotPassed
        Some of it is not right yet.

    Examples
    --------
    >>> from autograder import check
    >>> check("max_pool_forward_naive")
    max_pool_forward_naive: 8 of 8 points
      right ...
    """
    verdicts = run([name])
    points, max_points = total(verdicts)
    if any(verdict.status is not Status.PASSED for verdict in verdicts):
        raise CheckNotPassed(
            f"{name}: {text.number(points)} of {text.number(max_points)} points so far."
        )


def run(chosen: list[str] | None) -> list[Verdict]:
    """Run checks on the current files and show each function's outcome as it is known.

    Raises
    ------
    UserError
        There is no check of a given name, or there is no usable pack.
    """
    exercise = exercises.with_what(tuple(chosen or ()))
    select(
        exercise, chosen if chosen is None else tuple(chosen)
    )  # a misspelled name is told before anything runs
    public = pack.public(exercise.name, ids(exercise))
    names = chosen or list(exercise.names)
    verdicts: list[Verdict] = []
    told: frozenset[str] = frozenset()
    for name in names:
        if tab.here() and (reason := tab.left_out(exercise, name)):
            print(textwrap.fill(reason, text.WIDTH))
            continue
        wrong: list[Evidence] = []
        run_on = tab.run_checks if tab.here() else run_checks
        with patience(exercise, name):
            found = run_on(
                *(exercise, current_submission(exercise), public, [name]),
                on_failure=wrong.append,
                hears=True,
            )
        verdicts += found
        lines = inside.how_to(exercise, wrong) if wrong else ""
        folder = tab.kept() if tab.here() else locate.root()
        note = progress.note(exercise, folder, verdicts) if name == names[-1] else ""
        evidence = {failed.check: failed for failed in wrong}
        outcome = Outcome(name, found, evidence, lines, note, told)
        show(outcome)
        told = outcome.unloadable
    return verdicts


def show(outcome: Outcome) -> None:
    """Show an outcome: in a notebook as HTML."""
    if in_notebook():
        from IPython.display import display

        display(outcome)
    else:
        outcome.show()


def patience(exercise: Exercise, name: str) -> AbstractContextManager[None]:
    """Show that a check which trains is still at work; the others take a moment."""
    infos = select(exercise, (name,))
    trains = exercise.by_name[infos[0].function].trains
    seconds = sum(info.seconds for info in infos)
    if tab.here() and in_notebook():
        return tab.patience(name, seconds if trains else QUICK_SECONDS, trains=trains)
    return waiting(name, seconds) if trains else nullcontext()


def current_submission(exercise: Exercise) -> Submission:
    """Return the files that ``import cs231n.layers`` and so on find in this process.

    Without ``cs231n`` on the path, those in the folder ``assignment`` of the exercise.
    """
    files = {}
    for file in exercise.files:
        source = source_of(file)
        if source.is_file():
            files[file.path] = source.read_bytes()
    return Submission("you", files)


def source_of(file: StudentFile) -> Path:
    """Return where the student's own copy of a file is, or should be."""
    return imported_file(file.module) or locate.given() / file.path


def imported_file(module: str) -> Path | None:
    """Return the file that a module is imported from, if there is one."""
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec and spec.origin else None


def in_notebook() -> bool:
    """Return whether this process is a notebook's kernel, where HTML can be shown."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and ("IPKernelApp" in shell.config or tab.here())
