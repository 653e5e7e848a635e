"""Make the zip file that grades on Gradescope: the autograder with the course's secret cases.

Upload it on Gradescope: Configure Autograder. Keep it from students: the secret cases are in it.
"""

from __future__ import annotations

import argparse
import ast
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder import disk, exercises, locate
from autograder.course import forward
from autograder.course import settings as of
from autograder.course.exports.gradescope_run import PUBLIC_PACK, REQUIRE_SANDBOX, SECRET_PACK
from autograder.course.museum import packs
from autograder.course.release import archive as release
from autograder.course.release import carried, proof, stubs
from autograder.course.seed import course_seed
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.exercises.registry import worth
from autograder.exercises.settings import Settings
from autograder.judging import pack
from autograder.sandbox import scratch

# What pip installs it from, with its settings, and which versions of everything else.
PROJECT = ("LICENSE", "README.md", "constraints.txt", "meson.build")
PROGRAMS = ("run_autograder", "setup.sh")
CONTAINER = Path(__file__).with_name("container")
START = "autograder.course.exports.gradescope_run"
ADVICE = """\
On Gradescope: make a Programming Assignment worth {points:g} autograder points, and upload this
file in Configure Autograder, with the newest Ubuntu. Then, in the settings of the autograder:
- memory: 3 GB (its 0.75 GB are not enough to train the net), and 1 CPU or more;
- time: 40 minutes (a right solution takes one or two, but code that hangs waits for its limits).
Test it with a submission of your own; what it prints, and only you see, says how student code is
shut in. Keep the file from students: the secret cases are in it."""


def contents(
    exercise: Exercise, root: Path, cases: bytes, settings: Settings | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file of the archive, in order.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    root : Path
        The folder of the exercise.
    cases : bytes
        The secret case pack.
    settings : Settings, optional
        Those of the course.
    """
    made = release.skeleton_files(exercise)
    others = stubs.other_exercises(exercise)
    for name in PROGRAMS:
        yield name, (CONTAINER / name).read_bytes()
    yield SECRET_PACK, cases
    yield PUBLIC_PACK, pack.public_path(exercise.name).read_bytes()
    for name in PROJECT:
        yield name, (root / name).read_bytes()
    yield from carried.files(root, settings or Settings())
    for part in ("assignment", "autograder"):
        for path in sorted((root / part).rglob("*")):
            name = path.relative_to(root).as_posix()
            is_asked = release.belongs(path, name) and not release.is_of(others, name)
            if path.is_file() and path.suffix != ".pack" and is_asked:
                yield name, made[name] if name in made else path.read_bytes()
    for path in course_modules(root, (START, forward.name_of(exercise))):
        yield path.relative_to(root).as_posix(), path.read_bytes()


def course_modules(root: Path, start: Iterable[str]) -> list[Path]:
    """Return the instructors' modules that these import and are, and no others."""
    found: set[Path] = set()
    waiting = list(start)
    while waiting:
        module = waiting.pop()
        if not f"{module}.".startswith("autograder.course."):
            continue
        place = root.joinpath(*module.split("."))
        path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if path.is_file() and path not in found:  # what is imported may also be a function
            found.add(path)
            waiting += [module.rpartition(".")[0], *imports(path)]
    return sorted(found)


def imports(path: Path) -> Iterator[str]:
    """Yield the name of everything that a module imports."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def prove(exercise: Exercise, files: list[tuple[str, bytes]], seed: str) -> None:
    """Raise `UserError` if the seed, or a passage of the solution, is in the archive."""
    for name, content in files:
        if seed.encode() in content:
            raise UserError(f"{name} contains the course's seed.")
        if name.startswith("solutions/"):
            raise UserError(f"{name} is of the solution.")
    proof.prove_secrecy(exercise, files)


def build(
    exercise: Exercise,
    out: Path,
    seed: str,
    settings: Settings | None = None,
    *,
    require_sandbox: bool = False,
) -> None:
    """Write the archive; it appears whole or not at all.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    out : Path
        The zip file.
    seed : str
        The course's secret seed; it gives the cases and is not in the archive.
    settings : Settings, optional
        Those of the course, which the grader there follows.
    require_sandbox : bool
        Have the grader fail where student code could reach files and network.

    Raises
    ------
    UserError
        A secret would be in the archive. None is written.
    """
    print("Making the case pack from the solution ...", flush=True)
    with tempfile.TemporaryDirectory(prefix="gradescope-", dir=scratch.home()) as folder:
        path = Path(folder, SECRET_PACK)
        pack.save(packs.build(exercise, seed), path)
        cases = path.read_bytes()
    packs.public(exercise)  # made anew where it is stale
    files = list(contents(exercise, locate.root(), cases, settings))
    if require_sandbox:
        files.append((REQUIRE_SANDBOX, b""))
    prove(exercise, files, seed)
    disk.write_zip(out, files, executable=PROGRAMS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.zip", help="the zip file")
    parser.add_argument(
        "--seed-file", type=Path, metavar="FILE", help="holds the course's secret seed"
    )
    parser.add_argument(
        "--require-sandbox",
        action="store_true",
        help="grade nobody there unless student code is kept from files, network and processes",
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


def main(options: argparse.Namespace) -> int:
    """Run the command."""
    settings, exercise = of.of_course(), exercises.default()
    if options.out.exists() and not options.force:
        raise UserError(f"Not made. {options.out} is there already; --force replaces it.")
    try:
        seed = course_seed(options.seed_file)
        build(exercise, options.out, seed, settings, require_sandbox=options.require_sandbox)
    except OSError as error:
        raise UserError(f"Not made. {error}") from error
    print(f"Ready to upload: {options.out} ({options.out.stat().st_size / 1e6:.1f} MB)")
    print(ADVICE.format(points=sum(worth(exercise).values())))
    return 0
