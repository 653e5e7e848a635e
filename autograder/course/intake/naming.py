"""Names: of students, as they name files, and of files in messages."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from autograder.exercise import Exercise

MAX_NAME = 150  # bytes of a student's name, so that files named after it fit everywhere
ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".txz", ".tbz2")
# What browsers, editors, file managers and learning management systems make of a file's name.
DRESSED = re.compile(
    r"(?:copy of )?(?P<stem>.+?)"
    r"(?: ?\((?:\d+|copy)\)| ?- ?copy| copy(?: \d+)?|-\d+)?(?P<suffix>\.py)(?:\.py|\.txt)*",
    re.IGNORECASE,
)


def student_name(path: Path) -> str:
    """Return the student's name: the file's or folder's, without an archive's suffixes."""
    name = path.name
    if not path.is_dir():
        while Path(name).suffix.lower() in (*ARCHIVES, ".py"):
            name = Path(name).stem
    return name


def safe(name: str) -> str:
    """Return `name` as a file name on any system."""
    name = unicodedata.normalize("NFC", name)
    kept = "".join(c if c.isalnum() or c in "-_.@+ " else "_" for c in name)
    short = kept.encode()[:MAX_NAME].decode(errors="ignore")
    return short.strip(". ") or "submission"


def unique(name: str, names: set[str]) -> str:
    """Return `name`, with a number if a student of that name (in any case) is there already."""
    candidate, count = name, 1
    while candidate.casefold() in names:
        count += 1
        candidate = f"{name}-{count}"
    names.add(candidate.casefold())
    return candidate


def shown(name: object) -> str:
    """Return a path from a submission for a message: printable and not too long."""
    text = str(name).encode("utf-8", "replace").decode()
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 100 else f"{text[:45]}...{text[-45:]}"


def undressed(name: str) -> str:
    """Return the name that a file's name was made of, in small letters; empty if it is none.

    ``layers (1).py`` is one that a browser made of ``layers.py``, ``layers-1.py`` one of Canvas's.
    """
    found = DRESSED.fullmatch(name)
    return (found["stem"] + found["suffix"]).casefold() if found else ""


def meant_for(exercise: Exercise, name: str) -> str:
    """Return which of the exercise's paths a file's name was made of; empty if it is none."""
    plain = undressed(name)
    return next((file.path for file in exercise.files if file.name.casefold() == plain), "")
