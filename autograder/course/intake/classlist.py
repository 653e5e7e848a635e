"""The class list as a learning management system exports it: a CSV file with a line of headings."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UserError

MAX_ROSTER = 32 << 20  # bytes
NAMES = ("Full name", "Student", "Name")  # columns that hold a whole name
FIRST, LAST = "First name", "Last name"


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


def counting(roster: Roster) -> Callable[[str], int]:
    """Return a function that says how many students of a name there are.

    Raises
    ------
    UserError
        There is no column with names.
    """
    whole, first, last = roster.column(*NAMES), roster.column(FIRST), roster.column(LAST)
    if whole is not None:
        names = [row[whole] for row in roster.rows]
    elif first is not None and last is not None:
        names = [f"{row[first]} {row[last]}" for row in roster.rows]
    else:
        raise UserError(
            f"The roster has no column with names, such as {NAMES[0]!r}: it cannot say who is whom."
        )
    count = Counter(plain(name) for name in names)
    return lambda name: count[plain(name)]


def plain(name: str) -> str:
    """Return a name so that all ways of writing it are equal: "Lovelace, Ada" is Ada Lovelace."""
    last, comma, first = name.partition(",")
    whole = unicodedata.normalize("NFKC", f"{first} {last}" if comma else name).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in whole).split())
