"""Give up the rights of root that a worker has no use for (Linux).

A grader in a container often runs as root. Its workers could then raise their own limits, look
into the grader's memory and make device files. What is kept is the right to read files whatever
their mode, since a course's files may belong to someone else.
"""

from __future__ import annotations

import ctypes
import os

VERSION = 0x20080522  # of the structures below: 64 capabilities in two words
CAP_DAC_OVERRIDE, CAP_SETPCAP, LAST = 1, 8, 63
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38


class Header(ctypes.Structure):
    """The kernel's ``struct __user_cap_header_struct``."""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class Data(ctypes.Structure):
    """The kernel's ``struct __user_cap_data_struct``."""

    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def drop() -> None:
    """Drop every capability but the one to read and write files, now and for good.

    Raises
    ------
    OSError
        The system refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    no = ctypes.c_ulong(0)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), no, no, no):
        raise OSError(ctypes.get_errno(), "no_new_privs cannot be set")
    header, data = Header(VERSION, 0), (Data * 2)()
    if libc.capget(ctypes.byref(header), data):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    if data[0].effective & 1 << CAP_SETPCAP:  # so that no program that is started gets them back
        for number in range(LAST + 1):
            if number != CAP_DAC_OVERRIDE:
                libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(number), no, no, no)
    kept = 1 << CAP_DAC_OVERRIDE
    data[0] = Data(data[0].effective & kept, data[0].permitted & kept, 0)
    data[1] = Data(0, 0, 0)
    if libc.capset(ctypes.byref(header), data):
        raise OSError(ctypes.get_errno(), "capabilities cannot be dropped")
