"""course/gradebook/late.py: a moved date takes back what it does not justify any more."""

import csv
from dataclasses import replace
from datetime import UTC, datetime

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.course.gradebook import late
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import open_course
from autograder.course.gradebook.history import HISTORY
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from autograder.submission import Origin
from made_up import course_at, enter_record, record_of

NAME = EXERCISE.assignment
HOURLY = """
from nbgrader.plugins import BasePlugin
class Hourly(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late // 3600
c.AssignLatePenalties.plugin_class = Hourly
"""


def day(number, hour=0):
    return datetime(2026, 12, number, hour, tzinfo=UTC)


@pytest.fixture
def course(tmp_path):
    config = course_at(tmp_path).root / "nbgrader_config.py"
    config.write_text(config.read_text().replace('method = "none"', 'method = "zero"'))
    return open_course(EXERCISE, tmp_path)


def enter(course, student, when="2026-12-02 00:00 UTC", **options):
    notebook = nbformat.reads(course.released.decode(), as_version=4)
    enter_record(course, record_of(student, when=when), notebook, **options)
    return score(course, student)


def score(course, student="al"):
    return gradebook.scores(course)[student]


def change(course, student, **values):
    with Gradebook(course.url, course.course_id) as book:
        grade = book.find_grade("conv_forward_naive", NAME, NAME, student)
        for name, value in values.items():
            setattr(grade, name, value)
        book.db.commit()


def test_a_later_date_takes_a_penalty_back_and_says_so(course):
    assert late.set_due(course, day(1)) == []
    assert enter(course, "al").points == 0
    assert enter(course, "bo", when="2026-12-30 00:00 UTC").points == 0
    assert late.set_due(course, day(3)) == [late.Forgiven("al", 100, 0, stays=False)]
    assert (score(course).points, score(course).penalty, score(course).late) == (100, 0, 0)
    assert score(course, "bo").points == 0
    rows = list(csv.DictReader((course.root / HISTORY).open()))
    assert (rows[-1]["event"], rows[-1]["score before"], rows[-1]["score"]) == (
        "penalty taken back", "0", "100",
    )  # fmt: skip
    assert late.set_due(course, day(3)) == late.forgive(course) == []


@pytest.mark.parametrize("values", [{"manual_score": 3.0}, {"extra_credit": 1.0}])
def test_a_grade_that_a_person_changed_stays(course, values):
    late.set_due(course, day(1))
    enter(course, "al")
    change(course, "al", **values)
    assert late.set_due(course, day(3)) == [late.Forgiven("al", 100, 0, stays=True)]
    assert score(course).penalty == 100
    enter(course, "al", replace=True)
    assert score(course).penalty == 0


def test_a_date_moved_in_the_formgrader_and_an_extension_count_too(course):
    late.set_due(course, day(1))
    enter(course, "al"), enter(course, "bo"), enter(course, "cy", when="2026-12-09 00:00 UTC")
    with Gradebook(course.url, course.course_id) as book:
        book.grant_extension(NAME, "bo", days=1)
    assert [one.student for one in late.forgive(course)] == ["bo"]
    with Gradebook(course.url, course.course_id) as book:
        book.update_or_create_assignment(NAME, duedate="2026-12-05 00:00:00 UTC")
    assert [one.student for one in late.forgive(course)] == ["al"]


def test_an_earlier_date_takes_nothing_unasked(course):
    late.set_due(course, day(3))
    enter(course, "al")
    assert late.set_due(course, day(1)) == []
    assert score(course).penalty == 0


def test_who_is_less_late_loses_less(course):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + HOURLY)
    course = open_course(EXERCISE, course.root)
    late.set_due(course, day(1))
    assert enter(course, "al").penalty == 24
    assert late.set_due(course, day(1, 20)) == [late.Forgiven("al", 24, 4, stays=False)]
    assert score(course).points == 96
    assert late.forgive(course) == []


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("c.Exchange.timezone = 'US/Pacific'", "2026-12-02 00:30:00.000000 PST"),
        ("c.NbGraderAPI.timezone = 'US/Pacific'", "2026-12-02 00:30:00"),
        ("", "2026-12-02 00:30:00 -08:00"),
    ],
)
def test_times_that_nbgrader_writes_are_in_the_zone_of_the_course(course, line, when):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\n" + line)
    course = open_course(EXERCISE, course.root)
    late.set_due(course, day(2, 8))
    assert enter(course, "al", when=when).late == 1800


def test_a_zone_that_is_none_is_named(course):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Exchange.timezone = 'PST'\n")
    with pytest.raises(UserError, match="timezone 'PST' is none"):
        open_course(EXERCISE, course.root)


def marked(course, student, *, due=True, extension=0):
    """Enter a student whom the learning management system has marked as late, at no time."""
    if due:
        late.set_due(course, day(1))
    with Gradebook(course.url, course.course_id) as book:
        book.update_or_create_student(student)
        book.update_or_create_submission(NAME, student)
        if extension:
            book.grant_extension(NAME, student, days=extension)
    record = replace(record_of(student), origin=Origin(late=True))
    enter_record(course, record, nbformat.reads(course.released.decode(), as_version=4))
    return score(course, student)


def test_who_is_marked_as_late_is_late_unless_there_is_an_extension(course):
    assert marked(course, "al").penalty == 100
    assert marked(course, "bo", extension=1).penalty == 0
    # The mark is of a date that was moved: nobody can say that it is late by the new one.
    assert [one.student for one in late.set_due(course, day(3))] == ["al"]


def test_a_mark_without_a_date_costs_nothing(course):
    assert (marked(course, "al", due=False).penalty, score(course).late) == (0, 0)


def test_an_extension_of_no_date_is_no_error(course):
    with Gradebook(course.url, course.course_id) as book:
        book.update_or_create_student("al")
        book.update_or_create_submission(NAME, "al", timestamp="2026-12-02 00:00 UTC")
        book.grant_extension(NAME, "al", days=2)
    assert (enter(course, "al").late, score(course).due) == (0, None)
    late.set_due(course, day(1))
    assert (score(course).late, score(course).due) == (0, day(3))
    assert late.deadlines(course, None).own == {"al": day(3)}
    assert late.deadlines(course, day(5)).own == {"al": day(7)}


def test_a_later_attempt_is_not_as_late_as_the_one_before(course):
    marked(course, "al")
    notebook = nbformat.reads(course.released.decode(), as_version=4)
    enter_record(course, record_of("al"), notebook, replace=True)
    assert (score(course).late, score(course).penalty) == (0, 0)


def test_an_extension_where_no_date_is_set(course):
    assert enter(course, "al").points == 100
    with Gradebook(course.url, course.course_id) as book:
        book.grant_extension(NAME, "al", days=2)
    assert score(course).late == 0
    assert late.forgive(course) == []
    assert enter(course, "al", replace=True).points == 100
    assert late.set_due(course, day(1)) == []
    assert score(course).late == 0  # two days more
    assert enter(course, "al", when="2026-12-04 00:00 UTC", replace=True).late == 86400
