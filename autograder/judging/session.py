"""One submission under test: its workers, and what is known of it so far."""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from autograder import locate
from autograder.exercise import StudentFile
from autograder.judging.operation import Answer, Payload
from autograder.judging.operations import OPERATIONS
from autograder.sandbox import paths, probe, scratch
from autograder.sandbox.client import MAX_REPLY, Worker
from autograder.sandbox.errors import Raised, TimedOut, WorkerError
from autograder.sandbox.inprocess import LEVEL as IN_PROCESS
from autograder.sandbox.inprocess.worker import InProcess
from autograder.sandbox.launch import stage
from autograder.submission import Submission

LOAD_SECONDS = 20.0  # for importing one of the student's files
Fits = Callable[[Any], bool]


class TakesTooLong(Exception):
    """This process has worked for longer than `working_at_most` allows."""


@contextlib.contextmanager
def working_at_most(seconds: float) -> Iterator[None]:
    """Raise `TakesTooLong` when this process has worked so long itself.

    What it waits for is not counted. Where the exception is caught inside, it comes again, a second
    of work later. Only the main thread can be interrupted, and not on Windows or in a browser.
    """
    in_main_thread = threading.current_thread() is threading.main_thread()
    if sys.platform in ("win32", "emscripten") or not in_main_thread:
        yield
        return

    def over(number: int, frame: FrameType | None) -> None:
        raise TakesTooLong(f"more than {seconds:g} seconds of work")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)


class CannotLoad(WorkerError):
    """One of the student's files cannot be imported; holds for every check on it."""

    def __init__(self, path: str, cause: WorkerError) -> None:
        super().__init__(f"{path} cannot be loaded: {cause}")
        self.path, self.cause = path, cause


class OutOfTime(TimedOut):
    """All the time that there is for some code was used up, by this request or before it."""


class Budget:
    """How long student code may take, in all requests together.

    Parameters
    ----------
    what : str
        What the time is for, for a sentence.
    seconds : float
        How much there is.
    """

    def __init__(self, what: str, seconds: float) -> None:
        self._what, self._seconds = what, seconds
        self._taken: dict[str, float] = {}

    @property
    def left(self) -> float:
        """Return how much there still is, in seconds."""
        return self._seconds - sum(self._taken.values())

    @contextlib.contextmanager
    def within(self, seconds: float, name: str) -> Iterator[float]:
        """Give what there is of `seconds` for something, and note how long it took.

        Raises
        ------
        OutOfTime
            Nothing is left, or what was left did not suffice.
        """
        if self.left <= 0:
            raise self.used_up()
        start, limit = time.monotonic(), min(seconds, self.left)
        try:
            try:
                yield limit
            finally:
                taken = time.monotonic() - start
                self._taken[name] = self._taken.get(name, 0.0) + taken
        except TimedOut:
            if limit < seconds:
                raise self.used_up() from None
            raise

    def used_up(self) -> OutOfTime:
        """Return what is raised where nothing is left."""
        most = max(self._taken, key=lambda name: self._taken[name], default="what came before")
        return OutOfTime(
            f"all the time that there is for {self._what}, {self._seconds:g} seconds, was used "
            f"up, most of it by {most}"
        )


class Session:
    """Runs requests on one submission, each within its time, in workers that are replaced at need.

    Each file that students write has a worker of its own, since one may use what another must do
    without.

    Parameters
    ----------
    submission : Submission
        The code under test.
    files : sequence of StudentFile
        What students write.
    given : collection of str
        Functions in these files that students were given.
    threads : int
        Threads for numerical libraries in the worker.
    isolation : str, optional
        One of `autograder.sandbox.levels.LEVELS`, or for a student's own check
        `autograder.sandbox.inprocess.LEVEL`; the strongest that holds here if not given.
    hears : bool
        Keep what the code prints, for its author: never where the inputs are secret.
    readable : sequence of Path
        Further files and folders that the workers may read, as in `Pack`.

    Attributes
    ----------
    given : collection of str
        As above: what they return as a cache is known, whatever a student has made of them.
    stuck : dict of str to WorkerError
        Functions that hung or ended their worker while they only helped: they are called once.
    budget : Budget or None
        The time that there is for the next requests, besides the limit that each has.
    """

    def __init__(
        self,
        submission: Submission,
        files: Sequence[StudentFile],
        *,
        given: Collection[str] = (),
        threads: int = 1,
        isolation: str | None = None,
        hears: bool = False,
        readable: Sequence[Path] = (),
    ) -> None:
        self.given = given
        self.isolation = isolation or probe.strongest()
        self.stuck: dict[str, WorkerError] = {}
        self.budget: Budget | None = None
        self._files = {file.module: file for file in files}
        self._threads, self._hears, self._readable = threads, hears, readable
        self._heard: list[str] = []
        if not scratch.home().is_dir():  # some systems remove what has not been used for days
            scratch.home.cache_clear()
        self._folder = tempfile.TemporaryDirectory(prefix="submission-", dir=scratch.home())
        stage(submission, [file.path for file in files], Path(self._folder.name))
        self._workers: dict[str, Worker | InProcess] = {}  # by the module that they are for
        self._loaded: set[str] = set()
        self._unloadable: dict[str, CannotLoad] = {}

    def ask(self, op: str, payload: Payload, seconds: float) -> Answer:
        """Carry out one operation on the student's code.

        Raises
        ------
        WorkerError
            The code could not be loaded, raised, crashed, or took longer than `seconds` or than
            what is left of the `budget`.
        """
        self._heard.clear()
        return OPERATIONS[op].run(self, payload, seconds)

    @property
    def printed(self) -> str:
        """Return what the code printed in the last `ask`, loading included."""
        return "\n".join(filter(None, self._heard))

    def load(self, module: str) -> None:
        """Import a student's module, once for each worker and within a time limit of its own.

        Raises
        ------
        CannotLoad
            It cannot be imported.
        """
        if module in self._unloadable:
            raise self._unloadable[module]
        if module in self._loaded:
            return
        try:
            self._request(
                *("load", module, {"module": module}, LOAD_SECONDS),
                fits=lambda reply: reply is None,
                most=MAX_REPLY,
            )
        except OutOfTime:
            raise
        except WorkerError as error:
            if isinstance(error, Raised) and error.missing:
                raise
            self._unloadable[module] = CannotLoad(self._files[module].path, error)
            raise self._unloadable[module] from None
        self._loaded.add(module)

    def request(
        self, name: str, module: str, arguments: Payload, seconds: float, fits: Fits, most: int
    ) -> Answer:
        """Have one thing done in the worker of a student's module; see `operations.Caller`."""
        self.load(module)
        start = time.monotonic()
        reply = self._request(name, module, arguments, seconds, fits, most)
        return Answer(reply, "", time.monotonic() - start)

    def renew(self, module: str) -> None:
        """Give a student's module a worker that knows nothing yet."""
        self._workers.pop(module).close()
        self._loaded.discard(module)

    def _request(
        self, name: str, module: str, arguments: Payload, seconds: float, fits: Fits, most: int
    ) -> Any:
        """Have one thing done, within its time and what is left of the budget."""
        called = str(arguments.get("function") or arguments.get("forward") or module)
        budget = self.budget
        limited = (
            contextlib.nullcontext(seconds) if budget is None else budget.within(seconds, called)
        )
        with limited as limit:
            worker = self._worker_of(module)
            try:
                return worker.request(name, arguments, seconds=limit, fits=fits, most=most)
            except Raised:
                raise
            except BaseException:  # it has ended, or would answer this to the next request
                self.renew(module)
                raise
            finally:
                if self._hears:
                    self._heard.append(worker.printed())

    def _worker_of(self, module: str) -> Worker | InProcess:
        """Return the worker of a student's module; it is started where there is none."""
        if module not in self._workers:
            file = self._files[module]
            kind = InProcess if self.isolation == IN_PROCESS else Worker
            self._workers[module] = kind(
                [Path(self._folder.name), locate.given()],
                threads=self._threads,
                isolation=self.isolation,
                unavailable=file.without,
                modules=file.modules,
                max_memory=file.memory,
                readable=self._readable,
                libraries=[*dict.fromkeys([*file.libraries, *paths.required_by(file.modules)])],
            )
        return self._workers[module]

    def close(self) -> None:
        """End the workers and remove the staged files."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()
        self._loaded.clear()
        self._folder.cleanup()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
