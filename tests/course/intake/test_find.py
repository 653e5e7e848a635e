"""course/intake/find.py: from what a command is given to the students of a class."""

import argparse

import pytest

from autograder.course.intake.find import find_submissions
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
    with pytest.raises(UserError, match="There is no file"):
        find(tmp_path / "*.rar")


def test_where_nothing_is_a_student_nobody_is_graded(tmp_path):
    (tmp_path / "index.html").touch()
    with pytest.raises(UserError, match=r"nothing to grade.\nindex\.html"):
        find(class_dir=tmp_path)
    assert find().handed == []  # which stands for the sample class
