"""Shared fixtures, and what lets pytest-xdist run the tests on all cores.

Its workers share what is costly to make (`made_once`), and nothing else: each has a folder of its
own for temporary files. One worker runs all tests of a file, and of files that start servers on a
port or fill the machine (`by_file`).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock

import fuzzing
from autograder import exercises, locate
from autograder.course.museum import packs
from autograder.course.notebooks import dataset
from autograder.course.release import archive as release
from autograder.exercises.convnets import EXERCISE
from autograder.submission import read_layer

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ


def pytest_addoption(parser):
    """Add an option for those who have time."""
    parser.addoption("--fuzz", type=int, default=1, metavar="N", help="so many times the examples")


def pytest_configure(config):
    """Pass the option on, before the tests are read."""
    fuzzing.TIMES[0] = config.getoption("--fuzz")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes():
    """Make what all workers would make at once: the public packs, the data set; on all cores."""
    program = [sys.executable, "-m", "autograder.course.museum.packs"]
    making = [
        subprocess.Popen(
            program, cwd=locate.root(), env={**os.environ, exercises.CHOSEN: each.name}
        )
        for each in sorted(exercises.every(), key=lambda each: each != EXERCISE)
    ]
    dataset.cached()
    for process in making:
        process.wait()


@pytest.fixture(scope="session", autouse=True)
def own_folder_for_temporary_files():
    """Give each worker its own, as it has for `tmp_path`; the processes that it starts have it."""
    if not IS_WORKER:
        yield
        return
    made = tempfile.TemporaryDirectory(prefix="t-", ignore_cleanup_errors=True)
    with made as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture(autouse=True)
def the_usual_exercise():
    """Take back what exercise a test has chosen, so that the next one begins with the usual one."""
    before = os.environ.get(exercises.CHOSEN)
    yield
    if os.environ.get(exercises.CHOSEN) != before:
        os.environ.pop(exercises.CHOSEN, None)
        os.environ.update({} if before is None else {exercises.CHOSEN: before})
        exercises.default.cache_clear()
        exercises.with_what.cache_clear()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Return what says which worker runs which tests."""
    from by_file import ByFile  # xdist need not be there

    return ByFile(config, log)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Return a function that makes a folder, once for all workers, and returns its path.

    It takes a name and the function that fills the folder. The folder is not to be changed.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if IS_WORKER else base

    def folder(name, fill):
        path, unfinished = shared / name, shared / f"{name}.unfinished"
        with FileLock(shared / f"{name}.lock"):
            if not path.is_dir():
                shutil.rmtree(unfinished, ignore_errors=True)
                unfinished.mkdir()
                fill(unfinished)
                unfinished.rename(path)
        return path

    return folder


@pytest.fixture(scope="session")
def public_pack():
    """Return the pack of the public cases."""
    return packs.public(EXERCISE)


@pytest.fixture(scope="session")
def solution():
    """Return the solution as a submission."""
    return packs.solution(EXERCISE)


@pytest.fixture(scope="session")
def skeleton():
    """Return what students are given as a submission."""
    return read_layer("skeleton", locate.given(), EXERCISE.editable)


@pytest.fixture(scope="session")
def unpacked_release(made_once, public_pack):
    """Return what students unpack: for copies of it, since all tests share it."""

    def unpack(folder):
        files = list(release.contents(EXERCISE, locate.root()))
        release.write_archive(files, folder / "release.zip", "exercise")
        zipfile.ZipFile(folder / "release.zip").extractall(folder)

    return Path(made_once("release", unpack)) / "exercise"
