"""Whom to grade, given what was graded before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from autograder.course.grading.student import Again
from autograder.course.intake.collect import Unreadable
from autograder.course.record import (
    Record,
    digest_of,
    key_of,
    notebook_digest,
    without_grading,
)
from autograder.course.release.stubs import skeleton
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
    again : dict of str to Again
        Students in `todo` of whom only a part is graded anew.
    halves : list of str
        Students of whom a part was to be graded anew, and who have handed in other files since.
    """

    todo: list[Submission] = field(default_factory=list)
    unreadable: list[Record] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    reused: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    again: dict[str, Again] = field(default_factory=dict)
    halves: list[str] = field(default_factory=list)

    @property
    def is_for_all(self) -> bool:
        """Return whether everybody who was graded before is graded anew, all of it."""
        todo = {item.student for item in self.todo if item.student not in self.again}
        done = {*self.done, *(record.student for record in self.unreadable)}
        return set(self.records) <= todo | done


def make_plan(
    exercise: Exercise,
    collected: Sequence[Submission | Unreadable],
    before: Mapping[str, Record],
    out: Path,
    pack_id: str,
    *,
    regrade: bool = False,
    checks: tuple[str, ...] = (),
    notebooks: bool = True,
    done: Mapping[str, str] = MappingProxyType({}),
) -> Plan:
    """Decide what to do with each submission, given what was graded before.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    collected : sequence of Submission or Unreadable
        What was handed in.
    before : mapping of str to Record
        What was graded before, by student.
    out : Path
        The folder of the course.
    pack_id : str
        Id of the pack.
    regrade : bool
        Grade anew who was graded before.
    checks : tuple of str
        Of those, only these functions or checks.
    notebooks : bool
        Run a notebook that was handed in anew.
    done : mapping of str to str
        Whom not to grade anew: they were, with these keys, before that was stopped.
    """
    plan = Plan(records=dict(before))
    for item in collected:
        known = plan.records.get(item.student)
        if isinstance(item, Unreadable):
            empty = without_grading(exercise, item, pack_id)
            if known is None or (regrade and not checks):
                plan.unreadable.append(empty)
            else:
                (plan.reused if known.key == empty.key else plan.kept).append(item.student)
            continue
        key = key_of(exercise, item, pack_id)
        if known is None:
            plan.todo.append(item)
        elif regrade and done.get(item.student) == key and (checks or known.key == key):
            plan.done.append(item.student)
        elif regrade and not checks:
            plan.todo.append(item)
        elif regrade:
            grade_a_part(plan, exercise, item, known, out, checks)
        else:
            same = known.key == key
            (plan.reused if same else plan.kept).append(item.student)
            own = notebook_digest(item)
            files_stand = same or known.files == digest_of(item.files)
            if notebooks and own and own != known.own_notebook and files_stand:
                plan.todo.append(item)
                plan.again[item.student] = Again(known, notebook=True)
    return plan


def grade_a_part(
    plan: Plan,
    exercise: Exercise,
    item: Submission,
    known: Record,
    out: Path,
    checks: tuple[str, ...],
) -> None:
    """Plan to grade a part anew; the rest is of the same files, or it would be graded by halves."""
    if known.problem or known.files not in ("", digest_of(item.files)):
        plan.halves.append(item.student)
        return
    if not known.files:  # a record of a former version does not say; the files that it had are kept
        folder = out / "submitted" / item.student / exercise.assignment
        for name, data in item.files.items():
            path = folder / name
            if path.is_file() and path.read_bytes() != data:
                plan.halves.append(item.student)
                return
    plan.todo.append(item)
    plan.again[item.student] = Again(known, checks)


def given_to(exercise: Exercise, todo: Sequence[Submission]) -> list[Submission]:
    """Return submissions with what the course gives its students below their files."""
    if not exercise.given:
        return list(todo)
    given = {name: text.encode() for name, text in skeleton(exercise).items()}
    return [replace(submission, given=given) for submission in todo]


def as_it_came(item: Submission | Unreadable, known: Record | None) -> Submission | Unreadable:
    """Return what was handed in with what an earlier run knew of its coming.

    A learning management system's names say when and by whom it was handed in, and those of a
    course's own folder of what was submitted do not.
    """
    if isinstance(item, Unreadable) or item.submitted or item.origin.entry or known is None:
        return item
    if known.files not in ("", digest_of(item.files)):  # former versions did not note them
        return item
    return replace(item, submitted=known.submitted, origin=known.origin)
