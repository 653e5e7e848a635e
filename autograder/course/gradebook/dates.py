"""Which date the exercise is due by: a person's in the gradebook, or that of the settings file.

What a run has copied from the file is noted, in the course's folder: so a changed file moves it,
and nothing moves what a person has set.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment

from autograder.course import times
from autograder.course.gradebook import scores
from autograder.course.gradebook.course import Course
from autograder.disk import to_json, write_text
from autograder.errors import UserError
from autograder.exercises.settings import NAME as FILE

COPIED = "due-from-file.json"  # in the folder of the course


@dataclass(frozen=True)
class Due:
    """When the exercise is due in a course.

    Attributes
    ----------
    when : datetime or None
        The date, with the zone of the course; None if there is none.
    source : str
        Who has set it, for the end of a sentence.
    notices : list of str
        What has become of another date.
    """

    when: datetime | None
    source: str = ""
    notices: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return what to print."""
        if self.when is None:
            return ["No due date is set: nothing counts as late.", *self.notices]
        return [f"Due {times.shown(self.when)}, {self.source}.", *self.notices]


def set_by_person(course: Course, when: datetime) -> Due:
    """Set a date that was asked for; from now on the file does not move it."""
    with scores.opened(course) as gradebook:
        keep(gradebook, course, when)
    (course.place / COPIED).unlink(missing_ok=True)
    return Due(when, "as --due says")


def settle(course: Course, of_file: datetime | None) -> Due:
    """Find out which date holds, and copy the file's where that is the one.

    Parameters
    ----------
    course : Course
        The course.
    of_file : datetime or None
        The date in the settings file.
    """
    with scores.opened(course) as gradebook:
        now, copied = in_gradebook(gradebook, course), read_copied(course)
        if now != copied:
            return by_person(course, now, of_file)
        if of_file is None:
            return without_file(gradebook, course, now)
        when = of_file.astimezone(UTC)
        moved = now is not None and when != now
        keep(gradebook, course, when)
        write_text(course.place / COPIED, to_json({"due": when.isoformat()}))
    notices = [f"That was moved: {FILE} had {local(course, now)} before."] if moved and now else []
    return Due(of_file, f"as {FILE} says", notices)


def foreseen(course: Course, of_file: datetime | None) -> datetime | None:
    """Return the date that will hold once `settle` has been called; nothing is changed."""
    with scores.opened(course) as gradebook:
        now = in_gradebook(gradebook, course)
        extended = any(s.extension is not None for s in submissions(gradebook, course))
    if now != read_copied(course) or (of_file is None and extended):
        return now
    return of_file


def by_person(course: Course, now: datetime | None, of_file: datetime | None) -> Due:
    """Return a date that a person has set, or taken away, in the gradebook."""
    other = of_file is not None and of_file != now
    said = f"{FILE} says {times.shown(of_file)}; --due sets another." if of_file and other else ""
    if now is None:
        taken = f"It was taken out of the gradebook. {said}".strip()
        return Due(None, "", [taken])
    when = now.astimezone(course.zone)
    return Due(when, "as the gradebook has it from --due or the formgrader", [said] if said else [])


def without_file(gradebook: Gradebook, course: Course, now: datetime | None) -> Due:
    """Take back a date that was the file's, where the file has none any more."""
    if now is None:
        return Due(None)
    names = [s.student.id for s in submissions(gradebook, course) if s.extension is not None]
    if names:  # nbgrader counts an extension from a date, and fails without
        whose = ", ".join(names)
        reason = f"{FILE} has no date any more. This one stays, for the extensions of {whose}."
        return Due(now.astimezone(course.zone), f"as {FILE} said", [reason])
    keep(gradebook, course, None)
    (course.place / COPIED).unlink(missing_ok=True)
    return Due(None, "", [f"It was due {local(course, now)}, until that was taken out of {FILE}."])


def local(course: Course, when: datetime) -> str:
    """Return a date in the zone of the course, for people."""
    return times.shown(when.astimezone(course.zone))


def in_gradebook(gradebook: Gradebook, course: Course) -> datetime | None:
    """Return the date in the gradebook, in UTC, as nbgrader keeps it."""
    try:
        kept = gradebook.find_assignment(course.assignment).duedate
    except MissingEntry:
        return None
    return None if kept is None else kept.replace(tzinfo=UTC)


def keep(gradebook: Gradebook, course: Course, when: datetime | None) -> None:
    """Enter a date into the gradebook."""
    naive = None if when is None else when.astimezone(UTC).replace(tzinfo=None)
    gradebook.update_or_create_assignment(course.assignment, duedate=naive)


def read_copied(course: Course) -> datetime | None:
    """Return the date that a run has copied from the file, in UTC."""
    path = course.place / COPIED
    if not path.exists():
        return None
    try:
        return datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["due"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(
            f"{path} cannot be read. Remove it: the date in the gradebook is then a person's."
        ) from None


def submissions(gradebook: Gradebook, course: Course) -> list[SubmittedAssignment]:
    """Return all submissions that the gradebook knows."""
    try:
        return list(gradebook.find_assignment(course.assignment).submissions)
    except MissingEntry:
        return []
