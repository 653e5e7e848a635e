"""course/gradebook/dates.py and extensions: which date holds, and who has more time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder import __main__ as cli
from autograder import exercises
from autograder.course.exports.scores import scores as final
from autograder.course.gradebook import dates, late
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import open_course
from autograder.course.record import save
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.settings import Settings
from made_up import course_at, enter_record, record_of

NAME = EXERCISE.assignment
BERLIN = ZoneInfo("Europe/Berlin")


def day(number, hour=0, zone=UTC):
    return datetime(2026, 12, number, hour, tzinfo=zone)


@pytest.fixture
def course(tmp_path):
    return course_at(tmp_path)


def in_formgrader(course, when):
    """Set a date as the formgrader does."""
    with Gradebook(course.url, course.course_id) as book:
        book.update_or_create_assignment(NAME, duedate=when)


def told(due):
    return " ".join(due.lines())


def enter(course, student, when):
    notebook = nbformat.reads(course.released.decode(), as_version=4)
    enter_record(course, record_of(student, when=when), notebook)


def test_a_date_of_the_file_is_copied_and_moves_with_it(course):
    assert told(dates.settle(course, None)) == "No due date is set: nothing counts as late."
    first = dates.settle(course, day(1, zone=BERLIN))
    assert told(first) == (
        "Due 2026-12-01 00:00 CET (UTC+01:00) (2026-11-30 23:00 UTC), as course.toml says."
    )
    assert told(dates.settle(course, day(1, zone=BERLIN))) == told(first)
    moved = told(dates.settle(course, day(3)))
    assert moved.startswith("Due 2026-12-03 00:00 UTC, as course.toml says.")
    assert "had 2026-11-30 23:00 UTC before" in moved
    gone = told(dates.settle(course, None))
    assert "No due date is set" in gone
    assert "It was due 2026-12-03 00:00 UTC, until that was taken out" in gone
    assert told(dates.settle(course, day(4))).startswith("Due 2026-12-04")


def test_what_a_person_sets_wins_over_the_file(course):
    dates.settle(course, day(1))
    in_formgrader(course, "2026-12-05 00:00:00 UTC")
    for of_file in (day(1), day(2)):
        line = told(dates.settle(course, of_file))
        assert line.startswith("Due 2026-12-05 00:00 UTC, as the gradebook has it")
        assert f"course.toml says 2026-12-0{of_file.day} 00:00 UTC" in line
    assert "Due 2026-12-07" in told(dates.set_by_person(course, day(7)))
    assert "Due 2026-12-07" in told(dates.settle(course, day(9)))
    assert "course.toml" not in told(dates.settle(course, None))


def test_the_day_that_due_sets_stays_where_it_is_the_same_as_the_file(course):
    dates.settle(course, day(1))
    dates.set_by_person(course, day(1))
    assert "Due 2026-12-01" in told(dates.settle(course, day(2)))


def test_a_date_taken_out_of_the_formgrader_stays_out(course):
    dates.settle(course, day(1))
    in_formgrader(course, None)
    line = told(dates.settle(course, day(1)))
    assert line.startswith("No due date is set")
    assert "taken out of the gradebook" in line


def test_the_zone_of_the_file_holds_where_nbgraders_settings_have_none(tmp_path):
    course_at(tmp_path)
    assert open_course(EXERCISE, tmp_path).zone == UTC
    assert open_course(EXERCISE, tmp_path, zone=BERLIN).zone == BERLIN
    config = tmp_path / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Exchange.timezone = 'US/Pacific'\n")
    assert open_course(EXERCISE, tmp_path, zone=BERLIN).zone == ZoneInfo("US/Pacific")


def test_a_moved_file_takes_penalties_back(course):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace('method = "none"', 'method = "zero"'))
    course = open_course(EXERCISE, course.root)
    dates.settle(course, day(1))
    enter(course, "al", "2026-12-02 00:00 UTC")
    before = late.lateness(course)
    dates.settle(course, day(3))
    assert late.forgive(course, before) == [late.Forgiven("al", 100, 0, stays=False)]


def extend(monkeypatch, course, *arguments, file=None):
    monkeypatch.setattr(exercises, "of_course", lambda: file or Settings())
    return cli.main(["extend", *arguments, "--course", str(course.root)])


def test_an_extension_is_nbgraders_own(course, monkeypatch, capsys):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace('method = "none"', 'method = "zero"'))
    course = open_course(EXERCISE, course.root)
    dates.set_by_person(course, day(1))
    enter(course, "al", "2026-12-02 00:00 UTC")
    assert gradebook.scores(course)["al"].points == 0
    assert extend(monkeypatch, course, "al", "--days", "2") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "al has time until 2026-12-03 00:00 UTC." in out
    assert "al gets 100 points back" in out
    with Gradebook(course.url, course.course_id) as book:
        assert book.find_submission(NAME, "al").extension == timedelta(days=2)
    assert late.extensions(course) == {"al": timedelta(days=2)}
    file = Settings(timezone="Europe/Berlin")
    assert extend(monkeypatch, course, "al", "--until", "2026-12-04 01:00", file=file) == 0
    assert late.extensions(course) == {"al": timedelta(days=3)}
    assert "CET" in capsys.readouterr().out
    assert extend(monkeypatch, course, "al", "--days", "0") == 0
    assert "as everybody" in capsys.readouterr().out
    assert late.extensions(course) == {}


def test_who_has_an_extension_only_has_no_grade(course, monkeypatch, capsys):
    dates.set_by_person(course, day(1))
    enter(course, "al", "2026-11-30 00:00 UTC")
    (course.root / "students").mkdir()
    save(record_of("al"), course.root / "students" / "al.json")
    assert extend(monkeypatch, course, "bo", "--days", "1") == 0
    assert "Nothing of bo has been graded yet. Graded: al." in capsys.readouterr().out
    assert set(final(course.root)) == {"al"}
    enter(course, "bo", "2026-12-01 12:00 UTC")
    score = gradebook.scores(course)["bo"]
    assert (score.points, score.late, score.graded) == (100, 0, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["al", "--days", "-1"], "--days -1"),
        (["al", "--days", "nan"], "--days nan"),
        (["al", "--until", "Friday"], "--until Friday"),
        (["al", "--until", "2026-11-01"], "less time for al than for everybody"),
    ],
)
def test_an_extension_that_cannot_be_is_named(course, monkeypatch, capsys, arguments, says):
    dates.set_by_person(course, day(1))
    assert extend(monkeypatch, course, *arguments) == 2
    assert says in capsys.readouterr().err


def test_without_a_due_date_nothing_fails(course, monkeypatch, capsys):
    assert extend(monkeypatch, course, "al", "--days", "1") == 2
    assert "No due date is set" in capsys.readouterr().err
    # One that was set before, and then the date was taken out in the formgrader.
    dates.set_by_person(course, day(1))
    enter(course, "al", "2026-12-02 00:00 UTC")
    late.extend(course, "al", timedelta(days=1))
    in_formgrader(course, None)
    assert gradebook.scores(course)["al"].late == 0
    assert late.forgive(course) == []
    enter_record(course, record_of("al", passed=False), empty(course), replace=True)
    assert gradebook.scores(course)["al"].points == 0


def empty(course):
    return nbformat.reads(course.released.decode(), as_version=4)


def test_a_date_with_extensions_is_not_taken_back_with_the_file(course):
    dates.settle(course, day(1))
    late.extend(course, "al", timedelta(days=1))
    line = told(dates.settle(course, None))
    assert line.startswith("Due 2026-12-01 00:00 UTC")
    assert "for the extensions of al" in line


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (Settings(due="1.12.2026"), "course.toml: due: 1.12.2026"),
        (Settings(due="2026-12-01 23:59 PST"), "course.toml: due"),
        (Settings(due="2026-12-01", timezone="PST"), "course.toml: timezone: 'PST'"),
        (Settings(requirements={"no_such_module": "x"}), "course.toml: modules.no_such_module"),
    ],
)
def test_what_the_file_says_of_dates_and_modules_is_looked_at(
    course, monkeypatch, capsys, file, says
):
    assert extend(monkeypatch, course, "al", "--days", "1", file=file) == 2
    assert says in capsys.readouterr().err


def test_a_damaged_note_is_named(course):
    (course.root / dates.COPIED).write_text("{")
    with pytest.raises(UserError, match="cannot be read"):
        dates.settle(course, day(1))
