"""The system calls that a worker may make, and no others; their numbers on x86-64 and on ARM64.

Python, NumPy, the kernels, Matplotlib and IPython were traced for what they call; with each call
stand those that other C libraries make in its place. What is open here has no effect beyond the
process and the files that it may use. Calls that can do more are in `CHECKED`, with the arguments
for which they cannot.
"""

from __future__ import annotations

from typing import NamedTuple

# fmt: off
ALLOWED = {
    # Reading and writing what has been opened.
    "read": (0, 63), "write": (1, 64), "pread64": (17, 67), "pwrite64": (18, 68),
    "readv": (19, 65), "writev": (20, 66), "preadv": (295, 69), "pwritev": (296, 70),
    "preadv2": (327, 286), "pwritev2": (328, 287), "lseek": (8, 62), "close": (3, 57),
    "close_range": (436, 436), "dup": (32, 23), "dup2": (33, -1), "dup3": (292, 24),
    "pipe": (22, -1), "pipe2": (293, 59), "fsync": (74, 82), "fdatasync": (75, 83),
    "ftruncate": (77, 46), "fallocate": (285, 47), "fadvise64": (221, 223), "sendfile": (40, 71),
    "copy_file_range": (326, 285),
    # Files by name: what they hold is for Landlock or bubblewrap to guard.
    "open": (2, -1), "openat": (257, 56), "openat2": (437, 437), "creat": (85, -1),
    "stat": (4, -1), "fstat": (5, 80), "lstat": (6, -1), "newfstatat": (262, 79),
    "statx": (332, 291), "statfs": (137, 43), "fstatfs": (138, 44), "access": (21, -1),
    "faccessat": (269, 48), "faccessat2": (439, 439), "readlink": (89, -1),
    "readlinkat": (267, 78), "getdents": (78, -1), "getdents64": (217, 61), "getcwd": (79, 17),
    "chdir": (80, 49), "fchdir": (81, 50), "mkdir": (83, -1), "mkdirat": (258, 34),
    "rmdir": (84, -1), "rename": (82, -1), "renameat": (264, 38), "renameat2": (316, 276),
    "unlink": (87, -1), "unlinkat": (263, 35), "umask": (95, 166),
    # Waiting.
    "poll": (7, -1), "ppoll": (271, 73), "select": (23, -1), "pselect6": (270, 72),
    "epoll_create": (213, -1), "epoll_create1": (291, 20), "epoll_ctl": (233, 21),
    "epoll_wait": (232, -1), "epoll_pwait": (281, 22), "epoll_pwait2": (441, 441),
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "pause": (34, -1),
    "restart_syscall": (219, 128), "wait4": (61, 260), "waitid": (247, 95),
    # Sockets that are connected to each other from the start.
    "shutdown": (48, 210), "getsockname": (51, 204), "getpeername": (52, 205),
    "getsockopt": (55, 209), "recvfrom": (45, 207),
    # Memory.
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "mremap": (25, 216),
    "madvise": (28, 233), "msync": (26, 227), "brk": (12, 214), "mseal": (462, 462),
    "map_shadow_stack": (453, 453),
    # Threads.
    "futex": (202, 98), "futex_waitv": (449, 449), "futex_wake": (454, 454),
    "futex_wait": (455, 455), "futex_requeue": (456, 456), "set_robust_list": (273, 99),
    "set_tid_address": (218, 96), "rseq": (334, 293), "gettid": (186, 178),
    "sched_yield": (24, 124), "sched_getaffinity": (204, 123),
    "sched_get_priority_max": (146, 125), "sched_get_priority_min": (147, 126),
    "getcpu": (309, 168), "exit": (60, 93), "exit_group": (231, 94),
    # Signals to oneself.
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigpending": (127, 136),
    "rt_sigreturn": (15, 139), "rt_sigsuspend": (130, 133), "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132), "alarm": (37, -1), "setitimer": (38, 103), "getitimer": (36, 102),
    # What time it is, and who and where one is.
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "gettimeofday": (96, 169),
    "time": (201, -1), "times": (100, 153), "getrusage": (98, 165), "getrlimit": (97, 163),
    "getpid": (39, 172), "getppid": (110, 173), "getpgrp": (111, -1), "getpgid": (121, 155),
    "getsid": (124, 156), "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176),
    "getegid": (108, 177), "getresuid": (118, 148), "getresgid": (120, 150),
    "getgroups": (115, 158), "uname": (63, 160), "sysinfo": (99, 179), "getrandom": (318, 278),
}
"""Each call by its name, with its numbers; -1 where there is none."""
# fmt: on


class OneOf(NamedTuple):
    """The lower half of an argument is one of some values."""

    argument: int
    values: tuple[int, ...]


class Only(NamedTuple):
    """The lower half of an argument has no bits set but some."""

    argument: int
    bits: int


class All(NamedTuple):
    """An argument has all of some bits set."""

    argument: int
    bits: int


class Null(NamedTuple):
    """An argument is a null pointer."""

    argument: int


Condition = OneOf | Only | All | Null

OWN = -1
"""Stands for this process's own number."""

# What a thread shares with its process; the last one is obsolete, and musl sets it.
THREAD = 0x10000 | 0x100 | 0x800  # CLONE_THREAD, CLONE_VM, CLONE_SIGHAND
THREAD_TOO = 0x200 | 0x400 | 0x40000 | 0x80000 | 0x100000 | 0x200000 | 0x1000000 | 0x400000

DUPLICATE, GET_FD, SET_FD, GET_FLAGS, SET_FLAGS, DUPLICATE_CLOSED = 0, 1, 2, 3, 4, 1030
HARMLESS_FLAGS = 0x3 | 0x400 | 0x800 | 0x8000 | 0x20000  # O_APPEND, O_NONBLOCK; as it is read
TERMINAL = (0x5401, 0x802C542A, 0x5413)  # TCGETS, TCGETS2, TIOCGWINSZ: is this one, how large
DESCRIPTOR = (0x541B, 0x5421, 0x5450, 0x5451)  # FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
NAMES = (15, 16, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_SET_VMA
PROCESSOR = (0x1021, 0x1022, 0x1023, *range(0x5001, 0x5006))  # AMX; shadow stacks
UNIX, STREAM, STREAMS = 1, 1, (1, 1 | 0x800, 1 | 0x80000, 1 | 0x80800)  # SOCK_NONBLOCK, _CLOEXEC

CHECKED: dict[str, tuple[tuple[int, int], tuple[tuple[Condition, ...], ...]]] = {
    # Threads, and no processes: what cannot start one cannot leave one behind either.
    "clone": ((56, 220), ((All(0, THREAD), Only(0, THREAD | THREAD_TOO)),)),
    # No signals on input, no locks, leases or notices: those reach others, or tell of them.
    "fcntl": (
        (72, 25),
        (
            (OneOf(1, (DUPLICATE, DUPLICATE_CLOSED, GET_FD, SET_FD, GET_FLAGS)),),
            (OneOf(1, (SET_FLAGS,)), Only(2, HARMLESS_FLAGS)),
        ),
    ),
    "ioctl": ((16, 29), ((OneOf(1, (*TERMINAL, *DESCRIPTOR)),),)),
    # Not PR_SET_PDEATHSIG above all, by which a worker ends with its grader.
    "prctl": ((157, 167), ((OneOf(0, NAMES),),)),
    "arch_prctl": ((158, -1), ((OneOf(0, PROCESSOR),),)),
    # An event loop wakes itself by a pair of streams. Datagrams could be sent to any socket that
    # has a name in the file system, whatever they are connected to.
    "socketpair": ((53, 199), ((OneOf(0, (UNIX,)), OneOf(1, STREAMS)),)),
    "sendto": ((44, 206), ((Null(4),),)),
    # Calls that name a process: one's own only.
    "kill": ((62, 129), ((OneOf(0, (OWN,)),),)),
    "tgkill": ((234, 131), ((OneOf(0, (OWN,)),),)),
    "sched_setaffinity": ((203, 122), ((OneOf(0, (0, OWN)),),)),
    "getpriority": ((140, 141), ((OneOf(0, (0,)), OneOf(1, (0, OWN))),)),
    "setpriority": ((141, 140), ((OneOf(0, (0,)), OneOf(1, (0, OWN))),)),
    "prlimit64": ((302, 261), ((OneOf(0, (0, OWN)), Null(2)),)),  # limits are read, not set
    "mbind": ((237, 235), ((OneOf(5, (0,)),),)),  # of memory to come: none is moved
}
"""Each call with its numbers, and the conditions, in sets, of which one has to hold in full."""

CLONE3 = (435, 435)
"""A call whose flags no filter can see; the C library then uses ``clone``."""

KNOWN = (((0, 335), (424, 469)), ((0, 294), (424, 469)))
"""The numbers that Linux 6.17 gives a meaning, from first to last, on each of the two machines."""
