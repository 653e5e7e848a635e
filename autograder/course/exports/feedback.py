"""Feedback for all students in one archive, its files named as an LMS wants them back.

Moodle ("Upload multiple feedback files in a zip") looks for ``NAME_NUMBER_assignsubmission_file_``
and what comes after it, the number being that of its grading worksheet. Canvas ("Upload comment
files") looks for the first two numbers between underscores, those of the student and of a file that
the student has handed in: ``doejane_12345_999_``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder import exercises
from autograder.course.exports.lms import listed
from autograder.course.exports.scores import records
from autograder.course.gradebook import course as nbcourse
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import Course
from autograder.course.grading.feedback import page_for
from autograder.course.intake.classlist import Roster
from autograder.course.intake.people import match, people
from autograder.course.intake.systems import matched
from autograder.course.record import Record
from autograder.disk import write_zip
from autograder.errors import UserError

PAGE = "feedback.html"
MOODLE = "{name}_{number}_assignsubmission_file_" + PAGE
Naming = Callable[[Record], str]


def canvas_name(record: Record) -> str:
    """Return what Canvas wants a student's page to be called; empty if that is not known."""
    found = re.fullmatch(r"([^_]+(?:_LATE)?_\d+_\d+_).+", record.origin.entry, re.IGNORECASE)
    return f"{found[1]}{PAGE}" if found else ""


def moodle_naming(graded: list[Record], roster: Roster | None) -> Naming:
    """Return the function that says what Moodle wants a student's page to be called.

    The roster is its grading worksheet; without, the names of what was handed in have the numbers.
    """
    numbers: dict[str, str] = {}
    place = None if roster is None else roster.column("Identifier")
    if roster is not None and place is not None:
        found = match([record.student for record in graded], people(roster))
        numbers = {
            student: re.sub(r"\D", "", roster.rows[row][place])
            for row, student in found.rows.items()
        }

    def name(record: Record) -> str:
        system = matched(record.origin.entry)
        parts = system[1] if system and "assignsubmission" in record.origin.entry else {}
        number = numbers.get(record.student) or parts.get("number") or parts.get("user")
        # An underscore in the name would end it there.
        own = (parts.get("name") or record.student).replace("_", " ")
        return MOODLE.format(name=own, number=number) if number else ""

    return name


def write(results: Path, out: Path, system: str, roster: Roster | None) -> list[str]:
    """Write the archive for ``"canvas"`` or ``"moodle"``; return what to tell.

    Raises
    ------
    UserError
        There is no page that can be named.
    """
    course, graded = nbcourse.read_course(exercises.default(), results), records(results)
    name = canvas_name if system == "canvas" else moodle_naming(graded, roster)
    without = [record.student for record in graded if not name(record)]
    if len(without) == len(graded):
        raise UserError(
            "Nobody's page can be named as the system wants it: these students were not graded "
            "from what it lets you download"
            + (". --roster with its grading worksheet helps." if system == "moodle" else ".")
        )
    write_zip(out, pages(course, graded, name))
    where = {
        "canvas": "In Canvas: Grades, the assignment's menu > Re-upload submissions, and this file "
        "(which Canvas offers after Download submissions).",
        "moodle": "In Moodle's assignment: Submissions > Actions > Upload multiple feedback files "
        'in a zip, and this file. ("Feedback files" has to be on under Feedback types.)',
    }
    lines = [f"{len(graded) - len(without)} pages.", where[system]]
    if without:
        lines.append(f"NOT in it, as the system's number is not known: {listed(without)}.")
    return lines


def pages(course: Course, graded: list[Record], name: Naming) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each page, as the gradebook is now."""
    scores, released = gradebook.scores(course), course.released
    for record in graded:
        if name(record) and record.student in scores:
            page = page_for(course, record, scores[record.student], released)
            yield name(record), page.encode("utf-8")
