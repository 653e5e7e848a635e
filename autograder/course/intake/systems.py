"""How learning management systems name what they let an instructor download."""

from __future__ import annotations

import re
from typing import NamedTuple


class System(NamedTuple):
    """How a learning management system names what it lets an instructor download.

    Attributes
    ----------
    pattern : re.Pattern
        Of a whole name. Groups: ``name``; ``user``, a number that is the student's; ``number``,
        which grows with each attempt; ``rest``, the name that the student gave; ``late``; and
        ``extra``, which only what is no code has.
    files_numbered : bool
        Each file has a number of its own, and not each attempt.
    namesakes : bool
        Another number can be another student of the same name.
    dated : bool
        The number is the time at which it came.
    """

    pattern: re.Pattern[str]
    files_numbered: bool = False
    namesakes: bool = False
    dated: bool = False


SYSTEMS = (
    # Canvas: doejane_LATE_12345_999_layers.py, doejane_12345_text.html for text
    System(
        re.compile(
            r"(?P<name>[^_]+)(?P<late>_LATE)?_(?P<user>\d{1,18})_"
            r"(?:(?P<number>\d{1,18})_(?P<rest>.+)|(?P<extra>text\.html))",
            re.IGNORECASE,
        ),
        files_numbered=True,
    ),
    # Moodle, names hidden: Participant_901_assignsubmission_file_
    System(
        re.compile(
            r"(?P<name>Participant)[_ ](?P<user>\d{1,18})_assignsubmission_"
            r"(?:file_?|(?P<extra>(?!file)[a-z]+_?))(?P<rest>.*)",
            re.IGNORECASE,
        ),
    ),
    # Moodle: Ada Lovelace_901_assignsubmission_file_, with or without a file's name behind
    System(
        re.compile(
            r"(?P<name>.+)_(?P<number>\d{1,18})_assignsubmission_"
            r"(?:file_?|(?P<extra>(?!file)[a-z]+_?))(?P<rest>.*)",
            re.IGNORECASE,
        ),
        namesakes=True,
    ),
    # Blackboard: Homework_adal_attempt_2026-11-20-10-11-12_layers.py, and a receipt .txt
    System(
        re.compile(
            r"(?P<name>.+)_attempt_(?P<number>\d{4}(?:-\d{2}){5})(?:_(?P<rest>.+)|(?P<extra>\.txt))",
            re.IGNORECASE,
        ),
        dated=True,
    ),
)


def matched(name: str) -> tuple[System, dict[str, str | None]] | None:
    """Return whose way of naming a name is, and its parts; None if nobody's."""
    for system in SYSTEMS:
        if len(name) < 1000 and (match := system.pattern.fullmatch(name)):
            parts = dict.fromkeys(("user", "number", "rest", "late", "extra"))
            return system, {**parts, **match.groupdict()}
    return None
