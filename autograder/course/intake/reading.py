"""Find the files to grade in what a student handed in: a folder or an archive, nested as it may be.

Archives are read in memory by `autograder.course.intake.archive` and never unpacked to disk.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from autograder import locate
from autograder.course.intake.apart import to_text
from autograder.course.intake.archive import MAX_ARCHIVE, ArchiveError, Read, read_archive
from autograder.course.intake.attempts import own_name
from autograder.course.intake.choose import Found, choose_all, choose_notebook
from autograder.course.intake.naming import ARCHIVES, meant_for, shown, student_name, undressed
from autograder.course.intake.table import exercise_of
from autograder.exercise import Exercise
from autograder.submission import Submission

MAX_FILE = 1 << 20  # bytes of one source file
MAX_NOTEBOOK = 16 << 20  # bytes of one notebook; pictures are kept in it as text
MAX_NESTING = 2  # an archive in an archive; students do zip a zip
LEFT_OUT = {"__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git", "site-packages"}
TIMESTAMP = "timestamp.txt"  # written by nbgrader when it collects
MAX_TIME = 100  # letters in it


class IntakeError(Exception):
    """What a student handed in cannot be graded; the message is for student and instructor."""


def read_apart(argument: dict[str, Any]) -> dict[str, Any]:
    """Read what one student handed in, for another process: all but the student's name."""
    found = Found(exercise_of(argument["exercise"]))
    path, *others = map(Path, argument["paths"])
    result: dict[str, Any] = {"submitted": noted_time(path) if argument["timed"] else ""}
    try:
        read = read_submission(path, found, *others)
        result["files"] = {name: to_text(data) for name, data in read.files.items()}
        result["notebook"] = to_text(bytes(read.notebook))
    except IntakeError as error:
        result["problem"] = str(error)
    except OSError as error:
        result["problem"] = f"It cannot be read: {error.strerror or error}."
    return {**result, "notes": found.notes}


def noted_time(folder: Path) -> str:
    """Return what nbgrader has noted on when a submission was handed in, or nothing."""
    path = folder / TIMESTAMP
    if not path.is_file() or path.is_symlink():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(MAX_TIME).strip()


def read_submission(path: Path, found: Found, *others: Path) -> Submission:
    """Read what one student handed in.

    Parameters
    ----------
    path : Path
        A folder or an archive. The student's name is its name, without the suffix.
    found : Found
        Takes up what is found, to be looked at even where an exception is raised.
    *others : Path
        More of it, where it was handed in as loose files.

    Raises
    ------
    IntakeError, OSError
        It cannot be read, or holds none of the files that students write.
    """
    exercise = found.exercise
    try:
        for own in (path, *others):
            read_path(own, found)
    except ArchiveError as error:
        raise IntakeError(str(error)) from None
    files = choose_all(found)
    if not files:
        odd = [shown(path) for paths in found.odd.values() for path in paths]
        held = [*odd, *found.similar][:3]
        similar = f" It does hold {', '.join(held)}." if held else ""
        names = " nor ".join(file.name for file in exercise.files)
        neither = "neither" if len(exercise.files) > 1 else "no"
        raise IntakeError(f"It holds {neither} {names}.{similar}")
    for file in exercise.files:
        if file.path not in files:
            found.notes.append(f"There is no {file.name}: what belongs there counts as missing.")
    return Submission(student_name(path), files, found.notes, choose_notebook(found))


def read_path(path: Path, found: Found) -> None:
    """Collect the sources in a folder, an archive or a single source file."""
    if path.is_dir():
        read_folder(path, found)
    elif not path.is_file():
        raise IntakeError("It is neither a folder nor a file.")
    elif taken(path.name, found):
        add_file(path.name, path.stat().st_size, path.read_bytes, found)
    elif path.stat().st_size > MAX_ARCHIVE:
        raise IntakeError(f"The archive is larger than {MAX_ARCHIVE >> 20} MiB.")
    else:
        read_members(path.read_bytes(), "", found, MAX_NESTING)


def read_folder(folder: Path, found: Found) -> None:
    """Collect the sources below a folder; symbolic links are not followed."""
    for place, folders, files in os.walk(folder):
        for name in sorted({*folders} - LEFT_OUT):
            if (Path(place) / name).is_symlink():
                link = (Path(place) / name).relative_to(folder)
                found.notes.append(f"{shown(link)} is a symbolic link and was left out.")
        folders[:] = sorted({*folders} - LEFT_OUT)
        for name in sorted(files):
            path = Path(place) / name
            look_at(path, path.relative_to(folder).as_posix(), found)


def look_at(path: Path, name: str, found: Found) -> None:
    """Take one file of a folder in, if it is a source or an archive."""
    if not wanted(name, found):
        return
    if path.is_symlink():
        found.notes.append(f"{shown(name)} is a symbolic link and was left out.")
    elif not path.is_file():
        found.notes.append(f"{shown(name)} is no regular file and was left out.")
    elif taken(path.name, found):
        add_file(name, path.stat().st_size, path.read_bytes, found)
    elif path.stat().st_size > MAX_ARCHIVE:
        found.notes.append(f"{shown(name)} is too large and was left out.")
    else:
        read_nested(name, path.read_bytes(), found, MAX_NESTING)


def read_members(data: bytes, prefix: str, found: Found, depth: int) -> None:
    """Collect the sources in an archive."""
    for member in read_archive(data, found.budget):
        name = prefix + member.name
        if not wanted(name, found):
            continue
        if not member.regular:
            found.notes.append(f"{shown(name)} is a link or a device and was left out.")
            continue
        if leads_out(member.name):
            found.notes.append(f"{shown(name)} leads out of the archive: only its name was used.")
        if taken(PurePosixPath(name).name, found):
            add_file(name, member.size, member.read, found)
        else:
            read_nested(name, member.read(), found, depth)


def leads_out(name: str) -> bool:
    """Return whether unpacking a member of this name would write outside of the folder."""
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1])


def read_nested(name: str, data: bytes, found: Found, depth: int) -> None:
    """Collect the sources in an archive inside a submission; a damaged one is noted."""
    if depth == 0:
        found.notes.append(f"{shown(name)} is nested too deeply and was left out.")
        return
    try:
        read_members(data, f"{name}/", found, depth - 1)
    except ArchiveError as error:
        if found.budget.exceeded:
            raise
        found.notes.append(f"{shown(name)} was left out: {error}")


def wanted(name: str, found: Found) -> bool:
    """Return whether a path is to be read; note those that may be meant for a source."""
    path = PurePosixPath(name)
    if LEFT_OUT.intersection(path.parts) or path.name.startswith("._"):
        return False
    if taken(path.name, found):
        return True
    lower = path.name.lower()
    if lower.endswith((".py", ".py.txt")) and any(stem in lower for stem in stems(found.exercise)):
        found.similar += [] if lower in given_names() else [shown(name)]
    return lower.endswith(ARCHIVES)


def stems(exercise: Exercise) -> list[str]:
    """Return what a file's name holds if it may be meant for one that students write."""
    return [file.name.removesuffix(".py").removesuffix("s") for file in exercise.files]


@cache
def given_names() -> frozenset[str]:
    """Return the names of the given files, which students hand in too."""
    return frozenset(path.name for path in (locate.given() / locate.PACKAGE).rglob("*.py"))


def taken(name: str, found: Found) -> bool:
    """Return whether a file of this name is kept: a source, or a notebook."""
    return name.endswith(".ipynb") or bool(meaning(name, found)) or holds_more(name, found)


def holds_more(name: str, found: Found) -> bool:
    """Return whether a file of this name may hold what belongs into one of the exercise's."""
    plain = undressed(own_name(name))
    return any(file.also == plain for file in found.exercise.files if file.also)


def meaning(name: str, found: Found) -> str:
    """Return which of the exercise's paths a file may be meant for, by its name; or nothing."""
    exact = (file.path for file in found.exercise.files if file.name == name)
    return next(exact, "") or meant_for(found.exercise, own_name(name))


def add_file(name: str, size: int, read: Read, found: Found) -> None:
    """Keep a source file or a notebook, unless it is too large for one that a person wrote."""
    own = PurePosixPath(name).name
    notebook, path = own.endswith(".ipynb"), meaning(own, found)
    exact = PurePosixPath(path).name == own or holds_more(own, found)
    largest = MAX_NOTEBOOK if notebook else MAX_FILE
    if size > largest:
        found.notes.append(f"{shown(name)} is larger than {largest >> 20} MiB and was left out.")
        return
    data = read()
    sources = found.sources if exact else found.odd.setdefault(path, {})
    known = found.notebooks if notebook else sources
    if name in known and known[name] != data:
        found.notes.append(f"{shown(name)} is in the archive twice: took the last one.")
    known[name] = data
