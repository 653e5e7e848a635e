"""A grader that is killed, anywhere: one more run gives what an undisturbed one gives."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from autograder.course.grading.holder import held
from autograder.disk import UNFINISHED
from autograder.errors import UserError
from hearing import hear
from undisturbed import DRIVER, PATHS, ROOT, class_of, expect_nothing_twice, expect_the_same

KILLED = str(-signal.SIGKILL) if sys.platform != "win32" else ""
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")


@pytest.fixture(autouse=True)
def paths(monkeypatch):
    """Have the graders find what they import."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(PATHS))


def swept(tmp_path, *words, ends=(KILLED,)):
    """Kill a grader at the places that are named by words, or fill its disk; return these."""
    folder = class_of(tmp_path / "in", 3)
    command = [sys.executable, DRIVER, folder, tmp_path, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines, done.stderr
    for line in lines:
        number, place, _, ended, then = line.split()
        assert ended in ends, f"{place}\n{done.stderr}"
        assert then == "0", f"{place}\n{done.stderr}"
        expect_the_same(tmp_path / number, tmp_path / "quiet")
        expect_nothing_twice(tmp_path / f"{number}.log")
    return lines


@pytest.mark.soak
def test_a_grader_that_is_killed_goes_on_from_there(tmp_path):
    # While a course is made, and after a check.
    assert len(swept(tmp_path, r"at_once\.py.* sqlite3", r"finished\.py.* os\.rename")) >= 3


@pytest.mark.soak
def test_a_grader_that_is_killed_at_any_place_that_writes_goes_on_from_there(tmp_path):
    assert len(swept(tmp_path)) > 50


@pytest.mark.soak
def test_a_grader_that_is_told_to_end_at_any_place_that_writes_leaves_nothing_half_written(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("CONVNETS_TEST_SIGNAL", "SIGTERM")
    assert len(swept(tmp_path, ends=("130",))) > 50


@pytest.mark.soak
def test_where_the_disk_is_full_from_any_place_on_the_same_command_goes_on_from_there(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("CONVNETS_TEST_FULL", "1")
    lines = swept(tmp_path, r" (open|os\.mkdir|sqlite3\.connect)$", ends=("0", "1"))
    assert sum(line.split()[3] == "1" for line in lines) > 20


ENDS = {
    "it is told to end": lambda run, _: run.send_signal(signal.SIGTERM),
    "its terminal is closed": lambda _, terminal: os.close(terminal),
    "Ctrl-C": lambda _, terminal: os.write(terminal, b"\x03"),
}


def on_a_terminal(command):
    """Start a command on a terminal of its own; return it, and our end of that."""
    import fcntl
    import termios

    def begin():
        hear()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    ours, theirs = os.openpty()
    run = subprocess.Popen(
        command,
        **dict.fromkeys(("stdin", "stdout", "stderr"), theirs),
        start_new_session=True,
        preexec_fn=begin,
    )
    os.close(theirs)
    return run, ours


@pytest.mark.soak
@pytest.mark.parametrize("end", ENDS)
def test_a_grader_that_is_told_to_end_leaves_nothing_behind_and_goes_on(tmp_path, monkeypatch, end):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    command = [sys.executable, DRIVER, class_of(tmp_path / "in", 12)]
    subprocess.run([*command, tmp_path / "quiet", tmp_path / "quiet.log", "2"], check=True)
    out, log = tmp_path / "out", tmp_path / "log"
    run, ours = on_a_terminal([*command, out, log, "2"])
    threading.Thread(target=shown, args=(ours,), daemon=True).start()
    while len([*out.glob("students/*.json")]) < 3:
        assert run.poll() is None
        time.sleep(0.02)
    children = psutil.Process(run.pid).children(recursive=True)
    assert children
    ENDS[end](run, ours)
    assert run.wait(60)
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
    assert [*temporary.iterdir()] == []
    assert len([*out.glob("students/*.json")]) < 12
    subprocess.run([*command, out, log, "2"], check=True)
    expect_the_same(out, tmp_path / "quiet")
    expect_nothing_twice(log)


@pytest.mark.skipif(sys.platform != "linux", reason="how a terminal takes its words differs")
def test_the_command_ends_as_by_ctrl_c_where_its_terminal_is_closed(tmp_path):
    folder, seed = class_of(tmp_path / "in", 2), tmp_path / "seed"
    seed.write_text("the seed of a test\n")
    start = [sys.executable, "-P", ROOT / "autograder" / "entry" / "start.py", "grade"]
    options = ["--class-dir", folder, "--out", tmp_path / "out", "--seed-file", seed]
    run, ours = on_a_terminal([*start, *options])
    said = b""
    while b"to grade" not in said:
        said += os.read(ours, 1 << 16)
    os.close(ours)
    assert run.wait(60) == 130


@pytest.mark.skipif(sys.platform != "linux", reason="how a terminal takes its words differs")
def test_what_is_wrong_is_told_by_the_exit_code_where_nothing_can_be_shown():
    ignoring = ["sh", "-c", 'trap "" HUP; echo ready; read word; exec "$@"', "sh"]
    start = [sys.executable, "-P", ROOT / "autograder" / "entry" / "start.py", "grade"]
    run, ours = on_a_terminal([*ignoring, *start, "--jobs", "0"])
    assert b"ready" in os.read(ours, 99)
    os.close(ours)
    assert run.wait(60) == 2


def shown(terminal):
    """Take up what is shown on a terminal, until it is closed."""
    with contextlib.suppress(OSError):
        while os.read(terminal, 1 << 16):
            pass


@pytest.mark.soak
def test_a_grader_that_is_killed_at_any_time_goes_on_from_there(tmp_path):
    folder = class_of(tmp_path / "in", 60)
    command = [sys.executable, DRIVER, folder]
    subprocess.run([*command, tmp_path / "quiet", tmp_path / "quiet.log", "2"], check=True)
    out, log, rng, kills = tmp_path / "out", tmp_path / "log", random.Random(23), 0
    for _ in range(20):
        run = subprocess.Popen([*command, out, log, "2"])
        children = []
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(rng.uniform(2, 12))
        if run.poll() is None:
            children = psutil.Process(run.pid).children(recursive=True)
            run.kill()
            kills += 1
        run.wait()
        _, alive = psutil.wait_procs(children, timeout=20)
        assert alive == []
    subprocess.run([*command, out, log, "2"], check=True)
    assert kills
    expect_the_same(out, tmp_path / "quiet")
    expect_nothing_twice(log)


def test_a_second_grader_says_who_holds_the_folder_and_stops(tmp_path):
    with (
        held(tmp_path),
        pytest.raises(UserError, match=r"is being graded into: .* process \d+"),
        held(tmp_path),
    ):
        pass
    with held(tmp_path):
        pass


def test_an_end_while_something_half_written_is_removed_leaves_none_of_it(tmp_path):
    with pytest.raises(KeyboardInterrupt), held(tmp_path):
        Path(tempfile.mkdtemp(dir=tmp_path, prefix=".", suffix=UNFINISHED))
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == [".grading"]
    assert (tmp_path / ".grading").read_text() == ""


def test_what_a_killed_grader_left_half_written_goes_with_the_next_start(tmp_path):
    (tmp_path / "students").mkdir()
    half = tmp_path / "students" / f".al.json.1{UNFINISHED}"
    half.write_text("{")
    folder = Path(tempfile.mkdtemp(dir=tmp_path, prefix=".", suffix=UNFINISHED))
    own = tmp_path / f".my{UNFINISHED}"
    own.write_text("handed in")
    (tmp_path / "students" / "al.json").write_text("{}")
    with held(tmp_path):
        assert not half.exists()
        assert not folder.exists()
        assert own.exists()
    assert (tmp_path / "students" / "al.json").exists()
