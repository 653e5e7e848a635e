"""Resource limits that the worker puts on itself before it loads student code."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

MAX_FILE = 64 << 20  # bytes in any one file, the captured output included
MAX_CPU = 3600  # seconds over a worker's life; each check has a shorter limit of its own
MAX_OPEN = 256  # descriptors
MAX_TASKS = 256  # processes and threads, on top of those that the user has already


def apply(memory: int, tasks: int | None) -> None:
    """Bound memory, file size, processor time, descriptors and tasks (not on Windows).

    Parameters
    ----------
    memory : int
        Bytes of address space; three quarters of a small machine's memory at most.
    tasks : int or None
        How many the user has already, if that is known: the system counts all of them.
    """
    if sys.platform == "win32":
        return
    import resource

    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: MAX_FILE,
        resource.RLIMIT_CPU: MAX_CPU,
        resource.RLIMIT_NOFILE: MAX_OPEN,
    }
    if sys.platform == "linux":  # macOS accepts RLIMIT_AS only to ignore or refuse it
        wanted[resource.RLIMIT_AS] = min(memory, usable_memory())
    if tasks is not None:  # holds for users only, not for root
        wanted[resource.RLIMIT_NPROC] = tasks + MAX_TASKS
    for what, limit in wanted.items():
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(what, (limit, limit))
    # Should the machine run out of memory all the same, let this be what the system ends.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def usable_memory() -> int:
    """Return the bytes that one worker may take of this machine: not all, but what it needs."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(physical * 3 // 4, 2 << 30)
