"""course/grading/student.py: what is made of one submission, with its notebook or without."""

import json

import nbformat
import pytest

from autograder import locate
from autograder.course.forward import scores_of
from autograder.course.gradebook import scores as gradebook
from autograder.course.grading import checking, student
from autograder.course.pages.tables import timings_json
from autograder.exercise import Changes
from autograder.exercises.convnets import EXERCISE
from autograder.judging.pack import Pack
from autograder.submission import Submission
from made_up import course_at, record_of, settle

ANSWER = "answer_fast_layers"


@pytest.fixture
def answered(monkeypatch):
    """Return a submission with an answer in its notebook; it passes all checks."""
    verdicts = record_of("al").verdicts
    monkeypatch.setattr(checking, "run_checks", lambda *_, **__: verdicts)
    book = nbformat.read(locate.root() / EXERCISE.notebook, as_version=4)
    for cell in book.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == ANSWER:
            cell.source = "Because of the running mean."
    return Submission("al", {}, [], nbformat.writes(book).encode())


def test_without_running_notebooks_an_answer_waits_for_a_person(answered, tmp_path):
    graded = student.grade_one(answered, Pack("pack", {}), student.How(EXERCISE.name, Changes(), 0))
    assert "not run" in graded.record.notebook
    course = course_at(tmp_path)
    settle(course, graded)
    score = gradebook.scores(course)["al"]
    assert score.to_grade
    assert "running mean" in course.notebook("autograded", "al").read_text(encoding="utf-8")


def test_the_time_of_a_notebook_counts(answered, monkeypatch):
    monkeypatch.setattr(
        student.notebook,
        "execute",
        lambda *_, **__: student.notebook.Executed(nbformat.v4.new_notebook(), "", 300.0),
    )
    record = student.grade_one(
        answered, Pack("pack", {}), student.How(EXERCISE.name, Changes(), 300)
    ).record
    assert record.seconds == sum(v.seconds for v in record.verdicts) + 300
    assert json.loads(timings_json([record]))["al"]["notebook"] == 300


def test_a_trained_net_is_judged_by_the_graders_own_forward_pass(monkeypatch):
    asked = []

    def run_checks(exercise, submission, cases, **options):
        asked.append(options)
        return []

    monkeypatch.setattr(checking, "run_checks", run_checks)
    student.grade_one(
        Submission("ada", {}), Pack("id", {}), student.How(EXERCISE.name, Changes(), 0)
    )
    (options,) = asked
    assert options["scores"] is scores_of(EXERCISE)
