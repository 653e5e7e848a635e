"""What a class has done, in numbers: by range of points, by function, by check and by mistake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, mean

from autograder.course.gradebook.scores import Score
from autograder.course.record import Record
from autograder.judging.verdict import Status, Verdict


@dataclass(frozen=True)
class Item:
    """What a check says of a class, as the theory of tests has it.

    Attributes
    ----------
    verdict : Verdict
        Any one of its verdicts: which check it is.
    counts : dict of Status to int
        How many students ended how.
    difficulty : float
        The share of students who passed.
    discrimination : float, optional
        The correlation of passing with the points in all other checks; None where everybody, or
        nobody, passed, or all others are the same for everybody.
    """

    verdict: Verdict
    counts: dict[Status, int]
    difficulty: float
    discrimination: float | None


def items(records: Sequence[Record]) -> list[Item]:
    """Return the analysis of each check."""
    by_check: dict[str, list[tuple[Verdict, float]]] = {}
    for record in records:  # some may be from another version of the checks
        for verdict in record.verdicts:
            rest = record.points - verdict.points
            by_check.setdefault(verdict.id, []).append((verdict, rest))
    return [item(own) for own in by_check.values()]


def item(own: Sequence[tuple[Verdict, float]]) -> Item:
    """Return the analysis of one check, given its verdicts, each with the rest of the points."""
    passed = [float(verdict.status is Status.PASSED) for verdict, _ in own]
    try:
        discrimination = correlation(passed, [rest for _, rest in own])
    except StatisticsError:  # one student, or one of the two does not vary
        discrimination = None
    counts = dict(Counter(verdict.status for verdict, _ in own))
    return Item(own[0][0], counts, mean(passed), discrimination)


def means(scores: Mapping[str, Score], functions: Sequence[str]) -> dict[str, float]:
    """Return the mean of the points in the gradebook, by function; of those that it has."""
    found = {
        name: [score.by_cell[name] for score in scores.values() if name in score.by_cell]
        for name in functions
    }
    return {name: mean(points) for name, points in found.items() if points}


def commonest_mistakes(records: Sequence[Record]) -> list[tuple[str, str, list[str]]]:
    """Return function, known mistake and students, the commonest first."""
    students: dict[tuple[str, str], list[str]] = {}
    for record in records:
        for mistake in {
            (verdict.function, ", or when ".join(verdict.mistakes))
            for verdict in record.verdicts
            if verdict.mistakes
        }:
            students.setdefault(mistake, []).append(record.student)
    ordered = sorted(students.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(function, sentence, own) for (function, sentence), own in ordered]


def distribution(scores: Sequence[Score], width: int = 10) -> list[tuple[str, int]]:
    """Return how many students are in each range of points; the last one includes 100 and more."""
    counts = [0] * (100 // width)
    for score in scores:
        share = score.points / score.max_points if score.max_points else 0.0
        counts[min(int(share * len(counts)), len(counts) - 1)] += 1
    last = len(counts) - 1
    return [
        (f"{i * width} to {100 if i == last else (i + 1) * width - 1}", count)
        for i, count in enumerate(counts)
    ]
