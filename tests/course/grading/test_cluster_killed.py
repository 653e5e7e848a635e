"""A class on a Dask cluster whose workers and grader are killed: as in a quiet run elsewhere."""

import json
import os
import random
import subprocess
import sys
import time

import psutil
import pytest

import hostile_class
from autograder.exercises.convnets import EXERCISE
from autograder.judging import pack
from hostile_class import layers
from undisturbed import DRIVER, PATHS, class_of, expect_nothing_twice, expect_the_same

pytest.importorskip("distributed", reason="needs the extra dask")

HOSTILE = (  # whose verdicts do not depend on how fast a machine is
    *("reply-bool", "reply-axes", "reply-named", "reply-values", "form-loss", "form-grads"),
    *("form-param", "form-nan", "nb-html", "nb-nul", "read-name", "read-tar", "read-zip"),
)
SLIPS = ("conv_forward_naive", "max_pool_forward_naive", "spatial_batchnorm_forward")
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no sandbox holds"),
]


class Cluster:
    """A scheduler and its workers, each a process of its own on this machine."""

    def __init__(self, folder):
        self._folder, self._file = folder, folder / "scheduler.json"
        self._processes = [self._start("scheduler", "--port", "0")]
        while not self._file.is_file():
            time.sleep(0.1)
        self.workers = []

    def _start(self, kind, *options):
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard"]
        command += ["--scheduler-file", str(self._file), "--host", "127.0.0.1", *options]
        log = (self._folder / "dask.log").open("a")
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)

    @property
    def address(self):
        return json.loads(self._file.read_text())["address"]

    def join(self):
        """Add a worker."""
        options = ("--nthreads", "1", "--preload", "killed_worker")
        self.workers.append(self._start("worker", *options))
        self._processes.append(self.workers[-1])

    def everybody(self):
        """Return all processes that there are."""
        alive = [psutil.Process(own.pid) for own in self._processes if own.poll() is None]
        return [*alive, *(child for own in alive for child in own.children(recursive=True))]

    def close(self):
        """End all of them; return what is left."""
        everybody = self.everybody()
        for own in reversed(self._processes):
            own.terminate()
        for own in self._processes:
            own.wait(60)
        return psutil.wait_procs(everybody, timeout=20)[1]


def hostile_class_of(folder, count):
    """Hand in for so many students: hostile ones, others with slips of their own, two the same."""
    chosen = [own for own in hostile_class.HOSTILE if own.name in HOSTILE]
    assert len(chosen) == len(HOSTILE)
    for own in chosen[: count // 3]:
        own.write(folder)
    for number in range(count - len(chosen[: count // 3])):
        name, own = SLIPS[number % 3], max(number, 1)
        slip = f"_f = {name}\ndef {name}(*args):\n    out, cache = _f(*args)\n"
        for path, data in layers(f"{slip}    return out * (1 + {own} / 100), cache").items():
            file = folder / f"s{number:02}" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def on_a_cluster_that_is_killed(tmp_path, folder):
    """Grade quietly here, and on a cluster of which much is killed; expect the same of both.

    Each kill comes some time after the one before, or after something was begun: a part of what
    the quiet run takes, so that all of them come before the class is graded.
    """
    command, rng = [sys.executable, DRIVER, folder], random.Random(23)
    start = time.monotonic()
    subprocess.run([*command, tmp_path / "quiet", tmp_path / "quiet.log", "2"], check=True)
    quiet = time.monotonic() - start
    print(f"quiet: {quiet:.0f} s")
    out, log = tmp_path / "out", tmp_path / "log"
    cluster, kills, left = Cluster(tmp_path), 0, []
    try:
        for _ in range(3):
            cluster.join()
        command += [out, log, cluster.address]
        for number in range(3):
            before = size(log)
            run = subprocess.Popen(command)
            while size(log) == before and run.poll() is None:
                time.sleep(0.1)  # until something is graded
            time.sleep(quiet * rng.uniform(0.03, 0.1))
            if number < 2:
                nanny = psutil.Process(cluster.workers[number].pid)
                gone = nanny.children(recursive=True)
                if number:  # with the nanny, which starts another one otherwise
                    nanny.kill()
                for process in nanny.children() if not number else gone[:1]:
                    process.kill()
                left += gone
            time.sleep(quiet * rng.uniform(0.03, 0.1))
            kills += run.poll() is None
            run.kill()
            run.wait()
        cluster.join()  # late
        start = time.monotonic()
        subprocess.run(command, check=True)
        print(f"after {kills} kills of the grader: {time.monotonic() - start:.0f} s")
    finally:
        left += cluster.close()
    assert kills == 3
    assert psutil.wait_procs(left, timeout=20)[1] == []
    expect_the_same(out, tmp_path / "quiet")
    expect_nothing_twice(log)


def size(path):
    """Return how many bytes are in a file that may not be there."""
    return path.stat().st_size if path.is_file() else 0


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Have all processes find what they import, and the log."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(PATHS))
    monkeypatch.setenv("CONVNETS_TEST_LOG", str(tmp_path / "log"))


def test_made_up_checks_on_a_cluster_that_is_killed(tmp_path):
    on_a_cluster_that_is_killed(tmp_path, class_of(tmp_path / "in", 60))


def test_a_hostile_class_on_a_cluster_that_is_killed(tmp_path, monkeypatch, public_pack):
    monkeypatch.setenv("CONVNETS_TEST_PACK", str(pack.public_path(EXERCISE.name)))
    folder = tmp_path / "in"
    folder.mkdir()
    hostile_class_of(folder, int(os.environ.get("CONVNETS_TEST_CLASS", "60")))
    on_a_cluster_that_is_killed(tmp_path, folder)
