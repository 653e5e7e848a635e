"""A student's own check, in a notebook and in a terminal."""

import os
import shutil
import subprocess
import sys

import pytest

import autograder
from autograder import case, locate
from autograder.engine.run import run_checks
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.student import check as api
from autograder.submission import Submission

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


def looking(solution, line):
    """Return the solution with a line of code at the beginning of a function, and a mistake."""
    right = solution.files[LAYERS].decode()
    start = "    height, width = pool_param"
    assert start in right and right.count("np.max(") == 1
    wrong = right.replace(start, f"    {line}\n{start}", 1).replace("np.max(", "-np.max(")
    return Submission("you", {**solution.files, LAYERS: wrong.encode()})


POOL = "max_pool_forward_naive"
SHOW = "print('x is', x.shape, x.ravel()[0])"


def test_what_the_failing_call_printed_is_shown(capsys, monkeypatch, solution):
    monkeypatch.setattr(api, "current_submission", lambda _: looking(solution, SHOW))
    with pytest.raises(api.CheckNotPassed):
        api.check(POOL)
    told = capsys.readouterr().out
    x, _ = case(f"{POOL}/standard").arguments
    assert f"x is {x.shape} {x.ravel()[0]}" in told
    assert told.count("x is") == 1, "of the first call that failed"


@pytest.mark.parametrize(
    "line", [SHOW, f"{SHOW}; raise ValueError", f"{SHOW}; import os; os._exit(0)"]
)
def test_nobody_else_is_shown_what_was_printed(line, solution, public_pack):
    seen = []
    submission = looking(solution, line)
    verdicts = run_checks(EXERCISE, submission, public_pack, [POOL], on_failure=seen.append)
    assert seen and not any(evidence.printed for evidence in seen)
    assert not any("x is (" in verdict.message for verdict in verdicts)


@pytest.mark.parametrize("line", ["breakpoint()", "import pdb; pdb.set_trace()", "input('go on?')"])
def test_what_waits_for_a_keyboard_is_told_in_a_sentence(line, capsys, monkeypatch, solution):
    monkeypatch.setattr(api, "current_submission", lambda _: looking(solution, line))
    with pytest.raises(api.CheckNotPassed):
        api.check(POOL)
    told = " ".join(capsys.readouterr().out.split())
    assert "keyboard" in told and "In a cell of the notebook it" in told


def test_a_file_that_cannot_be_loaded_is_told_once(capsys, monkeypatch, solution):
    broken = Submission("you", {**solution.files, LAYERS: b"import seaborn_is_not_here\nf(\n"})
    monkeypatch.setattr(api, "current_submission", lambda _: broken)
    api.run([POOL, "max_pool_backward_naive", "conv_forward_naive"])
    told = capsys.readouterr().out
    assert told.count("cannot be loaded") == told.count("SyntaxError") == 1
    assert "conv_forward_naive: 0 of 12 points" in told


def test_check_and_case_are_all_that_a_student_needs():
    assert autograder.__all__ == ["case", "check"]


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
