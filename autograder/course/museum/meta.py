"""Score the checks themselves: every known mistake and every correct way, through the engine.

``python -m autograder.course.museum.meta`` prints, for each function, how many mistakes are caught,
how many are named to the student, rightly or wrongly, and how many correct ways are accepted. It
fails unless all are caught, all are accepted, 95 % are named and none is named wrongly.

"Unseen" are mistakes in other hands: no pack knows anything of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from tqdm import tqdm

from autograder import exercises
from autograder.course.museum import museum_of, packs
from autograder.course.museum.markdown import as_markdown
from autograder.course.museum.mistake import Mistake, Unseen
from autograder.course.museum.rule import report
from autograder.course.museum.rule.behaviour import pool_of
from autograder.course.museum.submissions import in_the_way, with_code
from autograder.course.museum.way import Way
from autograder.diagnosis.mend.words import is_change
from autograder.disk import write_text
from autograder.engine.run import run_checks
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.judging.evidence import Evidence
from autograder.judging.verdict import Status
from autograder.submission import Submission

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- begin: meta {} -->", "<!-- end: meta {} -->"
NAMED, UNSEEN_NAMED = 0.95, 0.75  # the shares of mistakes that must be named

Piece = Mistake | Unseen | Way


@dataclass(frozen=True)
class Result:
    """How the checks did on one piece of the museum.

    Attributes
    ----------
    function : str
        What was checked.
    piece : str
        Name of the mistake, or of the correct way.
    kind : str
        ``"mistake"``, ``"unseen"`` or ``"way"``.
    passed : bool
        All points were given.
    named, misnamed : bool
        Some check named the mistake, or its equal; some check named another one only.
    changed : bool
        Some check told a change of its code that makes it right.
    message : str
        Of the first check that did not pass.
    """

    function: str
    piece: str
    kind: str
    passed: bool
    named: bool = False
    misnamed: bool = False
    changed: bool = False
    message: str = ""

    @property
    def complaint(self) -> str:
        """Return what is wrong with the checks here, if anything."""
        if self.kind == "way":
            return "" if self.passed else f"refused though correct:\n{self.message}"
        if self.passed:
            return "not caught"
        if self.misnamed:
            return f"named wrongly:\n{self.message}"
        instead = ", but told a change that makes it right" if self.changed else ""
        return "" if self.named else f"not named{instead}"


@cache
def solution(exercise: Exercise) -> Submission:
    """Return the solution, which everything in the museum is a variant of."""
    return packs.solution(exercise)


def try_mistake(exercise: Exercise, mistake: Mistake | Unseen) -> Result:
    """Run the checks of a mistake's function on it."""
    seen: list[Evidence] = []
    function, unseen = mistake.function, isinstance(mistake, Unseen)
    submission = with_code(exercise, solution(exercise), function, mistake.code)
    public = packs.public(exercise)
    verdicts = run_checks(exercise, submission, public, [function], on_failure=seen.append)
    told = [sentences_of(exercise, function, found.mistakes) for found in seen]
    right = [is_meant(mistake, sentences) for sentences in told if sentences]
    messages = [v.message for v in verdicts if v.status is not Status.PASSED]
    return Result(
        function,
        mistake.name,
        "unseen" if unseen else "mistake",
        passed=not messages,
        named=any(right),
        misnamed=not all(right),
        changed=any(is_change(name) for found in seen for name in found.mistakes),
        message="".join(messages[:1]),
    )


def is_meant(mistake: Mistake | Unseen, sentences: set[str]) -> bool:
    """Return whether the mistake is among those that a student is told of."""
    if isinstance(mistake, Mistake):
        return mistake.sentence in sentences
    return any(words in sentence for words in mistake.words for sentence in sentences)


def sentences_of(exercise: Exercise, function: str, names: Iterable[str]) -> set[str]:
    """Return what a student is told by these names; variants of a mistake share a sentence.

    A change of the code is left out: it was tried, and names no mistake. A mistake by rule is
    called by its sentence.
    """
    known = {m.name: m.sentence for m in museum_of(exercise).MISTAKES if m.function == function}
    return {known.get(name, name) for name in names if not is_change(name)}


def try_way(exercise: Exercise, way: Way) -> list[Result]:
    """Run the checks of a correct way's functions on it."""
    submission = in_the_way(exercise, solution(exercise), way)
    verdicts = run_checks(exercise, submission, packs.public(exercise), list(way.functions))
    results = []
    for function in way.functions:
        messages = [
            v.message for v in verdicts if v.function == function and v.status is not Status.PASSED
        ]
        results.append(
            Result(function, way.name, "way", passed=not messages, message="".join(messages[:1]))
        )
    return results


def try_piece(piece: Piece, name: str) -> list[Result]:
    """Run the checks on anything in the museum of the exercise of that name."""
    exercise = exercises.named(name)
    if isinstance(piece, Way):
        return try_way(exercise, piece)
    return [try_mistake(exercise, piece)]


def run(exercise: Exercise, functions: Sequence[str], jobs: int) -> list[Result]:
    """Run the checks on everything in the museum that concerns `functions`, all if there are none.

    The worker processes of `jobs` pieces run side by side.
    """
    museum = museum_of(exercise)
    mistakes: list[Mistake | Unseen] = [*museum.MISTAKES, *museum.UNSEEN]
    pieces: list[Piece] = [
        *(m for m in mistakes if not functions or m.function in functions),
        *(w for w in museum.WAYS if not functions or set(w.functions) & set(functions)),
    ]
    packs.public(exercise)  # made once, before the processes that share it start
    results = []
    with pool_of(jobs) as pool:
        progress = tqdm(
            pool.imap(partial(try_piece, name=exercise.name), pieces, chunksize=4),
            total=len(pieces),
            unit="piece",
            disable=None,
        )
        for found in progress:
            results += [r for r in found if not functions or r.function in functions]
    return results


HEAD = (
    *("function", "mistakes", "caught", "named", "named wrongly"),
    *("unseen", "caught", "named", "named wrongly"),
    *("correct ways", "accepted"),
)


def rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Return the table: a row for each function, and one for all."""
    functions = list(dict.fromkeys(result.function for result in results))
    table = [row(name, [r for r in results if r.function == name]) for name in functions]
    return [*table, row("all", results)]


def row(name: str, results: Sequence[Result]) -> tuple[str, ...]:
    """Return one row of the table."""
    counts = []
    for kind in ("mistake", "unseen"):
        mistakes = [result for result in results if result.kind == kind]
        counts += [
            len(mistakes),
            sum(not m.passed for m in mistakes),
            sum(m.named and not m.misnamed for m in mistakes),
            sum(m.misnamed for m in mistakes),
        ]
    ways = [result for result in results if result.kind == "way"]
    counts += [len(ways), sum(w.passed for w in ways)]
    return (name, *(str(count) for count in counts))


def good_enough(results: Sequence[Result]) -> bool:
    """Return whether the checks meet the bars."""

    def enough_named(kind: str, share: float) -> bool:
        named = [result.named for result in results if result.kind == kind]
        return sum(named) >= share * len(named)

    return (
        all(result.passed == (result.kind == "way") for result in results)
        and not any(result.misnamed for result in results)
        and enough_named("mistake", NAMED)
        and enough_named("unseen", UNSEEN_NAMED)
    )


def write_into(path: Path, table: str, name: str) -> None:
    """Put the table of an exercise between its marks in a document."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN.format(name))
    _, end, after = rest.partition(END.format(name))
    if not begin or not end:
        raise UserError(f"{path} lacks the marks {BEGIN.format(name)} and {END.format(name)}.")
    write_text(path, f"{before}{begin}\n\n{table}\n\n{end}{after}")


def chosen(names: Sequence[str]) -> tuple[Exercise, Sequence[str]]:
    """Return the exercise that is named, or has the functions that are, and these functions."""
    for exercise in exercises.every():
        if names and names[0] in (exercise.name, exercise.assignment):
            return exercise, names[1:]
    return exercises.with_what(tuple(names)).whole, names


def by_rule(exercise: Exercise, functions: Sequence[str], jobs: int) -> int:
    """Print what comes of mistakes by rule; the exit code is 0 when the bars are met."""
    found = report.told(exercise, functions or exercise.names, jobs)
    if not found:
        print(f"{exercise.name} has no mistakes by rule.")
        return 0
    for name, of in (("function", lambda t: t.function), ("operator", lambda t: t.kind)):
        print(as_markdown((name, *report.HEAD), report.rows(found, of)), end="\n\n")
    return 0 if report.good_enough(found) else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0 when the checks meet the bars."""
    parser = argparse.ArgumentParser(
        prog="python -m autograder.course.museum.meta", description="Score the checks themselves."
    )
    parser.add_argument(
        "name",
        nargs="*",
        help="functions to look at, or an exercise; all of this course's if none is given",
    )
    parser.add_argument("--jobs", type=int, default=2, help="submissions at a time (default 2)")
    parser.add_argument(
        "--write", action="store_true", help="put the table into autograder/README.md"
    )
    parser.add_argument(
        "--by-rule", action="store_true", help="of mistakes by rule only, in some minutes"
    )
    options = parser.parse_args(arguments)
    exercise, functions = chosen(options.name)
    unknown = [function for function in functions if function not in exercise.names]
    if unknown:
        parser.error(f"{exercise.name} has no {', '.join(unknown)}: {', '.join(exercise.names)}")
    if options.write and functions:
        parser.error("--write needs the whole museum: give no function")
    if options.by_rule:
        return by_rule(exercise, functions, options.jobs)
    results = run(exercise, functions, options.jobs)
    for result in results:
        if result.complaint:
            print(f"{result.function}, {result.piece}: {result.complaint}\n")
    table = as_markdown(HEAD, rows(results))
    print(table)
    if not good_enough(results):
        print("The checks are not good enough; see above.", file=sys.stderr)
        return 1
    if options.write:
        write_into(README, table, exercise.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
