"""The front door: ``nox -s SESSION``; ``nox -l`` lists the sessions.

Sessions of one kind (a student's, the course's, development) share one environment in ``.nox``,
made on first use, with this project's compiled kernels and what the sessions need. The same file
serves the course and, with fewer sessions, its students.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nox
import nox.command

ROOT = Path(__file__).resolve().parent
COURSE = (ROOT / "solutions").is_dir()  # students have no solution, and no use for some sessions
PROJECT = "convnets-by-hand"
PROJECT_FILES = ("pyproject.toml", "meson.build", "constraints.txt")  # installed by
NOTEBOOK = "notebooks/ConvolutionalNetworks.ipynb"
SIZES = {  # what is installed for each extra, measured on Linux
    "": "NumPy and what the checks need (0.1 GB)",
    "lab": "JupyterLab, Matplotlib and scikit-image (0.6 GB)",
    "course": "nbgrader, JupyterLab and Matplotlib (0.5 GB)",
    "dask": "Dask, for a cluster (0.1 GB)",
    "dev": "everything for work on the project (1.0 GB)",
}

if sys.version_info < (3, 11):  # noqa: UP036 - nox itself runs with older ones
    raise SystemExit(
        f"This needs Python 3.11 or newer; nox runs with {sys.version.split()[0]}. Remove the "
        "folder .venv, and make it again with a newer Python, such as: python3.12 -m venv .venv"
    )
if os.pathsep in str(ROOT):
    raise SystemExit(
        f"Python's environments do not work below a folder with {os.pathsep!r} in its name: "
        f"rename or move {ROOT}"
    )

TO_STOP = 60.0  # seconds for a command to say, after Ctrl-C, what is kept; nox gives it 0.3
# By pytest-xdist. One more than there are cores: a third of the tests' time is waiting for a worker
# that sleeps, starts or ends.
ON_ALL_CORES = ("-n", str((os.cpu_count() or 1) + 1))
BENCHMARK = "tests/benchmarks/run.py"
LONG = (  # of the tests, what takes long and has no part of its own
    *("course", "cs231n", "engine", "exercises", "notebooks", "show"),
    *("test_round.py", "test_course_toml.py", "test_browser.py", "test_whole_course.py"),
)
PARTS = {
    "meta": (
        "10 min: every known mistake and every correct way, through the checks",
        ("-m", "autograder.course.museum.meta"),
    ),
    "ladder": (
        "2 min: the smallest input on which each known mistake is wrong, and no right way",
        ("-m", "pytest", "-m", "soak", "tests/diagnosis"),
    ),
    "attacks": (
        "12 min: every attack at every level, and a class with all attackers in it",
        ("-m", "pytest", *ON_ALL_CORES, "-m", "soak or not soak", "tests/sandbox"),
    ),
    "class": (
        "60 min: the whole sample class, a class full of harm, whole rounds, what trains a net",
        ("-m", "pytest", "-m", "soak", *(f"tests/{name}" for name in LONG)),
    ),
    "fuzz": (
        "60 min: fuzzing of all that reads and judges, a hundred times as much as in the tests",
        ("-m", "pytest", *ON_ALL_CORES, "--fuzz", "100", "-k", "fuzz"),
    ),
    "site": (
        "40 min: the museum by hand and the right ways in Pyodide, in Node, and as here",
        ("-m", "pytest", "-m", "soak", "tests/site"),
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
        "20 min: the fast layers beside the naive ones and NumPy, as the session bench",
        (BENCHMARK,),
    ),
}
"""What takes too long for the tests: of each part what it takes and does, and its command."""

nox.needs_version = ">=2024.4.15"
nox.options.default_venv_backend = "none"  # the environments are `Environment`'s
nox.options.sessions = ["lint", "tests"] if COURSE else ["check"]
# A file random.py in this folder is not to be taken for Python's own module of that name.
os.environ["PYTHONSAFEPATH"] = "1"


class Environment:
    """A virtual environment that sessions share.

    Parameters
    ----------
    kind : str
        Its name in ``.nox``.
    constraints : str
        The file that says which versions are installed; the newest ones if not given.
    """

    def __init__(self, kind: str, constraints: str = "") -> None:
        self._constraints = constraints
        self.location = ROOT / ".nox" / kind
        self.programs = self.location / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.programs / ("python.exe" if os.name == "nt" else "python")
        self._stamp = self.location / "installed.txt"

    def prepare(self, session: nox.Session, extras: str = "") -> None:
        """Install the project with some extras, unless that has been done since it last changed.

        What is installed is the compiled kernels and all dependencies. The Python code that runs
        is that of this folder.
        """
        state = fingerprint()
        done = self._stamp.read_text().split("\n") if self._stamp.is_file() else []
        if not self.python.exists() or done[:1] != [state]:  # a Python may have been removed
            done = [state]
        # Each installation has what the plain one has: who is offline can check and hand in.
        if f"[{extras}]" not in done and (extras or len(done) == 1):
            self._stamp.unlink(missing_ok=True)  # what a failed installation leaves is unknown
            where = self.location.relative_to(ROOT)
            session.log(f"Installing into {where}, once: {SIZES[extras]}. This takes some minutes.")
            try:
                # As an address: pip takes a folder "CS231n [spring]" for a package with an extra.
                self._install(session, f"{PROJECT}[{extras}] @ {ROOT.as_uri()}", *modules())
            except nox.command.CommandFailed:
                session.error("It could not be installed; see above why. Is there a network?")
            self._stamp.write_text("\n".join([*done, f"[{extras}]"]))
        path = os.environ.get("PATH", "")
        session.env["PATH"] = f"{self.programs}{os.pathsep}{path}"
        session.env["VIRTUAL_ENV"] = str(self.location)
        session.env["CONVNETS_NOX"] = nox_as_typed()
        session.env["PYTHONSAFEPATH"] = ""  # that was for making it; a notebook has other needs

    def _install(self, session: nox.Session, *what: str) -> None:
        """Install `what` with uv where there is one, or else, or if that fails, with pip."""
        versions = ["--constraint", str(ROOT / self._constraints)] if self._constraints else []
        if not self.python.exists():
            # Not the module venv: Debian has it in a package of its own.
            make = (sys.executable, "-m", "virtualenv", "--no-periodic-update", "--clear")
            session.run_install(*make, str(self.location), silent=True)
        uv = shutil.which("uv")
        if uv:
            try:
                # Left uncompiled, as uv leaves it, it would be compiled anew by each worker in the
                # sandbox. Of changed kernels, uv would take what it has compiled before.
                command = [uv, "pip", "install", "--python", str(self.python)]
                command += ["--compile-bytecode", "--reinstall-package", PROJECT, *versions, *what]
                session.run_install(*command, silent=True)
                return
            except nox.command.CommandFailed:
                session.log("uv could not install it; pip tries.")
        command = [str(self.python), "-m", "pip", "install", *versions, *what]
        session.run_install(*command, silent=True)

    def autograder(
        self, session: nox.Session, *arguments: str, codes: tuple[int, ...] = ()
    ) -> None:
        """Run a command of this folder's autograder."""
        start = ROOT / "autograder" / "entry" / "start.py"
        command = (str(self.python), "-P", str(start), *arguments)
        codes = (0, *codes)
        session.run(*command, success_codes=codes, interrupt_timeout=TO_STOP)


OURS = {  # of nbgrader's commands, also for courses whose settings are older than these
    "Autograde.exporter_class": "autograder.course.judge.NobodyAutogrades",
    "GenerateFeedback.exporter_class": "autograder.course.grading.feedback.OurPage",
}

STUDENT, DEV, BENCH = map(Environment, ("student", "dev", "bench"))
# Grades are given with the versions of one file: no release of a library changes them in mid-term.
STAFF = Environment("course", "constraints.txt")
SITE = Environment("site", "constraints.txt")


def nox_as_typed() -> str:
    """Return what starts this nox in the shell that it was started from, for a message."""
    program = Path(os.environ.get("PWD", ROOT), sys.argv[0])
    if program.name == "__main__.py":  # python -m nox
        words = [sys.executable, "-m", "nox"]
    elif Path(shutil.which("nox") or "").absolute() == program.with_suffix(""):
        words = ["nox"]
    elif program.parent.is_relative_to(ROOT):
        words = [str(program.relative_to(ROOT))]
    else:
        words = [str(program)]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def as_root() -> list[str]:
    """Return what JupyterLab wants to be told where root starts it, as in many a container."""
    return ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def fingerprint() -> str:
    """Return a digest of the files that an installation is made from."""
    digest = hashlib.sha256()
    kernels = sorted((ROOT / "assignment" / "kernels").glob("*"))
    for path in (*(ROOT / name for name in PROJECT_FILES), *kernels):
        if path.is_file():
            digest.update(path.read_bytes())
    for requirement in modules():
        digest.update(requirement.encode())
    return digest.hexdigest()


def modules() -> list[str]:
    """Return what pip installs for the modules that the course lets its students use.

    What is wrong in its file is said by the autograder, which every session starts.
    """
    import tomllib  # only here, so that an older Python is told what it is

    try:
        tree = tomllib.loads((ROOT / "course.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    table = tree.get("modules")
    values = table.values() if isinstance(table, dict) else ()
    return [value for value in values if isinstance(value, str)]


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
    STUDENT.prepare(session)
    STUDENT.autograder(session, "check", *session.posargs, codes=(1,))


@nox.session
def submit(session: nox.Session) -> None:
    """Make the archive to hand in, after a look at what is in it."""
    STUDENT.prepare(session)
    STUDENT.autograder(session, "submit", *session.posargs)


@nox.session
def lab(session: nox.Session) -> None:
    """Open the student's notebook in JupyterLab."""
    STUDENT.prepare(session, "lab")
    if COURSE:  # students have the pack of public cases; a course makes its own
        session.run(str(STUDENT.python), "-m", "autograder.course.museum.packs")
    # Its settings are read there: nbgrader's, and which buttons are for students.
    session.env["JUPYTER_CONFIG_PATH"] = str(ROOT / "notebooks")
    # All of the exercise is to be seen in it, so that layers.py can be edited there.
    where = [f"--ServerApp.root_dir={ROOT}", f"--LabApp.default_url=/lab/tree/{NOTEBOOK}"]
    options = [*where, *as_root(), *session.posargs]
    session.run(str(STUDENT.python), "-P", "-m", "jupyterlab", *options)


@nox.session
def data(session: nox.Session) -> None:
    """Download, verify and install CIFAR-10; or take a copy with -- --from PATH."""
    STUDENT.prepare(session)
    session.run(str(STUDENT.python), "-P", "data/fetch.py", *session.posargs)


if COURSE:

    @nox.session
    def doctor(session: nox.Session) -> None:
        """Try what keeps student code in on this machine, and say what holds."""
        STAFF.prepare(session)
        STAFF.autograder(session, "doctor", *session.posargs, codes=(1,))

    @nox.session
    def grade(session: nox.Session) -> None:
        """Grade a sample class or, after --, the submissions given."""
        STAFF.prepare(session, "course")
        if any(word.startswith(("--scheduler", "--dask")) for word in session.posargs):
            STAFF.prepare(session, "dask")
        STAFF.autograder(session, "grade", *session.posargs)

    @nox.session
    def formgrader(session: nox.Session) -> None:
        """Open nbgrader's formgrader on a course: the folder after --, or results/."""
        STAFF.prepare(session, "course")
        folder = ROOT / (session.posargs[0] if session.posargs else "results")
        if not (folder / "nbgrader_config.py").is_file():
            session.error(f"{folder} is no course; grade into it first, or name one after --.")
        session.run(str(STAFF.python), "-m", "autograder", "--help", silent=True, log=False)
        session.env["PYTHONPATH"] = str(ROOT)  # the course's settings name a module of ours
        session.chdir(folder)  # where nbgrader looks for its settings
        start = (str(STAFF.python), "-P", "-m", "jupyterlab", "--LabApp.default_url=/formgrader")
        options = [f"--{trait}={ours}" for trait, ours in OURS.items()]
        session.run(*start, *options, *as_root(), *session.posargs[1:])

    @nox.session
    def extend(session: nox.Session) -> None:
        """Give single students more time: -- NAME --days N, or --until TIME."""
        STAFF.prepare(session, "course")
        STAFF.autograder(session, "extend", *session.posargs)

    @nox.session
    def export(session: nox.Session) -> None:
        """Write grades for Gradescope, Canvas, Moodle or as nbgrader does: -- FORMAT."""
        STAFF.prepare(session, "course")
        STAFF.autograder(session, "export", *session.posargs)

    @nox.session
    def similarity(session: nox.Session) -> None:
        """Compare the submissions of a class with each other."""
        STAFF.prepare(session, "course")
        STAFF.autograder(session, "similarity", *session.posargs)

    @nox.session
    def gradescope(session: nox.Session) -> None:
        """Make the autograder's archive to upload to Gradescope."""
        STAFF.prepare(session, "course")
        STAFF.autograder(session, "gradescope", *session.posargs)

    @nox.session
    def release(session: nox.Session) -> None:
        """Make the archive for students, in dist/."""
        STAFF.prepare(session, "course")
        STAFF.autograder(session, "release", *session.posargs)

    @nox.session
    def site(session: nox.Session) -> None:
        """Build the browser edition, for any static host, in dist/site: -- --pyodide FILE."""
        SITE.prepare(session, "course")
        SITE.prepare(session, "lab")  # it has the notebook's photographs
        SITE.autograder(session, "site", *session.posargs)

    @nox.session
    def tests(session: nox.Session) -> None:
        """Run the project's own tests, on all cores; arguments after -- go to pytest."""
        DEV.prepare(session, "dev")
        session.run(str(DEV.python), "-m", "pytest", *ON_ALL_CORES, *session.posargs)

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
        DEV.prepare(session, "dev")
        command = [str(DEV.python), *PARTS[part][1], *arguments]
        with busy_loops(2) if part == "busy" else contextlib.nullcontext():
            session.run(*command)

    @nox.session
    def docs(session: nox.Session) -> None:
        """Build the documents into docs/_build, or after -- linkcheck, look at outside links."""
        DEV.prepare(session, "dev")
        builder = session.posargs[0] if session.posargs else "html"
        strict = ("-W", "--keep-going", "-b", builder)  # a link within that leads nowhere warns
        session.run(str(DEV.python), "-m", "sphinx", *strict, "docs", f"docs/_build/{builder}")

    @nox.session
    def lint(session: nox.Session) -> None:
        """Run ruff, the type checker and the development guide's list; hold the rooms' walls."""
        DEV.prepare(session, "dev")
        session.run(str(DEV.programs / "ruff"), "check", ".")
        session.run(str(DEV.programs / "ruff"), "format", "--check", ".")
        session.run(str(DEV.python), "-m", "mypy")
        session.run(str(DEV.programs / "lint-imports"), env={"PYTHONPATH": "assignment"})
        session.run(str(DEV.python), "tests/rooms.py")
        session.run(str(DEV.programs / "sp-repo-review"), ".")

    @nox.session
    def bench(session: nox.Session) -> None:
        """Measure the fast layers beside their peers; with -- grading, what a class costs."""
        if session.posargs[:1] == ["grading"]:
            DEV.prepare(session, "dev")
            script = "tests/benchmarks/grading.py"
            session.run(str(DEV.python), script, *session.posargs[1:], interrupt_timeout=TO_STOP)
            return
        BENCH.prepare(session)
        # Not each peer is made for every machine; the benchmark does without those that are not.
        session.log("PyTorch takes some gigabytes, the first time.")
        pip = (str(BENCH.python), "-m", "pip", "install")
        for peer in ("bench", "bench-jax"):
            what = f"{PROJECT}[{peer}] @ {ROOT.as_uri()}"
            session.run_install(*pip, what, silent=True, success_codes=[0, 1])
        session.run(str(BENCH.python), BENCHMARK, *session.posargs)

    @nox.session
    def meta(session: nox.Session) -> None:
        """Measure the checks: known mistakes caught and named, correct ways accepted."""
        DEV.prepare(session, "dev")
        session.run(str(DEV.python), "-m", "autograder.course.museum.meta", *session.posargs)
