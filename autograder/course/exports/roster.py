"""Who in a class list is whom of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from autograder.course.intake.naming import safe

# What the systems name the files of a class's submissions that they let an instructor download;
# the number is Canvas's ID, and the one in Moodle's Identifier.
DOWNLOADED = (
    re.compile(r"[^_]+(?:_late)?_(\d+)_\d+_.*", re.IGNORECASE),
    re.compile(r".*_(\d+)_assignsubmission_.*", re.IGNORECASE),
)


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
    letters = ("".join(filter(str.isalnum, text)).casefold() for text in whole)
    return named | {f"#{number}", *(f"{name}_{number}" for name in letters if name)}


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
