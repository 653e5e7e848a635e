"""Compare the submissions of a class with each other: who has similar code, and where.

The library copydetect does the comparison, by the method that MOSS is known for (Schleimer,
Wilkerson and Aiken: "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003), with
every passage looked at. What students are given does not count. The result is a hint, no proof.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path, PurePosixPath
from statistics import median

from copydetect import CodeFingerprint, compare_files
from copydetect.utils import get_token_coverage
from rich.console import Console
from rich.progress import track

from autograder import locate
from autograder.course import record as results
from autograder.course.grading.classroom import UsageError
from autograder.course.grading.command import find_submissions
from autograder.course.intake.collect import Unreadable, collect
from autograder.course.pages import report
from autograder.course.record import harmless
from autograder.submission import EDITABLE, Submission

SHORTEST = 25  # characters of a passage, once every name is one character; the library's default
LEAST = 100  # of these characters in common, on the page: a few lines are alike by chance
SHOWN = 20  # comparisons on the page


@dataclass(frozen=True)
class Source:
    """One file of one student, ready to be compared.

    Attributes
    ----------
    student : str
        The name.
    file : str
        ``"layers.py"`` or ``"cnn.py"``.
    first : int
        The number of the first line that is not empty.
    lines : list of str
        That line and all after it.
    fingerprint : CodeFingerprint
        What copydetect compares.
    """

    student: str
    file: str
    first: int
    lines: list[str]
    fingerprint: CodeFingerprint


@dataclass(frozen=True)
class Comparison:
    """What two students' files of the same name have in common.

    Attributes
    ----------
    left, right : Source
        The files.
    shares : tuple of float
        How much of each file's own code, from 0 to 1, is in the other one too.
    characters : int
        How much that is, once every name is one character.
    """

    left: Source
    right: Source
    shares: tuple[float, float]
    characters: int

    @property
    def likeness(self) -> float:
        """Return how much of both files together is in common: a short file weighs little."""
        sizes = [source.fingerprint.token_coverage for source in (self.left, self.right)]
        common = sum(share * size for share, size in zip(self.shares, sizes, strict=True))
        return float(common / sum(sizes)) if sum(sizes) else 0.0


@dataclass(frozen=True)
class Passage:
    """The lines of one function that are similar in two files, each with its number.

    A number of 0 stands for lines left out.
    """

    name: str
    left: list[tuple[int, str]]
    right: list[tuple[int, str]]


def fingerprint(text: str, given: Collection[int] = ()) -> CodeFingerprint:
    """Return copydetect's view of a source file, without the passages that are in `given`.

    Every passage is taken, not a selection of them as in winnowing: the selection would change
    from run to run, with Python's random seed of hashes. The given passages are taken out here,
    since copydetect, when it does so, also drops those that a file holds twice.
    """
    made = CodeFingerprint("", SHORTEST, 1, language="python", fp=io.StringIO(text))
    made.hashes -= set(given)
    made.hash_idx = {key: made.hash_idx[key] for key in made.hashes}
    made.token_coverage = get_token_coverage(made.hash_idx, SHORTEST, len(made.filtered_code))
    return made


def given_passages() -> set[int]:
    """Return the passages of the code that every student is given."""
    paths = sorted((locate.given() / "cs231n").rglob("*.py"))
    passages: set[int] = set()
    for path in paths:
        passages |= fingerprint(path.read_text(encoding="utf-8")).hashes
    return passages


def sources(submissions: Sequence[Submission]) -> list[Source]:
    """Prepare all files of all students."""
    given = given_passages()
    prepared = []
    for submission in submissions:
        for name, data in submission.files.items():
            # Lines end and begin for copydetect as they do here; it drops empty ones at the start.
            text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
            body = text.lstrip("\n")
            first = 1 + len(text) - len(body)
            file = PurePosixPath(name).name
            made = fingerprint(body, given)
            prepared.append(Source(submission.student, file, first, body.split("\n"), made))
    return prepared


def compare(prepared: Sequence[Source], console: Console) -> list[Comparison]:
    """Compare every student's files with every other's; the most similar ones come first."""
    pairs = [
        pair
        for name in dict.fromkeys(source.file for source in prepared)
        for pair in combinations([s for s in prepared if s.file == name], 2)
    ]
    compared = []
    shown = track(pairs, "Comparing", console=console, disable=not console.is_terminal)
    for left, right in shown:
        characters, shares, _ = compare_files(left.fingerprint, right.fingerprint)
        mine, theirs = map(float, shares)
        compared.append(Comparison(left, right, (mine, theirs), int(characters)))
    return sorted(compared, key=lambda c: (-c.likeness, -c.characters))


def passages(comparison: Comparison) -> list[Passage]:
    """Return the similar lines of both files side by side, function by function.

    Lines that stand in the given file too are left out.
    """
    if not comparison.characters:
        return []
    both = (comparison.left, comparison.right)
    _, _, spans = compare_files(*(source.fingerprint for source in both))
    mine, theirs = (
        by_function(source, similar_lines(source, *own))
        for source, own in zip(both, spans, strict=True)
    )
    names = dict.fromkeys([*mine, *theirs])
    return [Passage(name, mine.get(name, []), theirs.get(name, [])) for name in names]


def similar_lines(source: Source, starts: Sequence[int], ends: Sequence[int]) -> list[int]:
    """Return the lines, counted from 0, that lie in the spans, if they are the student's own."""
    text = "\n".join(source.lines)
    given = given_lines(source.file)
    found: set[int] = set()
    for start, end in zip(starts, ends, strict=True):
        first, last = text.count("\n", 0, int(start)), text.count("\n", 0, int(end) - 1)
        found.update(range(first, last + 1))
    return sorted(line for line in found if source.lines[line].strip() not in given)


def given_lines(file: str) -> set[str]:
    """Return the lines of the skeleton of a file, without white space around, and the empty one."""
    (name,) = (name for name in EDITABLE if PurePosixPath(name).name == file)
    text = (locate.given() / name).read_text(encoding="utf-8")
    return {"", *(line.strip() for line in text.splitlines())}


def by_function(source: Source, lines: Sequence[int]) -> dict[str, list[tuple[int, str]]]:
    """Return lines by the function that they are in, with their numbers, and gaps as number 0."""
    functions, name = [], ""
    for text in source.lines:
        begun = re.match(r"(?: {4}|\t)?def +(\w+)|(?=\w)", text)
        if begun:
            name = begun.group(1) or ""
        functions.append(name)
    grouped: dict[str, list[tuple[int, str]]] = {}
    for line in lines:
        own = grouped.setdefault(functions[line], [])
        number = source.first + line
        if own and own[-1][0] != number - 1:
            own.append((0, ""))
        own.append((number, source.lines[line]))
    return grouped


def page(compared: Sequence[Comparison], unreadable: Sequence[Unreadable], count: int) -> str:
    """Return the report as a page of its own.

    Parameters
    ----------
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
            alike=[(comparison, passages(comparison)) for comparison in alike],
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
    parser.set_defaults(course=None)  # for find_submissions; --class-dir serves that layout too


def main(options: argparse.Namespace) -> int:
    """Run the command."""
    console = Console()
    out = options.out or Path("similarity.html")
    try:
        check_out(out, force=options.force)
        collected = collect(find_submissions(options))
        readable = [item for item in collected if isinstance(item, Submission)]
        if len(readable) < 2:
            raise UsageError(f"There are {len(readable)} submissions to compare; it takes two.")
        compared = compare(sources(readable), console)
        unreadable = [item for item in collected if isinstance(item, Unreadable)]
        results.write_text(out, page(compared, unreadable, len(readable)))
        results.write_text(out.with_suffix(".csv"), table(compared))
    except (UsageError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(readable)} submissions, {len(compared)} pairs of files. Report: {out}")
    return 0


def check_out(out: Path, *, force: bool) -> None:
    """Raise `UsageError` if a file that is there would be replaced unasked."""
    if out.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--out {out}: the report is a page, name it something.html.")
    for path in outputs(out):
        if path.exists() and not force:
            raise UsageError(f"{path} is there already; --force replaces it.")
