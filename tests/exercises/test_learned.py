"""autograder/exercises/learned.py: what a trained net is judged by in a graded run."""

import numpy as np
import pytest

from autograder.exercises.convnets.checks.test_training import NET
from autograder.exercises.learned import learned, without_own_scores
from autograder.judging.exam import CheckFailed

SHAPES = {
    "W1": (32, 3, 7, 7),
    "b1": (32,),
    "W2": (8192, 100),
    "b2": (100,),
    "W3": (100, 10),
    "b3": (10,),
}


def test_the_net_has_these_shapes():
    assert NET.shapes({"weight_scale": 1e-2, "dtype": "float32"}) == SHAPES


def params(**changes):
    made = {name: np.ones(shape, np.float32) for name, shape in SHAPES.items()}
    return {**made, "table": np.ones(5), **changes}


def test_only_the_six_parameters_count_as_float32():
    found = learned(params(b2=np.ones((1, 100)), W3=np.ones((100, 10), np.float64)), SHAPES)
    assert {name: value.shape for name, value in found.items()} == SHAPES
    assert {value.dtype for value in found.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("W1", None),
        ("W1", 3.0),
        ("W1", np.ones((32, 7, 7, 3), np.float32)),
        ("b3", np.full(10, np.nan, np.float32)),
        ("b3", np.full(10, 1e300)),
        ("W2", np.ones((8192, 100), np.int64)),
        ("W2", np.ones((8192, 100), np.float16)),
        ("W3", np.ones((100, 11), np.float32)),
    ],
)
def test_what_is_no_parameter_of_the_net_is_refused(name, value):
    with pytest.raises(CheckFailed, match=f"After the training, .*{name}") as raised:
        learned(params(**{name: value}), SHAPES)
    assert "nan" not in raised.value.words
    assert "11" not in raised.value.words


def test_scores_of_ones_own_are_noticed():
    right = np.arange(100) < 90
    assert without_own_scores(np.array([0.1, 0.9]), right, NET.other_scores) == ""
    assert (
        without_own_scores(np.array([0.1, 0.91]), right, NET.other_scores) == ""
    )  # a tie, rounded otherwise
    text = without_own_scores(np.array([0.1, 1.0]), right, NET.other_scores)
    assert "Your own scores differ" in text
    assert "1.000" in text
    assert "0.900" in text
    for odd in (np.zeros(0), np.array([np.nan]), np.array(["x"])):
        assert without_own_scores(odd, right, NET.other_scores)
