"""How far a student has come with the whole exercise, as last checked.

A check of one function takes a second, one of everything a minute: so the points of each function
are kept, in a file beside the exercise.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from autograder.engine.run import list_checks
from autograder.judging.verdict import Verdict
from autograder.show.text import number, total

NAME = ".progress.json"


def note(root: Path, verdicts: Sequence[Verdict]) -> str:
    """Keep the points of the functions just checked; return a line on the whole exercise.

    Parameters
    ----------
    root : Path
        The folder of the exercise.
    verdicts : sequence of Verdict
        Of one or more functions.
    """
    points, checks = read(root / NAME), Counter(info.function for info in list_checks())
    for name in dict.fromkeys(verdict.function for verdict in verdicts):
        own = [verdict for verdict in verdicts if verdict.function == name]
        if len(own) == checks[name]:  # a single check says little about the function
            points[name] = total(own)[0]
    write(root / NAME, points)
    return line(points)


def line(points: dict[str, float]) -> str:
    """Return the points so far and what is next, from the points of each function."""
    worth: dict[str, float] = {}
    for info in list_checks():
        worth[info.function] = worth.get(info.function, 0.0) + info.max_points
    reached = sum(points.get(name, 0.0) for name in worth)
    text = (
        f"The whole exercise, as last checked: {number(reached)} of {number(sum(worth.values()))}"
    )
    unfinished = [name for name in worth if points.get(name, 0.0) < worth[name]]
    return f"{text} points. Next: {unfinished[0]}." if unfinished else f"{text} points. All done."


def read(path: Path) -> dict[str, float]:
    """Return the points that are kept; nothing from a file that is not one of ours."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(tree, dict):
        return {}
    return {name: float(p) for name, p in tree.items() if isinstance(p, int | float)}


def write(path: Path, points: dict[str, float]) -> None:
    """Keep the points. Where that is not possible, the next line knows less: no reason to stop."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps(points, indent=1) + "\n", encoding="utf-8")
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
