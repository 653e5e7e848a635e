"""The pages made from the records of a grading: one for the class, one for each student.

Pages are self-contained and hold no script. Everything that a student wrote is escaped.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.course.gradebook.course import ASSIGNMENT
from autograder.course.gradebook.scores import Score
from autograder.course.notebooks.shown import Cell
from autograder.course.pages.pictures import Picture
from autograder.course.record import Record
from autograder.diagnosis.explain import EXPLAINED
from autograder.judging.declare import names
from autograder.judging.verdict import Status, Verdict
from autograder.sandbox.doctor import ABOUT
from autograder.sandbox.levels import LEVELS
from autograder.show.text import WORDS

SHORT = {
    "conv_forward_naive": "conv fwd",
    "conv_backward_naive": "conv bwd",
    "max_pool_forward_naive": "pool fwd",
    "max_pool_backward_naive": "pool bwd",
    "spatial_batchnorm_forward": "batch fwd",
    "spatial_batchnorm_backward": "batch bwd",
    "spatial_groupnorm_forward": "group fwd",
    "spatial_groupnorm_backward": "group bwd",
    "ThreeLayerConvNet": "net",
    "overfit_small_data": "overfit",
    "one_epoch": "epoch",
}
"""Names that fit the head of a table."""

LAYER_FUNCTIONS = [name for name in SHORT if name.endswith(("naive", "forward", "backward"))]
"""What is in layers.py."""

MARKS = {
    Status.PASSED: "✓",
    Status.FAILED: "✗",
    Status.ERROR: "!",
    Status.TIMEOUT: "…",
    Status.MISSING: "–",
}


def short(name: str) -> str:
    """Return a function's name for the head of a table."""
    return SHORT.get(name, name)


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
                grouped.setdefault(verdict.message, []).append(verdict)
        return [(verdicts, message) for message, verdicts in grouped.items()]


def parts_of(record: Record) -> list[Part]:
    """Split a record by function."""
    return [
        Part(name, points, most, [v for v in record.verdicts if v.function == name])
        for name, (points, most) in record.by_function().items()
    ]


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
    made.globals.update(short=short, reason=reason, page_of=page_of, marks=MARKS, words=WORDS)
    return made


def page_of(student: str) -> str:
    """Return where a student's page is, below the course's folder: where nbgrader has feedback."""
    return f"feedback/{student}/{ASSIGNMENT}/{ASSIGNMENT}.html"


def student_page(
    record: Record,
    score: Score,
    pictures: Sequence[Picture] = (),
    notebook: Sequence[Cell] = (),
) -> str:
    """Return a student's feedback as a page.

    Parameters
    ----------
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
        pictures={name: list(own) for name, own in by_function(pictures).items()},
        notebook=notebook,
    )


def by_function(pictures: Sequence[Picture]) -> dict[str, list[Picture]]:
    """Return the pictures of each function; the filters are what the long training has made."""
    found: dict[str, list[Picture]] = {}
    for picture in pictures:
        function = "one_epoch" if picture.name == "filters" else picture.name.partition("/")[0]
        found.setdefault(function, []).append(picture)
    return found


def class_page(records: Sequence[Record], scores: Mapping[str, Score]) -> str:
    """Return the page on the whole class."""
    template = environment().get_template("class.html.jinja")
    rows = [(record, scores[record.student], parts_of(record)) for record in records]
    packs = Counter(record.pack for record in records)
    return template.render(
        rows=rows,
        names=names(),
        checks=pass_rates(records),
        bins=distribution([score for _, score, _ in rows]),
        mistakes=commonest_mistakes(records),
        need_help=[r for r, score, _ in rows if score.points < 0.5 * score.max_points],
        median=median([score.points for _, score, _ in rows]),
        packs=sorted(packs),
        isolation=isolation(records),
        seconds=sum(record.seconds for record in records),
    )


def commonest_mistakes(records: Sequence[Record]) -> list[tuple[str, str, list[str]]]:
    """Return function, known mistake and students, the commonest first."""
    students: dict[tuple[str, str], list[str]] = {}
    for record in records:
        found = {
            (verdict.function, line.partition(EXPLAINED)[2])
            for verdict in record.verdicts
            for line in verdict.message.splitlines()
            if line.removeprefix("Again: ").startswith(EXPLAINED)
        }
        for mistake in found:
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


def reason(record: Record) -> str:
    """Return what is wrong with all of a student's work at once, or nothing."""
    if record.problem:
        return record.problem
    messages = {
        verdict.message for verdict in record.verdicts if verdict.function in LAYER_FUNCTIONS
    }
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


def median(values: list[float]) -> float:
    """Return the median, 0 of nothing."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return 0.0
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
