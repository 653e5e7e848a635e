"""Compare the submissions of a class with each other: who has similar code, and where.

The library copydetect does the comparison, by the method that MOSS is known for (Schleimer,
Wilkerson and Aiken: "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003), with
every passage looked at. What students are given does not count. The result is a hint, no proof.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import PurePosixPath
from types import MappingProxyType

from copydetect import CodeFingerprint, compare_files
from copydetect.utils import get_token_coverage
from rich.console import Console
from rich.progress import track

from autograder import locate
from autograder.course.release.stubs import skeleton
from autograder.exercise import Exercise
from autograder.judging.session import TakesTooLong, working_at_most
from autograder.submission import Submission

SHORTEST = 25  # characters of a passage, once every name is one character; the library's default
# Pygments takes time with the square of some of these; nobody's own file comes near them.
MAX_LETTERS, MAX_LINES, MAX_LINE = 200_000, 10_000, 5_000
SECONDS = 10.0  # of work on one file, whatever else there may be; usual ones take a tenth of one


@dataclass(frozen=True)
class Source:
    """One file of one student, ready to be compared.

    Attributes
    ----------
    student : str
        The name.
    file : str
        Its name, without folders.
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


def given_passages(skeleton: Mapping[str, str] = MappingProxyType({})) -> set[int]:
    """Return the passages of the code that every student is given.

    In place of the files of the `skeleton`, that is what is given: they may lie there finished.
    """
    given = locate.given()
    texts = {
        path.relative_to(given).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((given / locate.PACKAGE).rglob("*.py"))
    }
    passages: set[int] = set()
    for text in {**texts, **skeleton}.values():
        passages |= fingerprint(text).hashes
    return passages


def text_of(data: bytes) -> str:
    """Return a source whose lines end and begin for copydetect as they do here.

    White space at the end of lines is gone: it counts for nothing, and costs Pygments minutes.
    """
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in text.split("\n"))


def is_too_large(text: str) -> bool:
    """Return whether a source would take too long to compare."""
    lines = text.split("\n")
    longest = max(map(len, lines))
    return len(text) > MAX_LETTERS or len(lines) > MAX_LINES or longest > MAX_LINE


def sources(
    submissions: Sequence[Submission], skeleton: Mapping[str, str] = MappingProxyType({})
) -> tuple[list[Source], list[str]]:
    """Prepare all files of all students; return them, and a line for each that is left out.

    What students got in the package, and in a course's own `skeleton`, does not count.
    """
    given = given_passages(skeleton)
    prepared, left_out = [], []
    for submission in submissions:
        for name, data in submission.files.items():
            text = text_of(data)
            if is_too_large(text):
                reason = "it is too long, or a line of it is"
                left_out.append(f"{submission.student}: {name} is not compared: {reason}.")
                continue
            body = text.lstrip("\n")  # copydetect drops these lines
            first = 1 + len(text) - len(body)
            file = PurePosixPath(name).name
            try:
                with working_at_most(SECONDS):
                    made = fingerprint(body, given)
            except TakesTooLong as error:
                left_out.append(f"{submission.student}: {name} is not compared: it takes {error}.")
                continue
            prepared.append(Source(submission.student, file, first, body.split("\n"), made))
    return prepared, left_out


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


def passages(exercise: Exercise, comparison: Comparison) -> list[Passage]:
    """Return the similar lines of both files side by side, function by function.

    Lines that stand in the given file too are left out.
    """
    if not comparison.characters:
        return []
    both = (comparison.left, comparison.right)
    _, _, spans = compare_files(*(source.fingerprint for source in both))
    mine, theirs = (
        by_function(source, similar_lines(exercise, source, *own))
        for source, own in zip(both, spans, strict=True)
    )
    names = dict.fromkeys([*mine, *theirs])
    return [Passage(name, mine.get(name, []), theirs.get(name, [])) for name in names]


def similar_lines(
    exercise: Exercise, source: Source, starts: Sequence[int], ends: Sequence[int]
) -> list[int]:
    """Return the lines, counted from 0, that lie in the spans, if they are the student's own."""
    text = "\n".join(source.lines)
    given = given_lines(exercise, source.file)
    found: set[int] = set()
    for start, end in zip(starts, ends, strict=True):
        first, last = text.count("\n", 0, int(start)), text.count("\n", 0, int(end) - 1)
        found.update(range(first, last + 1))
    return sorted(line for line in found if source.lines[line].strip() not in given)


def given_lines(exercise: Exercise, file: str) -> set[str]:
    """Return the lines of the skeleton of a file, without white space around, and the empty one."""
    (path,) = (own.path for own in exercise.files if own.name == file)
    text = skeleton(exercise)[path]
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
