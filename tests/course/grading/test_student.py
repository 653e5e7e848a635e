"""autograder/course/grading/student.py: how one student is graded."""

from autograder.course.forward import scores_of
from autograder.course.grading import student
from autograder.exercises.convnets import EXERCISE
from autograder.judging.pack import Pack
from autograder.submission import Submission


def test_a_trained_net_is_judged_by_the_graders_own_forward_pass(monkeypatch):
    asked = []

    def run_checks(exercise, submission, cases, **options):
        asked.append(options)
        return []

    monkeypatch.setattr(student, "run_checks", run_checks)
    student.grade_one(Submission("ada", {}), Pack("id", {}), EXERCISE.name, 0)
    (options,) = asked
    assert options["scores"] is scores_of(EXERCISE)
