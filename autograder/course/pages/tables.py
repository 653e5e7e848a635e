"""The files of a grading that programs read: grades.csv, results.json, timings.json."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from autograder.course.record import Record
from autograder.disk import harmless, to_json
from autograder.exercise import Exercise

SCHEMA = 1  # of results.json


def results_json(records: Sequence[Record]) -> Iterator[str]:
    """Yield the parts of ``results.json``: what was found, without times, so it can be compared.

    Of a large class it is long: no more than one student's part is there at a time.
    """
    yield f'{{\n "schema": {SCHEMA},\n "students": ['
    for number, record in enumerate(records):
        own = to_json(found_of(record)).rstrip("\n").replace("\n", "\n  ")  # none is in a text
        yield f",\n  {own}" if number else f"\n  {own}"
    yield "\n ]\n}\n" if records else "]\n}\n"


def found_of(record: Record) -> dict[str, Any]:
    """Return what was found in one submission, for ``results.json``."""
    fields = ("id", "function", "title", "status", "points", "max_points", "message")
    return {
        "student": record.student,
        "points": record.points,
        "max_points": record.max_points,
        "problem": record.problem,
        "notes": record.notes,
        "pack": record.pack,
        "checks": [{f: getattr(verdict, f) for f in fields} for verdict in record.verdicts],
    }


def grades_csv(exercise: Exercise, records: Sequence[Record]) -> str:
    """Return ``grades.csv``: a line for each student, with total and points by function."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["student", "points", "max_points", *exercise.names])
    for record in records:
        reached = record.by_function()
        points = [f"{reached.get(name, (0.0, 0.0))[0]:g}" for name in exercise.names]
        total = [f"{record.points:g}", f"{record.max_points:g}"]
        writer.writerow([harmless(record.student), *total, *points])
    return stream.getvalue()


def timings_json(records: Sequence[Record]) -> str:
    """Return ``timings.json``: seconds by student and check, and of the notebook if it ran."""
    timings = {r.student: {v.id: round(v.seconds, 3) for v in r.verdicts} for r in records}
    for record in records:
        if record.notebook_seconds:
            timings[record.student]["notebook"] = round(record.notebook_seconds, 3)
    return to_json(timings)
