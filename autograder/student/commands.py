"""The commands that a student can type next, as they work in the student's own shell."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from autograder import exercises
from autograder.student import tab

NOX = "CONVNETS_NOX"  # how nox was started, where it was: the noxfile says so


def typed(command: str, *arguments: str) -> str:
    """Return what runs a command of the autograder, to be typed in the exercise's folder.

    In a tab of a browser it is a call in a cell. With nox, if nox is how this was started, in the
    way in which it was; otherwise with this Python, by its name alone if that finds it. Where an
    exercise was chosen by name, it is in the command too.
    """
    if tab.here():
        return f"{command}({', '.join(map(repr, arguments))})"
    if chosen := os.environ.get(exercises.CHOSEN):
        arguments = (exercises.OPTION, chosen, *arguments)
    nox = os.environ.get(NOX)
    if nox:
        return " ".join([nox, "-s", command, *(["--", quoted(*arguments)] if arguments else [])])
    return quoted(python(), "-m", "autograder", command, *arguments)


def python() -> str:
    """Return what starts the Python that runs here."""
    found = shutil.which("python")
    same = found is not None and Path(found).absolute().parent == Path(sys.executable).parent
    return "python" if same else sys.executable


def quoted(*words: str) -> str:
    """Join words to a command, so that a space in one does not end it."""
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)
