"""autograder/course/gradebook/scores.py: verdicts go in, and what an instructor decided stays."""

import csv
import os
import secrets
from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook

from autograder.course.gradebook import autograded, entries
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import open_course
from autograder.course.gradebook.history import HISTORY
from autograder.course.gradebook.late import set_due
from autograder.course.grading.student import outcomes
from autograder.course.intake.apart import Apart
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from made_up import course_at, enter_record, record_of

CELL, NAME = "conv_forward_naive", EXERCISE.assignment
DATABASE = os.environ.get("CONVNETS_TEST_DATABASE", "")  # such as postgresql+psycopg://...


@pytest.fixture
def course(tmp_path):
    return course_at(tmp_path / "course")


def enter(course, record, executed=b"", **options):
    with Apart() as apart:
        made = autograded.make(course, executed, outcomes(record.verdicts), apart)
    enter_record(course, record, made.notebook, **options)
    return gradebook.scores(course)[record.student]


def change(course, student, cell=CELL, **values):
    """Change a grade as the formgrader does."""
    with Gradebook(course.url, course.course_id) as book:
        grade = book.find_grade(cell, NAME, NAME, student)
        for name, value in values.items():
            setattr(grade, name, value)
        book.db.commit()


def test_a_student_is_entered(course):
    score = enter(course, record_of("al"))
    assert (score.points, score.max_points) == (100, 100)
    assert score.by_cell[CELL] == score.checked[CELL] == 12
    assert not score.to_grade
    assert score.changed == ()
    assert gradebook.scores(course).get("bo") is None


def test_a_second_grading_replaces_nothing_unasked(course):
    enter(course, record_of("al"))
    assert enter(course, record_of("al", passed=False)).points == 100
    assert enter(course, record_of("al", passed=False), replace=True).points == 0
    assert enter(course, record_of("al"), replace=True).points == 100


def test_what_an_instructor_decided_stays(course):
    enter(course, record_of("al"))
    change(course, "al", manual_score=5.0)
    change(course, "al", "one_epoch", extra_credit=3.0)
    score = gradebook.scores(course)["al"]
    assert score.points == 100 - 7 + 3
    assert set(score.changed) == {CELL, "one_epoch"}
    again = enter(course, record_of("al", passed=False), replace=True)
    assert again.points == 5 + 3
    assert again.to_grade  # as nbgrader has it: a person decided, on other grounds


def test_comments_are_read_and_kept(course):
    enter(course, record_of("al"))
    with Gradebook(course.url, course.course_id) as book:
        comment = book.find_comment("answer_fast_layers", NAME, NAME, "al")
        comment.manual_comment = "Well said."
        book.db.commit()
    assert enter(course, record_of("al"), replace=True).comments == {
        "answer_fast_layers": "Well said."
    }


def test_an_answer_waits_for_a_person_and_a_blank_does_not(course):
    assert not enter(course, record_of("blank")).to_grade
    answered = course.released.decode()
    answered = answered.replace("*Double-click to write your answer.*", "Because of BLAS.", 1)
    assert enter(course, record_of("al"), answered.encode()).to_grade


@pytest.mark.parametrize(("method", "points"), [("none", 100), ("zero", 0)])
def test_late_work_is_treated_as_nbgrader_is_told_to(tmp_path, method, points):
    root = course_at(tmp_path).root
    config = root / "nbgrader_config.py"
    text = config.read_text()
    config.write_text(text.replace('penalty_method = "none"', f'penalty_method = "{method}"'))
    course = open_course(EXERCISE, root)
    set_due(course, datetime(2026, 12, 1, tzinfo=UTC))
    on_time = enter(course, record_of("bo", when="2026-11-30 23:00:00 UTC"))
    assert (on_time.late, on_time.points) == (0, 100)
    late = enter(course, record_of("al", when="2026-12-01 01:00:00 UTC"))
    assert (late.late, late.points) == (3600, points)


def test_the_history_has_a_line_for_each_grading(course):
    enter(course, record_of("=al"))
    change(course, "=al", manual_score=2.0)
    enter(course, record_of("=al", passed=False), replace=True)
    rows = list(csv.DictReader((course.root / HISTORY).open()))
    assert [(r["student"], r["event"], r["score before"], r["score"]) for r in rows] == [
        ("'=al", "graded", "", "100"),
        ("'=al", "graded again", "90", "2"),
    ]


def test_another_database_is_not_taken_in_silence(course):
    with pytest.raises(UserError, match="says that the gradebook is sqlite"):
        open_course(EXERCISE, course.root, "sqlite:////tmp/other.db")


def test_a_database_that_cannot_be_opened_is_named(tmp_path):
    url = f"sqlite:///{tmp_path}/no/such/folder/gradebook.db"
    with pytest.raises(UserError, match="cannot be opened"):
        open_course(EXERCISE, tmp_path / "course", url)


@pytest.mark.skipif(DATABASE == "", reason="CONVNETS_TEST_DATABASE names no database to try")
def test_any_database_that_sqlalchemy_knows(tmp_path):
    course, student = open_course(EXERCISE, tmp_path, DATABASE), f"al-{secrets.token_hex(4)}"
    assert course.url == DATABASE
    assert not (tmp_path / "gradebook.db").exists()
    assert enter(course, record_of(student)).points == 100
    change(course, student, manual_score=5.0)
    assert enter(course, record_of(student, passed=False)).points == 93
    assert enter(course, record_of(student, passed=False), replace=True).points == 5


def test_a_submission_and_its_scores_are_there_together_or_not_at_all(course, monkeypatch):
    def broken(*_):
        raise RuntimeError("in between")

    with monkeypatch.context() as patch:
        patch.setattr(entries, "enter_scores", broken)
        with pytest.raises(RuntimeError):
            enter(course, record_of("al"))
    with monkeypatch.context() as patch:
        patch.setattr(entries, "assign_penalty", broken)
        with pytest.raises(RuntimeError):
            enter(course, record_of("bo"))
    assert gradebook.scores(course) == {}
    with Gradebook(course.url, course.course_id) as book:
        assert book.students == []
    assert enter(course, record_of("al")).points == 100


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_a_submission_without_scores_gets_them(course):
    with Gradebook(course.url, course.course_id) as book:  # as nbgrader autograde begins
        book.add_student("al")
        book.add_submission(NAME, "al")
    assert gradebook.lacks_scores(gradebook.scores(course)["al"], record_of("al"))
    change(course, "al", "one_epoch", extra_credit=3.0)
    assert enter(course, record_of("al")).points == 103
    assert not gradebook.lacks_scores(gradebook.scores(course)["al"], record_of("al"))
    assert enter(course, record_of("al", passed=False)).points == 103
