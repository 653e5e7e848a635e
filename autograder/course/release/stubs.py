"""Make the skeleton from the answers; that of the exercise whose answers lie apart is committed.

What other exercises give and students of their own write stands once, in ``assignment/``, with its
markers: what their students get is made when it is released.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder import exercises, locate, markers
from autograder.disk import write_text
from autograder.exercise import Exercise


def skeleton(exercise: Exercise) -> dict[str, str]:
    """Return the text of each file that students are to have, by its path below the package path.

    What a course gives them is in it, also in a file in which nothing is left to write.
    """
    return {
        name: markers.make_stub(
            locate.answers(name).read_text(encoding="utf-8"), name, exercise.given
        )
        for name in exercise.whole.editable
    }


def stubs(exercise: Exercise) -> dict[Path, str]:
    """Return the text of each file of the skeleton in ``assignment/``, by its path.

    There, everything is asked for: what a course gives is in its release. Files that have their
    answers there are none of it.
    """
    return {
        locate.given() / name: text
        for name, text in skeleton(exercise.whole).items()
        if locate.answers(name) != locate.given() / name
    }


def check_stubs(exercise: Exercise) -> list[Path]:
    """Return the files of the skeleton that differ from what the solution gives."""
    return [
        path
        for path, text in stubs(exercise).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def write_stubs(exercise: Exercise) -> list[Path]:
    """Write the files of the skeleton that differ; return their paths."""
    changed = check_stubs(exercise)
    for path, text in stubs(exercise).items():
        if path in changed:
            write_text(path, text)
    return changed


def other_exercises(exercise: Exercise) -> list[Exercise]:
    """Return all exercises that there are but one."""
    return [other for other in exercises.every() if other.name != exercise.name]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if the skeleton has drifted"
    )


def main(options: argparse.Namespace) -> int:
    """Run the command."""
    exercise = exercises.default()
    changed = check_stubs(exercise) if options.check else write_stubs(exercise)
    for path in changed:
        print(f"{'differs from the solution' if options.check else 'written'}: {path}")
    if not changed:
        print("The skeleton is what the solution gives.")
    return 1 if options.check and changed else 0
