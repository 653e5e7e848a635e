"""Shut this process in, before anything of NumPy's or of the student's runs in it."""

from __future__ import annotations

import ctypes
import signal
import sys
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
        ``"landlock"``: the arguments of `landlock.apply`, or None; ``"seccomp"``: bool;
        ``"limits"``: the arguments of `limits.apply`.
    """
    if sys.platform == "linux":  # a grader that is killed takes its workers along
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    limits.apply(**settings["limits"])
    if sys.platform == "linux":
        privileges.drop()
    if settings["landlock"]:
        landlock.apply(**settings["landlock"])
    if settings["seccomp"]:
        seccomp.apply()
