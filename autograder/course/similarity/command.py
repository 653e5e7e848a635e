"""Compare the submissions of a class with each other: who has similar code, and where."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from rich.console import Console

from autograder import exercises
from autograder.course.intake.collect import Unreadable, collect
from autograder.course.intake.find import find_submissions
from autograder.course.pages import report
from autograder.course.release.stubs import skeleton
from autograder.course.similarity.compare import (
    SHORTEST,
    Comparison,
    compare,
    passages,
    sources,
)
from autograder.disk import harmless, write_text
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.submission import Submission

LEAST = 100  # of these characters in common, on the page: a few lines are alike by chance
SHOWN = 20  # comparisons on the page


def page(
    exercise: Exercise,
    compared: Sequence[Comparison],
    unreadable: Sequence[Unreadable],
    count: int,
) -> str:
    """Return the report as a page of its own.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    compared : sequence of Comparison
        The most similar ones first.
    unreadable : sequence of Unreadable
        Submissions in which there is nothing to compare.
    count : int
        Number of submissions compared.
    """
    alike = [c for c in compared if c.characters >= LEAST][:SHOWN]
    typical = {
        file: median([c.likeness for c in compared if c.left.file == file])
        for file in dict.fromkeys(c.left.file for c in compared)
    }
    return (
        report.environment()
        .get_template("similarity.html.jinja")
        .render(
            alike=[(comparison, passages(exercise, comparison)) for comparison in alike],
            pairs=len(compared),
            typical=typical,
            unreadable=unreadable,
            count=count,
            shortest=SHORTEST,
            least=LEAST,
            percent=percent,
        )
    )


def percent(share: float) -> str:
    """Return a share in percent; it is 100 only for all of it."""
    return f"{int(100 * share + 1e-9)} %"


def table(compared: Sequence[Comparison]) -> str:
    """Return all comparisons as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    names = ("file", "student", "other", "share_of_student", "share_of_other", "characters")
    writer.writerow(names)
    for c in compared:
        who = (harmless(c.left.student), harmless(c.right.student))
        shares = (f"{share:.3f}" for share in c.shares)
        writer.writerow([c.left.file, *who, *shares, c.characters])
    return stream.getvalue()


def outputs(out: Path) -> Iterator[Path]:
    """Yield the files that are written: the page, and the table beside it."""
    yield out
    yield out.with_suffix(".csv")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="a folder or archive for each student"
    )
    parser.add_argument(
        "--class-dir", type=Path, metavar="DIR", help="a folder that holds one entry a student"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE.html", help="the page (default: similarity.html)"
    )
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    # For find_submissions; --class-dir serves that layout too.
    parser.set_defaults(course=None, roster=None)


def main(options: argparse.Namespace) -> int:
    """Run the command."""
    console, exercise = Console(), exercises.default()
    out = options.out or Path("similarity.html")
    check_out(out, force=options.force)
    try:
        found = find_submissions(exercise, options)
        for line in found.left_out:
            console.print(line, markup=False)
        collected = collect(exercise, found.handed)
        readable = [item for item in collected if isinstance(item, Submission)]
        if len(readable) < 2:
            raise UserError(f"There are {len(readable)} submissions to compare; it takes two.")
        prepared, left_out = sources(readable, skeleton(exercise))
        for line in left_out:
            console.print(line, markup=False)
        compared = compare(prepared, console)
        unreadable = [item for item in collected if isinstance(item, Unreadable)]
        write_text(out, page(exercise, compared, unreadable, len(readable)))
        write_text(out.with_suffix(".csv"), table(compared))
    except OSError as error:
        raise UserError(f"Nothing was compared: {error}") from error
    print(f"{len(readable)} submissions, {len(compared)} pairs of files. Report: {out}")
    return 0


def check_out(out: Path, *, force: bool) -> None:
    """Raise `UserError` if a file that is there would be replaced unasked."""
    if out.suffix.lower() not in (".html", ".htm"):
        raise UserError(f"--out {out}: the report is a page, name it something.html.")
    for path in outputs(out):
        if path.exists() and not force:
            raise UserError(f"{path} is there already; --force replaces it.")
