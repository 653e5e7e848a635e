"""The pages made from the records of a grading: one for the class, one for each student.

Pages are self-contained and hold no script. Everything that a student wrote is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from statistics import median

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.course.gradebook.scores import Score
from autograder.course.notebooks.shown import Cell
from autograder.course.pages.pictures import Picture
from autograder.course.record import Record
from autograder.exercise import Exercise
from autograder.judging.verdict import Status, Verdict
from autograder.sandbox.doctor import ABOUT
from autograder.sandbox.levels import LEVELS
from autograder.show.text import WORDS, by_function, total

TEMPLATES = Path(__file__).parents[1] / "templates"
MADE_FROM = '<meta name="made-from" content="{}">'
MARKS = {
    Status.PASSED: "✓",
    Status.FAILED: "✗",
    Status.ERROR: "!",
    Status.TIMEOUT: "…",
    Status.MISSING: "–",
}


@dataclass(frozen=True)
class Part:
    """One function of one student, as the pages show it."""

    name: str
    points: float
    max_points: float
    verdicts: list[Verdict]

    @property
    def level(self) -> str:
        """Return how much of it is right: ``full``, ``some`` or ``none``."""
        if self.points == self.max_points:
            return "full"
        return "some" if self.points else "none"

    def messages(self) -> list[tuple[list[Verdict], str]]:
        """Return each different message with the checks that it is the message of."""
        grouped: dict[str, list[Verdict]] = {}
        for verdict in self.verdicts:
            if verdict.message:
                grouped.setdefault(verdict.told, []).append(verdict)
        return [(verdicts, message) for message, verdicts in grouped.items()]


def parts_of(record: Record) -> list[Part]:
    """Split a record by function."""
    return [Part(name, *total(own), own) for name, own in by_function(record.verdicts).items()]


@cache
def environment() -> Environment:
    """Return the templates, with escaping on for all of them."""
    made = Environment(
        loader=PackageLoader("autograder.course"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = lambda value: f"{value:g}"
    made.filters["base64"] = lambda data: base64.b64encode(data).decode()
    made.filters["hours"] = lambda seconds: str(timedelta(seconds=round(seconds)))
    made.globals.update(marks=MARKS, words=WORDS)
    return made


def page_of(exercise: Exercise, student: str) -> str:
    """Return where a student's page is, below the course's folder: where nbgrader has feedback."""
    name = exercise.assignment
    return f"feedback/{student}/{name}/{name}.html"


def student_page(
    exercise: Exercise,
    record: Record,
    score: Score,
    pictures: Sequence[Picture] = (),
    notebook: Sequence[Cell] = (),
) -> str:
    """Return a student's feedback as a page.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    record : Record
        What the checks found.
    score : Score
        What stands in the gradebook.
    pictures : sequence of Picture
        What is wrong, and how the net was trained.
    notebook : sequence of Cell
        The student's notebook as it ran.
    """
    parts = parts_of(record)
    following = next((part for part in parts if part.level != "full"), None)
    template = environment().get_template("student.html.jinja")
    return template.render(
        record=record,
        score=score,
        parts=parts,
        following=following,
        pictures=pictures_by_function(pictures, [part.name for part in parts]),
        notebook=notebook,
        made_from=made_from(record, score),
    )


def made_from(record: Record, score: Score) -> str:
    """Return a digest of all that a student's page is made from: the same digest, the same page.

    The pictures and the notebook are as old as the record.
    """
    digest = hashlib.sha256(f"{look()} {record} {score}".encode())
    return digest.hexdigest()[:16]


@cache
def look() -> str:
    """Return a digest of what makes pages look as they do."""
    files = [*TEMPLATES.glob("*.jinja"), *Path(__file__).parent.glob("*.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def is_up_to_date(path: Path, record: Record, score: Score) -> bool:
    """Return whether the page at `path` is what `student_page` would make."""
    try:
        with path.open(encoding="utf-8") as file:
            start = file.read(2000)  # the mark stands near the beginning
    except (OSError, UnicodeDecodeError):
        return False
    return MADE_FROM.format(made_from(record, score)) in start


def pictures_by_function(
    pictures: Sequence[Picture], functions: Sequence[str]
) -> dict[str, list[Picture]]:
    """Return the pictures of each function; one of none is of the last, which trains longest."""
    found: dict[str, list[Picture]] = {}
    for picture in pictures:
        name = picture.name.partition("/")[0]
        found.setdefault(name if name in functions else functions[-1], []).append(picture)
    return found


def class_page(exercise: Exercise, records: Sequence[Record], scores: Mapping[str, Score]) -> str:
    """Return the page on the whole class."""
    template = environment().get_template("class.html.jinja")
    rows = [(record, scores[record.student], parts_of(record)) for record in records]
    packs = Counter(record.pack for record in records)
    return template.render(
        rows=[(*row, page_of(exercise, row[0].student)) for row in rows],
        heads={name: exercise.by_name[name].short for name in exercise.names},
        checks=pass_rates(records),
        bins=distribution([score for _, score, _ in rows]),
        mistakes=commonest_mistakes(records),
        need_help=[
            (record, reason(exercise, record))
            for record, score, _ in rows
            if score.points < 0.5 * score.max_points
        ],
        median=median([score.points for _, score, _ in rows]) if rows else 0.0,
        packs=sorted(packs),
        isolation=isolation(records),
        seconds=sum(record.seconds for record in records),
    )


def commonest_mistakes(records: Sequence[Record]) -> list[tuple[str, str, list[str]]]:
    """Return function, known mistake and students, the commonest first."""
    students: dict[tuple[str, str], list[str]] = {}
    for record in records:
        for mistake in {
            (verdict.function, ", or when ".join(verdict.mistakes))
            for verdict in record.verdicts
            if verdict.mistakes
        }:
            students.setdefault(mistake, []).append(record.student)
    ordered = sorted(students.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(function, sentence, own) for (function, sentence), own in ordered]


def isolation(records: Sequence[Record]) -> list[tuple[str, str, int]]:
    """Return each level of isolation in use, what it is, and for how many students it was."""
    levels = Counter(record.isolation for record in records if record.isolation)
    return [(level, ABOUT[level], levels[level]) for level in LEVELS if level in levels]


def pass_rates(records: Sequence[Record]) -> list[tuple[Verdict, dict[Status, int]]]:
    """Return, for each check, how many students ended with each status."""
    by_check: dict[str, list[Verdict]] = {}
    for record in records:  # some may be from another version of the checks
        for verdict in record.verdicts:
            by_check.setdefault(verdict.id, []).append(verdict)
    return [(own[0], dict(Counter(v.status for v in own))) for own in by_check.values()]


def reason(exercise: Exercise, record: Record) -> str:
    """Return what is wrong with all of a student's work at once, or nothing.

    The first file that students write holds most of it.
    """
    if record.problem:
        return record.problem
    most = [f.name for f in exercise.functions if f.file == exercise.files[0]]
    messages = {verdict.message for verdict in record.verdicts if verdict.function in most}
    if len(messages) == 1:
        return messages.pop().replace("\n", " ")
    missing = all(verdict.status is Status.MISSING for verdict in record.verdicts)
    return "Nothing is written yet." if missing else ""


def distribution(scores: Sequence[Score], width: int = 10) -> list[tuple[str, int]]:
    """Return how many students are in each range of points; the last one includes 100 and more."""
    counts = [0] * (100 // width)
    for score in scores:
        share = score.points / score.max_points if score.max_points else 0.0
        counts[min(int(share * len(counts)), len(counts) - 1)] += 1
    last = len(counts) - 1
    return [
        (f"{i * width} to {100 if i == last else (i + 1) * width - 1}", count)
        for i, count in enumerate(counts)
    ]
