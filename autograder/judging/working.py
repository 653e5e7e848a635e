"""A bound on how long this process works itself."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType


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
