"""Who in a class list is whom of ours."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from autograder.course.intake.classlist import FIRST, LAST, NAMES, Roster
from autograder.course.intake.naming import safe

CANVAS_NAMES = ("Student", "LastName")
CANVAS_KEYS = ("Student", "SIS User ID", "SIS Login ID", "Integration ID")
POINTS_POSSIBLE = "Points Possible"  # in Canvas's row that says what assignments are worth
TEST_STUDENT = "Student, Test"  # Canvas's own, in every class
MOODLE_KEYS = ("Full name", "Username", "ID number", "Email address")
PARTICIPANT = "Participant"
HANDED_IN = "Last modified (submission)"  # in Moodle's grading worksheet
MOODLE_TIMES = (  # in the zone of who exports it
    "%A, %d %B %Y, %I:%M %p",
    "%A, %d %B %Y, %H:%M",
    "%A, %B %d, %Y, %I:%M %p",
)

# What the systems name the files of a class's submissions that they let an instructor download;
# the number is Canvas's ID, and the one in Moodle's Identifier.
DOWNLOADED = (
    re.compile(r"[^_]+(?:_late)?_(\d+)_\d+_.*", re.IGNORECASE),
    re.compile(r".*_(\d+)_assignsubmission_.*", re.IGNORECASE),
)


class Person(NamedTuple):
    """A student in a roster.

    Attributes
    ----------
    label : str
        What to call the student in a message.
    keys : set of str
        All that `keys` gives.
    first, last : str
        Names, as far as they are known.
    handed_in : str
        When the newest submission came, as Moodle has written it; empty if that is not known.
    """

    label: str
    keys: set[str]
    first: str = ""
    last: str = ""
    handed_in: str = ""


@dataclass
class Matches:
    """Who of ours is who in a roster.

    Attributes
    ----------
    rows : dict of int to str
        Our name of the student, by the number of the row.
    nobody : list of str
        Students of ours who are not in the roster.
    unclear : dict of str to str
        Students of ours who could be several in the roster, or share one, and which.
    """

    rows: dict[int, str] = field(default_factory=dict)
    nobody: list[str] = field(default_factory=list)
    unclear: dict[str, str] = field(default_factory=dict)


def people(roster: Roster) -> dict[int, Person]:
    """Return who is in a roster that Canvas or Moodle exports, by the number of the row."""
    if is_canvas(roster):
        # A row without a student's name says how an assignment is posted.
        rows = {
            number: row
            for number, row in enumerate(roster.rows)
            if row[0] and POINTS_POSSIBLE not in row[0]
        }
        columns = CANVAS_KEYS
    else:
        rows, columns = dict(enumerate(roster.rows)), MOODLE_KEYS
    return {number: person(roster, row, columns) for number, row in rows.items()}


def is_canvas(roster: Roster) -> bool:
    """Return whether a roster is what Canvas's Gradebook exports."""
    there = roster.column("ID") is not None and roster.column("Section") is not None
    return there and roster.column(*CANVAS_NAMES) == 0


def person(roster: Roster, row: Sequence[str], columns: Sequence[str]) -> Person:
    """Return the student in a row, whom one of `columns` names, or first and last name."""

    def cell(*names: str) -> str:
        place = roster.column(*names)
        return "" if place is None else row[place].strip()

    first, last = cell(FIRST, "FirstName"), cell(LAST, "LastName")
    cells = [text for name in columns if (text := cell(name))]
    number = re.sub(r"\D", "", cell("Identifier")) or (cell("ID") if is_canvas(roster) else "")
    if not is_canvas(roster):
        cells += [f"{first} {last}"] if first and last else []
        # Where names are hidden, "Participant" stands for each in the names of files.
        cells += [f"{PARTICIPANT}_{number}"] if number else []
    if not (first or last):
        first, last = parted(cell(*NAMES))
    label = cells[0] if cells else f"{first} {last}".strip() or row[0]
    return Person(label, keys(cells, number), first, last, cell(HANDED_IN))


def written_time(text: str) -> str:
    """Return a time as Moodle set to English writes it, as ISO 8601 does; empty if it is none."""
    for form in MOODLE_TIMES:
        with contextlib.suppress(ValueError):
            return datetime.strptime(text, form).strftime("%Y-%m-%d %H:%M")
    return ""


def parted(name: str) -> tuple[str, str]:
    """Return first and last name: of "Lovelace, Ada" and of "Ada Lovelace"."""
    last, comma, first = name.partition(",")
    if not comma:
        first, _, last = name.strip().rpartition(" ")
    return first.strip(), last.strip()


def keys(cells: Iterable[str], number: str = "") -> set[str]:
    """Return what a student may be called with us, given what identifies them elsewhere.

    Parameters
    ----------
    cells : iterable of str
        Names; an e-mail address counts with and without the part after the @.
    number : str
        The system's own number. It is looked for only where the system has put it, in the name of
        a downloaded submission: a student's own number may well be the system's of another one.
    """
    whole = [cell.strip() for cell in cells]
    local = [cell.partition("@")[0] for cell in whole]
    named = {safe(text).casefold() for text in (*whole, *local) if text}
    if not number:
        return named
    # Canvas's names of files begin with these letters and its number, and so do our names then.
    letters = {form for text in whole for form in plain_letters(text)}
    return named | {f"#{number}", *(f"{name}_{number}" for name in letters if name)}


def plain_letters(text: str) -> set[str]:
    """Return the letters and digits of a name: all, without accents, and without what has one."""
    apart = unicodedata.normalize("NFKD", text)
    forms = (text, apart, "".join(c for c in text if c.isascii()))
    return {"".join(filter(str.isalnum, form)).casefold() for form in forms}


def own_keys(student: str) -> set[str]:
    """Return what to look for in `keys`, given our name, which is that of a file or folder."""
    numbers = (pattern.fullmatch(student) for pattern in DOWNLOADED)
    return {student.casefold(), *(f"#{match.group(1)}" for match in numbers if match)}


def match(students: Iterable[str], known: Mapping[int, Person]) -> Matches:
    """Find students of ours in a roster: exactly one row for one student, or it is no match."""
    places: dict[str, set[int]] = {}
    for number, row in known.items():
        for key in row.keys:
            places.setdefault(key, set()).add(number)
    matches = Matches()
    sharing: dict[int, list[str]] = {}
    for student in students:
        found = sorted(set().union(*(places.get(key, set()) for key in own_keys(student))))
        if not found:
            matches.nobody.append(student)
        elif len(found) > 1:
            matches.unclear[student] = " or ".join(known[number].label for number in found)
        else:
            sharing.setdefault(found[0], []).append(student)
    for number, names in sharing.items():
        if len(names) == 1:
            matches.rows[number] = names[0]
        else:
            for name in names:
                matches.unclear[name] = f"{known[number].label}, as {' and '.join(names)} all are"
    return matches
