"""Resource limits that the worker puts on itself before it loads student code."""

from __future__ import annotations

import sys

MAX_MEMORY = 8 << 30  # bytes of address space; one epoch of training needs about 2 GiB
MAX_FILE = 64 << 20  # bytes in any one file, the captured output included


def apply() -> None:
    """Bound memory, file size and core dumps, where the system can (not on Windows)."""
    if sys.platform == "win32":
        return
    import resource

    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: MAX_FILE,
    }
    if sys.platform == "linux":  # macOS accepts RLIMIT_AS only to ignore or refuse it
        wanted[resource.RLIMIT_AS] = MAX_MEMORY
    for what, limit in wanted.items():
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(what, (limit, limit))
