"""Softmax and hinge loss."""

import math

import numpy as np
import pytest

from cs231n.gradient_check import eval_numerical_gradient
from cs231n.losses import softmax_loss, svm_loss

RNG = np.random.default_rng(0)
SCORES, LABELS = RNG.normal(size=(6, 5)), np.array([0, 4, 2, 2, 1, 3])


def test_softmax_by_its_definition():
    expected = 0.0
    for scores, label in zip(SCORES, LABELS, strict=True):
        expected -= math.log(math.exp(scores[label]) / sum(map(math.exp, scores))) / len(SCORES)
    assert softmax_loss(SCORES, LABELS)[0] == pytest.approx(expected, rel=1e-12)


def test_svm_by_its_definition():
    expected = 0.0
    for scores, label in zip(SCORES, LABELS, strict=True):
        for k in range(len(scores)):
            if k != label:
                expected += max(0.0, scores[k] - scores[label] + 1) / len(SCORES)
    assert svm_loss(SCORES, LABELS)[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("loss", [softmax_loss, svm_loss])
def test_gradient(loss):
    expected = eval_numerical_gradient(lambda x: loss(x, LABELS)[0], SCORES.copy(), verbose=False)
    np.testing.assert_allclose(loss(SCORES, LABELS)[1], expected, rtol=1e-6, atol=1e-9)


def test_softmax_of_large_scores_is_finite():
    loss, dx = softmax_loss(np.array([[1e4, 0.0], [0.0, -1e4]]), np.array([1, 0]))
    assert loss == pytest.approx(5000)
    assert np.isfinite(dx).all()


@pytest.mark.parametrize("loss", [softmax_loss, svm_loss])
def test_float32_is_kept_and_scores_are_not_changed(loss):
    scores = SCORES.astype("f4")
    scores.flags.writeable = False
    value, dx = loss(scores, LABELS)
    assert isinstance(value, float)
    assert dx.dtype == np.float32
