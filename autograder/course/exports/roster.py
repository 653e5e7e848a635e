"""The class list as a learning management system exports it, and who in it is whom of ours."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from autograder.course.intake.naming import safe
from autograder.errors import UserError

MAX_ROSTER = 32 << 20  # bytes
# What the systems name the files of a class's submissions that they let an instructor download;
# the number is Canvas's ID, and the one in Moodle's Identifier.
DOWNLOADED = (
    re.compile(r"[^_]+(?:_late)?_(\d+)_\d+_.*", re.IGNORECASE),
    re.compile(r".*_(\d+)_assignsubmission_.*", re.IGNORECASE),
)


@dataclass(frozen=True)
class Roster:
    """A table with a row for each student.

    Attributes
    ----------
    header : list of str
        The names of the columns.
    rows : list of list of str
        As long as the header, each.
    """

    header: list[str]
    rows: list[list[str]]

    def column(self, *names: str) -> int | None:
        """Return the place of the first of `names` that is a column, in any case; None if none."""
        places = {title.strip().casefold(): i for i, title in reversed([*enumerate(self.header)])}
        found = (places.get(name.casefold()) for name in names)
        return next((place for place in found if place is not None), None)


class Person(NamedTuple):
    """A row of a roster: what to call the student in a message, and all that `keys` gives."""

    label: str
    keys: set[str]


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


def read(path: Path) -> Roster:
    """Read a CSV file with a line of headings.

    Raises
    ------
    UserError
        It cannot be read, or is no such file.
    """
    try:
        if path.stat().st_size > MAX_ROSTER:
            raise UserError(f"{path} is larger than {MAX_ROSTER >> 20} MiB: that is no roster.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UserError(
            f"{path} is not UTF-8 text. Export it anew; a spreadsheet program saves it as "
            '"CSV UTF-8".'
        ) from None
    csv.field_size_limit(MAX_ROSTER)  # a cell may hold a whole text that a student wrote
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)  # some systems follow the country's custom
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise UserError(f"{path} is no CSV file: {error}.") from None
    header, *rows = table or [[]]
    if len(header) < 2:
        raise UserError(f"{path} is no table: it has no line of headings.")
    rows = [row for row in rows if any(row)]
    for number, row in enumerate(rows, start=2):
        if len(row) > len(header):
            raise UserError(f"{path}: row {number} has more cells than there are headings.")
    return Roster(header, [row + [""] * (len(header) - len(row)) for row in rows])


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
    return named | ({f"#{number}"} if number else set())


def own_keys(student: str) -> set[str]:
    """Return what to look for in `keys`, given our name, which is that of a file or folder."""
    numbers = (pattern.fullmatch(student) for pattern in DOWNLOADED)
    return {student.casefold(), *(f"#{match.group(1)}" for match in numbers if match)}


def match(students: Iterable[str], people: Sequence[Person]) -> Matches:
    """Find students of ours in a roster: exactly one row for one student, or it is no match."""
    places: dict[str, set[int]] = {}
    for number, person in enumerate(people):
        for key in person.keys:
            places.setdefault(key, set()).add(number)
    matches = Matches()
    sharing: dict[int, list[str]] = {}
    for student in students:
        found = sorted(set().union(*(places.get(key, set()) for key in own_keys(student))))
        if not found:
            matches.nobody.append(student)
        elif len(found) > 1:
            matches.unclear[student] = " or ".join(people[number].label for number in found)
        else:
            sharing.setdefault(found[0], []).append(student)
    for number, names in sharing.items():
        if len(names) == 1:
            matches.rows[number] = names[0]
        else:
            for name in names:
                matches.unclear[name] = f"{people[number].label}, as {' and '.join(names)} all are"
    return matches
