"""The grader ends in order, whatever ends it, and what it started ends with it.

Ctrl-C raises `KeyboardInterrupt`, so that all that was started is ended and what was made for a
while is removed. So do the signals by which a process is ended and by which a closed terminal is
told. A process of ours whose parent is gone, even killed, ends the same way; a worker has its own
means (``sandbox/worker/confine.py``).
"""

from __future__ import annotations

import _thread
import contextlib
import errno
import functools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import parent_process
from multiprocessing.connection import wait
from types import FrameType
from typing import TextIO

NAMES = ("SIGTERM", "SIGHUP")  # the latter is not on every system
_told: list[int] = []
"""The signals that have come: a list, since what a handler does must not wait for a lock."""

SOON = 0.1  # seconds
GRACE = 10.0  # seconds to end in order once the parent is gone


def in_order() -> None:
    """Have the signals that end this process raise `KeyboardInterrupt`, the first of them once.

    One that is ignored stays so: `nohup` means it. Where Python drops the exception, since it came
    in a callback of a weak reference or in ``__del__``, it is raised once more; what a library
    drops, `heed` raises.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    ending = [number for number in numbers() if signal.getsignal(number) is signal.SIG_DFL]
    for number in ending:
        signal.signal(number, interrupt)
    if ending:
        sys.unraisablehook = functools.partial(once_more, sys.unraisablehook)
        if sys.platform not in ("win32", "emscripten"):
            in_any_thread()


def in_any_thread() -> None:
    """Have a signal heard that the system gives to another thread than the first, as under load.

    Python's handler runs in the first one, which would go on waiting for what it waits for.
    """
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
    threading.Thread(target=_pass_on, args=(ours,), daemon=True).start()


def _pass_on(descriptor: int) -> None:
    while number := os.read(descriptor, 1):
        time.sleep(SOON)
        if not _told and signal.getsignal(number[0]) is interrupt:
            tell_first(number[0])


def numbers() -> list[signal.Signals]:
    """Return the signals that there are here."""
    return [signal.Signals[name] for name in NAMES if hasattr(signal, name)]


def interrupt(number: int, _frame: FrameType | None) -> None:
    """Raise `KeyboardInterrupt`; while everything is put in order, only Ctrl-C is heard again."""
    _told.append(number)
    for other in numbers() if number != signal.SIGINT else ():
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


def told() -> bool:
    """Return whether a signal to end has come."""
    return bool(_told)


def told_by(error: OSError) -> bool:
    """Return whether a signal to end has come, or comes now: a terminal that is closed fails first.

    For that it has a while.
    """
    if error.errno == errno.EIO and not _told:
        with contextlib.suppress(KeyboardInterrupt):
            time.sleep(GRACE / 10)
    return told()


def last_words(text: str, file: TextIO) -> None:
    """Print to a terminal that may be the reason for the end: a closed one takes nothing."""
    try:
        print(text, file=file, flush=True)
    except OSError:
        hush(sys.stdout, sys.stderr)


def hush(*streams: TextIO) -> None:
    """Have nobody get what is still printed, some of which is written only as Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())


def heed() -> None:
    """Raise `KeyboardInterrupt` if a signal to end has come: whoever goes on has not seen its."""
    if _told:
        raise KeyboardInterrupt


def once_more(
    tell: Callable[[sys.UnraisableHookArgs], object], dropped: sys.UnraisableHookArgs
) -> None:
    """Raise `KeyboardInterrupt` again soon, if that is what Python has dropped; tell all else.

    But for that of two signals at once the second is ignored, as it is to be.
    """
    if issubclass(dropped.exc_type, KeyboardInterrupt):
        signal.signal(signal.SIGTERM, interrupt)
        threading.Timer(SOON, wake).start()
    elif not (_told and str(dropped.exc_value).endswith("ignored due to race condition")):
        tell(dropped)


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Have what this thread starts meanwhile not hear Ctrl-C, until that says otherwise.

    A terminal tells it all processes, also one that does not yet know that its parent decides.
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # whoever starts it hears Ctrl-C again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def as_parent_says() -> None:
    """End in order when this process is told to; what Ctrl-C means, its parent decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":  # for what this process starts: `unheard` may have started it
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    in_order()


def with_parent() -> None:
    """End this process of `multiprocessing`'s in order once its parent is gone, or after a while.

    The parent holds an end of a pipe that the system closes, whatever the parent dies of.
    """
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    parent = parent_process()
    assert parent is not None
    wait([parent.sentinel])
    from_within()


def from_within() -> None:
    """End this process in order, or after a while, from a thread besides its first."""
    wake()
    time.sleep(GRACE)
    os._exit(1)  # its workers end with it


def wake() -> None:
    """Raise `KeyboardInterrupt` in the first thread, from another one."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:  # which wakes it, too, where it waits
        tell_first(signal.SIGTERM)


def tell_first(number: int) -> None:
    """Send a signal to the first thread."""
    signal.pthread_kill(threading.main_thread().ident or 0, number)
