"""A time limit for student code that runs in this process, by `sys.settrace`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Any

TICK: ContextVar[Callable[[], object]] = ContextVar("TICK", default=lambda: None)
"""Called again and again while student code is at work, to show that it is."""


class Over(BaseException):
    """The time is over. No ``except Exception`` of a student's is meant to stop it."""


class Deadline:
    """Raises `Over` in student code that has taken too long.

    The clock is looked at with each line of a file below `folder`, and with each call of any Python
    function. What never comes to either cannot be stopped: one call into C that does not return,
    or a loop that catches everything and goes on.

    Parameters
    ----------
    seconds : float
        How long it may take.
    folder : str
        Where the student's files are.

    Attributes
    ----------
    over : bool
        The time is over, whatever student code has made of that.
    """

    def __init__(self, seconds: float, folder: str) -> None:
        self.over = False
        self._start, self._seconds = time.monotonic(), seconds
        self._folder, self._tick = folder, TICK.get()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch what is called meanwhile."""
        before = sys.gettrace()
        sys.settrace(self._called)
        try:
            yield
        finally:
            sys.settrace(before)

    def _called(self, frame: FrameType, event: str, _: Any) -> Any:
        self._look()
        return self._line if frame.f_code.co_filename.startswith(self._folder) else None

    def _line(self, frame: FrameType, event: str, _: Any) -> Any:
        self._look()
        return self._line

    def _look(self) -> None:
        taken = time.monotonic() - self._start
        if taken > self._seconds:
            self.over = True
            raise Over
        self._tick()
