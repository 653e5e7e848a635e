"""A class with attackers in it: the others' results are, byte for byte, those without them."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder import locate
from autograder.course.grading import pool
from autograder.course.pages.tables import results_json
from autograder.course.record import Record
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.sandbox.probe import strongest
from autograder.submission import Submission

from . import test_forging, test_machine, test_reading, test_shortcuts
from .arena import EVERYWHERE, SANDBOX, Attack

CHECKS = ("max_pool_forward_naive/standard", "conv_forward_naive/standard")


def grade(submission, cases):
    """Grade with a few checks; runs in a process of the pool."""
    verdicts = engine.run_checks(EXERCISE, submission, cases, CHECKS)
    return Record(submission.student, "", cases.id, "", submission.notes, verdicts)


def graded(submissions, cases):
    """Return the class's results, student by student."""
    outcomes = dict(pool.grade_all(submissions, cases, 2, grade))
    failures = {s: o for s, o in outcomes.items() if not isinstance(o, Record)}
    assert not failures
    return {student: "".join(results_json([record])) for student, record in outcomes.items()}


def attackers(course, every):
    """Return each so many of all attacks as submissions, of those that are stopped here.

    Without those that hold an honest convolution, which earns its points.
    """
    modules = (test_reading, test_forging, test_machine, test_shortcuts)
    attacks = [attack for module in modules for attack in module.ATTACKS]
    attacks = [attack for attack in attacks if attack.checks != test_shortcuts.BACKWARD]
    safe = SANDBOX if strongest() in SANDBOX else EVERYWHERE
    chosen = [attack for attack in attacks if safe <= attack.stopped][::every]
    hang = Attack("hangs", "while True: pass")
    return [
        Submission(f"attacker-{i}", attack.submission(course).files)
        for i, attack in enumerate([hang, *chosen])
    ]


@pytest.mark.parametrize("every", [pytest.param(n, marks=pytest.mark.soak) for n in (5, 1)])
def test_the_results_of_others_are_the_same(every, arena, solution, skeleton):
    honest = [
        Submission("ada", solution.files),
        Submission("ben", skeleton.files),
        Submission(
            "cy",
            Attack("half", "return right(x, pool_param), None").submission(Path("/nowhere")).files,
        ),
    ]
    alone = graded(honest, arena.pack)
    hostile = attackers(arena.course, every)
    assert len(hostile) > 15
    mixed = [*hostile[::2], honest[0], *hostile[1::2], *honest[1:]]
    together = graded(mixed, arena.pack)
    assert len(together) == len(mixed)
    for student in ("ada", "ben", "cy"):
        assert together[student].encode() == alone[student].encode()
    for attacker in hostile:
        assert '"points": 0' in together[attacker.student].split("max_points")[0]


HOLDER = """
import sys
from pathlib import Path
from autograder import locate
from autograder.sandbox import client
worker = client.Worker([Path(sys.argv[1]), locate.given()], isolation=sys.argv[2])
worker.request("load", {"module": "cs231n.layers"}, seconds=120)
print("ready", flush=True)
worker.request("forward", {"module": "cs231n.layers", "function": "f", "args": {}}, seconds=600)
"""
STAYS = {
    "hangs until the grader is killed": "",
    "hangs in a thread, its first one ended, until the grader is killed": """
    import threading, time
    threading.Thread(target=lambda: [time.sleep(1) for _ in range(300)]).start()
    ctypes.CDLL(None).syscall(60, 0)
    """,
    "outlives a grader that is killed, by taking back what ends it then": """
    ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
    """,
    "hangs as another user until the grader is killed": """
    ctypes.CDLL(None).syscall(122, 65534)
    """,
}
OUTLIVES = {name: SANDBOX for name in STAYS if name.startswith("outlives")}
"""By the name of what it tries, the levels that stop it."""


def processes_naming(text):
    """Return the processes that have `text` in their command line, or that of a thread."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/task/*/cmdline"):
        with contextlib.suppress(OSError):
            if text.encode() in path.read_bytes():
                found.add(int(path.parts[2]))
    return found


@pytest.fixture
def staying(tmp_path):
    """Return a folder whose layers are to outlive the grader; who does is ended afterwards."""
    layer = tmp_path / "staying"
    (layer / "cs231n").mkdir(parents=True)
    yield layer
    for pid in processes_naming(str(layer)):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.soak
@pytest.mark.parametrize("way", STAYS)
def test_no_worker_outlives_a_grader_that_is_killed(level, way, staying):
    body = f"def f():{STAYS[way]}\n    while True: pass\n"
    (staying / "cs231n" / "layers.py").write_text(f"import ctypes\n\n{body}")
    grader = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(staying), level],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(locate.root())},
    )
    assert grader.stdout.readline() == b"ready\n"
    assert len(processes_naming(str(staying))) >= 2
    time.sleep(0.5)  # for the worker to do what it is told
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    grader.stdout.close()
    if level not in OUTLIVES.get(way, EVERYWHERE):
        time.sleep(1)
        assert processes_naming(str(staying))
        return
    deadline = time.monotonic() + 300
    while processes_naming(str(staying)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes_naming(str(staying))
