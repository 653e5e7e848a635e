"""Where the students of a class are graded: in processes here, or on the machines of a cluster."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from autograder.course.grading.pool import Outcome, grade_all
from autograder.course.grading.student import How, grade_one
from autograder.course.grading.terminal import Running
from autograder.errors import UserError
from autograder.exercises.images import shared
from autograder.judging.pack import Pack
from autograder.sandbox import doctor, scratch
from autograder.submission import Submission

Spread = Callable[
    [Sequence[Submission], Pack, How, Running], Generator[tuple[str, Outcome], None, None]
]
"""Grades submissions; yields as `pool.grade_all`, and ends what still runs where it is closed."""


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a cluster."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="grade on the workers of a Dask cluster, such as tls://HOST:8786",
    )
    group.add_argument(
        "--dask",
        choices=["local"],
        help="grade on a Dask cluster that is made on this machine, with --jobs workers",
    )


@contextlib.contextmanager
def as_asked(options: argparse.Namespace, console: Console) -> Iterator[Spread]:
    """Provide what grades as a command's options say, and say where student code runs.

    Raises
    ------
    UserError
        There is no such cluster, or no sandbox that is asked for.
    """
    if options.scheduler or options.dask:
        with on_cluster(options.scheduler, options.jobs) as spread:
            console.print("Student code runs on the workers of the cluster that have a sandbox.")
            yield spread
        return
    if options.require_sandbox:
        doctor.require_sandbox()
    console.print(doctor.one_line(), markup=False)
    yield here(options.jobs)


def here(jobs: int) -> Spread:
    """Return what grades so many students at a time in processes of this machine."""

    def spread(
        todo: Sequence[Submission], cases: Pack, how: How, running: Running
    ) -> Generator[tuple[str, Outcome], None, None]:
        with TemporaryDirectory(prefix="images-", dir=scratch.home()) as folder:
            grade = partial(grade_one, how=how)
            cases = shared(cases, Path(folder))
            yield from grade_all(todo, cases, jobs, grade, running.started)

    return spread


@contextlib.contextmanager
def on_cluster(scheduler: str, workers: int) -> Iterator[Spread]:
    """Provide what grades on a Dask cluster: a scheduler's, or one of so many workers here.

    Raises
    ------
    UserError
        Dask is not installed, or the scheduler is not to be used.
    """
    try:
        from autograder.course.grading import cluster, connect
    except ModuleNotFoundError as error:
        if error.name not in ("dask", "distributed"):
            raise
        raise UserError(
            "--scheduler and --dask need Dask, which is not installed here: "
            'python -m pip install -c constraints.txt ".[dask]".'
        ) from None
    made = connect.to_scheduler(scheduler) if scheduler else connect.to_this_machine(workers)
    with made as client:
        yield partial(cluster.grade_all, client=client)
