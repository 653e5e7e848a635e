"""A made-up class: submissions of every quality, made from the solution by named edits.

It shows what the grader does, and is graded by ``nox -s grade`` when no submissions are given.
Nothing is copied: an edit that no longer fits the solution is an error.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from autograder import locate, markers
from autograder.course.museum import museum_of
from autograder.course.museum.student import Student
from autograder.exercise import Exercise

Files = dict[str, str]


def files_of(exercise: Exercise, student: Student) -> Files:
    """Return a student's files by their path below the package path."""
    files: Files = {}
    for name in exercise.editable:
        if student.stubs == ("nothing",):
            break
        source = locate.answers(name).read_text(encoding="utf-8")
        as_written = markers.make_stub if name in student.stubs else markers.answer
        files[name] = as_written(source, name)
    for name, old, new in student.edits:
        if files[name].count(old) != 1:
            raise ValueError(f"{student.name}: {name} holds {files[name].count(old)} times {old!r}")
        files[name] = files[name].replace(old, new)
    if student.notebook:
        path = locate.root() / exercise.notebook
        files[path.name] = path.read_text(encoding="utf-8")
    return {**files, **student.extra}


def zipped(files: Files) -> bytes:
    """Return a zip file of `files`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return stream.getvalue()


def write(exercise: Exercise, folder: Path) -> list[Path]:
    """Write the exercise's sample class into `folder`; return a path for each student."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write_student(exercise, student, folder) for student in museum_of(exercise).CLASS]


def write_student(exercise: Exercise, student: Student, folder: Path) -> Path:
    """Write one submission as a folder or an archive."""
    prefix = f"{student.nested}/" if student.nested else ""
    files = {prefix + name: text for name, text in files_of(exercise, student).items()}
    path = folder / student.name
    if student.archive:
        data = zipped(files)
        if student.archive == "zip in zip":
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w") as outer:
                outer.writestr(zipfile.ZipInfo("submission.zip", (1980, 1, 1, 0, 0, 0)), data)
            data = stream.getvalue()
        path = path.with_suffix(".zip")
        path.write_bytes(data)
        return path
    for name, text in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return path
