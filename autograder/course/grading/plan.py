"""Whom to grade, given what was graded before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from autograder.course.intake.collect import Unreadable
from autograder.course.record import Record, key_of, load, without_grading
from autograder.exercise import Exercise
from autograder.submission import Submission


@dataclass
class Plan:
    """What is to be graded, and what stays as it is.

    Attributes
    ----------
    todo : list of Submission
        To be graded now.
    unreadable : list of Record
        New records of students in whose submission there is nothing to grade.
    records : dict of str to Record
        Known already, by student.
    reused : list of str
        Students whose record is of these very files, this pack and this grader.
    kept : list of str
        Students whose record is of other files, another pack or another version of the grader: it
        stays without ``--regrade``.
    done : list of str
        Students who were regraded before that was stopped.
    """

    todo: list[Submission] = field(default_factory=list)
    unreadable: list[Record] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    reused: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)


def make_plan(
    exercise: Exercise,
    collected: Sequence[Submission | Unreadable],
    out: Path,
    pack_id: str,
    regrade: bool,
    done: Mapping[str, str] = MappingProxyType({}),
) -> Plan:
    """Decide what to do with each submission, given what was graded before.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    collected : sequence of Submission or Unreadable
        What was handed in.
    out : Path
        The folder with the records.
    pack_id : str
        Of the cases.
    regrade : bool
        Replace grades given before.
    done : mapping of str to str
        But not of those with these keys: they were regraded before that was stopped.

    Raises
    ------
    UserError
        A record in `out` cannot be read.
    """
    plan = Plan()
    for path in sorted((out / "students").glob("*.json")):
        record = load(path)
        plan.records[record.student] = record
    for item in collected:
        student, known = item.student, plan.records.get(item.student)
        if isinstance(item, Submission):
            key = key_of(exercise, item, pack_id)
        else:
            empty = without_grading(exercise, item, pack_id)
            key = empty.key
        if known is not None and not regrade:
            (plan.reused if known.key == key else plan.kept).append(student)
        elif known is not None and done.get(student) == known.key == key:
            plan.done.append(student)
        elif isinstance(item, Submission):
            plan.todo.append(item)
        else:
            plan.unreadable.append(empty)
    return plan
