"""Temporary folders that go with the process that made them, however it ends.

Each process has one folder for all of them, and beside it a file that it holds locked while it
lives. What can be locked by another is left over from a process that was killed: the next one that
needs a folder removes it.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PREFIX, LOCK = "convnets-", ".lock"


@cache
def home() -> Path:
    """Return this process's folder for temporary folders; it is removed as the process ends."""
    if sys.platform != "emscripten":  # where nothing outlives the process
        sweep(Path(tempfile.gettempdir()))
    return make(Path(tempfile.gettempdir()))


if hasattr(os, "register_at_fork"):  # a copy of this process has a folder of its own
    os.register_at_fork(after_in_child=home.cache_clear)


def make(parent: Path) -> Path:
    """Make a folder that is this process's own, as long as it lives."""
    while True:
        folder = parent / f"{PREFIX}{secrets.token_hex(4)}"
        with contextlib.suppress(FileExistsError):
            lock = os.open(beside(folder), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            # A process that sweeps may have taken the file away before it was locked.
            if is_mine(lock) and beside(folder).exists():
                folder.mkdir(mode=0o700)
                atexit.register(forget, folder, lock, os.getpid())
                return folder
            os.close(lock)


@contextlib.contextmanager
def together(name: str) -> Iterator[Path]:
    """Provide a folder that all processes of this user on this machine share that name it so.

    The last one that leaves removes it, or the next sweep. Not on Windows.
    """
    assert sys.platform not in ("win32", "emscripten")
    import fcntl

    folder = Path(tempfile.gettempdir(), f"{PREFIX}{os.geteuid()}-{name}")
    while True:
        lock = os.open(beside(folder), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        fcntl.flock(lock, fcntl.LOCK_SH)
        with contextlib.suppress(FileNotFoundError):  # it was swept before it was locked
            if os.path.samestat(os.fstat(lock), beside(folder).lstat()):
                break
        os.close(lock)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
        if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid():
            raise PermissionError(f"{folder} is somebody else's")
        yield folder
    finally:
        if is_mine(lock):  # nobody else holds it
            remove(folder)
            beside(folder).unlink(missing_ok=True)
        os.close(lock)


def forget(folder: Path, lock: int, pid: int) -> None:
    """Remove a folder of the process `pid`, unless this is a copy of that."""
    if pid == os.getpid():
        remove(folder)
        if sys.platform == "win32":  # no open file can be removed there
            os.close(lock)
        beside(folder).unlink(missing_ok=True)


def sweep(parent: Path) -> None:
    """Remove what processes of this user have left in `parent` that were killed."""
    for path in parent.glob(f"{PREFIX}*{LOCK}"):
        # Somebody else's, or swept by another at the same time; on Windows, in use.
        with contextlib.suppress(OSError):
            left_over(path)


def left_over(path: Path) -> None:
    """Remove a folder by the file beside it, if its process has ended.

    Raises
    ------
    OSError
        The file is not there any more, or not this user's.
    """
    if sys.platform == "win32":
        path.unlink()
        remove(path.with_suffix(""))
        return
    if path.lstat().st_uid != os.geteuid():
        return
    lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        if is_mine(lock):
            remove(path.with_suffix(""))
            path.unlink()
    finally:
        os.close(lock)


def is_mine(lock: int) -> bool:
    """Lock an open file; return whether no other process has it locked."""
    if sys.platform == "win32":  # where it cannot be removed while it is open: that is the lock
        return True
    if sys.platform == "emscripten":  # a browser's tab, where there is no other process
        return True
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes that lock the same file out meanwhile; not on Windows.

    The system unlocks what a process had locked, whatever ends it.
    """
    if sys.platform in ("win32", "emscripten"):
        yield
        return
    import fcntl

    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def beside(folder: Path) -> Path:
    """Return the file that says whether the process of a folder lives."""
    return folder.with_name(folder.name + LOCK)


def remove(folder: Path) -> None:
    """Remove a folder whose content may have been made to resist."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists() and sys.platform != "win32":  # locked, or nested too deeply for Python
        for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
            with contextlib.suppress(FileNotFoundError):  # a system without these programs
                subprocess.run([*command, str(folder)], stderr=subprocess.DEVNULL, check=False)
