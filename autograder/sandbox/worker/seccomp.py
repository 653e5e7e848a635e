"""A system call filter (Linux): what is not known to be harmless is not allowed.

The filter is some hundred instructions of classic BPF, put together here rather than by libseccomp:
its Python bindings need a C library that many machines lack, and nothing may be installed into
the worker but NumPy. `calls` says what it lets through.

What it does not let through fails as a C library expects it: with EPERM, as what is forbidden; with
ENOSYS, as on an older kernel, where it has never been heard of or where only that makes the library
use what came before.

References
----------
Linux, Documentation/userspace-api/seccomp_filter.rst; include/uapi/linux/filter.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

import calls

# By its name: the architecture as the kernel numbers it, and the column of numbers in `calls`.
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
X32, NEGATIVE = 0x40000000, 0x80000000  # bits of a number

LOAD, AND, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
ALLOW, FAIL, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


def instruction(code: int, k: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Return one BPF instruction; the jumps say how many of the next ones are left out."""
    return struct.pack("=HBBI", code, if_true, if_false, k)


ALLOWED = instruction(RETURN, ALLOW)
FORBIDDEN = instruction(RETURN, FAIL | errno.EPERM)
UNKNOWN = instruction(RETURN, FAIL | errno.ENOSYS)


def program(pid: int, machine: str) -> bytes:
    """Return the filter for the process `pid` on a `machine` of `ARCHITECTURES`."""
    architecture, column = ARCHITECTURES[machine]
    parts = [
        instruction(LOAD, ARCHITECTURE),
        instruction(EQUAL, architecture, 1, 0),
        instruction(RETURN, KILL),  # 32-bit calls have other numbers
        instruction(LOAD, NUMBER),
    ]
    if machine == "x86_64":  # and so has the x32 interface
        parts += [instruction(AT_LEAST, NEGATIVE, 2, 0), instruction(AT_LEAST, X32, 0, 1)]
        parts += [FORBIDDEN]
    for numbers in calls.ALLOWED.values():
        if numbers[column] >= 0:
            parts += [instruction(EQUAL, numbers[column], 0, 1), ALLOWED]
    for numbers, alternatives in calls.CHECKED.values():
        if numbers[column] >= 0:
            checks = [check(conditions, pid) for conditions in alternatives]
            body = b"".join([*checks, FORBIDDEN])
            parts += [instruction(EQUAL, numbers[column], 0, len(body) // 8), body]
    parts += [instruction(EQUAL, calls.CLONE3[column], 0, 1), UNKNOWN]
    for first, last in calls.KNOWN[column]:
        parts += [instruction(AT_LEAST, first, 0, 2), instruction(AT_LEAST, last + 1, 1, 0)]
        parts += [FORBIDDEN]
    return b"".join([*parts, UNKNOWN])


def check(conditions: tuple[calls.Condition, ...], pid: int) -> bytes:
    """Return instructions that allow a call if all conditions hold, and else go on after them."""
    code = ALLOWED
    for condition in reversed(conditions):  # each one jumps over all that comes after it
        code = test(condition, len(code) // 8, pid) + code
    return code


def test(condition: calls.Condition, over: int, pid: int) -> bytes:
    """Return instructions that jump over the next ones, so many, if a condition does not hold."""
    lower = ARGUMENTS + 8 * condition.argument
    code = [instruction(LOAD, lower)]
    if isinstance(condition, calls.Null):
        code += [instruction(EQUAL, 0, 0, over + 2), instruction(LOAD, lower + 4)]
        code += [instruction(EQUAL, 0, 0, over)]
    elif isinstance(condition, calls.Only):
        code += [instruction(ANY_BIT, ~condition.bits & 0xFFFFFFFF, over, 0)]
    elif isinstance(condition, calls.All):
        code += [instruction(AND, condition.bits), instruction(EQUAL, condition.bits, 0, over)]
    else:
        values = [pid if value == calls.OWN else value for value in condition.values]
        for left in range(len(values) - 1, -1, -1):  # how many come after this one
            code += [instruction(EQUAL, values[-left - 1], left, 0 if left else over)]
    return b"".join(code)


class Program(ctypes.Structure):
    """The kernel's ``struct sock_fprog``."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def apply() -> None:
    """Put the filter on this process for good.

    Raises
    ------
    OSError
        The system refuses, or is not one that the filter has been written for.
    """
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        raise OSError(f"there is no system call filter for {machine}")
    code = program(os.getpid(), machine)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = (ctypes.c_int, *4 * (ctypes.c_ulong,))
    if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no_new_privs cannot be set")
    argument = Program(len(code) // 8, code)
    if prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(argument), 0, 0):
        raise OSError(ctypes.get_errno(), "the system call filter was refused")
