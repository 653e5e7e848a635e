"""Where what is made of each student is kept, in the folder of results."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat

from autograder.course.gradebook.course import Course
from autograder.course.grading.student import Graded
from autograder.course.pages.pictures import Picture
from autograder.course.record import Record, save
from autograder.disk import write_bytes
from autograder.errors import UserError
from autograder.submission import Submission


def store(graded: Graded, out: Path) -> None:
    """Keep a student's record, pictures and notebook; a former record goes to ``history``."""
    student = graded.record.student
    folder = out / "pictures" / student
    shutil.rmtree(folder, ignore_errors=True)
    for picture in graded.pictures:
        write_bytes(picture_path(out, student, picture.name), picture.png)
    if graded.notebook:
        write_bytes(executed_path(out, student), graded.notebook)
    else:
        executed_path(out, student).unlink(missing_ok=True)
    # The record comes last: where it is, all of the above is.
    path = out / "students" / f"{student}.json"
    if path.is_file():
        former = next_free(out / "history", student, ".json")
        write_bytes(former, path.read_bytes())
    save(graded.record, path)


def picture_path(out: Path, student: str, name: str) -> Path:
    """Return where a picture of a student is kept."""
    return out / "pictures" / student / f"{name.replace('/', '.')}.png"


def executed_path(out: Path, student: str) -> Path:
    """Return where a student's notebook is kept, as it ran."""
    return out / "executed" / f"{student}.ipynb"


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


def keep_submission(submission: Submission, course: Course) -> None:
    """Keep the files that were graded where nbgrader looks for what was submitted.

    Those of a former grading go to ``history``.
    """
    folder = course.folder("submitted", submission.student)
    if folder.exists():
        former = next_free(course.root / "history", submission.student, ".submitted")
        former.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, former)
    for name, data in submission.files.items():
        write_bytes(folder / name, data)
    if submission.notebook:
        write_bytes(course.notebook("submitted", submission.student), submission.notebook)
