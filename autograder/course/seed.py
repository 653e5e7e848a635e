"""The course's secret seed, from which the packs of a graded class are made."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from autograder import locate
from autograder.errors import UserError

VARIABLE = "CONVNETS_COURSE_SEED"
NAME = ".course-seed"
SHORTEST = 16  # characters; a shorter seed could be guessed


def course_seed(file: Path | None = None) -> str:
    """Return the course's seed.

    It is the content of `file` if given, else the environment variable ``CONVNETS_COURSE_SEED``,
    else the content of ``.course-seed`` beside ``pyproject.toml``, which is made on first use.
    Keep it from students, and keep it: the same seed gives the same grades.

    Raises
    ------
    UserError
        `file` cannot be read, or the seed is shorter than 16 characters.
    """
    if file is not None:
        return accepted(read(file), str(file))
    if VARIABLE in os.environ:
        return accepted(os.environ[VARIABLE], f"${VARIABLE}")
    path = locate.root() / NAME
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return accepted(read(path), str(path))
    with os.fdopen(descriptor, "w", encoding="ascii") as made:
        made.write(secrets.token_hex(32) + "\n")
    print(f"Made this course's secret seed: {path}. Keep it, and keep it from students.")
    return accepted(read(path), str(path))


def read(path: Path) -> str:
    """Return the text of a seed file."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"The seed file {path} cannot be read: {error}") from None


def accepted(text: str, source: str) -> str:
    """Return `text` as a seed."""
    seed = text.strip()
    if len(seed) < SHORTEST:
        raise UserError(
            f"The seed in {source} has {len(seed)} characters; it needs {SHORTEST} or more, so "
            "that it cannot be guessed."
        )
    return seed
