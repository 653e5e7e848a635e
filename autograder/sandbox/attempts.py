"""What student code must not be able to do, each tried by a function.

`probe` hands this file to a worker as if a student had written it. Each function returns an array,
as layers do, that says whether it got what it wanted.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import numpy as np


def result(done: object) -> tuple[np.ndarray, None]:
    """Return an answer in the form of a layer's forward pass."""
    return np.array([float(bool(done))]), None


def read(paths: list[str]) -> tuple[np.ndarray, None]:
    """Read any of some files."""
    for path in paths:
        try:
            return result(Path(path).read_bytes() or True)
        except OSError:
            continue
    return result(False)


def write(folder: str) -> tuple[np.ndarray, None]:
    """Write a file into a folder of the grader's."""
    try:
        Path(folder, "written").write_text("by student code")
    except OSError:
        return result(False)
    return result(Path(folder, "written").exists())


def inspect(pid: int) -> tuple[np.ndarray, None]:
    """Look into the process of the grader."""
    try:
        with Path(f"/proc/{pid}/mem").open("rb"):
            return result(True)
    except OSError:
        return read([f"/proc/{pid}/environ", f"/proc/{pid}/cmdline"])


def signal(pid: int) -> tuple[np.ndarray, None]:
    """Send the grader a signal, one that does nothing."""
    try:
        os.kill(pid, 0)
    except OSError:
        return result(False)
    return result(True)


def connect(port: int) -> tuple[np.ndarray, None]:
    """Connect to a server on this machine."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return result(True)
    except OSError:
        return result(False)


def start_process() -> tuple[np.ndarray, None]:
    """Start another process."""
    try:
        pid = os.fork()
    except (OSError, AttributeError):
        return result(False)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return result(True)


def environment(text: str) -> tuple[np.ndarray, None]:
    """Find a text in the environment."""
    return result(text in str(os.environ))


def helpers(module: str) -> tuple[np.ndarray, None]:
    """Read a given module that does what a student is to write."""
    file = module.replace(".", os.sep) + ".py"
    return read([os.path.join(folder, file) for folder in sys.path])  # noqa: PTH118


def libraries(paths: list[str]) -> tuple[np.ndarray, None]:
    """Read a library that the grader has, and student code is to do without."""
    return read(paths)


def disk(megabytes: int) -> tuple[np.ndarray, None]:
    """Take more space on the disk than a submission has use for."""
    try:
        for i in range(0, megabytes, 50):
            with open(f"part{i}", "wb") as file:  # noqa: PTH123
                os.posix_fallocate(file.fileno(), 0, 50 << 20)
    except (OSError, AttributeError):
        return result(False)
    return result(True)


def large_file(size: int) -> tuple[np.ndarray, None]:
    """Make one very large file."""
    try:
        with open("large", "wb") as file:  # noqa: PTH123
            file.seek(size)
            file.write(b"x")
    except OSError:
        return result(False)
    return result(True)


def memory(size: int) -> tuple[np.ndarray, None]:
    """Take more memory than the worker may have."""
    try:
        np.empty(size, dtype=np.uint8)
    except MemoryError:
        return result(False)
    return result(True)
