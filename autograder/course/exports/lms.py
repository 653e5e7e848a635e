"""Grades as CSV files that Canvas and Moodle import.

Both know students by identities of their own, so these files are made from a roster that they
export. The formats are those of Canvas's Gradebook export, which it imports again; of Moodle's
offline grading worksheet; and of its import of grades, https://docs.moodle.org/en/Grade_import.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.course.exports.scores import Score
from autograder.course.intake.classlist import Roster
from autograder.course.intake.people import (
    MOODLE_KEYS,
    POINTS_POSSIBLE,
    Matches,
    Person,
    is_canvas,
    match,
    people,
)
from autograder.disk import harmless
from autograder.errors import UserError

COLUMN = "ConvNets by hand"
CANVAS_ROSTER = """\
Canvas knows students by its own numbers: give the class list that it exports with --roster FILE.
In Canvas: Grades > Export > Export Entire Gradebook."""
MOODLE_ROSTER = """\
Give with --roster FILE what Moodle exports: the grading worksheet (in the assignment: Submissions >
Actions > Download grading worksheet; "Offline grading worksheet" has to be on in its settings,
under Feedback types), or the grader report (in the course: Grades > Export > Plain text file).
Moodle has to be set to English: it translates the headings."""


@dataclass(frozen=True)
class Export:
    """What is written, and what an instructor is to know about it.

    Attributes
    ----------
    text : str
        The CSV file.
    notices : list of str
        Who is missing, and what to do with the file.
    """

    text: str
    notices: list[str]


def canvas(scores: Mapping[str, Score], roster: Roster | None, column: str = COLUMN) -> Export:
    """Return the file for Canvas's Gradebook.

    The roster's columns on students stay as they are; of the assignments there is one only, since
    Canvas overwrites what a file holds. Cells of students without a grade stay as they were.

    Parameters
    ----------
    scores : mapping of str to Score
        The grades, by our names.
    roster : Roster or None
        The Gradebook as Canvas exports it.
    column : str
        The assignment's name. Canvas makes it if there is none of that name.

    Raises
    ------
    UserError
        There is no roster, it is not Canvas's, or its assignment is worth other points.
    """
    if roster is None:
        raise UserError(CANVAS_ROSTER)
    section = roster.column("Section")
    if section is None or not is_canvas(roster):
        raise UserError(f"The roster is not Canvas's: {headings(roster)}\n{CANVAS_ROSTER}")
    place = canvas_assignment(roster, column, section)
    worth = points_there_are(scores)
    rows = [
        [*(text(cell) for cell in row[: section + 1]), "" if place is None else row[place]]
        for row in roster.rows
    ]
    for row in rows:
        if POINTS_POSSIBLE in row[0]:
            if differs(row[-1], worth):
                raise other_points("Canvas", column, row[-1], worth)
            row[-1] = row[-1] or points(worth)
    known = people(roster)
    found = match(scores, known)
    for number, student in found.rows.items():
        rows[number][-1] = points(scores[student].points)
    heading = column if place is None else roster.header[place]
    header = [*roster.header[: section + 1], heading]
    advice = f"In Canvas: Grades > Import, and this file. The column is {heading!r}."
    return Export(to_csv([header, *rows]), [advice, *report(found, known)])


def canvas_assignment(roster: Roster, column: str, section: int) -> int | None:
    """Return the place of an assignment, after `section`, or None if there is none of that name.

    Canvas heads it ``Name (number)``; both the name and all of that are accepted.
    """
    wanted = column.casefold()
    titles = {i: title.casefold() for i, title in enumerate(roster.header) if i > section}
    found = [i for i, title in titles.items() if title == wanted]
    found = found or [i for i, title in titles.items() if re.sub(r" \(\d+\)$", "", title) == wanted]
    if len(found) > 1:
        several = " or ".join(repr(roster.header[i]) for i in found)
        raise UserError(f"Say with --column which is meant by {column!r}: {several}.")
    return found[0] if found else None


def moodle(scores: Mapping[str, Score], roster: Roster | None, column: str = COLUMN) -> Export:
    """Return a file for Moodle: a grading worksheet, or one for the import of grades.

    Parameters
    ----------
    scores : mapping of str to Score
        The grades, by our names.
    roster : Roster or None
        A grading worksheet, which is returned with grades; or any table with the columns Username,
        ID number or Email address. If there is none, our names are taken for usernames, or for
        e-mail addresses if they all are such.
    column : str
        The heading of the grades, where the file is no grading worksheet.

    Raises
    ------
    UserError
        The roster is not Moodle's, or its assignment is worth other points.
    """
    if roster is None:
        return moodle_without(scores, column)
    identifier, grade = roster.column("Identifier"), roster.column("Grade")
    if identifier is not None and grade is not None:
        return moodle_worksheet(scores, roster, grade)
    return moodle_import(scores, roster, column)


def moodle_worksheet(scores: Mapping[str, Score], roster: Roster, grade: int) -> Export:
    """Return a grading worksheet with the grades; the cells of those without stay as they were."""
    most, open_to_change = roster.column("Maximum grade"), roster.column("Grade can be changed")
    if roster.column("Last modified (grade)") is None:
        raise UserError(f"Moodle needs the column Last modified (grade). {MOODLE_ROSTER}")
    known = people(roster)
    found = match(scores, known)
    worth, locked = points_there_are(scores), []
    rows = [[text(cell) for cell in row] for row in roster.rows]
    for number, student in found.rows.items():
        row = roster.rows[number]
        if most is not None and differs(row[most], worth):
            raise other_points("Moodle", "Maximum grade", row[most], worth)
        if open_to_change is not None and row[open_to_change].strip().casefold() == "no":
            locked.append(student)
        rows[number][grade] = points(scores[student].points)
    advice = (
        "In Moodle's assignment: Submissions > Actions > Upload grading worksheet, and this file."
    )
    notices = [advice, *report(found, known)]
    if locked:
        notices.append(f"Moodle will not change these grades: {', '.join(locked)}.")
    return Export(to_csv([roster.header, *rows]), notices)


def moodle_import(scores: Mapping[str, Score], roster: Roster, column: str) -> Export:
    """Return what Moodle's gradebook imports; who has no grade is left out.

    Moodle takes an empty cell, there, for a grade to be removed.
    """
    names = [p for name in MOODLE_KEYS if (p := roster.column(name)) is not None]
    unique = [p for p in names if roster.header[p].strip().casefold() != "full name"]
    if not unique:
        raise UserError(f"The roster is not Moodle's: {headings(roster)}\n{MOODLE_ROSTER}")
    known = people(roster)
    found = match(scores, known)
    rows = [
        [*(text(roster.rows[n][p]) for p in unique), points(scores[student].points)]
        for n, student in sorted(found.rows.items())
    ]
    header = [*(roster.header[p] for p in unique), column]
    return Export(to_csv([header, *rows]), [import_advice(header), *report(found, known)])


def moodle_without(scores: Mapping[str, Score], column: str) -> Export:
    """Return what Moodle's gradebook imports if our names are those that Moodle has."""
    heading = "Email address" if all("@" in student for student in scores) else "Username"
    rows = [[text(s.student), points(s.points)] for s in scores.values()]
    header = [heading, column]
    notices = [
        import_advice(header),
        f"Nobody was looked up: this works only if the names of the class are what Moodle calls "
        f"{heading}. {MOODLE_ROSTER}",
    ]
    return Export(to_csv([header, *rows]), notices)


def import_advice(header: Sequence[str]) -> str:
    """Say how Moodle's gradebook takes a file."""
    return (
        "In Moodle's course: Grades > Import > CSV file, and this file. "
        f"Map from {header[0]!r} to the same, and {header[-1]!r} to the grade item."
    )


def report(found: Matches, known: Mapping[int, Person]) -> list[str]:
    """Say who was not found in a roster, and who in it has no grade."""
    lines = [f"{len(found.rows)} grades were written."]
    if found.nobody:
        lines.append(f"NOT in the file, since the roster has nobody named: {listed(found.nobody)}.")
    for student, who in found.unclear.items():
        lines.append(f"NOT in the file, since it is unclear who that is: {student} ({who}).")
    without = [person.label for n, person in known.items() if n not in found.rows]
    if without:
        lines.append(f"In the roster, without a grade from us: {listed(without)}.")
    return lines


def listed(names: Sequence[str]) -> str:
    """Return names, which may hold a comma each, in one line."""
    return "; ".join(names)


def points_there_are(scores: Mapping[str, Score]) -> float:
    """Return what the exercise is worth; raise `UserError` if that is not one number."""
    worth = {score.max_points for score in scores.values()}
    if len(worth) != 1:
        raise UserError(
            f"Students were graded out of different points ({', '.join(map(points, sorted(worth)))}"
            "), by different versions of the checks. Grade them all anew with --regrade."
        )
    return worth.pop()


def differs(cell: str, worth: float) -> bool:
    """Return whether a system says that an assignment is worth something else."""
    try:
        return not math.isclose(float(cell.replace(",", ".")), worth)
    except ValueError:
        return False  # it says nothing


def other_points(system: str, heading: str, cell: str, worth: float) -> UserError:
    """Return the error for an assignment that is worth other points than ours."""
    return UserError(
        f"In {system}, {heading!r} says {cell} points; these grades are out of {points(worth)}. "
        f"Change that in {system}, and export the roster again."
    )


def headings(roster: Roster) -> str:
    """Say which columns a roster has."""
    return f"its columns are {', '.join(map(repr, roster.header[:12]))}."


def points(value: float) -> str:
    """Write points with a point, and at most two digits after it, as the systems keep them."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def text(cell: str) -> str:
    """Return a cell so that no spreadsheet takes it for a formula; a number or a dash is none."""
    return cell if re.fullmatch(r"[+-]?[\d.,]*", cell) else harmless(cell)


def to_csv(rows: Sequence[Sequence[str]]) -> str:
    """Return a table as CSV."""
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue()
