"""The history of a course: a table of what happened to each score, to which lines are added."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

from autograder.course.gradebook.course import Course
from autograder.disk import harmless, write_text

HISTORY = "history.csv"
COLUMNS = ("time", "student", "event", "checks", "score before", "score", "pack", "changes")


def note_history(
    course: Course,
    student: str,
    event: str,
    checks: str,
    before: str,
    after: str,
    pack: str = "",
    changes: str = "",
) -> None:
    """Add a line to the course's history: what happened, with the score before and after."""
    path = course.place / HISTORY
    now = datetime.now(UTC).isoformat(timespec="seconds")
    row = [now, harmless(student), event, checks, before, after, pack, changes]
    if not path.exists():
        write_text(path, as_csv(COLUMNS))
    start = path.read_text(encoding="utf-8")
    head, _, rest = start.partition("\n")
    if head.rstrip("\r") == as_csv(COLUMNS[:-1]).rstrip():  # of the version before
        write_text(path, as_csv(COLUMNS) + rest)
    with path.open("a", encoding="utf-8", newline="") as file:  # one write, of whole lines
        file.write(as_csv(row))


def as_csv(row: Sequence[str]) -> str:
    """Return a line of a table."""
    stream = io.StringIO()
    csv.writer(stream).writerow(row)
    return stream.getvalue()
