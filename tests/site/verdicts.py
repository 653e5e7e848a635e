"""Run pieces of the museum through the engine, here or in Pyodide: verdicts.py FOLDER.

The folder's ``pieces.json`` is a list of objects with the ``files`` of a submission and the
``functions`` to be checked; ``found.json`` becomes the list of what came of each: for each check
its status, and the mistakes that were named.
"""

import json
import sys
from pathlib import Path

IN_TAB = sys.platform == "emscripten"
if IN_TAB:
    sys.path[:0] = [f"{folder}/convnets" for folder in sys.path]

from autograder import exercises
from autograder.engine.run import run_checks
from autograder.exercises.registry import ids
from autograder.judging import pack
from autograder.student import tab
from autograder.submission import Submission


def verdicts_of(piece):
    """Return what came of a piece."""
    exercise = exercises.named("convnets")
    files = {name: text.encode() for name, text in piece["files"].items()}
    run = tab.run_checks if IN_TAB else run_checks
    found = run(
        *(exercise, Submission("piece", files), pack.public(exercise.name, ids(exercise))),
        piece["functions"],
    )
    return {verdict.id: [str(verdict.status), list(verdict.mistakes)] for verdict in found}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    pieces = json.loads((folder / "pieces.json").read_text(encoding="utf-8"))
    found = [verdicts_of(piece) for piece in pieces]
    (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")
