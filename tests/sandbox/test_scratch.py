"""autograder/sandbox/scratch.py: temporary folders go with their process, killed or not."""

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from autograder import locate
from autograder.sandbox import scratch

HOLDER = """
import sys, time
from autograder.sandbox import scratch
(scratch.home() / "kept").mkdir()
(scratch.home() / "kept" / "file").touch()
print("ready", flush=True)
if len(sys.argv) > 1:
    time.sleep(600)
"""


def start(folder, *arguments):
    """Start a process that makes a temporary folder in `folder`."""
    environment = {**os.environ, "PYTHONPATH": str(locate.root()), "TMPDIR": str(folder)}
    command = [sys.executable, "-c", HOLDER, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    with process.stdout as stream:
        assert stream.readline() == b"ready\n"
    return process


def test_it_goes_with_its_process(tmp_path):
    assert start(tmp_path).wait(60) == 0
    assert list(tmp_path.iterdir()) == []


def test_the_next_process_removes_what_a_killed_one_left(tmp_path):
    living, killed = start(tmp_path, "stay"), start(tmp_path, "stay")
    try:
        killed.kill()
        killed.wait()
        assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 2
        scratch.sweep(tmp_path)
        (left,) = [path for path in tmp_path.iterdir() if path.is_dir()]
        assert (left / "kept" / "file").exists()
        scratch.sweep(tmp_path)  # as often as one likes
        assert left.is_dir()
    finally:
        living.kill()
        living.wait()
    assert start(tmp_path).wait(60) == 0  # a process that starts does it by itself
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_lock_of_ours_stays(tmp_path):
    """Not a folder without a lock, nor what a link leads to."""
    for name in ("convnets-data", "convnets-1234", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    (tmp_path / "other.lock").touch()
    (tmp_path / "convnets-data.lock").symlink_to(tmp_path / "other.lock")
    (tmp_path / "convnets-1.lock").touch()
    (tmp_path / "convnets-1").symlink_to(tmp_path / "other")
    scratch.sweep(tmp_path)
    for name in ("convnets-data", "convnets-1234", "other"):
        assert (tmp_path / name / "file").exists()


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Give this process another folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scratch.home.cache_clear()
    yield tmp_path
    scratch.home.cache_clear()


def test_it_is_one_folder_and_nobody_elses(own):
    first = scratch.home()
    assert scratch.home() == first
    assert first.parent == own
    if sys.platform != "win32":
        assert first.stat().st_mode & 0o777 == 0o700
    scratch.sweep(own)
    assert first.is_dir()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_copy_of_a_process_removes_nothing_of_it(own):
    folder = scratch.home()
    pid = os.fork()
    if pid == 0:
        other = scratch.home() != folder
        scratch.forget(folder, -1, os.getppid())
        os.kill(os.getpid(), signal.SIGKILL if other and folder.is_dir() else signal.SIGTERM)
    _, status = os.waitpid(pid, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert folder.is_dir()
    scratch.sweep(own)
    assert folder.is_dir()
    assert len([path for path in own.iterdir() if path.is_dir()]) == 1


TOGETHER = """
import sys
from autograder.sandbox import scratch
with scratch.together("name") as folder:
    (folder / sys.argv[1]).touch()
    print("ready", flush=True)
    sys.stdin.readline()
    print(sorted(path.name for path in folder.iterdir()), flush=True)
    sys.stdin.readline()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="not on Windows")
def test_a_folder_together_is_there_until_the_last_one_leaves(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(locate.root()), "TMPDIR": str(tmp_path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    command = [sys.executable, "-c", TOGETHER]
    first, second = (subprocess.Popen([*command, n], env=environment, **pipes) for n in "ab")
    for process in (first, second):
        assert process.stdout.readline() == "ready\n"
    assert first.communicate("\n\n", timeout=60)[0] == "['a', 'b']\n"
    scratch.sweep(tmp_path)
    assert len(list(tmp_path.glob("convnets-*-name"))) == 1
    second.kill()
    second.communicate()
    scratch.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []
