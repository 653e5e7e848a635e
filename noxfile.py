"""The front door: ``python -m nox -s SESSION``; ``python -m nox -l`` lists the sessions.

Each session runs in an environment of its own, made on first use, with this project and what the
session needs. The same file serves the course and, with fewer sessions, its students.
"""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nox
import nox.command

ROOT = Path(__file__).parent
COURSE = (ROOT / "solutions").is_dir()  # students have no solution, and no use for some sessions
NOTEBOOK = "notebooks/ConvolutionalNetworks.ipynb"

ON_ALL_CORES = ("-n", "logical", "--dist", "loadgroup")  # pytest-xdist
BENCHMARK = "tests/benchmarks/run.py"
PARTS = {
    "meta": (
        "20 min: every known mistake and every correct way, through the checks",
        ("-m", "autograder.course.museum.meta"),
    ),
    "attacks": (
        "20 min: every attack at every level, and a class with all attackers in it",
        ("-m", "pytest", *ON_ALL_CORES, "-m", "soak or not soak", "tests/sandbox"),
    ),
    "class": (
        "5 min: the whole sample class, whose points are known",
        ("-m", "pytest", "-m", "soak", "tests/course/grading"),
    ),
    "kernels": (
        "3 min: ten thousand random convolutions, with every instruction set",
        ("-m", "pytest", "-m", "soak", "tests/kernels"),
    ),
    "busy": (
        "30 min: all tests, beside two busy loops",
        ("-m", "pytest", *ON_ALL_CORES),
    ),
    "bench": (
        "10 min: the fast layers beside the naive ones and NumPy, as the session bench",
        (BENCHMARK,),
    ),
}
"""What takes too long for the tests: of each part what it takes and does, and its command."""

nox.needs_version = ">=2024.4.15"
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "tests"] if COURSE else ["check"]


def install(session: nox.Session, extras: str = "") -> None:
    """Install the project with some extras, unless that has been done since it last changed.

    What is installed is the compiled kernels and all dependencies. The Python code that runs is
    that of this folder, since ``python -m`` looks here first.
    """
    stamp = Path(session.virtualenv.location) / "installed.txt"
    state = f"{extras} {fingerprint()}"
    if stamp.is_file() and stamp.read_text() == state:
        return
    stamp.unlink(missing_ok=True)  # what an installation that fails leaves behind is unknown
    session.log("Installing what this session needs; the first time this takes some minutes.")
    try:
        session.install(f".[{extras}]" if extras else ".", silent=True)
    except nox.command.CommandFailed:
        session.error("It could not be installed; pip says above why. Is there a network?")
    stamp.write_text(state)


def fingerprint() -> str:
    """Return a digest of the files that an installation is made from."""
    digest = hashlib.sha256()
    kernels = sorted((ROOT / "assignment" / "kernels").glob("*"))
    for path in (ROOT / "pyproject.toml", ROOT / "meson.build", *kernels):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """Keep so many cores at work meanwhile."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@nox.session
def check(session: nox.Session) -> None:
    """Check your own layers.py and cnn.py; give names to check only some functions."""
    install(session)
    session.run("python", "-m", "autograder", "check", *session.posargs, success_codes=[0, 1])


@nox.session
def submit(session: nox.Session) -> None:
    """Make the archive to hand in, after a look at what is in it."""
    install(session)
    session.run("python", "-m", "autograder", "submit", *session.posargs)


@nox.session
def lab(session: nox.Session) -> None:
    """Open the student's notebook in JupyterLab."""
    install(session, "lab")
    if COURSE:  # students have the pack of public cases; a course makes its own
        session.run("python", "-m", "autograder.course.museum.packs")
    # A notebook runs in its own folder: the autograder is to be this folder's there too.
    session.env["PYTHONPATH"] = str(ROOT)
    # All of the exercise is to be seen in it, so that layers.py can be edited there.
    where = [f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url=/lab/tree/{NOTEBOOK}"]
    session.run("jupyter", "lab", *where, *session.posargs)


@nox.session
def data(session: nox.Session) -> None:
    """Download, verify and install CIFAR-10; or take a copy with -- --from PATH."""
    install(session)
    session.run("python", "data/fetch.py", *session.posargs)


if COURSE:

    @nox.session
    def doctor(session: nox.Session) -> None:
        """Try what keeps student code in on this machine, and say what holds."""
        install(session)
        session.run("python", "-m", "autograder", "doctor", *session.posargs, success_codes=[0, 1])

    @nox.session
    def grade(session: nox.Session) -> None:
        """Grade a sample class or, after --, the submissions given."""
        install(session, "course")
        session.run("python", "-m", "autograder", "grade", *session.posargs)

    @nox.session
    def formgrader(session: nox.Session) -> None:
        """Open nbgrader's formgrader on a course: the folder after --, or results/."""
        install(session, "course")
        folder = ROOT / (session.posargs[0] if session.posargs else "results")
        if not (folder / "nbgrader_config.py").is_file():
            session.error(f"{folder} is no course; grade into it first, or name one after --.")
        session.env["PYTHONPATH"] = str(ROOT)
        session.chdir(folder)  # where nbgrader looks for its settings
        session.run("jupyter", "lab", "--LabApp.default_url=/formgrader", *session.posargs[1:])

    @nox.session
    def export(session: nox.Session) -> None:
        """Write grades for Gradescope, Canvas, Moodle or as nbgrader does: -- FORMAT."""
        install(session, "course")
        session.run("python", "-m", "autograder", "export", *session.posargs)

    @nox.session
    def similarity(session: nox.Session) -> None:
        """Compare the submissions of a class with each other."""
        install(session, "course")
        session.run("python", "-m", "autograder", "similarity", *session.posargs)

    @nox.session
    def gradescope(session: nox.Session) -> None:
        """Make the autograder's archive to upload to Gradescope."""
        install(session, "course")
        session.run("python", "-m", "autograder", "gradescope", *session.posargs)

    @nox.session
    def tests(session: nox.Session) -> None:
        """Run the project's own tests, on all cores; arguments after -- go to pytest."""
        install(session, "dev")
        session.run("python", "-m", "pytest", *ON_ALL_CORES, *session.posargs)

    @nox.session
    def soak(session: nox.Session) -> None:
        """Run what takes too long for the tests: -- PART; without PART, list the parts."""
        part, *arguments = session.posargs or [""]
        if part not in PARTS:
            session.log("The parts, and what each takes on two cores:")
            for name, (about, _) in PARTS.items():
                session.log(f"  {name:8} {about}")
            if part:
                session.error(f"There is no part {part}.")
            return
        install(session, "dev")
        command = [*PARTS[part][1], *arguments]
        if part == "busy":
            with busy_loops(2):
                session.run("python", *command)
        else:
            session.run("python", *command)

    @nox.session
    def release(session: nox.Session) -> None:
        """Make the archive for students, in dist/."""
        install(session, "course")
        session.run("python", "-m", "autograder", "release", *session.posargs)

    @nox.session
    def lint(session: nox.Session) -> None:
        """Run ruff (lint and format) and the type checker, and hold the rooms' walls."""
        install(session, "dev")
        session.run("ruff", "check", ".")
        session.run("ruff", "format", "--check", ".")
        session.run("mypy")
        session.run("lint-imports", env={"PYTHONPATH": "assignment"})
        session.run("python", "tests/rooms.py")

    @nox.session
    def bench(session: nox.Session) -> None:
        """Measure the fast layers beside the naive ones, NumPy and, if installed, PyTorch."""
        install(session, "dev")
        # The peer is not made for every machine; the benchmark does without it then.
        session.log("PyTorch takes some gigabytes, the first time.")
        session.install(".[bench]", silent=True, success_codes=[0, 1])
        session.run("python", BENCHMARK, *session.posargs)

    @nox.session
    def meta(session: nox.Session) -> None:
        """Measure the checks: known mistakes caught and named, correct ways accepted."""
        install(session, "dev")
        session.run("python", "-m", "autograder.course.museum.meta", *session.posargs)
