"""autograder/exercises/written.py: what keeps a net from being trained, and nothing else does."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.engine.run import run_checks
from autograder.exercises import bars
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.written import NOT_TRAINED, expect_trainable
from autograder.judging.exam import CheckFailed
from autograder.judging.verdict import Status

ONES, ZEROS = np.ones(3), np.zeros(3)


@pytest.mark.parametrize(
    ("grads", "says"),
    [({"W": ONES}, "nothing for b"), ({"W": ZEROS, "b": ZEROS}, "All gradients are zero")],
)
def test_no_training_could_change_such_a_net(grads, says):
    with pytest.raises(CheckFailed, match=says) as caught:
        expect_trainable({"initial": {"W": ONES, "b": ONES}, "grads": grads})
    assert NOT_TRAINED in str(caught.value)
    assert NOT_TRAINED in caught.value.words


@pytest.mark.parametrize("W", [ONES, ZEROS, ONES * np.nan, -1e-300 * ONES])
def test_whatever_else_is_wrong_a_net_is_trained(W):
    expect_trainable({"initial": {"W": ONES, "b": ONES}, "grads": {"W": W, "b": ONES}})


SPOILT = """

_loss = ThreeLayerConvNet.loss


def loss(self, X, y=None):
    if y is None:
        return _loss(self, X)
    value, grads = _loss(self, X, y)
    {spoil}
    return value, grads


ThreeLayerConvNet.loss = loss
"""


@pytest.mark.parametrize(
    ("spoil", "status", "says"),
    [
        ("grads = {name: 0 * value for name, value in grads.items()}", Status.FAILED, "are zero"),
        ("grads.pop('b2')", Status.FAILED, "nothing for b2"),
        ("raise ValueError('no')", Status.ERROR, "ValueError"),
    ],
)
def test_a_training_that_is_left_out_is_told(
    spoil, status, says, solution, public_pack, monkeypatch
):
    def made(*_):
        raise AssertionError("the images were made")

    monkeypatch.setattr(bars, "request", made)
    source = solution.files[CNN] + SPOILT.format(spoil=spoil).encode()
    submission = replace(solution, files={**solution.files, CNN: source})
    (verdict,) = run_checks(EXERCISE, submission, public_pack, ["one_epoch"])
    assert verdict.status is status
    assert says in verdict.message
    assert NOT_TRAINED in verdict.message
