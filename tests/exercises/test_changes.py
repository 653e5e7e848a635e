"""What a course changes reaches the checks: points, bars, and functions that are given."""

from dataclasses import replace

import pytest

from autograder import exercises
from autograder.engine.run import run_checks
from autograder.errors import UserError
from autograder.exercise import Changes
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.exercises.registry import more_seconds
from autograder.judging.verdict import Status


def test_points_of_a_check_are_those_of_the_course(solution, public_pack):
    changes = Changes(points={"conv_forward_naive/standard": 7.5})
    exercise = exercises.named("convnets", changes)
    verdicts = run_checks(exercise, solution, public_pack, ["conv_forward_naive"])
    assert {v.id: v.points for v in verdicts}["conv_forward_naive/standard"] == 7.5
    assert all(v.status is Status.PASSED for v in verdicts)


def test_a_given_forward_pass_has_the_documented_cache(solution, public_pack):
    """Whatever a student has made of it: what is built on it is judged by itself."""
    text = solution.files[LAYERS].decode()
    changed = text.replace(
        "return out, (x, gamma, beta, G, gn_param)", "return 0 * out, {'something': 'else'}"
    )
    assert changed != text
    submission = replace(solution, files={**solution.files, LAYERS: changed.encode()})
    backward = "spatial_groupnorm_backward"
    before = run_checks(exercises.named("convnets"), submission, public_pack, [backward])
    assert not any(v.status is Status.PASSED for v in before)
    given = exercises.named("convnets", Changes(given=("spatial_groupnorm_forward",)))
    verdicts = run_checks(given, submission, public_pack, [backward])
    assert [v.message for v in verdicts if v.status is not Status.PASSED] == []
    with pytest.raises(UserError, match="given in this course"):
        run_checks(given, submission, public_pack, ["spatial_groupnorm_forward"])


def test_a_module_of_the_course_can_be_used_and_others_cannot(solution, public_pack):
    """Pillow stands for it, which is there wherever the checks are."""
    text = solution.files[LAYERS].decode()
    text = text.replace(
        "    stride, pad = conv_param",
        "    PIL.Image.new('L', (1, 1))\n    stride, pad = conv_param",
        1,
    )
    submission = replace(solution, files={LAYERS: b"import PIL.Image\n" + text.encode()})
    names = ["conv_forward_naive/standard"]
    (without,) = run_checks(exercises.named("convnets"), submission, public_pack, names)
    assert "NumPy and the given package" in without.message
    changed = exercises.named("convnets", Changes(modules=("PIL",)))
    (verdict,) = run_checks(changed, submission, public_pack, names)
    assert (verdict.status, verdict.message) == (Status.PASSED, "")
    other = replace(submission, files={LAYERS: b"import pytest\npytest.main\n" + text.encode()})
    (verdict,) = run_checks(changed, other, public_pack, names)
    assert verdict.status is not Status.PASSED


def test_more_time_for_a_check_is_more_time_for_its_file():
    exercise = exercises.named("convnets")
    more = exercises.named("convnets", Changes(seconds={"conv_forward_naive/standard": 300.0}))
    before, after = (more_seconds(e, e.files[0]) for e in (exercise, more))
    assert after == before + 295
