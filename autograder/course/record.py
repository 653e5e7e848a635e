"""The record of each student's grading: what the checks found, and how."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from autograder import locate
from autograder.course.intake.collect import Unreadable
from autograder.disk import to_json, write_text
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.exercises.registry import list_checks
from autograder.judging.verdict import Status, Verdict
from autograder.show.text import by_function, total
from autograder.submission import UNKNOWN, Origin, Submission

SCHEMA = 2
PACKAGE = Path(__file__).parents[1]
JUDGES = ("engine", "judging", "diagnosis", "sandbox", "exercises", "course/forward")
"""The rooms that decide what a check finds, below ``autograder/``."""


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
    origin : Origin
        Where it came from.
    graded : str
        When it was graded, or empty if that is not known.
    notebook_seconds : float
        How long the student's notebook ran.
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
    origin: Origin = UNKNOWN
    graded: str = ""
    notebook_seconds: float = 0.0

    @property
    def points(self) -> float:
        """Return the points reached."""
        return total(self.verdicts)[0]

    @property
    def max_points(self) -> float:
        """Return the points there are."""
        return total(self.verdicts)[1]

    @property
    def seconds(self) -> float:
        """Return how long the checks and the notebook took, in seconds."""
        return sum(verdict.seconds for verdict in self.verdicts) + self.notebook_seconds

    def by_function(self) -> dict[str, tuple[float, float]]:
        """Return points reached and points there are for each function."""
        return {name: total(own) for name, own in by_function(self.verdicts).items()}


@cache
def grader_version(exercise: Exercise) -> str:
    """Return a digest of what judges and runs a submission, apart from the pack."""
    sources = {path for room in JUDGES for path in (PACKAGE / room).rglob("*.py")}
    sources |= set((locate.given() / locate.PACKAGE).rglob("*.py"))
    sources -= {locate.given() / path for path in exercise.editable}  # the student's come instead
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def key_of(exercise: Exercise, submission: Submission, pack_id: str) -> str:
    """Return the digest of a submission's files, the pack and the grader."""
    digest = hashlib.sha256(f"{pack_id} {grader_version(exercise)}".encode())
    for name, data in sorted(submission.files.items()):
        digest.update(f"{name} {len(data)} ".encode() + data)
    return digest.hexdigest()[:16]


def without_grading(exercise: Exercise, unreadable: Unreadable, pack_id: str) -> Record:
    """Return the record of a student whose submission cannot be read: every check is missing."""
    problem = unreadable.problem
    key = hashlib.sha256(f"{pack_id} {problem}".encode()).hexdigest()[:16]
    message = f"Your submission could not be read. {problem}"
    verdicts = [
        Verdict(i.id, i.function, i.title, Status.MISSING, 0.0, i.max_points, message)
        for i in list_checks(exercise)
    ]
    return Record(
        unreadable.student,
        key,
        pack_id,
        problem,
        unreadable.notes,
        verdicts,
        submitted=unreadable.submitted,
        origin=unreadable.origin,
    )


def save(record: Record, path: Path) -> None:
    """Write one record."""
    verdicts = [v.as_dict() for v in record.verdicts]
    tree = {**vars(record), "schema": SCHEMA, "verdicts": verdicts, "origin": vars(record.origin)}
    write_text(path, to_json(tree))


def load(path: Path) -> Record:
    """Read one record.

    Raises
    ------
    UserError
        The file is damaged.
    """
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        schema = tree.pop("schema")
        if schema not in (1, SCHEMA):
            raise ValueError("it is of another version")
        if schema == 1:
            add_mistakes(tree["verdicts"])
        tree["verdicts"] = [verdict_of(v) for v in tree["verdicts"]]
        return Record(**{**tree, "origin": Origin(**tree.get("origin", {}))})
    except (OSError, TypeError, KeyError, AttributeError, ValueError) as error:
        raise UserError(
            f"{path} is no record of a grading ({error}). Move it away, and the same command "
            "grades this student again."
        ) from None


def verdict_of(tree: dict[str, Any]) -> Verdict:
    """Return a verdict from its fields by name."""
    known = {"status": Status(tree["status"]), "mistakes": tuple(tree["mistakes"])}
    return Verdict(**{**tree, **known})


def add_mistakes(verdicts: list[dict[str, Any]]) -> None:
    """Add to verdicts of the first version what they say of known mistakes in their messages."""
    start = "This is exactly what comes out when "
    for verdict in verdicts:
        told = (line.removeprefix("Again: ") for line in verdict["message"].splitlines())
        found = [line.removeprefix(start).rstrip(".") for line in told if line.startswith(start)]
        verdict["mistakes"] = [part for line in found for part in line.split(", or when ")]
