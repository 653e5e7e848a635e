"""What helps with common exceptions, and that a hint stands only under what it fits."""

import pytest

from autograder.course.museum.convnets.mistakes.conv_backward import CROP
from autograder.course.museum.convnets.mistakes.conv_backward import LOOPS as CONV_BACKWARD
from autograder.course.museum.convnets.mistakes.spatial_batchnorm_backward import (
    DIRECT as BATCH_BACKWARD,
)
from autograder.course.museum.mistake import variant
from autograder.course.museum.submissions import with_code
from autograder.engine import run as engine
from autograder.engine.hints import hints_for
from autograder.exercises.convnets import EXERCISE
from autograder.judging.verdict import Status
from autograder.sandbox.errors import Raised


@pytest.mark.parametrize(
    ("summary", "words"),
    [
        ("TypeError: 'float' object cannot be interpreted as an integer", "need //"),
        ("TypeError: 'numpy.float64' object cannot be interpreted as an integer", "need //"),
        (
            "TypeError: expected a sequence of integers or a single integer, got 'np.float64(2.0)'",
            "need //",
        ),
        ("TypeError: slice indices must be integers or None or have an __index__", "need //"),
        ("AttributeError: 'dict' object has no attribute 'iteritems'", "items()"),
        (
            "TypeError: unravel_index() got an unexpected keyword argument 'dims'",
            "dims is shape now",
        ),
        ("ModuleNotFoundError: No module named 'cs231n.data'", "no such file"),
        ("ModuleNotFoundError: No module named 'matplotlib'", "Plot in the notebook"),
        ("NameError: name 'xrange' is not defined", "range"),
    ],
)
def test_exceptions_that_many_meet(summary, words):
    (hint,) = hints_for(Raised(summary))
    assert words in hint


def test_other_exceptions_have_no_hint():
    assert hints_for(Raised("ValueError: no")) == []


def verdicts_on(solution, pack, function, code):
    found = engine.run_checks(
        EXERCISE, with_code(EXERCISE, solution, function, code), pack, [function]
    )
    return {v.id.split("/")[1]: v for v in found}


SIN, COS = "0.37 * np.sin(np.arange(len(db)))", "0.21 * np.cos(db)"
ODD = ("return dx, dw, db", f"return dx, dw, db + {SIN} - {COS}")  # no one change mends both
PAD = "What is a[pad:-pad] when pad is 0?"


def test_a_hint_stands_where_its_check_is_the_first_to_go_wrong(solution, public_pack):
    only_there = variant(
        CONV_BACKWARD,
        (ODD[0], ODD[1].replace("+ 0", "+ (pad == 0) * 0").replace("- 0", "- (pad < 1) * 0")),
    )
    found = verdicts_on(solution, public_pack, "conv_backward_naive", only_there)
    assert PAD in found["no_padding"].message
    everywhere = verdicts_on(
        solution, public_pack, "conv_backward_naive", variant(CONV_BACKWARD, ODD)
    )
    assert "what does one dout value give" in everywhere["standard"].message
    assert PAD not in everywhere["no_padding"].message
    assert "write into dout" not in everywhere["contract"].message


def test_a_hint_stands_under_an_exception_too(solution, public_pack):
    raising = "dx_pad[:, :, pad:-pad, pad:-pad].reshape(x.shape)"
    code = variant(CONV_BACKWARD, (CROP, raising), ODD)
    found = verdicts_on(solution, public_pack, "conv_backward_naive", code)
    assert found["no_padding"].status is Status.ERROR
    assert PAD in found["no_padding"].message or "pad:-pad" in found["no_padding"].message


def test_another_layout_costs_the_contract_alone(solution, public_pack):
    code = variant(
        BATCH_BACKWARD,
        ("return dx, dgamma, dbeta", "return dx, dgamma.reshape(1, C), dbeta.reshape(1, C)"),
    )
    found = verdicts_on(solution, public_pack, "spatial_batchnorm_backward", code)
    assert [name for name, v in found.items() if v.status is not Status.PASSED] == ["contract"]
    message = found["contract"].message
    assert "its shape is (1, 3), expected (3,)" in message
    assert "dgamma.reshape(3,)" in message
    assert "Does the function write into" not in message
