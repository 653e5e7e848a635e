"""Export grades and feedback of a class for Gradescope, Canvas or Moodle, or as nbgrader does."""

from __future__ import annotations

import argparse
import csv
import io
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from nbgrader.plugins import CsvExportPlugin

from autograder import exercises, locate
from autograder.course.exports import feedback, gradescope, lms
from autograder.course.exports.scores import records, scores
from autograder.course.gradebook import course as nbcourse
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook import together
from autograder.course.intake import classlist
from autograder.disk import harmless, to_json, write_bytes, write_text
from autograder.errors import UserError
from autograder.sandbox import scratch


class Format(NamedTuple):
    """One format of `export`.

    Attributes
    ----------
    name : str
        What the file, or the folder, is called in the folder ``exports`` of the results.
    write : callable
        Called with the options and the path; writes it and returns what to tell.
    """

    name: str
    write: Callable[[argparse.Namespace, Path], list[str]]


def write_gradescope(options: argparse.Namespace, out: Path) -> list[str]:
    """Write a folder with one ``STUDENT/results.json`` for each student."""
    graded = records(options.results)
    for record in graded:
        path = out / record.student / "results.json"
        write_text(path, to_json(gradescope.results_json(record)))
    return [f"{len(graded)} students, each with a results.json as Gradescope reads it."]


def write_canvas(options: argparse.Namespace, out: Path) -> list[str]:
    """Write the file for Canvas's Gradebook."""
    return write_table(lms.canvas, options, out)


def write_moodle(options: argparse.Namespace, out: Path) -> list[str]:
    """Write the file for Moodle."""
    return write_table(lms.moodle, options, out)


def write_table(
    make: Callable[..., lms.Export], options: argparse.Namespace, out: Path
) -> list[str]:
    """Write a CSV file."""
    export = make(scores(options.results), read_roster(options), options.column)
    write_text(out, export.text)
    return export.notices


def read_roster(options: argparse.Namespace) -> classlist.Roster | None:
    """Return the class list that was given, or None."""
    return None if options.roster is None else classlist.read(options.roster)


def write_feedback(system: str, options: argparse.Namespace, out: Path) -> list[str]:
    """Write the archive of all students' pages for an LMS."""
    return feedback.write(options.results, out, system, read_roster(options))


def write_nbgrader(options: argparse.Namespace, out: Path) -> list[str]:
    """Write the file that nbgrader itself exports."""
    course = nbcourse.read_course(exercises.default(), options.results)
    with tempfile.TemporaryDirectory(dir=scratch.home()) as folder:
        made = Path(folder) / "grades.csv"
        with gradebook.opened(course) as book:
            CsvExportPlugin(to=str(made)).export(book)
        write_bytes(out, made.read_bytes())
    return ["nbgrader's own columns: the score, and what was taken off for being late."]


def write_together(options: argparse.Namespace, out: Path) -> list[str]:
    """Write a table of all exercises of a course: a line for each student, and the sums."""
    there = together.exercises_of(options.results)
    heads = [exercise.assignment for exercise in there]
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["student", *heads, "points"])
    for line in together.lines_of(options.results, there):
        points = [f"{score.points:g}" if score else "" for score in line.scores]
        writer.writerow([harmless(line.student), *points, f"{line.points:g}"])
    write_text(out, stream.getvalue())
    return [f"{', '.join(heads)}: the scores in the gradebook, and their sum."]


FORMATS = {
    "gradescope": Format("gradescope", write_gradescope),
    "canvas": Format("canvas.csv", write_canvas),
    "canvas-feedback": Format("canvas-feedback.zip", partial(write_feedback, "canvas")),
    "moodle": Format("moodle.csv", write_moodle),
    "moodle-feedback": Format("moodle-feedback.zip", partial(write_feedback, "moodle")),
    "nbgrader": Format("nbgrader.csv", write_nbgrader),
    "together": Format("together.csv", write_together),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("format", choices=sorted(FORMATS), help="what the file is for")
    parser.add_argument(
        "--from",
        dest="results",
        type=Path,
        metavar="DIR",
        help="folder that the class was graded into (default: results)",
    )
    parser.add_argument(
        "--roster", type=Path, metavar="FILE", help="the class list that Canvas or Moodle exports"
    )
    parser.add_argument(
        "--column", default=lms.COLUMN, metavar="NAME", help="the assignment's name there"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="what to write (default: exports/ in that folder)"
    )
    parser.add_argument("--force", action="store_true", help="replace what is there")


def check_out(out: Path, options: argparse.Namespace) -> None:
    """Raise `UserError` if something that is there would be replaced unasked."""
    if options.roster is not None and out.resolve() == options.roster.resolve():
        raise UserError(f"{out} is the roster: give another file with --out.")
    taken = any(out.iterdir()) if out.is_dir() else out.exists()
    if taken and not options.force:
        raise UserError(f"{out} is there already; --force replaces it.")


def main(options: argparse.Namespace) -> int:
    """Run the command."""
    chosen = FORMATS[options.format]
    options.results = options.results or locate.root() / "results"
    place = nbcourse.place_of(options.results, exercises.default())
    out = options.out or place / "exports" / chosen.name
    check_out(out, options)
    try:
        notices = chosen.write(options, out)
    except OSError as error:
        raise UserError(f"Nothing was exported: {error}.") from error
    print("\n".join([f"Written: {out}", *notices]))
    return 0
