"""course/grading/machine.py, process.py, plain.py: what a Dask worker does for a grader."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace

import psutil
import pytest

from autograder.course.grading import machine
from autograder.course.grading.plain import answer, asked, outcome_of, task_of
from autograder.course.grading.pool import GraderDied
from autograder.course.grading.student import Again, Graded, How
from autograder.course.notebooks.picture import Picture
from autograder.exercise import Changes
from autograder.exercises.convnets import EXERCISE
from autograder.judging import pack
from autograder.judging.pack import Pack
from autograder.sandbox import doctor
from autograder.submission import Origin, Submission
from made_up import record_of
from undisturbed import PATHS

HOW = How(EXERCISE.name, Changes(), 0)
CHANGES = json.dumps(asdict(Changes()))
JUDGE = """
import sys
from pathlib import Path
from autograder.course.grading import process
from autograder.course.grading.student import Graded
from autograder.course.record import Record

def grade(submission, cases, how):
    print("what a library prints")
    return Graded(Record(submission.student, "key", cases.id, "", [], []))

process.grade_one = grade
process.main(Path(sys.argv[1]))
"""
WORKER = """
import os, signal, sys
from autograder.course.grading import machine
from autograder.course.grading.plain import asked
from autograder.course.grading.student import How
from autograder.exercise import Changes
from autograder.judging import pack
from autograder.submission import Submission

machine.START = [sys.executable, sys.argv[1]]
machine.take("run", pack.to_bytes(pack.Pack("pack", {})), False)
request = asked(Submission("al", {}), How("convnets", Changes(), 0))
assert b"graded" in machine.grade("run", machine.PROCESS, request)
print(machine._desks["run"]._judge.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no sandbox holds")


def test_what_is_asked_arrives(tmp_path):
    submission = Submission(
        "al \ud800",
        {"cs231n/layers.py": b"\xff\r\n"},
        ["a note"],
        b"{}",
        "2026-12-01",
        Origin("Al", "al.zip", True),
        {"cs231n/cnn.py": b"given"},
    )
    part = Again(record_of("al"), ("conv_forward_naive",), True)
    changes = Changes({"a/b": 3.0}, {"a/b": 5.0}, {"c": 0.5}, ("d",), ("scipy",))
    how = How("convnets", changes, 300.0, 50, {"al \ud800": part, "bo": part}, tmp_path)
    data = asked(submission, how)
    assert data.endswith(b"\n")
    assert data.count(b"\n") == 1
    assert task_of(data) == (submission, replace(how, again={"al \ud800": part}))


@pytest.mark.parametrize("notebook", [None, b"", b"{}"])
def test_what_was_made_comes_back(notebook):
    submission, part = Submission("al", {"cs231n/layers.py": b"#"}), Again(record_of("al"))
    graded = Graded(
        record_of("al"), [Picture("a", "b", b"\x89PNG")], notebook, submission.files, part
    )
    how = replace(HOW, again={"al": part})
    assert outcome_of(answer(graded), submission, how) == graded


def test_what_was_raised_comes_back():
    submission = Submission("al", {})
    died = outcome_of(answer(GraderDied("broken")), submission, HOW)
    assert (type(died), str(died)) == (GraderDied, "broken")
    full = outcome_of(answer(OSError(28, "No space left on device")), submission, HOW)
    assert isinstance(full, OSError)
    assert "No space left" in str(full)


@pytest.fixture
def made_up(monkeypatch, tmp_path):
    """Have judging processes make results up."""
    script = tmp_path / "judge.py"
    script.write_text(JUDGE)
    monkeypatch.setattr(machine, "START", [sys.executable, str(script)])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(PATHS))


def judges():
    """Return the judging processes that this one has started."""
    children = psutil.Process().children()
    return [own for own in children if str(machine.START[1]) in own.cmdline()]


@LINUX
@pytest.mark.soak
def test_a_run_has_a_judging_process_from_the_first_submission_until_it_leaves(made_up):
    request = asked(Submission("al", {"cs231n/layers.py": b"#"}), HOW)
    assert machine.grade("run", machine.PROCESS, request) == b""  # nobody has brought a pack
    machine.take("run", pack.to_bytes(Pack("pack", {})), False)
    assert machine.grade("run", "another process", request) == b""
    assert judges() == []
    for _ in range(2):
        made = outcome_of(machine.grade("run", machine.PROCESS, request), Submission("al", {}), HOW)
        assert isinstance(made, Graded)
        assert made.record.pack == "pack"
    (judge,) = judges()
    judge.suspend()  # so that it dies with a submission
    killed = subprocess.Popen(["sh", "-c", f"sleep 1; kill -9 {judge.pid}"])
    died = machine.grade("run", machine.PROCESS, request)
    killed.wait()
    assert "exit code -9" in str(outcome_of(died, Submission("al", {}), HOW))
    assert b"graded" in machine.grade("run", machine.PROCESS, request)
    (judge,) = judges()
    folder = machine._desks["run"]._pack.parent
    assert folder.is_dir()
    machine.leave("run")
    assert not judge.is_running()
    assert not folder.exists()


@LINUX
def test_a_run_whose_grader_is_gone_is_left(monkeypatch):
    monkeypatch.setattr(machine, "IDLE", 0.1)
    machine.take("run", pack.to_bytes(Pack("another", {})), False)
    folder = machine._desks["run"]._pack.parent
    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    assert "run" not in machine._desks


@LINUX
@pytest.mark.soak
def test_a_judging_process_ends_with_a_worker_that_is_killed(made_up, tmp_path):
    command = [sys.executable, "-c", WORKER, machine.START[1]]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid = int(done.stdout)
    gone = [psutil.Process(pid)] if psutil.pid_exists(pid) else []
    assert psutil.wait_procs(gone, timeout=20)[1] == []


@LINUX
def test_who_this_is_and_what_it_lacks(tmp_path):
    (tmp_path / "token").touch()
    about = json.loads(machine.about(EXERCISE.name, CHANGES, str(tmp_path), "token"))
    assert (about["process"], about["shares"]) == (machine.PROCESS, True)
    assert about["version"] == machine.version(EXERCISE)
    assert set(about) == {"process", "version", "lacks", "made_with", "shares"}
    assert not json.loads(machine.about(EXERCISE.name, CHANGES, "", "token"))["shares"]


def test_a_machine_without_a_sandbox_says_so(monkeypatch):
    monkeypatch.setattr(doctor, "strongest", lambda: "limits")
    about = json.loads(machine.about(EXERCISE.name, CHANGES, "", "token"))
    assert about["lacks"].startswith("There is no sandbox on this machine")
