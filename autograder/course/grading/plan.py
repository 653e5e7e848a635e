"""Whom to grade, given what was graded before; and where what is made of each student is kept."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import record as results
from autograder.course.grading.student import Graded
from autograder.course.intake.collect import Unreadable
from autograder.course.record import Record
from autograder.submission import Submission


@dataclass
class Plan:
    """What is to be graded, and what stays as it is.

    Attributes
    ----------
    todo : list of Submission
        To be graded now.
    unreadable : list of Record
        New records of students in whose submission there is nothing to grade.
    records : dict of str to Record
        Known already, by student.
    reused : list of str
        Students whose record is of these very files, this pack and this grader.
    kept : list of str
        Students whose record is of other files, another pack or another version of the grader: it
        stays without ``--regrade``.
    """

    todo: list[Submission] = field(default_factory=list)
    unreadable: list[Record] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    reused: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def make_plan(
    collected: Sequence[Submission | Unreadable], out: Path, pack_id: str, regrade: bool
) -> Plan:
    """Decide what to do with each submission, given what was graded before.

    Raises
    ------
    DamagedRecord
        A record in `out` cannot be read.
    """
    plan = Plan()
    for path in sorted((out / "students").glob("*.json")):
        record = results.load(path)
        plan.records[record.student] = record
    for item in collected:
        student, known = item.student, plan.records.get(item.student)
        if isinstance(item, Submission):
            key = results.key_of(item, pack_id)
        else:
            empty = results.without_grading(item, pack_id)
            key = empty.key
        if known is not None and not regrade:
            (plan.reused if known.key == key else plan.kept).append(student)
        elif isinstance(item, Submission):
            plan.todo.append(item)
        else:
            plan.unreadable.append(empty)
    return plan


def store(graded: Graded, out: Path) -> None:
    """Keep a student's record, pictures and notebook; a former record goes to ``history``."""
    student = graded.record.student
    folder = out / "pictures" / student
    shutil.rmtree(folder, ignore_errors=True)
    for picture in graded.pictures:
        results.write_bytes(picture_path(out, student, picture.name), picture.png)
    if graded.notebook:
        results.write_bytes(executed_path(out, student), graded.notebook)
    else:
        executed_path(out, student).unlink(missing_ok=True)
    # The record comes last: where it is, all of the above is.
    path = out / "students" / f"{student}.json"
    if path.is_file():
        former = next_free(out / "history", student, ".json")
        results.write_bytes(former, path.read_bytes())
    results.save(graded.record, path)


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
