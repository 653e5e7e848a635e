"""Landlock (Linux 5.13 and later): this process can use the files granted to it, and no others.

Three system calls by ctypes. The bindings on PyPI are young and would have to be installed in the
worker's Python, which should see nothing but NumPy and the standard library.

References
----------
Linux, Documentation/userspace-api/landlock.rst.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
GET_VERSION, PATH_BENEATH, PR_SET_NO_NEW_PRIVS = 1, 1, 38

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
MAKE_DEVICE, MAKE_SOCKET = 1 << 6 | 1 << 11, 1 << 9
READ = READ_FILE | READ_DIR  # libraries too: to map one is to read it, not to execute it
NOT_IN_HOME = EXECUTE | MAKE_DEVICE | MAKE_SOCKET
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
# By the version of Landlock: the rights on files it knows. A right that is not handled is free.
RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
TCP = 0b11  # bind, connect: from version 4
SCOPES = 0b11  # abstract UNIX sockets and signals stay within: from version 6


class Ruleset(ctypes.Structure):
    """The kernel's ``struct landlock_ruleset_attr``."""

    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class PathBeneath(ctypes.Structure):
    """The kernel's ``struct landlock_path_beneath_attr``."""

    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("parent", ctypes.c_int32))


def call(number: int, *arguments: object) -> int:
    """Make a system call; raise `OSError` if it fails."""
    result = int(ctypes.CDLL(None, use_errno=True).syscall(number, *arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return result


def apply(read: Sequence[str], list_only: Sequence[str], write: Sequence[str]) -> None:
    """Restrict this process, for good, to what is granted.

    Parameters
    ----------
    read : sequence of str
        Files to be read, and folders in which everything may be.
    list_only : sequence of str
        Folders whose names may be listed, with all below them.
    write : sequence of str
        Files to be written, and folders in which everything may be read, written and made.

    Raises
    ------
    OSError
        The system has no Landlock, or does not let it be used.
    """
    version = call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(GET_VERSION))
    handled = RIGHTS[min(version, max(RIGHTS))]
    ruleset = Ruleset(handled, TCP if version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = call(CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(size), ctypes.c_uint32(0))
    for paths, rights in ((read, READ), (list_only, READ_DIR), (write, ~NOT_IN_HOME)):
        for path in paths:
            grant(rules, path, handled & rights)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(ctypes.c_int(PR_SET_NO_NEW_PRIVS), *(ctypes.c_ulong(n) for n in (1, 0, 0, 0))):
        raise OSError(ctypes.get_errno(), "no_new_privs cannot be set")
    call(RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
    os.close(rules)


def grant(rules: int, path: str, rights: int) -> None:
    """Add one path, which need not exist, to a ruleset."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not Path(path).is_dir():
            rights &= FILE_RIGHTS
        rule = PathBeneath(rights, descriptor)
        number = ctypes.c_uint32(0)
        call(ADD_RULE, ctypes.c_int(rules), PATH_BENEATH, ctypes.byref(rule), number)
    finally:
        os.close(descriptor)
