"""Hands out of the sandbox: calls by which one reaches others without opening a file of theirs."""

import contextlib
import ctypes
import os
import platform
import signal
import socket
import struct
import sys
import tempfile
import textwrap
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from .arena import BUBBLEWRAP, SANDBOX, Attack, changes_files, judge

pytest.importorskip("resource", reason="needs a POSIX system")
x86_64 = sys.platform == "linux" and platform.machine() == "x86_64"
pytestmark = [
    pytest.mark.skipif(not x86_64, reason="the numbers are those of Linux on x86-64"),
]

libc = ctypes.CDLL(None, use_errno=True)
LIBC = "import ctypes, fcntl, signal, socket, struct\nlibc = ctypes.CDLL(None, use_errno=True)"
CREATE = 0o1600  # IPC_CREAT, for this user
REMOVE, GET_VALUE = 0, 12  # IPC_RMID, GETVAL
SETXATTRAT, ADD_KEY, KEYCTL, IOPRIO_SET, IOPRIO_GET = 463, 248, 250, 251, 252

# Everybody may read and write, in the form that the kernel has of an access control list.
ACL = struct.pack("=I", 2) + b"".join(
    struct.pack("=HHI", tag, 6, 0xFFFFFFFF) for tag in (1, 4, 0x10, 0x20)
)
SET_ACL = f"""
    acl = ctypes.create_string_buffer({ACL!r})
    arguments = struct.pack("=QII", ctypes.addressof(acl), {len(ACL)}, 0)
    path = (COURSE + "/gradebook.db").encode()
    size = ctypes.c_size_t(16)
    libc.syscall({SETXATTRAT}, -100, path, 0, b"system.posix_acl_access", arguments, size)
    """


def can_set_acl():
    """Return whether this kernel and its file system can do that."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "gradebook.db")
        path.touch(0o600)
        exec(textwrap.dedent(SET_ACL), {**globals(), "COURSE": folder})
        return path.stat().st_mode & 0o777 == 0o666


def can_keep_keys():
    """Return whether this machine lets a process have keys."""
    key = libc.syscall(ADD_KEY, b"user", b"convnets-attack", b"x", 1, -4)
    return key >= 0 and libc.syscall(KEYCTL, 9, key, -4) == 0


@dataclass
class Others:
    """What other programs of this user have on the machine, and what became of it."""

    path: str
    segment: int
    semaphore: int
    messages: int
    socket: socket.socket
    signals: list[int] = field(default_factory=list)


@pytest.fixture
def others(tmp_path):
    """Give the machine something to reach: a socket with a name, memory, semaphores, messages."""
    receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    path = str(tmp_path / "accomplice")
    receiver.bind(path)
    receiver.setblocking(False)
    made = Others(
        path,
        libc.shmget(0, 4096, CREATE),
        libc.semget(0, 1, CREATE),
        libc.msgget(0, CREATE),
        receiver,
    )
    before = signal.signal(signal.SIGUSR1, lambda number, _: made.signals.append(number))
    priority = libc.syscall(IOPRIO_GET, 1, 0)
    yield made
    signal.signal(signal.SIGUSR1, before)
    libc.syscall(IOPRIO_SET, 1, 0, priority)
    libc.shmctl(made.segment, REMOVE, None)
    libc.semctl(made.semaphore, 0, REMOVE)
    libc.msgctl(made.messages, REMOVE, None)
    receiver.close()


def told(others):
    """Return whether an accomplice has got the inputs."""
    with contextlib.suppress(BlockingIOError):
        return others.socket.recv(100) == b"inputs"
    return False


def written(others):
    """Return whether the memory of another program has been written to, or is gone."""
    libc.shmat.restype = ctypes.c_void_p
    at = libc.shmat(others.segment, None, 0)
    if at in (None, ctypes.c_void_p(-1).value):
        return True
    text = ctypes.string_at(at, 8)
    libc.shmdt(ctypes.c_void_p(at))
    return text == b"attacked"


def has_message(others):
    """Return whether another program has got a message."""
    return libc.msgrcv(others.messages, ctypes.create_string_buffer(64), 8, 0, 0o4000) >= 0


GOALS = {
    "sends a datagram to a UNIX socket by its path, from a pair of sockets": told,
    "writes into the shared memory of another program": written,
    "removes the shared memory of another program": written,
    "changes a semaphore of another program": lambda others: (
        libc.semctl(others.semaphore, 0, GET_VALUE) > 0
    ),
    "puts a message into another program's queue": has_message,
    "has the grader sent a signal when its own input is ready": lambda others: others.signals != [],
    "sends the grader a signal by a descriptor of it": lambda others: others.signals != [],
    "sends the grader a signal with a value": lambda others: others.signals != [],
    "has the grader read its disk last": lambda _: libc.syscall(IOPRIO_GET, 1, 0) >> 13 == 3,
}
"""By the name of an attack, whether it got what it wanted."""


def hand(name, body, **how):
    """Return an attack by calls of the C library."""
    return Attack(name, body, LIBC, **{"stopped": SANDBOX, **how})


ATTACKS = [
    hand(
        "sends a datagram to a UNIX socket by its path, from a pair of sockets",
        "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\na.sendto(b'inputs', @PATH@)",
    ),
    hand(
        "writes into the shared memory of another program",
        """
        libc.shmat.restype = ctypes.c_void_p
        at = libc.shmat(@SEGMENT@, None, 0)
        if at != ctypes.c_void_p(-1).value:
            ctypes.memmove(ctypes.c_void_p(at), b"attacked", 8)
        """,
    ),
    hand("removes the shared memory of another program", "libc.shmctl(@SEGMENT@, 0, None)"),
    hand(
        "changes a semaphore of another program",
        "libc.semop(@SEMAPHORE@, struct.pack('=Hhh', 0, 1, 0), 1)",
    ),
    hand(
        "puts a message into another program's queue",
        "libc.msgsnd(@MESSAGES@, struct.pack('=q8s', 1, b'attacked'), 8, 0)",
    ),
    hand(
        "has the grader sent a signal when its own input is ready",
        """
        reading, writing = os.pipe()
        fcntl.fcntl(reading, fcntl.F_SETOWN, os.getppid())
        fcntl.fcntl(reading, fcntl.F_SETSIG, signal.SIGUSR1)
        fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC)
        os.write(writing, b"x")
        """,
    ),
    hand(
        "sends the grader a signal by a descriptor of it",
        "signal.pidfd_send_signal(os.pidfd_open(os.getppid()), signal.SIGUSR1)",
    ),
    hand(
        "sends the grader a signal with a value",
        "libc.sigqueue(os.getppid(), signal.SIGUSR1, ctypes.c_void_p(1))",
    ),
    hand(
        "has the grader read its disk last",
        f"libc.syscall({IOPRIO_SET}, 1, os.getppid(), 3 << 13)",
        possible=lambda: os.geteuid() != 0,  # one of root's has given up the right to
    ),
    hand(
        "makes all that the user runs slow",
        "os.setpriority(os.PRIO_USER, 0, 19)\ntell('canary' + '-5f0c2a')",
        unsafe=True,
    ),
    hand(
        "is told which files come into the folder of submissions",
        """
        watch = libc.inotify_add_watch(libc.inotify_init(), (COURSE + "/submissions").encode(), 256)
        if watch >= 0:
            tell("canary" + "-5f0c2a: it will be")
        """,
    ),
    hand(
        "is sent a signal for each file that comes into that folder",
        """
        fcntl.fcntl(os.open(COURSE + "/submissions", os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_CREATE)
        tell("canary" + "-5f0c2a: it will be")
        """,
    ),
    hand(
        "asks how large the gradebook is, and how old",
        "tell('canary' + '-5f0c2a: ' + str(os.stat(COURSE + '/gradebook.db')))",
        stopped=BUBBLEWRAP,
    ),
    hand(
        "lets everybody write to the gradebook, by an access control list",
        SET_ACL,
        possible=can_set_acl,
        goal=changes_files,
    ),
    hand(
        "leaves a key in the user's keyring",
        f"""
        key = libc.syscall({ADD_KEY}, b"user", b"convnets-attack", b"x", 1, -4)
        if key >= 0:
            libc.syscall({KEYCTL}, 9, key, -4)  # removed again
            tell("canary" + "-5f0c2a")
        """,
        possible=can_keep_keys,
    ),
    hand(
        "leaves a message queue",
        """
        name = f"convnets-attack-{os.getpid()}".encode()
        if libc.syscall(240, name, os.O_CREAT | os.O_RDWR, 0o600, None) >= 0:
            libc.syscall(241, name)  # removed again
            tell("canary" + "-5f0c2a")
        """,
    ),
]
# Those of them that stand for the others where time is short.
QUICK = ("sends a datagram to a UNIX", "lets everybody write")


def marked(attack):
    """Return a parameter: what is not quick is for the soak."""
    return pytest.param(
        attack,
        id=attack.name,
        marks=[] if attack.name.startswith(QUICK) else [pytest.mark.soak],
    )


@pytest.fixture
def private(course):
    """Have the gradebook be this user's alone."""
    path = course / "gradebook.db"
    before = path.stat().st_mode
    path.chmod(0o600)
    yield
    path.chmod(before)


@pytest.mark.usefixtures("private")
@pytest.mark.parametrize("attack", [marked(attack) for attack in ATTACKS])
def test_nobody_is_reached(arena, others, attack, level):
    body = attack.body
    for name in ("path", "segment", "semaphore", "messages"):
        body = body.replace(f"@{name.upper()}@", repr(getattr(others, name)))
    goal = GOALS.get(attack.name)
    given = {"goal": lambda _: goal(others)} if goal else {}
    judge(arena, replace(attack, body=body, **given), level)
