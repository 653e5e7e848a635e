"""Shut this process in, before anything of NumPy's or of the student's runs in it."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import threading
from typing import Any

import landlock
import limits
import privileges
import seccomp

PR_SET_PDEATHSIG = 1


def apply(settings: dict[str, Any]) -> None:
    """Apply what `settings` ask for; raise `OSError` where the system does not provide it.

    Parameters
    ----------
    settings : dict
        ``"grader"``: the number of the process that is to outlive this one, or None where this
        is a child of bubblewrap's, which sees to it; ``"landlock"``: the arguments of
        `landlock.apply`, or None; ``"seccomp"``: bool; ``"limits"``: the arguments of
        `limits.apply`.
    """
    limits.apply(**settings["limits"])
    if sys.platform == "linux":
        privileges.drop()
        end_with_grader(settings["grader"])
    elif sys.platform != "win32":
        threading.Thread(target=watch, args=(os.dup(sys.stdin.fileno()),), daemon=True).start()
    if settings["landlock"]:
        landlock.apply(**settings["landlock"])
    if settings["seccomp"]:
        seccomp.apply()


def end_with_grader(grader: int | None) -> None:
    """Have the system end this process when its parent ends, killed or not (Linux).

    Where there is a filter of system calls, student code cannot take that back; nor can it become
    another user, by which it would be forgotten.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if grader is not None and os.getppid() != grader:  # it has ended already
        sys.exit()


def watch(wire: int) -> None:
    """Wait until the grader's end of `wire` is closed; then end this process, and its group.

    That is what there is where the system itself does not see to it.
    """
    poll = select.poll()
    poll.register(wire, 0)
    while not poll.poll():
        pass
    os.killpg(0, signal.SIGKILL)
