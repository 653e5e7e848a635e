"""Grade several students at a time, each in one of a few processes that outlive them.

The checks run under pytest, of which a process can hold only one at a time: hence processes. One
that dies costs the student it was grading; another takes its place for the next.
"""

from __future__ import annotations

import contextlib
import gc
import queue
import threading
from collections.abc import Callable, Generator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from autograder.course.grading.student import Graded
from autograder.errors import for_everybody
from autograder.judging.pack import Pack
from autograder.sandbox import bounds, ending
from autograder.submission import Submission

Grade = Callable[[Submission, Pack], Graded]


class GraderDied(Exception):
    """The grader itself failed on a submission, so that there are no verdicts."""


Outcome = Graded | GraderDied | OSError


class Grader:
    """A process that grades one submission after the other.

    It is replaced if it dies, and when it has not given back the memory that a submission took:
    the next is to have as much.

    Parameters
    ----------
    cases : Pack
        What is graded with.
    grade : callable
        Called in the process with a submission and `cases`.
    """

    def __init__(self, cases: Pack, grade: Grade) -> None:
        self._cases, self._grade = cases, grade
        self._starting, self._ends = threading.Lock(), False
        self._process: BaseProcess | None = None

    def _start(self) -> BaseProcess:
        """Start the process; not in the first thread, where Ctrl-C would come between."""
        context = get_context("spawn")  # a forked copy would share locks and threads with us
        self._pipe, theirs = context.Pipe()
        process = context.Process(
            target=serve, args=(theirs, self._cases, self._grade), daemon=True
        )
        with ending.unheard():
            process.start()
        theirs.close()
        return process

    def grade(self, submission: Submission) -> Outcome:
        """Grade one submission."""
        try:
            with self._starting:  # none is started that nobody would end
                if self._ends:
                    return GraderDied("it was told to end")
                if self._process is None or not self._process.is_alive():
                    self._process = self._start()
        except OSError as error:  # the machine has no room for one more
            return error
        try:
            self._pipe.send(submission)
            outcome: Outcome
            outcome, ends = self._pipe.recv()
            if ends:
                self._process.join()
        except (EOFError, OSError):
            self._process.join()
            return GraderDied(f"its process ended with exit code {self._process.exitcode}")
        return outcome

    def end(self) -> None:
        """Tell the process to end, and with it the student code that it runs; wait for nothing."""
        with self._starting:
            self._ends = True
        if self._process is not None:
            self._process.terminate()

    def close(self) -> None:
        """Wait until the process has ended."""
        if self._process is not None:
            self._process.join(timeout=10)
            self._process.kill()
            self._process.join()


def serve(pipe: Connection, cases: Pack, grade: Grade) -> None:
    """Grade what comes through `pipe`, until its other end is gone."""
    with contextlib.suppress(EOFError, OSError, KeyboardInterrupt):
        ending.as_parent_says()  # in order, so that run_checks cleans up
        ending.with_parent()
        enough, ends = enough_addresses(), False
        while not ends:
            ending.heed()
            outcome = judged(pipe.recv(), cases, grade)
            give_back()
            ends = bounds.addresses() > enough
            pipe.send((outcome, ends))


def give_back() -> None:
    """Give back the memory that a submission took.

    What is there after the first one stays for all of them, and is not looked through again.
    """
    gc.collect()
    if not gc.get_freeze_count():
        gc.freeze()


def enough_addresses() -> int:
    """Bound the memory of a process that judges; return from where on it is to be replaced."""
    bounds.more_memory(bounds.JUDGING_MEMORY)
    return bounds.addresses() + bounds.JUDGING_MEMORY // 4


def judged(submission: Submission, cases: Pack, grade: Grade) -> Outcome:
    """Grade one submission; what is raised is returned."""
    try:
        return grade(submission, cases)
    except Exception as error:
        cause = error.__cause__
        for raised in (cause, error):
            if isinstance(raised, OSError) and for_everybody(raised):
                return raised
        reason = f" ({type(cause).__name__}: {cause})" if cause else ""
        return GraderDied(f"{type(error).__name__}: {error}{reason}")


def grade_all(
    todo: Sequence[Submission],
    cases: Pack,
    jobs: int,
    grade: Grade,
    started: Callable[[str], None] = lambda _: None,
) -> Generator[tuple[str, Outcome], None, None]:
    """Grade submissions, `jobs` at a time; closing the generator ends what still runs.

    When one is begun, `started` is called with the student's name, in any thread.

    Yields
    ------
    (str, Graded or GraderDied or OSError)
        Each student's name and what was made of it, as soon as it is there. An error of the system
        is one that would be raised for everybody.
    """
    waiting: queue.Queue[Submission] = queue.Queue()
    for submission in todo:
        waiting.put(submission)
    outcomes: queue.Queue[Any] = queue.Queue()
    graders = [Grader(cases, grade) for _ in range(min(jobs, len(todo)))]
    stopped = threading.Event()

    def work(grader: Grader) -> None:
        with contextlib.suppress(queue.Empty):
            while not stopped.is_set():
                submission = waiting.get_nowait()
                started(submission.student)
                outcomes.put((submission.student, grader.grade(submission)))

    threads = [threading.Thread(target=work, args=(g,), daemon=True) for g in graders]
    for thread in threads:
        thread.start()
    try:
        for _ in todo:
            yield outcomes.get()
    finally:
        stopped.set()
        for grader in graders:
            grader.end()
        for grader in graders:
            grader.close()
        for thread in threads:
            thread.join()
