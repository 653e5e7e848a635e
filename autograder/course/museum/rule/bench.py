"""Runs code of the museum in this process: it is our own, and too much of it for a sandbox.

A process that has a `Bench` is for nothing else: it imports a worker's modules and the solution.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import io
import os
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from autograder import locate
from autograder.exercise import Exercise
from autograder.judging.operation import Answer, Payload
from autograder.judging.operations import OPERATIONS
from autograder.sandbox import launch
from autograder.sandbox.errors import Raised, TimedOut, WorkerError
from autograder.submission import Submission

SECONDS = 2.0  # for one mutant on one input: some loop without an end
FILE = "<museum>"


class Bench:
    """Calls the solution's functions, or others in their place; as a `Session` is asked.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    solution : Submission
        What everything in the museum is a variant of.
    """

    def __init__(self, exercise: Exercise, solution: Submission) -> None:
        self.stuck: dict[str, WorkerError] = {}
        self.given: Collection[str] = ()
        os.environ["CONVNETS_BACKEND"] = "numpy"  # nothing that a mutant is given ends the process
        self._folder = tempfile.TemporaryDirectory(prefix="museum-")
        launch.stage(solution, [file.path for file in exercise.files], Path(self._folder.name))
        sys.path[:0] = [self._folder.name, str(locate.given()), str(launch.WORKER)]
        worker = importlib.import_module("operations")
        self._operations, self._held = worker.OPERATIONS, worker.held
        self._modules = {f.module: importlib.import_module(f.module) for f in exercise.files}
        self._solution = {name: dict(vars(module)) for name, module in self._modules.items()}
        self._lines: list[str] = []
        self._caches: dict[int, tuple[Payload, Any]] = {}  # by the arguments they were made for
        warnings.simplefilter("ignore")

    @contextlib.contextmanager
    def having(self, module: str, code: str, *, alone: bool = False) -> Iterator[None]:
        """Put what code defines in the place of the solution's, for a time.

        Code that is a whole file `alone` has nothing of the solution's around it.
        """
        target, before = vars(self._modules[module]), self._solution[module]
        space = {"__name__": module} if alone else target  # its functions see each other's edits
        self._lines = code.split("\n")
        try:
            with silent():
                exec(compile(code, FILE, "exec"), space)
            target.update({name: space[name] for name in before if name in space})
            yield
        finally:
            target.update(before)
            for name in set(target) - set(before):
                del target[name]

    def ask(self, op: str, payload: Payload, seconds: float = SECONDS) -> Answer:
        """Carry out one operation.

        Raises
        ------
        WorkerError
            The code raised, or took longer than `seconds`.
        """
        self.stuck.clear()
        return OPERATIONS[op].run(self, payload, seconds)

    def request(
        self, name: str, module: str, arguments: Payload, seconds: float, fits: Any, most: int
    ) -> Answer:
        """Have one thing done; see `operations.Caller`."""
        if name == "prepare" and self._prepared(module, arguments):
            return Answer(True)
        try:
            with at_most(seconds), np.errstate(all="ignore"), silent():
                return Answer(arrived(self._operations[name](**copied(arguments))))
        except Over:
            raise TimedOut(f"it took more than {seconds:g} seconds") from None
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            lines = [f.lineno for f in frames if f.filename == FILE and f.lineno]
            raised = Raised(f"{type(error).__name__}: {error}")
            raised.line = self._lines[lines[-1] - 1].strip() if lines else ""
            raise raised from None

    def _prepared(self, module: str, arguments: Payload) -> bool:
        """Put the cache of the solution's forward pass in place, made once for each input."""
        forward = arguments["forward"]
        if getattr(self._modules[module], forward) is not self._solution[module][forward]:
            return False
        args = arguments["args"]
        if id(args) not in self._caches:
            if not self._operations["prepare"](**copied(arguments)):
                return False
            self._caches[id(args)] = args, self._held.pop("cache")
        self._held["cache"] = copy.deepcopy(self._caches[id(args)][1])
        return True

    def renew(self, module: str) -> None:
        """There is one process only: nothing to do."""


def silent() -> contextlib.AbstractContextManager[Any]:
    """Print to nowhere, for a time."""
    return contextlib.redirect_stdout(io.StringIO())


class Over(BaseException):
    """Time is over."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise `Over` after some seconds, where the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def over(number: int, frame: FrameType | None) -> None:
        raise Over

    signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def copied(value: Any) -> Any:
    """Return arguments as they arrive over a wire: arrays and dictionaries of their own."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def arrived(value: Any) -> Any:
    """Return a reply as it arrives over a wire: NumPy's numbers are arrays there."""
    if isinstance(value, np.generic):
        return np.asarray(value)
    if isinstance(value, dict):
        return {key: arrived(item) for key, item in value.items()}
    return type(value)(map(arrived, value)) if isinstance(value, list | tuple) else value
