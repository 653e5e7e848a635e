"""sandbox/worker/seccomp.py: what is not on the list of system calls does not get through.

The program is run here, for both machines, by an interpreter of classic BPF; and it is tried on the
machine at hand, from inside, with every number that there is.
"""

import errno
import platform
import struct
import sys

import numpy as np
import pytest

from autograder import locate
from autograder.sandbox import launch
from autograder.sandbox.client import Worker
from autograder.sandbox.errors import Died
from autograder.sandbox.probe import probe

sys.path.append(str(launch.WORKER))
import calls
import seccomp

PID = 4321
PERMITTED, FORBIDDEN, UNKNOWN = 0, errno.EPERM, errno.ENOSYS
NEVER_FILTERED = (335, 336)  # uretprobe, uprobe: Linux answers all but its own uses with SIGILL
LAST = 1000  # a number beyond all that there are
SANDBOXES = ("bubblewrap", "landlock")


def verdict(machine, number, arguments=(0,) * 6, architecture=None):
    """Return the error with which a call fails under the filter, 0 if none; "killed" if it is."""
    own, _ = seccomp.ARCHITECTURES[machine]
    head = struct.pack("=IIQ", number & 0xFFFFFFFF, architecture or own, 0)
    data = head + struct.pack("=6Q", *(value & (1 << 64) - 1 for value in arguments))
    code = list(struct.iter_unpack("=HBBI", seccomp.program(PID, machine)))
    at = value = 0
    while True:
        operation, true, false, k = code[at]
        at += 1
        if operation == seccomp.LOAD:
            (value,) = struct.unpack_from("=I", data, k)
        elif operation == seccomp.AND:
            value &= k
        elif operation == seccomp.RETURN:
            return "killed" if k == seccomp.KILL else k & 0xFFFF if k != seccomp.ALLOW else 0
        else:
            holds = {
                seccomp.EQUAL: value == k,
                seccomp.AT_LEAST: value >= k,
                seccomp.ANY_BIT: bool(value & k),
            }[operation]
            at += true if holds else false


@pytest.fixture(params=seccomp.ARCHITECTURES)
def machine(request):
    """Return one of the machines that the filter is for."""
    return request.param


def numbers(table, machine):
    """Return the numbers of calls on a machine."""
    column = seccomp.ARCHITECTURES[machine][1]
    found = [entry[column] for entry in table if entry[column] >= 0]
    assert len(set(found)) == len(found)
    return set(found)


def number(name, machine="x86_64"):
    """Return the number of a call that is allowed for some arguments."""
    return calls.CHECKED[name][0][seccomp.ARCHITECTURES[machine][1]]


def expected(machine):
    """Return how each call fails that is on no list, by its number."""
    column = seccomp.ARCHITECTURES[machine][1]
    listed = numbers(calls.ALLOWED.values(), machine)
    checked = numbers([numbers for numbers, _ in calls.CHECKED.values()], machine)
    assert not listed & checked
    rest = {}
    for each in set(range(LAST)) - listed - checked:
        known = any(first <= each <= last for first, last in calls.KNOWN[column])
        rest[each] = FORBIDDEN if known else UNKNOWN
    return {**rest, calls.CLONE3[column]: UNKNOWN}


def test_what_is_on_no_list_fails(machine):
    for each in numbers(calls.ALLOWED.values(), machine):
        assert verdict(machine, each) == PERMITTED
    for each, error in expected(machine).items():
        assert verdict(machine, each) == error, each


def test_other_ways_into_the_kernel_are_closed(machine):
    assert verdict(machine, 20, architecture=0x40000003) == "killed"  # 32-bit Intel
    assert verdict(machine, 20, architecture=0x40000028) == "killed"  # 32-bit ARM
    for each in (0, 1, 59, 520, 545):  # x32, which has execve as 520
        error = FORBIDDEN if machine == "x86_64" else UNKNOWN
        assert verdict(machine, 0x40000000 | each) == error
    assert verdict(machine, -1) == UNKNOWN


HIGH = 1 << 32
THREAD = 0x3D0F00  # as the C library starts one
GOOD = [
    ("clone", THREAD),
    ("clone", THREAD | 0x400000),  # musl's
    ("fcntl", 2, 1030, 3),
    ("fcntl", 2, 0, 200),
    ("fcntl", 2, 3),
    ("fcntl", 2, 4, 0o4000),
    ("ioctl", 1, 0x5401),
    ("ioctl", 1, 0x5413),
    ("prctl", 15, HIGH * 9),
    ("socketpair", 1, 1 | 0o2000000),
    ("sendto", 5, 77, 1, 0, 0, 0),
    ("kill", PID, 9),
    ("tgkill", PID, 77, 9),
    ("sched_setaffinity", 0),
    ("sched_setaffinity", PID),
    ("setpriority", 0, 0, 5),
    ("prlimit64", 0, 7, 0, HIGH * 9),
    ("mbind", 4096, 4096, 1, 0, 0, 0),
]
BAD = [
    *(("clone", flags) for flags in (17, 0, 0x4111, THREAD | 0x8000, THREAD | 0x10000000)),
    *(("clone", THREAD & ~bit) for bit in (0x100, 0x800, 0x10000)),
    # F_GETLK to F_SETLKW, F_SETOWN to F_GETOWN_EX, leases, notices, seals, hints.
    *(("fcntl", 2, command) for command in (*range(5, 20), *range(1024, 1030), *range(1031, 1045))),
    *(("fcntl", 2, 4, flags) for flags in (0x2000, 0x4000, 0x10000, 0x40000, 0x2002)),
    ("fcntl", 2, HIGH | 8, PID),
    # Sets attributes of a terminal, puts letters into it, takes it over; signals on input;
    # attributes of a file; a clone of another file's content.
    *(
        ("ioctl", 2, command)
        for command in (0x5402, 0x5412, 0x541C, 0x540E, 0x5480, 0x8901, 0x5452)
    ),
    *(("ioctl", 2, command) for command in (0x40086602, 0x401C5820, 0x40049409, HIGH | 0x5412)),
    *(("prctl", option) for option in (*range(15), *range(17, 100), 0x59616D61)),
    ("prctl", HIGH | 1, 0),
    *(("socketpair", 1, kind) for kind in (2, 3, 5, 2 | 0o2000000, 5 | 0o4000)),
    *(("socketpair", domain, 1) for domain in (2, 10, 16, 38)),
    ("sendto", 5, 77, 1, 0, 99, 16),
    ("sendto", 5, 77, 1, 0, HIGH, 16),
    *(("kill", pid, 0) for pid in (0, -1, 1, -PID, PID + 1)),
    *(("tgkill", pid, 77, 0) for pid in (0, -1, 1, PID + 1)),
    *(("sched_setaffinity", pid) for pid in (1, PID + 1, -1)),
    *(("setpriority", which, who, 19) for which, who in ((2, 0), (1, 0), (0, 1), (0, PID + 1))),
    ("prlimit64", 0, 7, 99, 0),
    ("prlimit64", PID, 7, HIGH, 0),
    ("prlimit64", 1, 7, 0, 99),
    *(("mbind", 4096, 4096, 1, 0, 0, flags) for flags in (1, 2, 4)),
    *(("arch_prctl", code) for code in (0x1001, 0x1002, 0x1011, 0x4001)),
]


@pytest.mark.parametrize(("cases", "error"), [(GOOD, PERMITTED), (BAD, FORBIDDEN)])
def test_arguments_are_looked_at(machine, cases, error):
    for name, *arguments in cases:
        if number(name, machine) >= 0:
            full = (*arguments, *(0,) * 6)[:6]
            assert verdict(machine, number(name, machine), full) == error, (name, arguments)


def test_every_jump_stays_within_the_program(machine):
    code = list(struct.iter_unpack("=HBBI", seccomp.program(PID, machine)))
    assert len(code) < 4096
    for i, (operation, true, false, _) in enumerate(code):
        if operation in (seccomp.EQUAL, seccomp.AT_LEAST, seccomp.ANY_BIT):
            assert i + 1 + max(true, false) < len(code)
    assert code[-1][0] == seccomp.RETURN


CALLER = """
import ctypes, mmap, os
import numpy as np
libc = ctypes.CDLL(None, use_errno=True)

def call(number, *arguments):
    ctypes.set_errno(0)
    libc.syscall.argtypes = [ctypes.c_long] + 6 * [ctypes.c_ulong]
    arguments = [int(value) & (1 << 64) - 1 for value in arguments]
    return ctypes.get_errno() if libc.syscall(int(number), *arguments) == -1 else 0

def every(numbers):
    return np.array([call(n, *6 * [0]) for n in numbers]), None

def all(rows, pid):
    own = os.getpid()
    return np.array([call(*(own if v == pid else v for v in row)) for row in rows.tolist()]), None

def enter_as_32_bit():
    code = mmap.mmap(-1, 4096, prot=7)
    code.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, getpid; int 0x80; ret
    start = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return np.array([ctypes.CFUNCTYPE(ctypes.c_int)(start)()]), None
"""


@pytest.fixture
def worker(request, tmp_path):
    """Return a worker, under a level, with functions that make system calls."""
    if not probe(request.param).holds:
        pytest.skip(f"{request.param} does not hold here: {probe(request.param).reason}")
    if platform.machine() != "x86_64":
        pytest.skip("the numbers are those of x86-64")
    (tmp_path / "cs231n").mkdir()
    (tmp_path / "cs231n" / "layers.py").write_text(CALLER)
    with Worker([tmp_path, locate.given()], isolation=request.param) as started:
        yield started


def ask(worker, function, **args):
    """Return what a function of the worker's returns, as a list."""
    request = {"module": "cs231n.layers", "function": function, "args": args}
    return worker.request("forward", request, seconds=60)["out"].tolist()


@pytest.mark.parametrize("worker", SANDBOXES, indirect=True)
def test_no_call_that_is_not_listed_gets_through(worker):
    wanted = {n: error for n, error in expected("x86_64").items() if n not in NEVER_FILTERED}
    wanted |= {0x40000000 | each: FORBIDDEN for each in (1, 39, 520)} | {0x7FFFFFFFFF: UNKNOWN}
    found = ask(worker, "every", numbers=np.array(list(wanted)))
    assert dict(zip(wanted, found, strict=True)) == wanted


@pytest.mark.parametrize("worker", SANDBOXES, indirect=True)
def test_no_argument_that_is_not_harmless_gets_through(worker):
    rows = [[number(name), *arguments, *(0,) * 6][:7] for name, *arguments in BAD]
    found = ask(worker, "all", rows=np.array(rows, dtype=np.int64), pid=PID)
    failed = {bad: error for bad, error in zip(BAD, found, strict=True) if error != FORBIDDEN}
    assert failed == {}


@pytest.mark.parametrize("worker", SANDBOXES, indirect=True)
def test_a_call_as_of_a_32_bit_program_ends_the_worker(worker):
    with pytest.raises(Died, match=r"SIGSYS|SIGSEGV"):  # the latter where Linux has no such calls
        ask(worker, "enter_as_32_bit")
