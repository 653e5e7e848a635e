"""course/intake/find.py: from what a command is given to the students of a class."""

import argparse

import pytest

from autograder.course.intake.find import find_submissions
from autograder.course.intake.people import HANDED_IN
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE


def find(*paths, class_dir=None, roster=None):
    options = argparse.Namespace(
        paths=list(paths), class_dir=class_dir, roster=roster, course=None, out=None
    )
    return find_submissions(EXERCISE, options)


def test_a_class_with_all_that_systems_put_in_it(tmp_path):
    folder = tmp_path / "class"
    for number in (901, 955):
        (folder / f"Ada Lovelace_{number}_assignsubmission_file_").mkdir(parents=True)
    (folder / "ben.zip").touch()
    (folder / "index.html").touch()
    found = find(class_dir=folder)
    assert [own.student for own in found.handed] == ["ben"]
    assert len(found.left_out) == 2
    roster = tmp_path / "roster.csv"
    roster.write_text("Identifier,Full name\n1,Ada Lovelace\n")
    found = find(class_dir=folder, roster=roster)
    assert [own.student for own in found.handed] == ["Ada Lovelace", "ben"]
    assert ["_955_" in path.name for path in found.handed[0].paths] == [True]


def test_a_pattern_that_the_shell_has_left_is_expanded(tmp_path):
    for name in ("ada.zip", "ben.zip", "notes.txt"):
        (tmp_path / name).touch()
    found = find(tmp_path / "*")
    assert [own.student for own in found.handed] == ["ada", "ben"]
    (tmp_path / ".DS_Store").touch(), (tmp_path / "Thumbs.db").touch()
    for pattern in ("*", "[a-b]*.zip", "*.zip"):
        assert [own.student for own in find(tmp_path / pattern).handed] == ["ada", "ben"]
    (tmp_path / "week 2").mkdir()
    (tmp_path / "week 2" / "cy.zip").touch()
    assert [own.student for own in find(tmp_path / "week*" / "c*").handed] == ["cy"]
    with pytest.raises(UserError, match="There is no file"):
        find(tmp_path / "*.rar")


def test_where_nothing_is_a_student_nobody_is_graded(tmp_path):
    (tmp_path / "index.html").touch()
    with pytest.raises(UserError, match=r"nothing to grade.\nindex\.html"):
        find(class_dir=tmp_path)
    assert find().handed == []  # which stands for the sample class


def test_a_pattern_of_nothing_but_hidden_files_is_no_sample_class(tmp_path):
    (tmp_path / ".DS_Store").touch()
    with pytest.raises(UserError, match="There is no file"):
        find(tmp_path / "*")


def test_moodles_worksheet_says_when_it_came(tmp_path):
    folder, roster = tmp_path / "class", tmp_path / "roster.csv"
    for name in ("Ada Lovelace_901", "Bo_902", "Cy_903"):
        (folder / f"{name}_assignsubmission_file_").mkdir(parents=True)
    roster.write_text(
        f"Identifier,Full name,Grade,{HANDED_IN}\n"
        'Participant 901,Ada Lovelace,,"Wednesday, 2 December 2026, 2:14 PM"\n'
        'Participant 902,Bo,,"Tuesday, December 1, 2026, 11:59 PM"\n'
        "Participant 903,Cy,,-\n"
    )
    found = find(class_dir=folder, roster=roster)
    assert {own.student: own.submitted for own in found.handed} == {
        "Ada Lovelace": "2026-12-02 14:14", "Bo": "2026-12-01 23:59", "Cy": "",
    }  # fmt: skip
