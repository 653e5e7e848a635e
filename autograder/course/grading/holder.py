"""Who grades into a folder: one grader at a time, and the next one clears up after a killed one."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from autograder.disk import UNFINISHED
from autograder.errors import UserError

NAME = ".grading"
FAR = 1 << 20  # bytes; beyond what is written
OURS = re.compile(r"\.(.+\.\d+|\w{8})")  # before the ending: `disk.whole`'s files, and folders


@contextlib.contextmanager
def held(out: Path) -> Iterator[None]:
    """Hold a folder of results as long as it is graded into; Ctrl-C leaves nothing half-written.

    Raises
    ------
    UserError
        Somebody else holds it; the message says who.
    """
    with (out / NAME).open("a+", encoding="utf-8") as file:
        if not locked(file.fileno()):
            file.seek(0)
            raise UserError(
                f"{out} is being graded into: {file.read().strip() or 'nobody knows by whom'}. "
                "Wait until that has ended, or end it; then the same command goes on from there."
            )
        file.truncate(0)
        file.write(f"{who()}\n")
        file.flush()
        clear(out)
        try:
            yield
        except KeyboardInterrupt:
            clear(out)  # it may have come where such a thing was being removed
            raise
        finally:
            file.truncate(0)


def locked(descriptor: int) -> bool:
    """Lock an open file, as long as this process lives; return whether nobody else has."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, FAR, os.SEEK_SET)  # what is locked cannot be read there
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def who() -> str:
    """Return who grades: user, machine, process, and since when."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may know no name for a number
        user = str(os.getuid()) if hasattr(os, "getuid") else "somebody"
    now = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    return f"{user} on {socket.gethostname()}, process {os.getpid()}, since {now}"


def clear(out: Path) -> None:
    """Remove what a grader that was killed has left half-written."""
    left = [path for path in out.rglob(f".*{UNFINISHED}") if OURS.fullmatch(path.stem)]
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
