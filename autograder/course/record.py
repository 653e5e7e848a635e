"""The record of each student's grading: what the checks found, and how."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
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

SCHEMA = 3
PACKAGE = Path(__file__).parents[1]
JUDGES = (
    "engine",
    "judging",
    "diagnosis/explain.py",  # its questions to student code take of the time that checks have
    *("sandbox/client.py", "sandbox/launch.py", "sandbox/paths.py", "sandbox/look.py"),
    *("sandbox/bounds.py", "sandbox/errors.py", "sandbox/words.py"),
    "sandbox/worker",
    *("exercise.py", "markers.py", "syntax.py", "exercises/*.py", "course/forward"),
)
"""What decides what a check finds, beside the exercise itself, below ``autograder/``."""
JUDGES_NOT = ("exercises/settings.py",)  # what comes of it is in the exercise's changes
SOURCES = {".py", ".ini", ".c", ".h", ".pyx", ".pxd", ".pxi", ".build", ".txt"}
CONSTRAINTS = "constraints*.txt"  # versions of what is installed, beside noxfile.py


@dataclass(frozen=True)
class Record:
    """One graded student.

    Attributes
    ----------
    student : str
        The name, also of files.
    key : str
        Digest of the files that the checks judge, of the pack and of all that judges: the same key
        gives the same verdicts.
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
    notebook_iterations : int
        After how many iterations a training in it was stopped; 0 if each could go on to its end.
    files : str
        Digest of the files that the checks judge; empty in a record of a former version.
    own_notebook : str
        Digest of the student's notebook that was run; empty if none was.
    made_with : dict of str to str
        The versions of what has computed it.
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
    notebook_iterations: int = 0
    files: str = ""
    own_notebook: str = ""
    made_with: dict[str, str] = field(default_factory=dict)

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
    """Return a digest of all that judges a submission, apart from the pack."""
    root, given = locate.root(), locate.given()
    places = [path for place in JUDGES for path in PACKAGE.glob(place)]
    places.append(PACKAGE / "exercises" / exercise.name)
    places += [given / locate.PACKAGE, given / "kernels", *root.glob(CONSTRAINTS)]
    sources = {path for place in places for path in (place, *place.rglob("*"))}
    sources -= {PACKAGE / name for name in JUDGES_NOT}
    sources -= {given / path for path in exercise.whole.editable}  # the student's come instead
    digest = hashlib.sha256(to_json(asdict(exercise.changes)).encode())
    for path in sorted(sources):
        if path.is_file() and path.suffix in SOURCES:
            top = PACKAGE.parent if PACKAGE in path.parents else root
            add(digest, path.relative_to(top).as_posix(), path.read_bytes())
    return digest.hexdigest()


def add(digest: hashlib._Hash, name: str, data: bytes) -> None:
    """Add a file to a digest; how its lines end is no difference."""
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    digest.update(f"{name} {len(data)} ".encode() + data)


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the digest of files by name."""
    digest = hashlib.sha256()
    for name, data in sorted(files.items()):
        add(digest, name, data)
    return digest.hexdigest()[:16]


def notebook_digest(submission: Submission) -> str:
    """Return the digest of the notebook that was handed in; empty if there is none."""
    return digest_of({"": bytes(submission.notebook)}) if submission.notebook else ""


def key_of(exercise: Exercise, submission: Submission, pack_id: str) -> str:
    """Return the digest of the files that the checks judge, the pack and the grader."""
    cases = pack_id.partition("-")[0]
    parts = f"{cases} {grader_version(exercise)} {digest_of(submission.files)}"
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def without_grading(exercise: Exercise, unreadable: Unreadable, pack_id: str) -> Record:
    """Return the record of a student whose submission cannot be read: every check is missing."""
    problem = unreadable.problem
    key = hashlib.sha256(f"{pack_id.partition('-')[0]} {problem}".encode()).hexdigest()[:16]
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
    write_text(path, to_json(tree_of(record)))


def tree_of(record: Record) -> dict[str, Any]:
    """Return a record as JSON has it."""
    verdicts = [v.as_dict() for v in record.verdicts]
    return {**vars(record), "schema": SCHEMA, "verdicts": verdicts, "origin": vars(record.origin)}


def load(path: Path) -> Record:
    """Read one record.

    Raises
    ------
    UserError
        The file is damaged.
    """
    try:
        return record_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, TypeError, KeyError, AttributeError, ValueError) as error:
        raise UserError(
            f"{path} is no record of a grading ({error}). Move it away, and the same command "
            "grades this student again."
        ) from None


def record_of(tree: dict[str, Any]) -> Record:
    """Return a record from what JSON has of it.

    Raises
    ------
    TypeError, KeyError, AttributeError, ValueError
        It is none.
    """
    schema = tree.pop("schema")
    if schema not in range(1, SCHEMA + 1):
        raise ValueError("it is of another version")
    if schema == 1:
        add_mistakes(tree["verdicts"])
    tree["verdicts"] = [verdict_of(v) for v in tree["verdicts"]]
    return Record(**{**tree, "origin": Origin(**tree.get("origin", {}))})


def in_folder(results: Path) -> list[Record]:
    """Return the records of all students graded into a folder, by name.

    Raises
    ------
    UserError
        One of them is damaged.
    """
    found = [load(path) for path in (results / "students").glob("*.json")]
    return sorted(found, key=lambda record: record.student)


def verdict_of(tree: dict[str, Any]) -> Verdict:
    """Return a verdict from its fields by name."""
    known = {"status": Status(tree["status"]), "mistakes": tuple(tree["mistakes"])}
    same = {name: sys.intern(tree[name]) for name in ("id", "function", "title")}  # in a class
    return Verdict(**{**tree, **known, **same})


def add_mistakes(verdicts: list[dict[str, Any]]) -> None:
    """Add to verdicts of the first version what they say of known mistakes in their messages."""
    start = "This is exactly what comes out when "
    for verdict in verdicts:
        told = (line.removeprefix("Again: ") for line in verdict["message"].splitlines())
        found = [line.removeprefix(start).rstrip(".") for line in told if line.startswith(start)]
        verdict["mistakes"] = [part for line in found for part in line.split(", or when ")]
