"""noxfile.py: what is offered to whom, and when something is installed again."""

import contextlib
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("nox")

ROOT = Path(__file__).parents[1]
FOR_STUDENTS = {"check", "lab", "data", "submit"}


def listed(folder):
    """Return the description of each session that nox lists for a folder."""
    command = [sys.executable, "-m", "nox", "--list", "--nocolor"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return dict(re.findall(r"^[*-] (\w+) -> (.+)$", done.stdout, flags=re.MULTILINE))


@pytest.fixture(scope="module")  # nox does not like to see a session twice
def noxfile():
    """Return noxfile.py as a module."""
    spec = importlib.util.spec_from_file_location("noxfile_under_test", ROOT / "noxfile.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def session(tmp_path):
    """Return what `install` uses of a session; it keeps the installations asked for."""
    installed = []
    return SimpleNamespace(
        virtualenv=SimpleNamespace(location=str(tmp_path)),
        installed=installed,
        install=lambda what, silent: installed.append(what),
        log=lambda text: None,
        error=pytest.fail,
    )


def test_the_course_has_every_session_that_its_pages_name():
    sessions = listed(ROOT)
    pages = [ROOT / "README.md", ROOT / "docs" / "instructors.md"]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    named = set(re.findall(r"python -m nox -s (\w+)", text))
    assert {"grade", "tests", "export", "similarity", "gradescope"} < named
    assert named <= set(sessions)


def test_students_have_their_sessions_only(tmp_path):
    shutil.copy(ROOT / "noxfile.py", tmp_path)
    assert set(listed(tmp_path)) == FOR_STUDENTS
    page = ROOT / "autograder" / "course" / "release" / "student_readme.md"
    named = set(re.findall(r"python -m nox -s (\w+)", page.read_text(encoding="utf-8")))
    assert {"check", "lab"} <= named <= FOR_STUDENTS


def test_installs_once_and_again_after_a_change(noxfile, session, tmp_path, monkeypatch):
    root = tmp_path / "root"
    kernels = root / "assignment" / "kernels"
    kernels.mkdir(parents=True)
    (kernels / "conv.c").write_text("int one;")
    monkeypatch.setattr(noxfile, "ROOT", root)
    noxfile.install(session)
    noxfile.install(session)
    assert session.installed == ["."]
    noxfile.install(session, "lab")
    assert session.installed == [".", ".[lab]"]
    (kernels / "conv.c").write_text("int two;")
    noxfile.install(session, "lab")
    assert session.installed == [".", ".[lab]", ".[lab]"]


def test_a_failed_installation_is_told_and_tried_again(noxfile, session):
    class Stopped(Exception):
        pass

    def fail(what, silent):
        raise noxfile.nox.command.CommandFailed

    def error(text):
        raise Stopped(text)

    noxfile.install(session)
    works, session.install, session.error = session.install, fail, error
    with pytest.raises(Stopped, match="could not be installed"):
        noxfile.install(session, "lab")
    session.install = works
    noxfile.install(session)
    assert session.installed == [".", "."]


@pytest.fixture
def soaked(noxfile, session, monkeypatch):
    """Return a function that runs the session soak with arguments, and what it told and ran."""
    told, ran = [], []
    session.log = session.error = told.append
    session.run = lambda *command: ran.append(command)
    monkeypatch.setattr(noxfile, "install", lambda *_: None)
    monkeypatch.setattr(noxfile, "busy_loops", lambda count: contextlib.nullcontext())

    def run(*arguments):
        session.posargs = list(arguments)
        noxfile.soak.func(session)
        return told, ran

    return run


def test_the_soak_without_a_part_lists_the_parts(noxfile, soaked):
    told, ran = soaked()
    assert ran == []
    assert [line.split()[0] for line in told[1:]] == list(noxfile.PARTS)
    assert all(re.search(r"\d min: ", line) for line in told[1:])


def test_the_soak_runs_one_part(noxfile, soaked):
    for part, (_, command) in noxfile.PARTS.items():
        _, ran = soaked(part, "--help")
        assert ran.pop() == ("python", *command, "--help")
        assert ran == []


def test_a_part_that_there_is_not_is_named(soaked):
    told, ran = soaked("everything")
    assert told[-1] == "There is no part everything."
    assert ran == []
