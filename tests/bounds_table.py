"""The table of bounds in ``autograder/README.md``: ``python tests/bounds_table.py`` prints it.

`test_bounds` compares it with what stands there.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1])]

from autograder.course.gradebook import autograded
from autograder.course.grading import classroom
from autograder.course.intake import apart, archive, collect, reading
from autograder.course.notebooks import file, fit, picture, rendered, run
from autograder.course.similarity import compare
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.judging import session
from autograder.judging.operations import OPERATIONS
from autograder.sandbox import bounds, client
from autograder.sandbox.worker import limits


def size(count):
    """Write a number of bytes for people."""
    return f"{count >> 20} MiB"


def number(count):
    """Write a large number for people."""
    return f"{count:,}"


def layers():
    """Return the bytes of arrays in the reply of a layer's pass."""
    return size(OPERATIONS["forward"].most)


def memory(index):
    """Return the memory of the worker of one of the files that students write."""
    return f"{EXERCISE.files[index].memory >> 30} GiB"


LEFT_OUT = "is left out, with a note"
UNREADABLE = "the submission has no points, with the reason"
NO_NOTEBOOK = "is no notebook, which says why; points stay"
ERROR = "the check is an error that says so"
AS_TYPED = "is shown as it was typed"

ROWS = (
    ("a source file", size(reading.MAX_FILE), LEFT_OUT),
    ("a notebook's file", size(reading.MAX_NOTEBOOK), LEFT_OUT),
    ("an archive, and all that it unpacks to", size(archive.MAX_ARCHIVE), UNREADABLE),
    ("files in it", number(archive.MAX_MEMBERS), UNREADABLE),
    ("headers of one file in a tar", number(archive.MAX_HEADERS), UNREADABLE),
    (
        "reading or screening one submission",
        f"{size(apart.MEMORY)}, {apart.SECONDS} s of work",
        "is not read, or not looked through, with the reason",
    ),
    (
        "notes on a submission",
        f"{collect.MOST_NOTES} of {collect.MAX_NOTE} characters",
        "are counted, and cut",
    ),
    ("values in a notebook's file", number(file.MAX_VALUES), NO_NOTEBOOK),
    ("cells", number(file.MAX_CELLS), NO_NOTEBOOK),
    ("characters of a cell", number(file.MAX_CELL), NO_NOTEBOOK),
    ("a pasted picture", f"{size(picture.MAX_PASTED)}, {number(picture.MAX_PASTED_PIXELS)} pixels",
     "is left out"),
    ("all pasted pictures", f"{file.MAX_PICTURES}, {size(file.MAX_PASTED)} as they are kept",
     "are left out"),
    ("text as Markdown", f"{number(rendered.MAX_TEXT)} characters of a cell, "
     f"{number(rendered.MAX_TEXTS)} of all", AS_TYPED),
    ("code in colours", f"{number(autograded.MAX_CODE)} characters of a cell, "
     f"{number(autograded.MAX_CODES)} of all", AS_TYPED),
    ("showing a notebook in the formgrader", f"{fit.SECONDS} s of work", AS_TYPED),
    ("running a notebook", f"{classroom.NOTEBOOK_SECONDS:g} s", "ends there, and says so"),
    ("what it shows", f"{size(run.MAX_SHOWN)}", "is cut, and says so"),
    ("a worker's memory", f"{memory(0)} for layers, {memory(1)} for the net", ERROR),
    ("a file, and what is printed", size(limits.MAX_FILE), ERROR),
    ("loading a file", f"{session.LOAD_SECONDS:g} s", "its checks are errors that say so"),
    ("all checks on a file, without training", f"{engine.QUICK_SECONDS:g} s", ERROR),
    ("arrays in a reply", f"{layers()} for layers, {size(client.MAX_REPLY)} for the net", ERROR),
    ("the rest of a reply", size(client.MAX_HEADER), ERROR),
    ("values in a reply", number(client.MAX_VALUES), ERROR),
    ("text in a reply", f"{number(client.MAX_TEXTS)} characters", ERROR),
    ("judging a check", f"{engine.JUDGING_SECONDS:g} s of work, {size(bounds.JUDGING_MEMORY)}",
     ERROR),
    ("a message", f"{number(engine.MAX_MESSAGE)} characters", "is cut, and says so"),
    (
        "comparing a file with others'",
        f"{number(compare.MAX_LETTERS)} characters, {compare.SECONDS:g} s of work",
        "is left out, and named",
    ),
)  # fmt: skip


def table():
    """Return the bounds as Markdown."""
    lines = ["| of | at most | what is more |", "|---|---|---|"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in ROWS])


if __name__ == "__main__":
    print(table())
