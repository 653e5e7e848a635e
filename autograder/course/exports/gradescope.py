"""Verdicts in Gradescope's format of results.

The format is documented at https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from autograder.course.record import Record
from autograder.judging.verdict import Status, Verdict
from autograder.show.text import WORDS, by_function, number, total


def results_json(record: Record) -> dict[str, Any]:
    """Return what ``results.json`` is to hold for one student.

    Parameters
    ----------
    record : Record
        The verdicts on the submission. Its notes are for the instructor and left out.

    Returns
    -------
    dict
        One entry in ``"tests"`` for each check, in order, all of them visible to the student. The
        score is their sum. What the grader prints is kept for the instructor.
    """
    tests = []
    for i, own in enumerate(by_function(record.verdicts).values(), start=1):
        tests += [entry(f"{i}.{j}", verdict) for j, verdict in enumerate(own, start=1)]
    return {
        "tests": tests,
        "execution_time": round(record.seconds, 1),
        "output": summary(record),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
    }


def with_public(secret: Sequence[Verdict], public: Sequence[Verdict]) -> list[Verdict]:
    """Return the verdicts on secret cases, each that failed with what a public case shows of it.

    Parameters
    ----------
    secret : sequence of Verdict
        Their messages say nothing that student code has made.
    public : sequence of Verdict
        The same checks on the cases that students have, as far as these were run.
    """
    shown = {verdict.id: verdict for verdict in public}
    return [
        replace(verdict, message=f"{verdict.message}\n\n{told(shown[verdict.id])}".strip())
        if verdict.id in shown and verdict.status not in (Status.PASSED, Status.MISSING)
        else verdict
        for verdict in secret
    ]


def told(public: Verdict) -> str:
    """Say how a check that failed on secret cases ended on the public ones."""
    if public.status is Status.PASSED:
        return "On the public cases, which are in your copy of the exercise, this check passes."
    words = f"On the public cases, which are in your copy of the exercise: {WORDS[public.status]}."
    return f"{words}\n{public.message}"


def entry(place: str, verdict: Verdict) -> dict[str, Any]:
    """Return one check as Gradescope shows it."""
    passed = verdict.status is Status.PASSED
    return {
        "number": place,
        "name": f"{verdict.function}: {verdict.title}",
        "name_format": "text",
        "score": verdict.points,
        "max_score": verdict.max_points,
        "status": "passed" if passed else "failed",
        "output": WORDS[verdict.status] + (f"\n{verdict.message}" if not passed else ""),
        "output_format": "text",
        "visibility": "visible",
    }


def summary(record: Record) -> str:
    """Return what stands above the checks."""
    if record.problem:
        return f"Your submission could not be read. {record.problem}"
    points, max_points = total(record.verdicts)
    text = f"{number(points)} of {number(max_points)} points."
    wrong = next((v for v in record.verdicts if v.status is not Status.PASSED), None)
    return f"{text} What to look at first: {wrong.function}." if wrong else text
