"""The pages made from the records of a grading: one for the class, one for each student.

Pages are self-contained. That for the class has one script, which sorts its table, and which the
page names by its digest; that for a student has none. Everything that a student wrote is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from statistics import mean, median
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.course import times
from autograder.course.gradebook.comments import titles
from autograder.course.gradebook.scores import Score
from autograder.course.notebooks.picture import Picture
from autograder.course.notebooks.shown import Cell
from autograder.course.notebooks.source import as_html
from autograder.course.pages import analysis
from autograder.course.pages.parts import Part, extra, parts_of
from autograder.course.record import Record
from autograder.exercise import Exercise
from autograder.judging.verdict import Status
from autograder.sandbox.doctor import ABOUT
from autograder.sandbox.levels import LEVELS
from autograder.show.text import WORDS

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
class Setting:
    """What the pages of a course have in common.

    Attributes
    ----------
    course : str
        Its name.
    zone : tzinfo
        In which times are shown.
    """

    course: str = ""
    zone: tzinfo = UTC


SETTING = Setting()


def in_columns(exercise: Exercise, record: Record, score: Score) -> list[Part | None]:
    """Return the part of each function that is asked for now; None for what was not graded."""
    parts = {part.name: part for part in parts_of(record, score)}
    return [parts.get(name) for name in exercise.names]


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
    made.filters["time"] = lambda when, zone: times.shown(when.astimezone(zone))
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
    files: Mapping[str, bytes] = MappingProxyType({}),
    setting: Setting = SETTING,
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
    files : mapping of str to bytes
        The files that were graded, by path.
    setting : Setting
        What the pages of a course have in common.
    """
    parts = parts_of(record, score)
    following = next((part for part in parts if not part.passed), None)
    template = environment().get_template("student.html.jinja")
    return template.render(
        exercise=exercise,
        setting=setting,
        record=record,
        score=score,
        parts=parts,
        extra=extra(parts, score),
        titles=titles(exercise),
        following=following,
        handed_in=times.in_utc(record.submitted, setting.zone),
        graded=times.in_utc(record.graded),
        pictures=pictures_by_function(pictures, [part.name for part in parts]),
        notebook=notebook,
        files={path: Markup(as_html(data)) for path, data in files.items()},
        made_from=made_from(record, score, setting),
    )


def made_from(record: Record, score: Score, setting: Setting) -> str:
    """Return a digest of all that a student's page is made from: the same digest, the same page.

    The pictures, the files and the notebook are as old as the record.
    """
    digest = hashlib.sha256(f"{look()} {record} {score} {setting}".encode())
    return digest.hexdigest()[:16]


@cache
def look() -> str:
    """Return a digest of what makes pages look as they do."""
    files = [*TEMPLATES.glob("*.jinja"), *Path(__file__).parent.glob("*.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def is_up_to_date(path: Path, record: Record, score: Score, setting: Setting = SETTING) -> bool:
    """Return whether the page at `path` is what `student_page` would make."""
    try:
        with path.open(encoding="utf-8") as file:
            start = file.read(2000)  # the mark stands near the beginning
    except (OSError, UnicodeDecodeError):
        return False
    return MADE_FROM.format(made_from(record, score, setting)) in start


def pictures_by_function(
    pictures: Sequence[Picture], functions: Sequence[str]
) -> dict[str, list[Picture]]:
    """Return the pictures of each function; one of none is of the last, which trains longest."""
    found: dict[str, list[Picture]] = {}
    for picture in pictures:
        name = picture.name.partition("/")[0]
        found.setdefault(name if name in functions else functions[-1], []).append(picture)
    return found


def class_page(
    exercise: Exercise,
    records: Sequence[Record],
    scores: Mapping[str, Score],
    idle: Sequence[str] = (),
    setting: Setting = SETTING,
    *,
    up: str = "",
    together: bool = False,
) -> str:
    """Return the page on the whole class.

    `idle` are those who have handed in nothing; `up` leads from the page to the course's folder;
    `together` says whether a page on all exercises is there.
    """
    template = environment().get_template("class.html.jinja")
    rows = [(record, scores[record.student]) for record in records]
    return template.render(
        exercise=exercise,
        setting=setting,
        together=f"{up}together.html" if together else "",
        **sorting(),
        rows=[
            (*row, in_columns(exercise, *row), up + page_of(exercise, row[0].student))
            for row in rows
        ],
        names=names([score for _, score in rows]),
        when={record.student: times.in_utc(record.submitted, setting.zone) for record in records},
        due=common_due(scores),
        heads={name: exercise.by_name[name].short for name in exercise.names},
        means=analysis.means(scores, exercise.names),
        mean=mean([score.points for _, score in rows]) if rows else 0.0,
        items=analysis.items(records),
        bins=analysis.distribution([score for _, score in rows]),
        mistakes=analysis.commonest_mistakes(records),
        need_help=[
            (record, score, reason(exercise, record))
            for record, score in rows
            if score.points < 0.5 * score.max_points
        ],
        idle=idle,
        median=median([score.points for _, score in rows]) if rows else 0.0,
        packs=sorted(Counter(record.pack for record in records)),
        isolation=isolation(records),
        seconds=sum(record.seconds for record in records),
    )


def sorting() -> dict[str, str]:
    """Return what a page with a table to sort needs: the script, and its digest."""
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return {"script": Markup(script), "script_digest": digest}


def names(scores: Sequence[Score]) -> dict[str, str]:
    """Return what to call each student: by name, with what tells namesakes apart."""
    count = Counter(score.name for score in scores)
    return {s.student: s.name if count[s.name] == 1 else f"{s.name} ({s.student})" for s in scores}


def common_due(scores: Mapping[str, Score]) -> datetime | None:
    """Return when the exercise is due for those who have no extension: the earliest date."""
    return min((score.due for score in scores.values() if score.due is not None), default=None)


def isolation(records: Sequence[Record]) -> list[tuple[str, str, int]]:
    """Return each level of isolation in use, what it is, and for how many students it was."""
    levels = Counter(record.isolation for record in records if record.isolation)
    return [(level, ABOUT[level], levels[level]) for level in LEVELS if level in levels]


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
