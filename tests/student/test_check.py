"""A student's own check, in a notebook and in a terminal."""

import os
import shutil
import subprocess
import sys

import pytest

from autograder import locate
from autograder.student import check as api

ROOT = locate.root()


def test_right_code_passes_and_says_so(capsys):
    api.check("max_pool_forward_naive")  # here the solution is first on the path
    assert capsys.readouterr().out.startswith("max_pool_forward_naive: 8 of 8 points")


def test_wrong_code_raises_a_short_error(capsys, monkeypatch, skeleton):
    monkeypatch.setattr(api, "current_submission", lambda _: skeleton)
    with pytest.raises(api.CheckNotPassed) as caught:
        api.check("max_pool_forward_naive")
    assert "is not written yet" in capsys.readouterr().out
    assert caught.value._render_traceback_() == [
        "CheckNotPassed: max_pool_forward_naive: 0 of 8 points so far."
    ]


@pytest.fixture
def student_copy(tmp_path):
    """Return a folder with the skeleton and the checks, as students have it."""
    # What other processes may be compiling just now is not copied.
    left_out = shutil.ignore_patterns("course", "__pycache__")
    for name in ("assignment", "autograder"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=left_out)
    return tmp_path


def run_check(folder, *names, path=""):
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, "-m", "autograder", "check", *names],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_the_terminal_checks_the_skeleton_of_a_student_copy(student_copy, public_pack):
    done = run_check(student_copy, "conv_forward_naive")
    assert done.returncode == 1, done.stderr
    assert "conv_forward_naive: 0 of 12 points" in done.stdout
    assert "conv_forward_naive is not written yet" in done.stdout


def test_the_terminal_sees_an_edit(student_copy, public_pack):
    target = student_copy / "assignment" / "cs231n" / "layers.py"
    shutil.copy(ROOT / "solutions" / "cs231n" / "layers.py", target)
    done = run_check(student_copy, "max_pool_forward_naive")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 of 8 points" in done.stdout
    assert done.stdout.endswith("8 of 100 points. Next: conv_forward_naive.\n")


def test_an_unknown_name_lists_the_known_ones(student_copy, public_pack):
    done = run_check(student_copy, "conv_forward")
    assert done.returncode == 2
    assert "conv_forward_naive" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_pack_says_what_to_do(student_copy):
    shutil.rmtree(student_copy / "autograder" / "packs", ignore_errors=True)
    done = run_check(student_copy, "conv_forward_naive")
    assert done.returncode == 2
    assert "unpack that again" in done.stderr


def test_a_student_copy_has_no_course_commands(student_copy):
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "--help"],
        cwd=student_copy,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert "check" in done.stdout
    assert "grade a class" not in done.stdout


def test_an_installed_engine_takes_the_pack_of_the_exercise(unpacked_release, tmp_path):
    """A wheel has no packs, and lies anywhere."""
    left_out = shutil.ignore_patterns("course", "packs", "__pycache__")
    shutil.copytree(ROOT / "autograder", tmp_path / "site" / "autograder", ignore=left_out)
    exercise = shutil.copytree(unpacked_release, tmp_path / "exercise")

    def check_in(folder):
        return subprocess.run(
            [sys.executable, "-P", "-m", "autograder", "check", "max_pool_forward_naive"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
            capture_output=True,
            text=True,
            timeout=600,
        )

    for folder in (exercise, exercise / "notebooks"):
        done = check_in(folder)
        assert done.returncode == 1, done.stderr
        assert "max_pool_forward_naive: 0 of 8 points" in done.stdout
    done = check_in(tmp_path)
    assert done.returncode == 2
    assert "Change to the folder of the exercise" in done.stderr
