"""The record of each student's grading, and the tables made from all records."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from autograder import locate
from autograder.course.intake.collect import Unreadable
from autograder.engine.run import list_checks
from autograder.judging.declare import names
from autograder.judging.verdict import Status, Verdict
from autograder.submission import Submission

SCHEMA = 1


class DamagedRecord(ValueError):
    """A file in the folder of results is not what was written there; the message says which."""


@dataclass(frozen=True)
class Record:
    """One graded student.

    Attributes
    ----------
    student : str
        The name, also of files.
    key : str
        Digest of what was graded and by which pack: the same key gives the same verdicts.
    pack : str
        Id of the pack.
    problem : str
        Why nothing could be graded, or empty.
    notes : list of str
        What intake has to say.
    verdicts : list of Verdict
        One for each check.
    isolation : str
        How student code was shut in, one of `autograder.sandbox.levels.LEVELS`; empty if none ran.
    pictures : dict of str to str
        What the pictures on the student's page show, by check or function, in order.
    notebook : str
        Why the student's notebook did not run to its end, or empty.
    submitted : str
        When it was handed in, or empty if that is not known.
    """

    student: str
    key: str
    pack: str
    problem: str
    notes: list[str]
    verdicts: list[Verdict]
    isolation: str = ""
    pictures: dict[str, str] = field(default_factory=dict)
    notebook: str = ""
    submitted: str = ""

    @property
    def points(self) -> float:
        """Return the points reached."""
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def max_points(self) -> float:
        """Return the points there are."""
        return sum(verdict.max_points for verdict in self.verdicts)

    @property
    def seconds(self) -> float:
        """Return how long the checks took, in seconds."""
        return sum(verdict.seconds for verdict in self.verdicts)

    def by_function(self) -> dict[str, tuple[float, float]]:
        """Return points reached and points there are for each function."""
        table = {}
        for name in names():
            own = [v for v in self.verdicts if v.function == name]
            table[name] = (sum(v.points for v in own), sum(v.max_points for v in own))
        return table


@cache
def grader_version() -> str:
    """Return a digest of what judges and runs a submission, apart from the pack."""
    package = Path(__file__).parents[1]
    sources = [*package.glob("*.py"), *(package / "sandbox").rglob("*.py")]
    sources += (locate.given() / "cs231n").glob("*.py")
    digest = hashlib.sha256()
    for path in sorted(sources):
        if path.name != "layers.py":  # the student's own comes instead
            digest.update(path.read_bytes())
    return digest.hexdigest()


def key_of(submission: Submission, pack_id: str) -> str:
    """Return the digest of a submission's files, the pack and the grader."""
    digest = hashlib.sha256(f"{pack_id} {grader_version()}".encode())
    for name, data in sorted(submission.files.items()):
        digest.update(f"{name} {len(data)} ".encode() + data)
    return digest.hexdigest()[:16]


def without_grading(unreadable: Unreadable, pack_id: str) -> Record:
    """Return the record of a student whose submission cannot be read: every check is missing."""
    problem = unreadable.problem
    key = hashlib.sha256(f"{pack_id} {problem}".encode()).hexdigest()[:16]
    message = f"Your submission could not be read. {problem}"
    verdicts = [
        Verdict(i.id, i.function, i.title, Status.MISSING, 0.0, i.max_points, message)
        for i in list_checks()
    ]
    when = unreadable.submitted
    return Record(
        unreadable.student, key, pack_id, problem, unreadable.notes, verdicts, submitted=when
    )


def write_text(path: Path, text: str) -> None:
    """Write a file that holds all of `text` or what it held before."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file that holds all of `data` or what it held before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def to_json(tree: Any) -> str:
    """Return `tree` as JSON for people and programs."""
    return json.dumps(tree, indent=1, ensure_ascii=False) + "\n"


def save(record: Record, path: Path) -> None:
    """Write one record."""
    tree = {**vars(record), "schema": SCHEMA, "verdicts": [v.as_dict() for v in record.verdicts]}
    write_text(path, to_json(tree))


def load(path: Path) -> Record:
    """Read one record; raises `DamagedRecord` if the file is damaged."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        if tree.pop("schema") != SCHEMA:
            raise ValueError("it is of another version")
        verdicts = [Verdict(**{**v, "status": Status(v["status"])}) for v in tree.pop("verdicts")]
        return Record(**tree, verdicts=verdicts)
    except (OSError, TypeError, KeyError, AttributeError, ValueError) as error:
        raise DamagedRecord(
            f"{path} is no record of a grading ({error}). Move it away, and the same command "
            "grades this student again."
        ) from None


def results_json(records: Sequence[Record]) -> str:
    """Return ``results.json``: what was found, without times, so that it can be compared."""
    fields = ("id", "function", "title", "status", "points", "max_points", "message")
    students = [
        {
            "student": record.student,
            "points": record.points,
            "max_points": record.max_points,
            "problem": record.problem,
            "notes": record.notes,
            "pack": record.pack,
            "checks": [{f: verdict.as_dict()[f] for f in fields} for verdict in record.verdicts],
        }
        for record in records
    ]
    return to_json({"schema": SCHEMA, "students": students})


def grades_csv(records: Sequence[Record]) -> str:
    """Return ``grades.csv``: a line for each student, with total and points by function."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["student", "points", "max_points", *names()])
    for record in records:
        points = [f"{reached:g}" for reached, _ in record.by_function().values()]
        total = [f"{record.points:g}", f"{record.max_points:g}"]
        writer.writerow([harmless(record.student), *total, *points])
    return stream.getvalue()


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def timings_json(records: Sequence[Record]) -> str:
    """Return ``timings.json``: seconds by student and check."""
    return to_json({r.student: {v.id: round(v.seconds, 3) for v in r.verdicts} for r in records})
