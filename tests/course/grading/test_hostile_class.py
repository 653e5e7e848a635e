"""A class of more than 60 in which most submissions would cost others something: none does."""

import json
import os
import re
import subprocess
import sys
import time

import psutil
import pytest

from autograder import locate
from autograder.course.museum import sample_class
from autograder.course.museum.convnets import CLASS
from autograder.exercises.convnets import EXERCISE
from hostile_class import HONEST, HOSTILE

MEMORY = 1 << 30  # bytes of the grader's own processes together
DISK = 100_000_000  # bytes of all results
TIMES = re.compile(r'"seconds": [0-9.]+|[0-9.]+ s\b|[0-9]+ times as fast')


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """Return a folder with the honest students, and one with all."""
    alone, together = (tmp_path_factory.mktemp(name) for name in ("alone", "together"))
    for student in CLASS:
        if student.name in HONEST:
            for folder in (alone, together):
                sample_class.write_student(EXERCISE, student, folder)
    for hostile in HOSTILE:
        hostile.write(together)
    return alone, together


def graded(submissions, out):
    """Grade a class as an instructor does; return what was printed, and the memory it took."""
    seed = out.with_suffix(".seed")
    seed.write_text("a seed that no one has seen")
    command = [sys.executable, "-m", "autograder", "grade", "--class-dir", str(submissions)]
    command += ["--out", str(out), "--jobs", "2", "--seed-file", str(seed)]
    log = out.with_suffix(".log")
    with log.open("w") as stream:
        process = subprocess.Popen(
            command, cwd=locate.root(), stdout=stream, stderr=subprocess.STDOUT
        )
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(own_memory(psutil.Process(process.pid))))
            time.sleep(0.1)
    return process.returncode, log.read_text(), peak


def own_memory(process):
    """Yield the memory of a process and of those that it started, but for workers."""
    try:
        command = process.cmdline()
        if any(part.endswith(f"{os.sep}worker") for part in command):  # bubblewrap's too
            return
        yield process.memory_info().rss
        children = process.children()
    except psutil.Error:  # it has ended meanwhile
        return
    for child in children:
        yield from own_memory(child)


def record(out, student):
    return json.loads((out / "students" / f"{student}.json").read_text(encoding="utf-8"))


def results(out, student):
    """Return what is known of a student, but for when it was and how long things took."""
    tree = record(out, student)
    for verdict in tree["verdicts"]:
        verdict.pop("seconds")
    tree.pop("notebook_seconds")
    tree.pop("graded")
    shown = out / "autograded" / student
    books = [p.read_text(encoding="utf-8") for p in sorted(shown.rglob("*.ipynb"))]
    return tree, [TIMES.sub("", book) for book in books]


def said(tree):
    """Return all that is said of a student."""
    messages = [verdict["message"] for verdict in tree["verdicts"]]
    return "\n".join([tree["problem"], tree["notebook"], *tree["notes"], *messages])


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory")
def test_nobody_is_cost_anything_by_others(classes, tmp_path):
    alone, together = classes
    assert len(list(together.iterdir())) == len(HONEST) + len(HOSTILE) >= 60
    code, text, _ = graded(alone, tmp_path / "alone")
    assert code == 0, text
    code, text, peak = graded(together, tmp_path / "together")
    assert code == 0, text
    for student in HONEST:
        expected = results(tmp_path / "alone", student)
        assert results(tmp_path / "together", student) == expected
    wrong = []
    for hostile in HOSTILE:
        tree = record(tmp_path / "together", hostile.name)
        points = sum(verdict["points"] for verdict in tree["verdicts"])
        if points != hostile.points or not re.search(hostile.says, said(tree)):
            wrong.append((hostile.name, points, hostile.points, hostile.says, said(tree)[:300]))
    assert not wrong
    assert "could not be graded" not in text
    assert peak < MEMORY, f"{peak >> 20} MiB"
    files = [path for path in (tmp_path / "together").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < DISK
