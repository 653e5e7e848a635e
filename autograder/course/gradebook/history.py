"""The history of a course: a table of what happened to each score, to which lines are added."""

from __future__ import annotations

import contextlib
import csv
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime

from autograder.course.gradebook.course import Course
from autograder.disk import harmless, write_text

HISTORY = "history.csv"
COLUMNS = ("time", "student", "event", "checks", "score before", "score", "pack", "changes")


@dataclass(frozen=True)
class Event:
    """What happened to a score; each attribute is a column."""

    student: str
    event: str
    checks: str
    before: str
    after: str
    pack: str = ""
    changes: str = ""


def note_history(course: Course, events: Sequence[Event]) -> None:
    """Add a line for each event to the course's history."""
    path = course.place / HISTORY
    now = datetime.now(UTC).isoformat(timespec="seconds")
    if not path.exists():
        write_text(path, as_csv(COLUMNS))
    start = path.read_text(encoding="utf-8")
    head, _, rest = start.partition("\n")
    if head.rstrip("\r") == as_csv(COLUMNS[:-1]).rstrip():  # of the version before
        write_text(path, as_csv(COLUMNS) + rest)
    safe = [replace(event, student=harmless(event.student)) for event in events]
    lines = [as_csv([now, *astuple(event)]) for event in safe]
    with path.open("a", encoding="utf-8", newline="") as file:  # one write, of whole lines
        file.write("".join(lines))


@contextlib.contextmanager
def taken_back(course: Course) -> Iterator[None]:
    """Take back what is added to the history meanwhile, where an exception comes.

    So lines can be added just before what they tell is made to last. Where the grader is killed
    between the two, a line stands there twice in the end; none is lost.
    """
    path = course.place / HISTORY
    before = path.stat().st_size if path.exists() else None
    try:
        yield
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            os.truncate(path, before)
        raise


def as_csv(row: Sequence[str]) -> str:
    """Return a line of a table."""
    stream = io.StringIO()
    csv.writer(stream).writerow(row)
    return stream.getvalue()
