"""Show that a check is still at work: how long it has run so far, and how long it may.

The net of a student trains in a process of its own, which says nothing until it is done. So this
tells the time.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from tqdm import tqdm

QUIET = 3.0  # seconds before there is anything to say
FORMAT = "{desc} |{bar:20}| {n:.0f} s of at most {total:.0f}"


@contextmanager
def waiting(name: str, limit: float) -> Iterator[None]:
    """Show a bar of time while checks run, if they take more than a moment.

    Parameters
    ----------
    name : str
        What is checked.
    limit : float
        The seconds that it may take.
    """
    stream = screen()
    if stream is None:
        yield
        return
    done = threading.Event()
    shown = threading.Thread(target=show, args=(name, limit, stream, done), daemon=True)
    shown.start()
    try:
        yield
    finally:
        done.set()
        shown.join()


def screen() -> TextIO | None:
    """Return where somebody sees a bar: a notebook or a terminal, if there is one."""
    if type(sys.stdout).__module__.startswith("ipykernel"):
        return sys.stdout  # what is on standard error looks like a failure there
    return sys.stderr if sys.stderr.isatty() else None


def show(name: str, limit: float, stream: TextIO, done: threading.Event) -> None:
    """Draw the bar each second until it is done, and wipe it away then."""
    start = time.monotonic()
    if done.wait(QUIET):
        return
    with tqdm(total=limit, desc=name, file=stream, bar_format=FORMAT, leave=False) as bar:
        while True:
            bar.n = min(time.monotonic() - start, limit)
            bar.refresh()
            if done.wait(1.0):
                return
