"""course/gradebook/follow.py: what cells are worth changes for all at once, or not at all."""

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder import exercises
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import open_course
from autograder.course.gradebook.follow import follow
from autograder.errors import UserError
from autograder.exercise import Changes
from autograder.exercises.convnets import EXERCISE
from made_up import course_at, enter_record, record_of

NAME = EXERCISE.assignment
OTHER = exercises.named(
    "convnets",
    Changes(points={"one_epoch/training_and_held_out": 30.0}, given=("spatial_groupnorm_forward",)),
)


def cells(course):
    with Gradebook(course.url, course.course_id) as book:
        return {c.name: c.max_score for c in book.find_notebook(NAME, NAME).grade_cells}


def enter(course, student):
    notebook = nbformat.reads(course.released.decode(), as_version=4)
    enter_record(course, record_of(student), notebook, replace=True)


def test_a_course_in_which_nobody_was_graded_follows_at_once(tmp_path):
    course_at(tmp_path)
    course = open_course(OTHER, tmp_path)
    assert follow(course, anew=False) == [
        "one_epoch is worth 30 instead of 4",
        "spatial_groupnorm_forward is worth nothing instead of 8",
    ]
    assert cells(course)["one_epoch"] == 30
    assert "spatial_groupnorm_forward" not in cells(course)
    assert b'check(\\"spatial_groupnorm_forward' not in course.released
    assert follow(course, anew=False) == []
    enter(course, "al")
    assert gradebook.scores(course)["al"].max_points == 118


def test_where_students_were_graded_all_change_together(tmp_path):
    enter(course_at(tmp_path), "al")
    with Gradebook(course_at(tmp_path).url) as book:
        book.find_grade("ThreeLayerConvNet", NAME, NAME, "al").manual_score = 3.0
        book.db.commit()
    course = open_course(OTHER, tmp_path)
    with pytest.raises(UserError, match="grade all who are in it with --regrade"):
        follow(course, anew=False)
    assert cells(course)["one_epoch"] == 4
    follow(course, anew=True)
    score = gradebook.scores(course)["al"]
    assert score.max_points == 118
    assert "spatial_groupnorm_forward" not in score.by_cell
    assert score.by_cell["ThreeLayerConvNet"] == 3  # a person's
    back = open_course(EXERCISE, tmp_path)
    follow(back, anew=True)
    enter(back, "al")
    assert gradebook.scores(back)["al"].by_cell["spatial_groupnorm_forward"] == 8
    assert gradebook.scores(back)["al"].max_points == 100
