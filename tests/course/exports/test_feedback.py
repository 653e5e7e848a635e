"""course/exports/feedback.py: pages named as the systems' bulk uploads look for them."""

import re
import zipfile
from dataclasses import replace

from autograder import __main__ as cli
from autograder.course.gradebook import scores as gradebook
from autograder.course.grading.student import Graded
from autograder.exercises.convnets import EXERCISE
from autograder.submission import Origin
from made_up import course_at, record_of, settle


def course_of(folder, **entries):
    """Return a course with a student for each name of what was handed in."""
    course = course_at(folder)
    origins = {student: Origin(entry=entry) for student, entry in entries.items()}
    settle(course, *(Graded(replace(record_of(own), origin=origins[own])) for own in origins))
    return course


def exported(course, system, *options):
    command = ["export", f"{system}-feedback", "--from", str(course.root), *map(str, options)]
    code = cli.main(command)
    path = course.root / "exports" / f"{system}-feedback.zip"
    if not path.is_file():
        return code, {}
    with zipfile.ZipFile(path) as archive:
        return code, {name: archive.read(name).decode() for name in archive.namelist()}


def moodles(name):
    """Return the participant and the file that Moodle sees in a name, as its importer reads it."""
    _, number, kind, plugin, rest = name.split("_", 4)
    assert (kind, plugin) == ("assignsubmission", "file")
    return int(number), rest


def canvass(name):
    """Return the user and the file that Canvas sees in a name: its first two numbers."""
    user, file, *_ = [part for part in name.split("_") if re.fullmatch(r"\d+", part)]
    return int(user), int(file)


def test_moodle(tmp_path, capsys):
    course = course_of(
        tmp_path,
        **{"Ada Lovelace": "Ada Lovelace_901_assignsubmission_file_"},
        odd="O_Brien, Conan_902_assignsubmission_file_hw.zip",
        hidden="Participant_903_assignsubmission_file_",
        plain="plain.zip",
    )
    code, found = exported(course, "moodle")
    assert code == 0
    assert {moodles(name) for name in found} == {(n, "feedback.html") for n in (901, 902, 903)}
    assert "NOT in it, as the system's number is not known: plain." in capsys.readouterr().out
    (ada,) = (page for name, page in found.items() if "901" in name)
    assert "Feedback for Ada Lovelace" in ada


def test_moodles_worksheet_has_the_numbers_of_the_others(tmp_path):
    course, roster = course_of(tmp_path / "c", ada="ada.zip"), tmp_path / "roster.csv"
    roster.write_text(
        "Identifier,Full name,Email address,Grade\nParticipant 77,Ada L,ada@uni.edu,\n"
    )
    code, found = exported(course, "moodle", "--roster", roster)
    assert (code, [moodles(name) for name in found]) == (0, [(77, "feedback.html")])


def test_canvas(tmp_path):
    course = course_of(
        tmp_path,
        a="doejane_12345_999_hw-1.zip",
        b="obrien_LATE_77_1000_layers.py",
        c="ada_l.zip",
    )
    code, found = exported(course, "canvas")
    assert code == 0
    assert {canvass(name) for name in found} == {(12345, 999), (77, 1000)}
    assert all(name.endswith("feedback.html") for name in found)


def test_pages_are_as_the_gradebook_is_now(tmp_path):
    course = course_of(tmp_path, a="doejane_1_2_hw.zip")
    with course.gradebook() as book:
        name = EXERCISE.assignment
        book.find_grade("conv_forward_naive", name, name, "a").manual_score = 5.0
        book.db.commit()
    _, found = exported(course, "canvas")
    assert gradebook.scores(course)["a"].points == 93
    assert "<strong>93</strong> of 100" in found["doejane_1_2_feedback.html"]


def test_where_nobody_can_be_named_that_is_said(tmp_path, capsys):
    course = course_of(tmp_path, a="a.zip")
    assert exported(course, "canvas") == (2, {})
    assert "Nobody's page can be named" in capsys.readouterr().err
