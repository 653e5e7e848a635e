"""The command line: ``python -m autograder COMMAND``."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import sys
from collections.abc import Sequence
from typing import TypeAlias

from autograder import exercises, locate
from autograder.errors import UserError
from autograder.sandbox import doctor, ending
from autograder.show.text import total
from autograder.student import check, submit

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

COURSE = {
    "grade": ("grading.command", "grade a class"),
    "extend": ("grading.extend", "give single students more time"),
    "release": ("release.archive", "make the archive for students"),
    "site": ("site.build", "build the browser edition"),
    "stubs": ("release.stubs", "make the skeleton in assignment/ from the solution"),
    "export": ("exports.command", "write the grades of a class for an LMS"),
    "similarity": ("similarity.command", "compare the submissions of a class with each other"),
    "gradescope": ("exports.gradescope_zip", "make the autograder's archive for Gradescope"),
}
"""The instructors' commands: where they are, and what they do."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code.

    Whatever the one who typed it can mend comes as a `UserError`: its message goes to standard
    error, and the exit code is 2.
    """
    try:
        options = read(sys.argv[1:] if arguments is None else arguments)
        ending.in_order()
        return int(options.run(options))
    except UserError as error:
        ending.last_words(str(error), sys.stderr)
        return 2
    except KeyboardInterrupt:
        ending.last_words("\nStopped.", sys.stderr)
        return 130
    except BrokenPipeError:  # whoever reads this, such as head, has seen enough
        ending.hush(sys.stdout)
        return 1
    except OSError as error:
        if not ending.told_by(error):
            raise
        ending.last_words("\nStopped.", sys.stderr)
        return 130


def read(arguments: list[str]) -> argparse.Namespace:
    """Return what was typed, with the function that does it as ``run``."""
    parser = argparse.ArgumentParser(
        prog="python -m autograder", description="The checks of the exercise ConvNets by hand."
    )
    there = ", ".join(exercise.name for exercise in exercises.every())
    parser.add_argument(
        exercises.OPTION, metavar="NAME", help=f"which exercise it is about: {there}"
    )
    arguments = choose(arguments)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    here = course_is_here()
    if here:  # whatever is wrong in its settings is told before anything is done
        importlib.import_module("autograder.course.settings").of_course()
    add_check(commands)
    add_submit(commands)
    add_doctor(commands)
    if here:
        add_course_commands(commands, arguments[0] if arguments else "")
    return parser.parse_args(arguments)


def choose(arguments: list[str]) -> list[str]:
    """Choose the exercise that is named among some arguments, in any place; return the others.

    Which one it is has to be known before the commands are: they speak of it.
    """
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    first.add_argument(exercises.OPTION, dest="exercise", default="")
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    known, rest = first.parse_known_args(own)
    if known.exercise:
        exercises.choose(known.exercise)
    return rest + arguments[len(own) :]


def add_check(commands: Commands) -> None:
    """Add the student's own command."""
    exercise = exercises.default()
    parser = commands.add_parser("check", help=f"check your own {exercise.what_to_write}")
    parser.add_argument(
        "name",
        nargs="*",
        help=f"what to check, for example {exercise.names[0]}; everything if not given",
    )
    parser.set_defaults(run=run_check)


def add_submit(commands: Commands) -> None:
    """Add the command that makes the archive to hand in."""
    parser = commands.add_parser("submit", help="make the archive to hand in")
    submit.add_arguments(parser)
    parser.set_defaults(run=run_submit)


def add_doctor(commands: Commands) -> None:
    """Add the command that says how well student code is shut in here."""
    parser = commands.add_parser("doctor", help="try what keeps student code in, on this machine")
    doctor.add_arguments(parser)
    parser.set_defaults(run=doctor.main)


def run_check(options: argparse.Namespace) -> int:
    """Check the student's own files; the exit code is 0 when all that was checked is right."""
    make_public_pack(options.name)
    points, max_points = total(check.run(options.name or None))
    return 0 if points == max_points else 1


def run_submit(options: argparse.Namespace) -> int:
    """Make the archive to hand in."""
    make_public_pack()
    return submit.main(options)


def make_public_pack(names: Sequence[str] = ()) -> None:
    """Make the public pack anew where it is stale and this copy has what it is made from.

    A student's copy has it from the archive.
    """
    if course_is_here():
        packs = importlib.import_module("autograder.course.museum.packs")
        with contextlib.suppress(locate.NotFound):  # without the solution, there is what there is
            packs.public(exercises.with_what(tuple(names)))


def course_is_here() -> bool:
    """Return whether this is a course's own copy; a student's has neither the rooms nor answers."""
    try:
        importlib.import_module("autograder.course.museum")
    except ModuleNotFoundError:
        return False
    return True


def add_course_commands(commands: Commands, chosen: str) -> None:
    """Add the instructors' commands; only the chosen one is imported, since that takes seconds."""
    for name, (module_name, text) in COURSE.items():
        parser = commands.add_parser(name, help=text)
        if name == chosen:
            module = importlib.import_module(f"autograder.course.{module_name}")
            parser.description = module.__doc__
            module.add_arguments(parser)
            parser.set_defaults(run=module.main)


if __name__ == "__main__":
    sys.exit(main())
