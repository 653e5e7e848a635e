"""A system call filter (Linux): no new processes, no sockets, no hand on other processes.

The filter is a few dozen instructions of classic BPF, put together here rather than by libseccomp:
its Python bindings need a C library that many machines lack, and nothing may be installed into
the worker but NumPy.

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

# Numbers of the calls on x86_64 and on aarch64, where the older ones do not exist (-1).
# fmt: off
DENIED = {
    # Programs. What cannot start one cannot leave one behind either.
    "fork": (57, -1), "vfork": (58, -1), "execve": (59, 221), "execveat": (322, 281),
    # The network, and rings that do input and output past this filter.
    "socket": (41, 198), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "bpf": (321, 280), "perf_event_open": (298, 241),
    # Memory and descriptors of other processes.
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "kcmp": (312, 272), "userfaultfd": (323, 282),
    "tkill": (200, 130), "migrate_pages": (256, 238), "move_pages": (279, 239),
    # What would outlive the process, or is memory that no limit counts.
    "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180),
    "mq_unlink": (241, 181), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    # Namespaces and mounts.
    "unshare": (272, 97), "setns": (308, 268), "chroot": (161, 51), "pivot_root": (155, 41),
    "mount": (165, 40), "umount2": (166, 39), "move_mount": (429, 429), "fsopen": (430, 430),
    "open_tree": (428, 428), "fsconfig": (431, 431), "mount_setattr": (442, 442),
    # What Landlock leaves open on files: modes, owners, times, attributes, handles.
    "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, -1), "fchown": (93, 55), "lchown": (94, -1), "fchownat": (260, 54),
    "utime": (132, -1), "utimes": (235, -1), "futimesat": (261, -1), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "truncate": (76, 45), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # The machine itself, where the grader runs as root.
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "syslog": (103, 116),
    "sethostname": (170, 161), "setdomainname": (171, 162), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171),
    "iopl": (172, -1), "ioperm": (173, -1), "personality": (135, 92), "quotactl": (179, 60),
    "setrlimit": (160, 164),
}
# A call that sets limits if its third argument is not null; reading one's own is fine.
PRLIMIT = (302, 261)
# Calls that name a process, with the number of the argument that does: only one's own is allowed.
OWN_PROCESS_ONLY = {
    "kill": (62, 129, 0), "tgkill": (234, 131, 0),
    "rt_sigqueueinfo": (129, 138, 0), "rt_tgsigqueueinfo": (297, 240, 0),
    "sched_setaffinity": (203, 122, 0), "sched_setscheduler": (144, 119, 0),
    "sched_setparam": (142, 118, 0), "sched_setattr": (314, 274, 0),
    "setpriority": (141, 140, 1), "ioprio_set": (251, 30, 1),
}
# fmt: on
CLONE, CLONE3 = (56, 220), (435, 435)
CLONE_THREAD = 0x10000
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, FAIL, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


def instruction(code: int, k: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Return one BPF instruction; the jumps say how many of the next ones are left out."""
    return struct.pack("=HBBI", code, if_true, if_false, k)


def program(pid: int, machine: str) -> bytes:
    """Return the filter for the process `pid` on a `machine` of `ARCHITECTURES`."""
    architecture, column = ARCHITECTURES[machine]
    deny = instruction(RETURN, FAIL | errno.EPERM)
    parts = [
        instruction(LOAD, ARCHITECTURE),
        instruction(EQUAL, architecture, 1, 0),
        instruction(RETURN, KILL),  # 32-bit calls have other numbers
        instruction(LOAD, NUMBER),
    ]
    if machine == "x86_64":  # and so has the x32 interface
        parts += [instruction(AT_LEAST, 0x40000000, 0, 1), deny]
    for numbers in DENIED.values():
        if numbers[column] >= 0:
            parts += [instruction(EQUAL, numbers[column], 0, 1), deny]
    # The C library then uses clone, whose flags can be seen from here.
    parts += [
        instruction(EQUAL, CLONE3[column], 0, 1),
        instruction(RETURN, FAIL | errno.ENOSYS),
        instruction(EQUAL, CLONE[column], 0, 4),
        instruction(LOAD, ARGUMENTS),
        instruction(ANY_BIT, CLONE_THREAD, 0, 1),
        instruction(RETURN, ALLOW),  # threads are fine
        deny,
    ]
    parts += [
        instruction(EQUAL, PRLIMIT[column], 0, 6),
        instruction(LOAD, ARGUMENTS + 16),  # the pointer's lower half, then its upper one
        instruction(EQUAL, 0, 0, 3),
        instruction(LOAD, ARGUMENTS + 20),
        instruction(EQUAL, 0, 0, 1),
        instruction(RETURN, ALLOW),
        deny,
    ]
    for x86_64, aarch64, argument in OWN_PROCESS_ONLY.values():
        parts += [
            instruction(EQUAL, (x86_64, aarch64)[column], 0, 5),
            instruction(LOAD, ARGUMENTS + 8 * argument),
            instruction(EQUAL, 0, 1, 0),
            instruction(EQUAL, pid, 0, 1),
            instruction(RETURN, ALLOW),
            deny,
        ]
    return b"".join([*parts, instruction(RETURN, ALLOW)])


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
