"""The command line: ``python -m autograder COMMAND``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from autograder import locate
from autograder.engine.run import UnknownCheck
from autograder.judging.pack import PackError
from autograder.sandbox import doctor
from autograder.show import text as present
from autograder.student import check as api
from autograder.student import submit

COURSE = {
    "grade": ("grade", "grade a class"),
    "release": ("release", "make the archive for students"),
    "stubs": ("stubs", "make the skeleton in assignment/ from the solution"),
    "export": ("exports.command", "write the grades of a class for an LMS"),
    "similarity": ("similarity", "compare the submissions of a class with each other"),
    "gradescope": ("exports.gradescope_zip", "make the autograder's archive for Gradescope"),
}
"""The instructors' commands: where they are, and what they do."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m autograder", description="The checks of the exercise ConvNets by hand."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_check(commands)
    add_submit(commands)
    add_doctor(commands)
    arguments = sys.argv[1:] if arguments is None else arguments
    if course_is_here():
        add_course_commands(commands, arguments[0] if arguments else "")
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except (locate.NotFound, PackError, UnknownCheck) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever reads this, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def add_check(commands: argparse._SubParsersAction) -> None:
    """Add the student's own command."""
    parser = commands.add_parser("check", help="check your own layers.py and cnn.py")
    parser.add_argument(
        "name",
        nargs="*",
        help="what to check, for example conv_forward_naive; everything if not given",
    )
    parser.set_defaults(run=run_check)


def add_submit(commands: argparse._SubParsersAction) -> None:
    """Add the command that makes the archive to hand in."""
    parser = commands.add_parser("submit", help="make the archive to hand in")
    submit.add_arguments(parser)
    parser.set_defaults(run=submit.main)


def add_doctor(commands: argparse._SubParsersAction) -> None:
    """Add the command that says how well student code is shut in here."""
    parser = commands.add_parser("doctor", help="try what keeps student code in, on this machine")
    doctor.add_arguments(parser)
    parser.set_defaults(run=doctor.main)


def run_check(options: argparse.Namespace) -> int:
    """Check the student's own files; the exit code is 0 when all that was checked is right."""
    verdicts = api.run(options.name or None)
    points, max_points = present.total(verdicts)
    return 0 if points == max_points else 1


def course_is_here() -> bool:
    """Return whether this is a course's own copy; a student's has no ``autograder/course``."""
    try:
        import autograder.course  # noqa: F401
    except ModuleNotFoundError:
        return False
    return True


def add_course_commands(commands: argparse._SubParsersAction, chosen: str) -> None:
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
