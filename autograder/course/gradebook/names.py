"""What students are called: in the formgrader, on the pages, and who has handed in nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from nbgrader.api import Student

from autograder.course.gradebook import scores
from autograder.course.gradebook.course import Course
from autograder.course.intake import classlist
from autograder.course.intake.people import TEST_STUDENT, Person, match, parted, people
from autograder.course.record import Record
from autograder.disk import write_bytes

ROSTER = "roster.csv"


def keep_roster(course: Course, path: Path) -> None:
    """Keep the class list in the course: later runs know then, too, who is whom."""
    if path.resolve() != (course.root / ROSTER).resolve():
        write_bytes(course.root / ROSTER, path.read_bytes())


def roster(course: Course) -> dict[int, Person]:
    """Return who is in the class list that the course has; nobody if it has none."""
    path = course.root / ROSTER
    return people(classlist.read(path)) if path.is_file() else {}


def name_students(
    course: Course, records: Mapping[str, Record], unclear: Collection[str] = ()
) -> list[str]:
    """Give all students their names; return who has handed in nothing.

    Parameters
    ----------
    course : Course
        What its class list says counts, and else the name of the submission. Names that a person
        has given in the formgrader stay.
    records : mapping of str to Record
        Of all who have handed in, by our name.
    unclear : collection of str
        The names of those who have handed in something that cannot be told to be theirs.

    Returns
    -------
    list of str
        Who is in the class list, or among the gradebook's students, and has no submission.
    """
    known = roster(course)
    found = match(records, known)
    called = {student: known[row] for row, student in found.rows.items()}
    with scores.opened(course) as gradebook:
        for student in gradebook.students:
            if student.id in records:
                rename(student, records[student.id], called.get(student.id))
        gradebook.db.commit()
        others = [] if known else [s for s in gradebook.students if s.id not in records]
        idle = [whole(s) for s in others if not has_submission(course, s)]
    labels = [name for who in found.unclear.values() for name in who.split(" or ")]
    doubtful = {classlist.plain(name) for name in (*labels, *unclear, TEST_STUDENT)}
    missing = [
        person.label
        for row, person in known.items()
        if row not in found.rows and classlist.plain(person.label) not in doubtful
    ]
    return sorted([*missing, *idle], key=str.casefold)


def rename(student: Student, record: Record, person: Person | None) -> None:
    """Set a student's names, unless a person has done so."""
    own = parted(record.origin.name) if record.origin.name else ("", record.student)
    now = (student.first_name, student.last_name)
    if person is not None and (person.first or person.last) and now in ((None, None), own):
        student.first_name, student.last_name = person.first, person.last
    elif now == (None, None):
        student.first_name, student.last_name = own


def whole(student: Student) -> str:
    """Return a student's name for people."""
    name = f"{student.first_name or ''} {student.last_name or ''}".strip()
    return name or str(student.id)


def has_submission(course: Course, student: Student) -> bool:
    """Return whether a student has handed in this exercise."""
    return any(own.assignment.name == course.assignment for own in student.submissions)
