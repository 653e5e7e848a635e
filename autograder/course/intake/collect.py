"""Find the files to grade in what a student handed in: a folder or an archive, nested as it may be.

Archives are read in memory by `autograder.course.intake.archive` and never unpacked to disk.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from autograder.course.intake.archive import MAX_ARCHIVE, ArchiveError, Budget, Read, read_archive
from autograder.course.intake.naming import ARCHIVES, safe, shown, student_name, unique
from autograder.submission import EDITABLE, Submission

MAX_FILE = 1 << 20  # bytes of one source file
MAX_NOTEBOOK = 16 << 20  # bytes of one notebook; pictures are kept in it as text
MAX_NESTING = 2  # an archive in an archive; students do zip a zip
LEFT_OUT = {"__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git", "site-packages"}
SOURCES = {PurePosixPath(name).name for name in EDITABLE}
TIMESTAMP = "timestamp.txt"  # written by nbgrader when it collects
MAX_TIME = 100  # letters in it
NOTEBOOK = "ConvolutionalNetworks.ipynb"


class IntakeError(Exception):
    """What a student handed in cannot be graded; the message is for student and instructor."""


@dataclass(frozen=True)
class Unreadable:
    """What a student handed in, where there is nothing in it to grade.

    Attributes
    ----------
    student : str
        As in `Submission`.
    problem : str
        Why it cannot be graded.
    notes : list of str
        As in `Submission`.
    submitted : str
        As in `Submission`.
    """

    student: str
    problem: str
    notes: list[str]
    submitted: str = ""


@dataclass
class Found:
    """What is found in one submission.

    Attributes
    ----------
    sources : dict of str to bytes
        Every ``layers.py`` and ``cnn.py``, by its path.
    notebooks : dict of str to bytes
        Every notebook, by its path.
    similar : list of str
        Paths that look like one of them under another name.
    notes : list of str
        What was left out, and why.
    budget : Budget
        How much may still be read.
    """

    sources: dict[str, bytes] = field(default_factory=dict)
    notebooks: dict[str, bytes] = field(default_factory=dict)
    similar: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)


def collect(paths: Sequence[Path], assignment: str = "") -> list[Submission | Unreadable]:
    """Read all submissions; one that cannot be read does not keep the others from it.

    Parameters
    ----------
    paths : sequence of Path
        One folder or archive for each student. A path given twice counts once.
    assignment : str
        The folder to look at in each of these, where they hold one for each exercise.

    Returns
    -------
    list of Submission or Unreadable
        One for each path. Students of the same name get a number, so that no result overwrites
        another.
    """
    collected: list[Submission | Unreadable] = []
    names: set[str] = set()
    for path in dict.fromkeys(absolute(path) for path in paths):
        own = student_name(path)
        name = unique(safe(own), names)
        found = Found()
        if safe(own) != own:
            found.notes.append(f"It was handed in as {shown(own)}, which cannot name files.")
        if name != safe(own):
            found.notes.append(f"Another submission is named {safe(own)!r}; this one is {name!r}.")
        submitted = noted_time(path / assignment) if assignment else ""
        try:
            read = read_submission(path / assignment, found)
            collected.append(replace(read, student=name, submitted=submitted))
        except IntakeError as error:
            collected.append(Unreadable(name, str(error), found.notes, submitted))
        except OSError as error:
            problem = f"It cannot be read: {error.strerror or error}."
            collected.append(Unreadable(name, problem, found.notes, submitted))
    return collected


def noted_time(folder: Path) -> str:
    """Return what nbgrader has noted on when a submission was handed in, or nothing."""
    path = folder / TIMESTAMP
    if not path.is_file() or path.is_symlink():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(MAX_TIME).strip()


def absolute(path: Path) -> Path:
    """Return `path` from the root, without ``..``, so that its last part is a name."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow symbolic links


def read_submission(path: Path, found: Found | None = None) -> Submission:
    """Read what one student handed in.

    Parameters
    ----------
    path : Path
        A folder or an archive. The student's name is its name, without the suffix.
    found : Found, optional
        Takes up what is found, to be looked at even where an exception is raised.

    Raises
    ------
    IntakeError, OSError
        It cannot be read, or holds neither ``layers.py`` nor ``cnn.py``.
    """
    found = found or Found()
    try:
        read_path(path, found)
    except ArchiveError as error:
        raise IntakeError(str(error)) from None
    files = {name: data for name in EDITABLE if (data := choose(name, found)) is not None}
    if not files:
        similar = f" It does hold {', '.join(found.similar[:3])}." if found.similar else ""
        raise IntakeError(f"It holds neither layers.py nor cnn.py.{similar}")
    for name in EDITABLE:
        if name not in files:
            missing = PurePosixPath(name).name
            found.notes.append(f"There is no {missing}: what belongs there counts as missing.")
    return Submission(student_name(path), files, found.notes, choose_notebook(found))


def read_path(path: Path, found: Found) -> None:
    """Collect the sources in a folder, an archive or a single source file."""
    if path.is_dir():
        read_folder(path, found)
    elif not path.is_file():
        raise IntakeError("It is neither a folder nor a file.")
    elif taken(path.name):
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
    elif taken(path.name):
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
        if taken(PurePosixPath(name).name):
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
    if taken(path.name):
        return True
    lower = path.name.lower()
    if lower.endswith(".py") and ("layer" in lower or "cnn" in lower):
        given = lower in ("fast_layers.py", "layer_utils.py", "layer_tests.py")
        found.similar += [] if given else [shown(name)]
    return lower.endswith(ARCHIVES)


def taken(name: str) -> bool:
    """Return whether a file of this name is kept: a source, or a notebook."""
    return name in SOURCES or name.endswith(".ipynb")


def add_file(name: str, size: int, read: Read, found: Found) -> None:
    """Keep a source file or a notebook, unless it is too large for one that a person wrote."""
    notebook = name.endswith(".ipynb")
    largest, known = (MAX_NOTEBOOK, found.notebooks) if notebook else (MAX_FILE, found.sources)
    if size > largest:
        found.notes.append(f"{shown(name)} is larger than {largest >> 20} MiB and was left out.")
        return
    data = read()
    if name in known and known[name] != data:
        found.notes.append(f"{shown(name)} is in the archive twice: took the last one.")
    known[name] = data


def choose(name: str, found: Found) -> bytes | None:
    """Return the one file to grade as `name`, if any; always the same for the same submission."""
    target = PurePosixPath(name)
    same = [path for path in found.sources if PurePosixPath(path).name == target.name]
    if not same:
        return None

    def rank(path: str) -> tuple[int, int, str]:
        """Order by how many of the last folders are right, then by depth, then by name."""
        parts = PurePosixPath(path).parts
        right = 0
        for mine, theirs in zip(reversed(target.parts), reversed(parts), strict=False):
            if mine != theirs:
                break
            right += 1
        return -right, len(parts), path

    best, *others = sorted(same, key=rank)
    data = found.sources[best]
    if any(found.sources[other] != data for other in others):
        found.notes.append(
            f"{len(same)} files are named {target.name}, and they differ: took {shown(best)}. "
            "(If these are several students in one folder: --class-dir takes such a folder.)"
        )
    found.notes += [f"{shown(best)} {odd}." for odd in encoding_problems(data)]
    return data


def choose_notebook(found: Found) -> bytes:
    """Return the exercise's notebook, or the only one that there is; nothing if that is unclear."""
    named = [path for path in found.notebooks if PurePosixPath(path).name == NOTEBOOK]
    candidates = sorted(named or found.notebooks, key=lambda path: (path.count("/"), path))
    if not candidates:
        return b""
    best, *others = candidates
    if any(found.notebooks[other] != found.notebooks[best] for other in others):
        if not named:
            found.notes.append(f"There are {len(candidates)} notebooks, none named {NOTEBOOK}.")
            return b""
        found.notes.append(f"{len(named)} notebooks are named {NOTEBOOK}: took {shown(best)}.")
    return found.notebooks[best]


def encoding_problems(data: bytes) -> list[str]:
    """Return what Python will not like about the bytes of a source file."""
    problems = ["holds null bytes: it was saved as UTF-16, or is no text"] if b"\0" in data else []
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(f"is not UTF-8 text (line {line}); Python then needs a coding comment")
    return problems
