"""Where what is made of each student is kept, in the folder of results."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import nbformat

from autograder import locate
from autograder.course.gradebook.course import Course
from autograder.course.grading.student import Graded
from autograder.course.intake.archive import MAX_ARCHIVE
from autograder.course.intake.attempts import Handed
from autograder.course.intake.naming import safe
from autograder.course.notebooks.picture import Picture
from autograder.course.record import Record, load, save
from autograder.disk import UNFINISHED, write_bytes
from autograder.errors import UserError
from autograder.submission import Submission


def store(graded: Graded, course: Course) -> None:
    """Keep what was made of a student in a course; a former record goes to ``history``."""
    student, out = graded.record.student, course.place
    new = {picture.name for picture in graded.pictures}
    kept = {picture_path(out, student, name) for name in graded.record.pictures if name not in new}
    for path in (out / "pictures" / student).glob("*"):
        if path not in kept:
            path.unlink()
    for picture in graded.pictures:
        write_bytes(picture_path(out, student, picture.name), picture.png)
    if graded.notebook is None:  # it stays
        pass
    elif graded.notebook:
        write_bytes(executed_path(out, student), graded.notebook)
    else:
        executed_path(out, student).unlink(missing_ok=True)
    shutil.rmtree(sources(course, student) / locate.PACKAGE, ignore_errors=True)
    for name, data in graded.files.items():
        write_bytes(sources(course, student) / name, data)
    # The record comes last: where it is, all of the above is.
    path = record_path(out, student)
    if path.is_file() and graded.record != replace(load(path), graded=graded.record.graded):
        former = next_free(out / "history", student, ".json")
        write_bytes(former, path.read_bytes())
    save(graded.record, path)


def record_path(out: Path, student: str) -> Path:
    """Return where the record of a student is kept."""
    return out / "students" / f"{student}.json"


def picture_path(out: Path, student: str, name: str) -> Path:
    """Return where a picture of a student is kept."""
    return out / "pictures" / student / f"{name.replace('/', '.')}.png"


def executed_path(out: Path, student: str) -> Path:
    """Return where a student's notebook is kept, as it ran."""
    return out / "executed" / f"{student}.ipynb"


def sources(course: Course, student: str) -> Path:
    """Return where the files are kept that were graded: where nbgrader keeps what is autograded."""
    return course.folder("autograded", student)


def read_sources(course: Course, student: str) -> dict[str, bytes]:
    """Return the files that were graded, by path; those of earlier versions are not kept."""
    folder = sources(course, student)
    paths = {path: folder / path for path in course.exercise.editable}
    return {path: file.read_bytes() for path, file in paths.items() if file.is_file()}


def next_free(history: Path, student: str, suffix: str) -> Path:
    """Return where the next former record, or submission, of a student goes."""
    number = 1
    while (path := history / f"{student}.{number}{suffix}").exists():
        number += 1
    return path


def read_executed(out: Path, student: str) -> bytes:
    """Return a student's notebook as it ran, or nothing.

    Raises
    ------
    UserError
        The file is damaged.
    """
    path = executed_path(out, student)
    if not path.is_file():
        return b""
    data = path.read_bytes()
    try:
        nbformat.validate(nbformat.reads(data.decode("utf-8"), as_version=4))
    except Exception as error:  # nbformat and its validator raise many kinds
        reason = f"{type(error).__name__}: {error}".partition("\n")[0][:200]
        raise UserError(
            f"{path} is no notebook ({reason}). Move it away, and the same command goes on without."
        ) from None
    return data


def read_pictures(out: Path, record: Record) -> list[Picture]:
    """Return the pictures of a student's page."""
    found = []
    for name, text in record.pictures.items():
        path = picture_path(out, record.student, name)
        if path.is_file():
            found.append(Picture(name, text, path.read_bytes()))
    return found


def read_graded(course: Course, record: Record) -> Graded:
    """Return all that is kept of what was made of a student."""
    student = record.student
    pictures, executed = read_pictures(course.place, record), read_executed(course.place, student)
    return Graded(record, pictures, executed, read_sources(course, student))


def keep_attempts(handed: Iterable[Handed], course: Course) -> Iterator[str]:
    """Keep all attempts of those who have several, as they came; yield what cannot be kept."""
    for own in handed:
        for path in (*own.paths, *own.others) if own.others else ():
            there = course.place / "attempts" / safe(own.student) / path.name
            try:
                if there.exists():
                    continue
                if size(path) > MAX_ARCHIVE:
                    raise OSError(f"it is larger than {MAX_ARCHIVE >> 20} MiB")
                copy_whole(path, there)
            except OSError as error:
                yield f"{path} is not kept in {there.parent}: {error}."


def copy_whole(path: Path, there: Path) -> None:
    """Copy a file or folder, so that all of it is there or nothing; links stay links."""
    if not path.is_dir():
        write_bytes(there, path.read_bytes())
        return
    there.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=there.parent, prefix=".", suffix=UNFINISHED) as folder:
        shutil.copytree(path, Path(folder) / "copy", symlinks=True).rename(there)


def size(path: Path) -> int:
    """Return the bytes in a file or folder; links are not followed."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.lstat().st_size for file in files if not file.is_dir())


def keep_submission(submission: Submission, course: Course) -> None:
    """Keep the files that were graded where nbgrader looks for what was submitted.

    Those of a former grading go to ``history``.
    """
    folder = course.folder("submitted", submission.student)
    files = {folder / name: data for name, data in submission.files.items()}
    if submission.notebook:
        files[course.notebook("submitted", submission.student)] = bytes(submission.notebook)
    if files == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}:
        return  # a grader that was stopped had kept it
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".", suffix=UNFINISHED) as made:
        new = Path(made) / "new"
        new.mkdir()
        for path, data in files.items():
            write_bytes(new / path.relative_to(folder), data)
        if folder.exists():
            former = next_free(course.place / "history", submission.student, ".submitted")
            former.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder, former)
        new.rename(folder)
