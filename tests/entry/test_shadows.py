"""entry/shadows.py and start.py: a scratch file named as a module breaks nothing far away."""

import os
import shutil
import subprocess
import sys

import pytest

from autograder import locate
from autograder.entry import shadows

ROOT = locate.root()
STANDARD = ["random", "queue", "re", "code", "enum"]
LIBRARIES = ["numpy", "pytest"]


@pytest.fixture(scope="module")
def exercise(tmp_path_factory, public_pack):
    """Return a folder with the skeleton and the checks, as students have it."""
    folder = tmp_path_factory.mktemp("student") / "exercise"
    shutil.copytree(ROOT / "assignment", folder / "assignment")
    shutil.copytree(
        ROOT / "autograder", folder / "autograder", ignore=shutil.ignore_patterns("course")
    )
    return folder


@pytest.fixture
def scratch(exercise):
    """Return a function that puts a scratch file beside the exercise, for one test."""
    made = []

    def put(name):
        path = exercise / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("print('scratch')\n")
        made.append(path)
        return path

    yield put
    for path in made:
        path.unlink()
        if path.parent != exercise:
            shutil.rmtree(path.parent)


def run(folder, *command):
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("name", [*STANDARD, *LIBRARIES])
def test_typed_by_hand_one_sentence_names_the_file(name, exercise, scratch):
    file = scratch(f"{name}.py")
    done = run(exercise, "-m", "autograder", "check", "max_pool_forward_naive")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"{file} hides ")
    assert f"{name!r}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_a_package_hides_a_module_too(exercise, scratch):
    folder = scratch("numpy/__init__.py").parent
    done = run(exercise, "-m", "autograder", "check", "max_pool_forward_naive")
    assert f"{folder} hides the library 'numpy'" in done.stderr


def test_started_by_its_file_nothing_breaks(exercise, scratch):
    for name in (*STANDARD, *LIBRARIES, "types", "collections"):
        scratch(f"{name}.py")
    done = run(exercise, "-P", "autograder/entry/start.py", "check", "max_pool_forward_naive")
    assert "0 of 8 points" in done.stdout, done.stderr
    assert "scratch" not in done.stdout


def test_started_by_its_file_it_is_this_folders_autograder(exercise, tmp_path):
    other = tmp_path / "exercise"
    shutil.copytree(exercise, other)
    target = other / "autograder" / "student" / "check.py"
    target.write_text(target.read_text() + "\nprint('the other one')\n")
    done = run(exercise, "-P", str(other / "autograder" / "entry" / "start.py"), "--help")
    assert "the other one" in done.stdout


def test_other_names_are_nobodys_business(exercise, scratch):
    for name in ("scratch", "test"):
        scratch(f"{name}.py")
    done = run(exercise, "-m", "autograder", "check", "max_pool_forward_naive")
    assert "0 of 8 points" in done.stdout, done.stderr


def test_what_was_imported_from_elsewhere_is_not_hidden(monkeypatch, tmp_path):
    (tmp_path / "random.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    import random

    assert random.random
    assert shadows.first_hiding() == ("", "")


def test_in_a_notebook_it_is_one_line(monkeypatch, tmp_path):
    (tmp_path / "antigravity.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(shadows.HiddenModule, match="restart the kernel") as caught:
        shadows.refuse()
    assert caught.value._render_traceback_() == [str(caught.value)]
