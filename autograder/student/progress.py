"""How far a student has come with the whole exercise, as last checked.

A check of one function takes a second, one of everything a minute: so the points of each function
are kept, in a file beside the exercise.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from autograder.disk import to_json, write_text
from autograder.exercise import Exercise
from autograder.exercises.registry import list_checks, worth
from autograder.judging.verdict import Verdict
from autograder.show.text import by_function, number, total
from autograder.student import tab
from autograder.student.commands import typed

NAME = ".progress.json"


def note(exercise: Exercise, root: Path, verdicts: Sequence[Verdict]) -> str:
    """Keep the points of the functions just checked; return a line on the whole exercise.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    root : Path
        The folder of the exercise.
    verdicts : sequence of Verdict
        Of one or more functions.
    """
    before = read(root / NAME)
    checks = Counter(info.function for info in list_checks(exercise))
    points = dict(before)
    for name, own in by_function(verdicts).items():
        if len(own) == checks[name]:  # a single check says little about the function
            points[name] = total(own)[0]
    if points != before:
        # Where it cannot be kept, the next line knows less: no reason to stop.
        with contextlib.suppress(OSError):
            write_text(root / NAME, to_json(points))
    return line(exercise, root, points)


def line(exercise: Exercise, root: Path, points: dict[str, float]) -> str:
    """Return the points so far and what is next, from the points of each function."""
    most = worth(exercise)
    reached = sum(points.get(name, 0.0) for name in most)
    text = f"The whole exercise, as last checked: {number(reached)} of {number(sum(most.values()))}"
    later = tab.judged_later(exercise) if tab.here() else ()
    unfinished = [name for name in most if points.get(name, 0.0) < most[name] and name not in later]
    if unfinished:
        return f"{text} points. Next: {unfinished[0]}."
    if later:
        rest = number(sum(most[name] for name in later))
        return (
            f"{text} points. All done that is judged here; the other {rest}, of "
            f"{' and '.join(later)}, are when you hand in.\nTo do that, save the notebook, and run "
            "the cell for it near its end."
        )
    return (
        f"{text} points. All done.\nTo hand in, save the notebook; then type in a terminal, in the "
        f"folder {root}:\n  {typed('submit')}"
    )


def read(path: Path) -> dict[str, float]:
    """Return the points that are kept; nothing from a file that is not one of ours."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(tree, dict):
        return {}
    return {name: float(p) for name, p in tree.items() if isinstance(p, int | float)}
