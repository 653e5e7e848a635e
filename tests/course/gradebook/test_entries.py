"""autograder/course/gradebook/entries.py: several students at once, all of them or none."""

import csv

import nbformat
import pytest

from autograder.course.gradebook import entries
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.entries import Entry, answered, enter
from autograder.course.gradebook.history import HISTORY
from made_up import course_at, enter_record, record_of


@pytest.fixture
def course(tmp_path):
    return course_at(tmp_path / "course")


def blank(course):
    return nbformat.reads(course.released.decode(), as_version=4)


def entry(course, student, *, passed=True, **options):
    return Entry(record_of(student, passed=passed), answered(blank(course)), **options)


def history(course):
    with (course.root / HISTORY).open(encoding="utf-8", newline="") as file:
        return [(row["student"], row["event"], row["score"]) for row in csv.DictReader(file)]


def test_several_students_are_as_if_each_was_entered_alone(course):
    enter_record(course, record_of("al"), blank(course))
    wanted = [entry(course, "bo"), entry(course, "cy", passed=False)]
    entered = enter(course, [*wanted, entry(course, "al", passed=False)])
    assert [own and own.after.points for own in entered] == [100, 0, None]
    assert {name: own.points for name, own in gradebook.scores(course).items()} == {
        "al": 100,
        "bo": 100,
        "cy": 0,
    }
    assert history(course) == [
        ("al", "graded", "100"),
        ("bo", "graded", "100"),
        ("cy", "graded", "0"),
    ]


def test_a_history_that_was_begun_when_its_first_entry_failed_begins_anew(course, monkeypatch):
    noted = entries.note_history

    def fails(*arguments):
        noted(*arguments)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(entries, "note_history", fails)
        enter(course, [entry(course, "al")])
    assert not (course.root / HISTORY).exists()
    enter(course, [entry(course, "al")])
    assert history(course) == [("al", "graded", "100")]


@pytest.mark.parametrize("late", [False, True])
def test_where_one_cannot_be_entered_all_is_as_before(course, monkeypatch, late):
    enter_record(course, record_of("al"), blank(course))
    before = history(course)
    real, name = entries.enter_one, "note_history" if late else "enter_one"
    noted = entries.note_history

    def fails(*arguments):
        if late:
            noted(*arguments)
        if late or arguments[2].record.student == "cy":
            raise OSError(28, "No space left on device")
        return real(*arguments)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr(entries, name, fails)
        enter(course, [entry(course, "bo"), entry(course, "cy")])
    assert set(gradebook.scores(course)) == {"al"}
    assert history(course) == before
    enter(course, [entry(course, "bo"), entry(course, "cy")])
    assert set(gradebook.scores(course)) == {"al", "bo", "cy"}
    assert [student for student, *_ in history(course)] == ["al", "bo", "cy"]
