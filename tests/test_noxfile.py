"""noxfile.py: what is offered to whom, and when something is installed again."""

import contextlib
import importlib.util
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from hearing import hear

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
    """Return noxfile.py as a module; what it sets for the programs that nox starts ends with it."""
    spec = importlib.util.spec_from_file_location("noxfile_under_test", ROOT / "noxfile.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONSAFEPATH", "")  # which it sets, and later tests are not to have
        spec.loader.exec_module(module)
    return module


@pytest.fixture
def environment(noxfile, tmp_path, monkeypatch):
    """Return an environment in a folder of its own, which `session` pretends to make."""
    monkeypatch.setattr(noxfile, "ROOT", tmp_path)
    monkeypatch.setattr(noxfile.shutil, "which", lambda name: None)
    return noxfile.Environment("student")


@pytest.fixture
def session(environment):
    """Return what `prepare` uses of a session; it keeps the installations asked for."""
    installed = []

    def run_install(*command, **_):
        if "install" in command:
            (what, address) = next(part.split(" @ ") for part in command if " @ " in part)
            assert address == environment.location.parents[1].as_uri()
            installed.append(what.removeprefix("convnets-by-hand"))
        else:
            environment.python.parent.mkdir(parents=True, exist_ok=True)
            environment.python.touch()

    return SimpleNamespace(
        installed=installed,
        run_install=run_install,
        env={},
        log=lambda text: None,
        error=pytest.fail,
    )


def test_the_course_has_every_session_that_its_pages_name():
    sessions = listed(ROOT)
    pages = [ROOT / "README.md", ROOT / "docs" / "instructors.md"]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    named = set(re.findall(r"bin/nox -s ([a-z]+)", text))
    assert {"grade", "tests", "export", "similarity", "gradescope"} < named
    assert named <= set(sessions)


def test_students_have_their_sessions_only(tmp_path):
    shutil.copy(ROOT / "noxfile.py", tmp_path)
    assert set(listed(tmp_path)) == FOR_STUDENTS
    page = ROOT / "autograder" / "course" / "release" / "student_readme.md"
    named = set(re.findall(r"bin/nox -s ([a-z]+)", page.read_text(encoding="utf-8")))
    assert {"check", "lab"} <= named <= FOR_STUDENTS


def test_installs_once_and_again_after_a_change(environment, session, tmp_path):
    kernels = tmp_path / "assignment" / "kernels"
    kernels.mkdir(parents=True)
    (kernels / "conv.c").write_text("int one;")
    environment.prepare(session)
    environment.prepare(session)
    assert session.installed == ["[]"]
    (kernels / "conv.c").write_text("int two;")
    environment.prepare(session)
    assert session.installed == ["[]", "[]"]
    environment.python.unlink()  # as when the system has got another Python
    environment.prepare(session)
    assert session.installed == ["[]", "[]", "[]"]


def test_modules_of_the_course_are_installed_and_again_after_a_change(
    environment, session, tmp_path
):
    asked = []
    works = session.run_install

    def noted(*command, **options):
        asked.append(command)
        works(*command, **options)

    session.run_install = noted
    environment.prepare(session)
    (tmp_path / "course.toml").write_text('[modules]\nscipy = "scipy>=1.11"\n')
    environment.prepare(session)
    environment.prepare(session)
    assert session.installed == ["[]", "[]"]
    assert asked[-1][-1] == "scipy>=1.11"
    (tmp_path / "course.toml").write_text("[modules\n")  # what is wrong is not for nox to say
    environment.prepare(session)
    assert session.installed == ["[]", "[]", "[]"]


def test_sessions_share_an_environment(environment, session):
    environment.prepare(session)
    environment.prepare(session, "lab")
    environment.prepare(session)
    environment.prepare(session, "lab")
    assert session.installed == ["[]", "[lab]"]
    assert session.env["PATH"].startswith(str(environment.programs))


def test_it_says_what_is_installed_and_how_large_that_is(noxfile, environment, session):
    told = []
    session.log = told.append
    environment.prepare(session, "lab")
    assert re.search(r"JupyterLab.* \(\d\.\d GB\)", told[0])
    used = set(re.findall(r'prepare\(session, "(\w+)"\)', (ROOT / "noxfile.py").read_text()))
    assert used == set(noxfile.SIZES) - {""}


def test_a_failed_installation_is_told_and_tried_again(noxfile, environment, session):
    class Stopped(Exception):
        pass

    def fail(*command, **_):
        raise noxfile.nox.command.CommandFailed

    def error(text):
        raise Stopped(text)

    environment.prepare(session)
    works, session.run_install, session.error = session.run_install, fail, error
    with pytest.raises(Stopped, match="could not be installed"):
        environment.prepare(session, "lab")
    session.run_install = works
    environment.prepare(session)
    assert session.installed == ["[]", "[]"]


def test_uv_installs_where_it_is_there_and_pip_where_it_fails(
    noxfile, environment, session, monkeypatch
):
    monkeypatch.setattr(noxfile.shutil, "which", lambda name: f"/usr/bin/{name}")
    works, commands = session.run_install, []

    def run_install(*command, **_):
        commands.append(command)
        if command[0] == "/usr/bin/uv" and any("[lab]" in part for part in command):
            raise noxfile.nox.command.CommandFailed
        works(*command)

    session.run_install = run_install
    environment.prepare(session)
    assert commands[-1][0] == "/usr/bin/uv"
    environment.prepare(session, "lab")
    assert commands[-1][1:3] == ("-m", "pip")


@pytest.mark.parametrize("program", ["uv", "pip"])
def test_what_grades_is_installed_in_the_versions_of_one_file(
    noxfile, environment, session, monkeypatch, tmp_path, program
):
    if program == "uv":
        monkeypatch.setattr(noxfile.shutil, "which", lambda name: f"/usr/bin/{name}")
    works, commands = session.run_install, []

    def run_install(*command, **_):
        commands.append(command)
        works(*command)

    session.run_install = run_install
    own = noxfile.Environment("student", "constraints.txt")  # where `session` makes one
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("numpy==2.4.0")
    own.prepare(session, "course")
    wanted = ("--constraint", str(constraints))
    assert wanted in list(itertools.pairwise(commands[-1]))
    constraints.write_text("numpy==2.4.1")  # the next run takes it
    own.prepare(session, "course")
    assert len(session.installed) == 2
    environment.prepare(session, "lab")
    assert "--constraint" not in commands[-1]  # a student's


def test_only_what_grades_has_constraints(noxfile):
    kinds = {kind._constraints for kind in (noxfile.STUDENT, noxfile.DEV, noxfile.BENCH)}
    assert (kinds, noxfile.STAFF._constraints) == ({""}, "constraints.txt")


@pytest.mark.skipif(os.name == "nt", reason="no folder is called so there")
def test_a_folder_in_which_no_environment_works_is_named(tmp_path):
    folder = tmp_path / "week::2"
    folder.mkdir()
    shutil.copy(ROOT / "noxfile.py", folder)
    command = [sys.executable, "-m", "nox", "-s", "check"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode
    assert f"rename or move {folder}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def soaked(noxfile, session, monkeypatch):
    """Return a function that runs the session soak with arguments, and what it told and ran."""
    told, ran = [], []
    session.log = session.error = told.append
    session.run = lambda *command: ran.append(command)
    monkeypatch.setattr(noxfile.Environment, "prepare", lambda *_: None)
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
        assert ran.pop() == (str(noxfile.DEV.python), *command, "--help")
        assert ran == []


def test_a_part_that_there_is_not_is_named(soaked):
    told, ran = soaked("everything")
    assert told[-1] == "There is no part everything."
    assert ran == []


def test_whoever_has_the_laboratory_can_check_and_hand_in_offline(environment, session):
    environment.prepare(session, "lab")
    environment.prepare(session)
    environment.prepare(session, "course")
    assert session.installed == ["[lab]", "[course]"]


@pytest.mark.skipif(os.name == "nt", reason="its shell has other rules")
@pytest.mark.parametrize(
    ("program", "found", "typed"),
    [
        (".venv/bin/nox", None, ".venv/bin/nox"),
        (".venv/bin/nox", "/usr/bin/nox", ".venv/bin/nox"),
        ("@/.venv/bin/nox", None, ".venv/bin/nox"),
        ("/usr/bin/nox", "/usr/bin/nox", "nox"),
        ("@/.venv/bin/nox", "@/.venv/bin/nox", "nox"),  # an environment that is activated
        ("/opt/my tools/nox", None, "'/opt/my tools/nox'"),
        ("/x/site-packages/nox/__main__.py", None, f"{sys.executable} -m nox"),
    ],
)
def test_messages_name_nox_as_it_was_started(noxfile, tmp_path, monkeypatch, program, found, typed):
    monkeypatch.setattr(noxfile, "ROOT", tmp_path)
    monkeypatch.setenv("PWD", str(tmp_path))
    where = found and found.replace("@", str(tmp_path))
    monkeypatch.setattr(noxfile.shutil, "which", lambda _: where)
    monkeypatch.setattr(noxfile.sys, "argv", [program.replace("@", str(tmp_path))])
    assert noxfile.nox_as_typed() == typed


SLOW_TO_STOP = """
import time
try:
    print("Ready.", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(1)  # as long as it takes to end what was started
    print("Stopped. Who is done stays done.")
    raise SystemExit(130)
"""
INTERRUPTED = """
import importlib.util, sys, nox
from pathlib import Path
spec = importlib.util.spec_from_file_location("front_door", {real!r})
door = importlib.util.module_from_spec(spec)
spec.loader.exec_module(door)
door.ROOT = Path({root!r})

@nox.session(name="interrupted")
def interrupted(session):
    environment = door.Environment("none")
    environment.python = sys.executable
    environment.autograder(session, "grade")
"""


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is no signal there")
def test_a_command_that_is_interrupted_has_the_time_to_say_what_is_kept(tmp_path):
    start = tmp_path / "autograder" / "entry" / "start.py"
    start.parent.mkdir(parents=True)
    start.write_text(SLOW_TO_STOP)
    text = INTERRUPTED.format(real=str(ROOT / "noxfile.py"), root=str(tmp_path))
    (tmp_path / "noxfile.py").write_text(text)
    with subprocess.Popen(
        [sys.executable, "-m", "nox", "-s", "interrupted"],
        cwd=tmp_path, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, preexec_fn=hear,
    ) as process:  # fmt: skip
        told = ""
        while "Ready." not in told:
            told += process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)  # as the terminal sends it to all of them
        told += process.stdout.read()
    assert "Stopped. Who is done stays done." in told
    assert process.returncode


def test_jupyterlab_starts_for_root_too(noxfile, monkeypatch):
    monkeypatch.setattr(noxfile.os, "geteuid", lambda: 0, raising=False)
    assert noxfile.as_root() == ["--allow-root"]
    monkeypatch.setattr(noxfile.os, "geteuid", lambda: 1000)
    assert noxfile.as_root() == []
