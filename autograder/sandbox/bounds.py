"""Bounds that the grader puts on a process of its own, as far as the system has them."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from pathlib import Path

M_ARENA_MAX = -8  # of malloc.h
JUDGING_MEMORY = 768 << 20  # bytes for judging, besides those that a process starts with


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
        one_arena()
        address_space(addresses() + most)


def addresses() -> int:
    """Return the bytes of address space that this process has, where the system says it."""
    if sys.platform != "linux":
        return 0
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def one_arena() -> None:
    """Have all threads of this process share the memory that is set aside for small objects.

    The GNU C library would set 64 MiB of addresses aside for each thread, which the limit counts,
    used or not, until no further thread can start.
    """
    with contextlib.suppress(AttributeError):  # other C libraries do no such thing
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
