"""Bounds that the grader puts on a process of its own, as far as the system has them."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType


class TakesTooLong(Exception):
    """This process has worked for longer than `working_at_most` allows."""


def lower(name: str, limit: int) -> None:
    """Set one of the limits of the module ``resource``, so that it can be set anew."""
    if sys.platform != "win32":
        import resource

        what = getattr(resource, name)
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(what, (limit, hard))


def address_space(limit: int) -> None:
    """Bound the bytes of this process's address space; a worker sets its own."""
    if sys.platform == "linux":  # macOS accepts the limit only to ignore or refuse it
        lower("RLIMIT_AS", limit)
        lower("RLIMIT_CORE", 0)


def more_memory(most: int) -> None:
    """Let this process take so many bytes of address space besides what it has now."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        import resource

        address_space(pages * resource.getpagesize() + most)


@contextlib.contextmanager
def working_at_most(seconds: float) -> Iterator[None]:
    """Raise `TakesTooLong` when this process has worked so long itself.

    What it waits for is not counted. Where the exception is caught inside, it comes again, a second
    of work later. Only the main thread can be interrupted, and not on Windows.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
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
