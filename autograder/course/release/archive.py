"""Make the archive that students get, after proving that it is fit to hand out."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from autograder import disk, exercises, locate, markers
from autograder.course import settings as of
from autograder.course.gradebook.course import released_notebook
from autograder.course.museum import packs
from autograder.course.notebooks.figures import figures
from autograder.course.release import carried
from autograder.course.release.proof import prove
from autograder.course.release.readme import readme
from autograder.course.release.stubs import other_exercises, skeleton
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.exercises.settings import NAME as SETTINGS_FILE
from autograder.exercises.settings import Settings

SETTINGS = "nbgrader_config.py"  # in notebooks/
PARTS = (
    ".devcontainer",
    "assignment",
    "autograder",
    "data",
    "notebooks",
    "LICENSE",
    "meson.build",
    "noxfile.py",
)
"""What students get, below the root. The README is their own one."""

KEPT_BACK = (
    *("autograder/course", "autograder/entry/judge.py"),
    *("notebooks/drawing", "notebooks/make_figures.py"),
)
NO_ADDRESS = rb"RELEASE = \"\""  # in the first cell, as the file has it
NOT_SOURCE = ("__pycache__", ".ipynb_checkpoints", "build", "cache", "cifar-10-batches-py")
SUFFIXES = (
    *(".py", ".pyx", ".pxd", ".pxi", ".h", ".c"),
    *(".build", ".ini", ".toml", ".md", ".ipynb", ".svg"),
)
PICTURES = (".png", ".jpg")
NOTICE = (
    "**Not written here.** Your course also asks for {exercises}. So these files are stubs in this "
    "copy: {files}. Where you have written them, put your own files in their place. What needs one "
    "of them says *is not written yet* until then, in cells and in checks. That costs no points: "
    "your course grades this exercise with files of its own there."
)


def contents(
    exercise: Exercise, root: Path, settings: Settings | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file of the archive, in order.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    root : Path
        The folder of the course.
    settings : Settings, optional
        Those of the course, which its students' copies follow.
    """
    settings = settings or Settings()
    yield "README.md", readme(exercise, settings).encode()
    yield from carried.files(root, settings)
    # It is read where JupyterLab or "nbgrader validate" is started, and that may be here.
    yield SETTINGS, (root / "notebooks" / SETTINGS).read_bytes()
    others = other_exercises(exercise)
    theirs = {path for other in others for path in figures(other)} - {*figures(exercise)}
    asked = [other for other in others if other.name in settings.open]
    made = {
        **package_files(exercise, asked),
        exercise.notebook: notebook(exercise, settings.address, asked),
        "noxfile.py": noxfile(exercise, root),
    }
    for part in PARTS:
        top = root / part
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            name = path.relative_to(root).as_posix()
            if path in theirs or is_of(others, name):
                continue
            if path.is_file() and belongs(path, name):
                yield name, made[name] if name in made else path.read_bytes()


def is_of(others: Sequence[Exercise], name: str) -> bool:
    """Return whether a file is of an exercise alone that is one of `others`."""
    return any(
        name in (other.notebook, f"autograder/packs/{other.name}.pack")
        or name.startswith(f"autograder/exercises/{other.name}/")
        for other in others
    )


def package_files(exercise: Exercise, asked: Sequence[Exercise] = ()) -> dict[str, bytes]:
    """Return the files of the package that are made for an archive, by their names.

    They are what students write, with what the course gives them, and what students of other
    exercises write: a stub where the course still asks for that, or else the finished file.

    Parameters
    ----------
    exercise : Exercise
        Whose students get them.
    asked : sequence of Exercise
        The others that the course still asks for.
    """
    made: dict[str, str] = {}
    for other in other_exercises(exercise):
        for name in other.editable:
            source = locate.answers(name).read_text(encoding="utf-8")
            if other.name in [each.name for each in asked]:
                where = f"{other.assignment}.ipynb"
                made[name] = markers.make_stub(source, name, notebook=where)
            elif locate.answers(name) == locate.given() / name:  # or else a stub is there
                made[name] = markers.finished(source, name)
    folder = locate.given().name
    others = {f"{folder}/{name}": text.encode() for name, text in made.items()}
    return {**others, **skeleton_files(exercise)}


def skeleton_files(exercise: Exercise) -> dict[str, bytes]:
    """Return the files that students write, with what the course gives them, by their names."""
    folder = locate.given().name
    return {f"{folder}/{name}": text.encode() for name, text in skeleton(exercise).items()}


def noxfile(exercise: Exercise, root: Path) -> bytes:
    """Return the file of sessions, of which one opens the exercise's notebook."""
    text = (root / "noxfile.py").read_text(encoding="utf-8")
    line = f"NOTEBOOK = {json.dumps(exercise.notebook)}"
    made, count = re.subn(r'^NOTEBOOK = ".*"$', line, text, flags=re.MULTILINE)
    if count != 1:
        raise UserError("noxfile.py has no line that names the notebook.")
    return made.encode()


def notebook(exercise: Exercise, address: str, asked: Sequence[Exercise] = ()) -> bytes:
    """Return the student's notebook, which knows where the archive is to be found.

    It says which other files are stubs, since the course still `asked` for them.
    """
    made = with_notice(released_notebook(exercise), asked)
    if not address:
        return made
    line = json.dumps(f"RELEASE = {json.dumps(address)}")[1:-1].encode()
    if made.count(NO_ADDRESS) != 1:
        raise UserError('The notebook\'s first cell has no line RELEASE = "" to be filled in.')
    return made.replace(NO_ADDRESS, line)


def with_notice(data: bytes, asked: Sequence[Exercise]) -> bytes:
    """Return a notebook whose first cell says what of the package is still to be written."""
    names = [name for other in asked for name in other.editable]
    if not names:
        return data
    made = json.loads(data)
    text = NOTICE.format(
        files=", ".join(f"`{name}`" for name in names),
        exercises=", ".join(other.assignment for other in asked),
    )
    cell = made["cells"][0]
    cell["source"] = [*cell["source"], *f"\n\n{text}".splitlines(keepends=True)]
    return (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode()


def belongs(path: Path, name: str) -> bool:
    """Return whether a file below one of `PARTS` is for students."""
    if any(f"{name}/".startswith(f"{kept}/") for kept in KEPT_BACK):
        return False
    inner = name.removeprefix(".devcontainer/").split("/")
    if any(part in NOT_SOURCE or part.startswith(".") for part in inner):
        return False
    return path.suffix in (*SUFFIXES, *PICTURES, ".css", ".json", ".pack") or name in PARTS


def write_archive(files: list[tuple[str, bytes]], path: Path, top: str) -> None:
    """Write a zip file of `files` below the folder `top`; it appears whole or not at all."""
    disk.write_zip(path, ((f"{top}/{name}", content) for name, content in files))


def release(
    exercise: Exercise, out: Path, settings: Settings | None = None, *, replace: bool = False
) -> Path:
    """Prove the release and write its archive into the folder `out`; return its path.

    Its notebook fetches it from the settings' address, if there is one, where it is opened without.

    Raises
    ------
    UserError
        The exercise is not fit to be released, or another archive of this name is there, which
        students may have. No archive is written, unless `replace` says so of that one.
    """
    root = locate.root()
    packs.public(exercise)  # made from the solution where it is stale
    files = list(contents(exercise, root, settings))
    name = f"{exercise.name}-student-{locate.version()}"
    path = out / f"{name}.zip"
    made = path.with_name(f".{path.name}.new")
    try:
        write_archive(files, made, name)
        if path.is_file() and path.read_bytes() != made.read_bytes() and not replace:
            raise UserError(
                f"{path} is there, and another one, which students may have: it was left as it is. "
                "--force replaces it; --out names another folder."
            )
        prove(exercise, files, settings)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
    return path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "exercises",
        nargs="*",
        default=[],
        metavar="EXERCISE",
        help="which ones (default: the course's); each has an archive of its own",
    )
    which.add_argument(
        "--all",
        action="store_true",
        help=f"all that the course asks for: those that {SETTINGS_FILE} has as open, or all",
    )
    parser.add_argument("--out", type=Path, help="folder for the archive (default: dist)")
    parser.add_argument(
        "--address",
        default="",
        metavar="URL",
        help="where you will put the archive on the web: in Colab the notebook then fetches it "
        f"(default: what {SETTINGS_FILE} says)",
    )
    parser.add_argument("--force", action="store_true", help="replace an archive that is there")


def main(options: argparse.Namespace) -> int:
    """Run the command."""
    out = options.out or locate.root() / "dist"
    named = [exercises.find(name).name for name in options.exercises]
    still = of.of_course().open
    if options.all:
        named = list(still or (exercise.name for exercise in exercises.every()))
        still = tuple(named)
    for name in named or [exercises.default().name]:
        exercises.choose(name)
        settings = of.of_course()
        address = options.address or settings.address
        settings = replace(settings, address=address, open=still)
        path = release(exercises.default(), out, settings, replace=options.force)
        print(f"Ready to hand out: {path} ({path.stat().st_size / 1e6:.1f} MB)")
    return 0
