"""What a course's settings are in its archives: the files that carry them.

The settings file there is made anew, from what was understood: nothing else of the course's own
file gets out, comments included.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from autograder.errors import UserError
from autograder.exercises.settings import NAME, Settings

PROJECT = "pyproject.toml"
DEPENDENCIES = re.compile(r"^dependencies = \[\n", re.MULTILINE)
HEAD = "# Made by the release of your course.\n"


def files(root: Path, settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file in an archive that says what a course has set."""
    project = (root / PROJECT).read_text(encoding="utf-8")
    yield PROJECT, with_requirements(project, settings.requirements).encode()
    settings = replace(settings, open=())  # what else is asked is no business of this copy
    if settings != Settings():
        yield NAME, as_toml(settings).encode()


def with_requirements(project: str, requirements: Mapping[str, str]) -> str:
    """Return the project's file with what is to be installed besides."""
    if not requirements:
        return project
    lines = "".join(f"    {quoted(wanted)},\n" for wanted in requirements.values())
    made, count = DEPENDENCIES.subn(lambda found: found.group() + lines, project)
    if count != 1:
        raise UserError(f"{PROJECT} has no line to which the modules of {NAME} can be added.")
    return made


def as_toml(settings: Settings) -> str:
    """Return settings as a file that `autograder.exercises.settings.read` reads."""
    changes = settings.changes
    texts = {
        "exercise": settings.exercise,
        "due": settings.due,
        "timezone": settings.timezone,
        "address": settings.address,
    }
    lines = [f"{key} = {quoted(text)}" for key, text in texts.items() if text]
    if changes.given:
        lines.append(f"given = [{', '.join(map(quoted, changes.given))}]")
    tables: dict[str, Mapping[str, float | str]] = {
        "points": changes.points,
        "seconds": changes.seconds,
        "bars": changes.bars,
        "modules": settings.requirements,
    }
    for key, table in tables.items():
        if table:
            lines += ["", f"[{key}]"]
        for name, value in table.items():
            written = quoted(value) if isinstance(value, str) else repr(value)
            lines.append(f"{quoted(name)} = {written}")
    return HEAD + "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return a text as TOML has it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
