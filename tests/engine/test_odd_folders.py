"""The checks run wherever the exercise lies: pytest reads some folder names as something else."""

import os
import shutil
import subprocess
import sys

import pytest

from autograder import locate

ROOT = locate.root()
NAMES = [
    "CS231n [spring]",
    "week::2",
    "a b $HOME",
    "Übung 3 ünïcode 卷积",
]
MORE = [
    "my$HOME",
    "100%",
    "c#",
    "--help",
    "~",
    "{a,b}",
    "it's",
    'the "best"',
    "a*?",
    "back\\slash",
]


@pytest.mark.parametrize(
    "name", [*NAMES, *(pytest.param(name, marks=pytest.mark.soak) for name in MORE)]
)
def test_the_checks_run_below_a_folder_called(name, tmp_path, public_pack):
    folder = tmp_path / name / "exercise"
    try:
        folder.mkdir(parents=True)
    except OSError:
        pytest.skip("this system has no folders of that name")
    shutil.copytree(ROOT / "assignment", folder / "assignment")
    shutil.copytree(
        ROOT / "autograder", folder / "autograder", ignore=shutil.ignore_patterns("course")
    )
    shutil.copy(ROOT / "solutions/cs231n/layers.py", folder / "assignment/cs231n/layers.py")
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "check", "max_pool_forward_naive"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 of 8 points" in done.stdout
