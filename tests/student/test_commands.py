"""autograder/student/commands.py: what a student is told to type works in the student's shell."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import exercises, locate
from autograder.student.commands import NOX, typed


@pytest.mark.parametrize("nox", ["nox", ".venv/bin/nox", "'/home/a b/.venv/bin/nox'"])
def test_nox_is_started_as_it_was(monkeypatch, nox):
    monkeypatch.setenv(NOX, nox)
    assert typed("submit") == f"{nox} -s submit"
    assert typed("check", "some_function") == f"{nox} -s check -- some_function"
    assert shlex.split(typed("submit", "--out", "my file"))[-3:] == ["--", "--out", "my file"]


@pytest.mark.skipif(sys.platform == "win32", reason="its shell has other rules")
@pytest.mark.parametrize("on_path", [True, False])
def test_without_nox_it_is_this_python(monkeypatch, on_path):
    monkeypatch.delenv(NOX, raising=False)
    here = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", f"{here}:/usr/bin:/bin" if on_path else "/usr/bin:/bin")
    command = typed("submit", "--help")
    assert command.startswith("python " if on_path else shlex.quote(sys.executable))
    ran = subprocess.run(["sh", "-c", command], cwd=locate.root(), capture_output=True, check=False)
    assert ran.returncode == 0 and b"--anyway" in ran.stdout


def test_an_exercise_that_was_chosen_is_in_the_command(monkeypatch):
    monkeypatch.delenv(NOX, raising=False)
    monkeypatch.setenv(exercises.CHOSEN, "dropout")
    assert typed("submit").endswith(" -m autograder submit --exercise dropout")
    monkeypatch.setenv(NOX, "nox")
    assert typed("check", "f") == "nox -s check -- --exercise dropout f"
