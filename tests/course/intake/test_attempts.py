"""course/intake/attempts.py: who is whom among the names that systems give, and what counts."""

import zoneinfo
from datetime import UTC
from pathlib import Path

import pytest

from autograder.course import times
from autograder.course.intake import classlist
from autograder.course.intake.attempts import by_student, own_name
from autograder.course.intake.collect import collect
from autograder.course.intake.deadlines import Deadlines
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS


def sort(*names, known=None):
    """Return the names of each student's files, by student, and what was left out."""
    found = by_student(EXERCISE, [Path("class", name) for name in names], known)
    return {own.student: [path.name for path in own.paths] for own in found.handed}, found.left_out


def test_plain_names_are_students_of_their_own():
    names = ["ada", "bo.zip", "cy.tar.gz", "dan_2", "team_7.zip", "layers.py", "eve@uni.edu"]
    students, left_out = sort(*names)
    assert [own[0] for own in students.values()] == names
    assert list(students) == ["ada", "bo", "cy", "dan_2", "team_7", "layers", "eve@uni.edu"]
    assert left_out == []


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["678_submission.zip", "999_submission-1.zip"], ["999_submission-1.zip"]),
        (["9_submission.zip", "10_submission-1.zip"], ["10_submission-1.zip"]),  # numbers, not text
        (["999_layers.py", "1000_cnn.py"], ["999_layers.py", "1000_cnn.py"]),
        (["1_layers.py", "2_cnn.py", "3_layers-1.py"], ["3_layers-1.py", "2_cnn.py"]),
        (["1_hw.zip", "2_layers.py", "3_cnn.py"], ["2_layers.py", "3_cnn.py"]),
        (["1_layers.py", "2_cnn.py", "3_hw.tar.gz"], ["3_hw.tar.gz"]),
        (["1_hw.zip", "2_report.pdf"], ["1_hw.zip"]),
        (["1_hw.zip", "2_mine.ipynb"], ["1_hw.zip", "2_mine.ipynb"]),
        (["1_essay.pdf"], ["1_essay.pdf"]),  # a student, who handed in the wrong thing
    ],
)  # fmt: skip
def test_canvas(names, taken):
    start = "doejane_12345_"
    students, left_out = sort(*(start + name for name in reversed(names)))
    assert {name: set(own) for name, own in students.items()} == {
        "doejane_12345": {start + name for name in taken}
    }
    assert left_out == []


def test_canvas_numbers_tell_namesakes_apart_and_late_is_no_part_of_a_name():
    students, left_out = sort(
        "doejane_1_10_a.zip",
        "doejane_LATE_1_11_a-1.zip",
        "doejane_2_12_a.zip",
        "doejane_2_text.html",
    )
    assert students == {
        "doejane_1": ["doejane_1_10_a.zip"],  # the newest that came in time
        "doejane_2": ["doejane_2_12_a.zip"],
    }
    assert left_out == ["doejane_2_text.html: no file of a student, left out."]
    found = by_student(EXERCISE, [Path("x_1_10_a.zip"), Path("x_LATE_1_11_a-1.zip")])
    assert found.handed[0].notes == (
        "The newest attempt that came in time counts: x_1_10_a.zip. "
        "Not taken: x_LATE_1_11_a-1.zip.",
    )
    (only,) = by_student(EXERCISE, [Path("x_LATE_1_11_a-1.zip")]).handed
    assert only.origin.late


MOODLE = [
    "Ada Lovelace_901_assignsubmission_file_", "Ada Lovelace_955_assignsubmission_file",
    "Ada Lovelace_955_assignsubmission_onlinetext_", "Ben Kato_902_assignsubmission_file_layers.py",
    "Ben Kato_902_assignsubmission_file_cnn.py",
]  # fmt: skip


def test_moodle_s_namesakes_are_not_graded_without_a_roster():
    students, (text, ada) = sort(*MOODLE)
    assert list(students) == ["Ben Kato"] and len(students["Ben Kato"]) == 2
    assert "onlinetext" in text
    assert "_901_" in ada and "_955_" in ada and "--roster" in ada


@pytest.mark.parametrize(
    ("text", "graded"),
    [
        ("Identifier,Full name\nParticipant 955,Ada  LOVELACE\n", True),
        ("First name;Last name\nAda;Lovelace\nBen;Kato\n", True),
        ('Student,ID\n"Lovelace, Ada",1\n', True),
        ("Identifier,Full name\n1,Ada Lovelace\n2,Ada Lovelace\n", False),
        ("Identifier,Full name\n1,Ben Kato\n2,Adam Lovelace\n", False),
    ],
)
def test_the_roster_decides_who_is_one_student(tmp_path, text, graded):
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    students, left_out = sort(*MOODLE, known=classlist.counting(classlist.read(tmp_path / "r.csv")))
    assert students.get("Ada Lovelace") == ([MOODLE[1]] if graded else None)
    assert any("Ada Lovelace:" in line for line in left_out) != graded


def test_a_roster_without_names_is_an_error():
    with pytest.raises(UserError, match="no column with names"):
        classlist.counting(classlist.Roster(["ID", "Email"], []))


def test_moodle_s_hidden_names_are_numbers():
    students, _ = sort(*(f"Participant_{n}_assignsubmission_file_" for n in (1, 2)))
    assert list(students) == ["Participant_1", "Participant_2"]


def test_blackboard():
    start = "Homework 2_ada_l_attempt_2026-11-"
    students, left_out = sort(
        *(f"{start}20-10-11-12{rest}" for rest in (".txt", "_layers.py", "_cnn.py")),
        *(f"{start}21-09-00-00{rest}" for rest in (".txt", "_layers.py")),
    )
    assert students == {"Homework 2_ada_l": [f"{start}21-09-00-00_layers.py"]}
    assert len(left_out) == 2


@pytest.mark.parametrize("name", ["index.html", "README.txt", "grades.csv", "INDEX.HTM"])
def test_what_is_no_student_is_left_out_and_listed(name):
    students, left_out = sort(name, "ada.zip", "bo.rar")
    assert list(students) == ["ada", "bo.rar"]
    assert left_out == [f"{name}: no submission, left out."]


def test_a_name_alone():
    assert own_name("doejane_1_2_layers-1.py") == "layers-1.py"
    assert own_name("layers.py") == "layers.py"
    assert own_name("_1_2_" * 10_000) == "_1_2_" * 10_000


def test_loose_files_are_read_as_one_submission(tmp_path):
    for name in ("doejane_1_998_layers.py", "doejane_1_999_layers-1.py", "doejane_1_1000_cnn.py"):
        (tmp_path / name).write_bytes(name.encode())
    (found,) = collect(EXERCISE, by_student(EXERCISE, sorted(tmp_path.iterdir())).handed)
    assert found.student == "doejane_1"
    assert found.files == {LAYERS: b"doejane_1_999_layers-1.py", CNN: b"doejane_1_1000_cnn.py"}
    assert "Not taken: doejane_1_998_layers.py" in found.notes[0]


def counted(*names, due="2026-12-01 23:59", own=None, zone=UTC):
    """Return the names of the files that count, and what is known of when they came."""
    extended = {name: times.read(text, zone) for name, text in (own or {}).items()}
    deadlines = Deadlines(times.read(due, zone) if due else None, extended, zone)
    found = by_student(EXERCISE, [Path("class", name) for name in names], None, deadlines)
    (handed,) = found.handed
    left = {path.name for path in handed.others}
    assert left == {*names} - {path.name for path in handed.paths}
    return [path.name for path in handed.paths], handed


def dated(day, clock="10-00-00"):
    return f"HW 4_adal_attempt_2026-{day}-{clock}_hw.zip"


def test_the_newest_attempt_by_the_deadline_counts():
    names = [dated("11-29"), dated("11-30"), dated("12-02")]
    taken, handed = counted(*names)
    assert taken == [dated("11-30")]
    assert handed.submitted == "2026-11-30 10:00:00"
    assert "that came in time counts" in handed.notes[0]
    assert counted(*names, due="")[0] == counted(*names, due="2026-12-02")[0] == [dated("12-02")]
    # Where none is in time, it is the newest one, which is late.
    assert counted(*names, due="2026-11-01")[0] == [dated("12-02")]


def test_an_extension_is_a_deadline_of_ones_own():
    names = [dated("11-30"), dated("12-02"), dated("12-04")]
    student = counted(*names)[1].student
    assert counted(*names, own={student: "2026-12-03"})[0] == [dated("12-02")]


def test_times_in_names_are_in_the_zone_of_the_course():
    names = [dated("12-01", "22-00-00"), dated("12-01", "23-30-00")]
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    assert counted(*names, due="2026-12-01 22:00 UTC", zone=berlin)[0] == names[:1]
    assert counted(*names, due="2026-12-01 23:00 UTC", zone=berlin)[0] == names[1:]


def test_an_attempt_that_is_not_marked_as_late_counts_before_one_that_is():
    taken, handed = counted("doejane_1_10_hw.zip", "doejane_LATE_1_11_hw-1.zip", due="")
    assert taken == ["doejane_1_10_hw.zip"]
    assert not handed.origin.late
    taken, handed = counted("doejane_LATE_1_11_hw-1.zip", due="")
    assert handed.origin.late
    assert handed.origin.entry == "doejane_LATE_1_11_hw-1.zip"


def test_the_name_is_kept_as_it_was_written():
    _, handed = counted("Conan O'Brien, Jr._901_assignsubmission_file_")
    assert handed.origin.name == "Conan O'Brien, Jr."
