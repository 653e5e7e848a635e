"""autograder/student/progress.py: how far a student has come, kept from check to check."""

import pytest

from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import list_checks
from autograder.judging.verdict import Status, Verdict
from autograder.student import progress
from autograder.student.commands import typed


def verdicts(function, passed=True):
    infos = [info for info in list_checks(EXERCISE) if info.function == function]
    status = Status.PASSED if passed else Status.FAILED
    return [
        Verdict(i.id, i.function, i.title, status, i.max_points if passed else 0.0, i.max_points)
        for i in infos
    ]


def test_points_add_up_over_checks(tmp_path):
    first = progress.note(EXERCISE, tmp_path, verdicts("conv_forward_naive"))
    assert first.endswith("12 of 100 points. Next: conv_backward_naive.")
    second = progress.note(EXERCISE, tmp_path, verdicts("max_pool_forward_naive"))
    assert second.endswith("20 of 100 points. Next: conv_backward_naive.")
    broken = progress.note(EXERCISE, tmp_path, verdicts("conv_forward_naive", passed=False))
    assert broken.endswith("8 of 100 points. Next: conv_forward_naive.")


def test_a_single_check_changes_nothing(tmp_path):
    progress.note(EXERCISE, tmp_path, verdicts("conv_forward_naive"))
    assert "12 of 100" in progress.note(EXERCISE, tmp_path, verdicts("conv_forward_naive")[:1])


def test_everything(tmp_path):
    functions = dict.fromkeys(info.function for info in list_checks(EXERCISE))
    everything = [verdict for name in functions for verdict in verdicts(name)]
    said = progress.note(EXERCISE, tmp_path, everything)
    assert "100 of 100 points. All done." in said
    assert str(tmp_path) in said and said.endswith(typed("submit")), "how to hand in"


@pytest.mark.parametrize("text", ["", "[1]", '{"conv_forward_naive": "x"}', "{"])
def test_a_file_of_another_kind_is_no_obstacle(tmp_path, text):
    (tmp_path / progress.NAME).write_text(text)
    assert "8 of 100" in progress.note(EXERCISE, tmp_path, verdicts("max_pool_forward_naive"))


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path):
    gone = tmp_path / "gone"
    assert "8 of 100" in progress.note(EXERCISE, gone, verdicts("max_pool_forward_naive"))
