"""What is otherwise where a tab of a browser is all that there is: the site of a course.

There is no terminal there, and no second process. The exercise is in a wheel that the kernel has
loaded; what a student edits is in `DRIVE`, which the browser keeps. Anywhere else, `here`,
`isolation` and `kept` say how it is there, and the rest is not called.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tqdm import tqdm

from autograder import exercises, locate
from autograder.engine import run as engine
from autograder.exercise import Exercise
from autograder.exercises.registry import list_checks
from autograder.judging.pack import Pack
from autograder.judging.verdict import Verdict
from autograder.sandbox import inprocess
from autograder.sandbox.inprocess.deadline import TICK
from autograder.student.waiting import FORMAT
from autograder.submission import Submission

FOLDER = "convnets"  # of the exercise, among the packages of the kernel
DRIVE = Path("/drive")  # the files that JupyterLab shows
RESTART = "<i>Kernel &gt; Restart Kernel</i>, then run the setup cell. What you have saved is kept."
NO_DRIVE = (
    "Your files cannot be reached from here: this browser has not let the page keep any. Private "
    "windows and pages without https are like that. Open the link in a usual window."
)


class NoDrive(Exception):
    """The browser keeps no files; the message says what to do."""

    def _render_traceback_(self) -> list[str]:
        # Jupyter shows this instead of a traceback, which would be ours and help nobody.
        return [str(self)]


@cache
def here() -> bool:
    """Return whether this is a tab of a browser."""
    return sys.platform == "emscripten"


def isolation() -> str | None:
    """Return how student code is run: in this process where there can be no other."""
    return inprocess.LEVEL if here() else None


def kept() -> Path:
    """Return the folder in which a student's files are."""
    return DRIVE if here() else locate.root()


def open_files() -> None:
    """Put the files that the student edits in the place of those that the wheel has.

    All others are not read from `DRIVE`, which is slow.
    """
    exercise, folder = exercises.default(), locate.given().name
    if not (DRIVE / folder).is_dir():
        raise NoDrive(NO_DRIVE)
    for name in exercise.editable:
        path = locate.given() / name
        path.unlink(missing_ok=True)
        path.symlink_to(DRIVE / folder / name)


def left_out(exercise: Exercise, name: str) -> str:
    """Say why a check is not run here, and what to do instead; empty if it is."""
    function = exercise.by_name.get(name.partition("/")[0])
    if function is None or not function.trains or function.trial:
        return ""
    instead = "".join(
        f"Whether your net learns, {other.name} shows here on {other.trial.about}. "
        for other in exercise.functions
        if other.trial
    )
    return (
        f"{name} is not run in the browser, where it would take hours. It is judged when you hand "
        f"in. {instead}To see all of it train, take your files to the exercise's archive, on a "
        "computer with Python."
    )


def run_checks(
    exercise: Exercise, submission: Submission, pack: Pack, names: Sequence[str], **how: Any
) -> list[Verdict]:
    """Run checks in this process, with trials for trainings; as `engine.run.run_checks`."""
    verdicts = engine.run_checks(
        exercise, submission, cases(exercise, pack), names, isolation=inprocess.LEVEL, **how
    )
    return as_tried(exercise, verdicts)


def cases(exercise: Exercise, pack: Pack) -> Pack:
    """Return the cases with small trials in the place of trainings."""
    made = dict(pack.cases)
    for info in list_checks(exercise):
        if trial := exercise.by_name[info.function].trial:
            whole = pack.cases[info.id]
            made[info.id] = [replace(case, payload=trial.payload(case.payload)) for case in whole]
    return replace(pack, cases=made)


def as_tried(exercise: Exercise, verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return verdicts in which a trial gives no points."""
    return [
        replace(verdict, points=0.0, title=f"{verdict.title}: here on {trial.about}")
        if (trial := exercise.by_name[verdict.function].trial)
        else verdict
        for verdict in verdicts
    ]


def judged_later(exercise: Exercise) -> tuple[str, ...]:
    """Return what gives its points only when it is handed in."""
    return tuple(function.name for function in exercise.functions if function.trains)


@contextmanager
def patience(name: str, seconds: float, *, trains: bool) -> Iterator[None]:
    """Say how to restart, while student code runs that perhaps nothing stops; for a notebook.

    Parameters
    ----------
    name : str
        What is checked.
    seconds : float
        After how many it should have been stopped.
    trains : bool
        It takes a while: a bar shows that it is at work.
    """
    from IPython.display import HTML, display

    told = (
        f"Checking {name}. What takes too long is stopped. Should nothing have come after "
        f"{seconds / 60:.0f} minutes: {RESTART}"
    )
    shown = display(HTML(f"<small>{told}</small>"), display_id=True)
    try:
        if trains:
            with ticking(name, seconds):
                yield
        else:
            yield
    finally:
        shown.update(HTML(""))


@contextmanager
def ticking(name: str, seconds: float) -> Iterator[None]:
    """Show a bar of time, which student code moves itself: there is no thread to do it."""
    start = last = time.monotonic()

    def tick() -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > 1.0:
            bar.n, last = min(now - start, seconds), now
            bar.refresh()

    tqdm.monitor_interval = 0  # it would start a thread
    with tqdm(total=seconds, desc=name, file=sys.stdout, bar_format=FORMAT, leave=False) as bar:
        token = TICK.set(tick)
        try:
            yield
        finally:
            TICK.reset(token)
