"""autograder/exercises/written.py: what keeps a net from being trained, and nothing else does."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.engine.run import run_checks
from autograder.exercises import bars
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.written import NOT_TRAINED, expect_trainable
from autograder.judging.exam import CheckFailed, NotWritten
from autograder.judging.verdict import Status

ONES, ZEROS = np.ones(3), np.zeros(3)


@pytest.mark.parametrize(
    ("grads", "says"),
    [({"W": ONES}, "nothing for b"), ({"W": ZEROS, "b": ZEROS}, "All gradients are zero")],
)
def test_no_training_could_change_such_a_net(grads, says):
    with pytest.raises(CheckFailed, match=says) as caught:
        expect_trainable({"initial": {"W": ONES, "b": ONES}, "loss": 2.0, "grads": grads})
    assert NOT_TRAINED in str(caught.value)
    assert NOT_TRAINED in caught.value.words


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"initial": {}}, "params is empty"),
        ({"scores": None}, "scores is None"),
        ({"loss": None, "grads": {}}, "loss is None"),
        ({"loss": 0.0, "grads": {}}, "loss is 0 and grads is empty"),
        ({"grads": {}}, "grads is empty"),
    ],
)
def test_a_net_of_which_a_part_is_still_to_be_written_is_not_trained(other, says):
    whole = {"initial": {"W": ONES}, "scores": ONES, "loss": 2.0, "grads": {"W": ONES}}
    expect_trainable(whole)
    with pytest.raises(NotWritten, match=f"^{says}.* {NOT_TRAINED}$"):
        expect_trainable({**whole, **other})


@pytest.mark.parametrize("W", [ONES, ZEROS, ONES * np.nan, -1e-300 * ONES])
def test_whatever_else_is_wrong_a_net_is_trained(W):
    initial, scores = {"W": ONES, "b": ONES}, np.array("none")
    for loss in (None, 0.0, np.nan, -1e300, ZEROS):
        grads = {"W": W, "b": ONES}
        expect_trainable({"initial": initial, "scores": scores, "loss": loss, "grads": grads})


SPOILT = """

_loss = ThreeLayerConvNet.loss


def loss(self, X, y=None):
    value, grads = _loss(self, X, np.zeros(len(X), int) if y is None else y)
    scores = _loss(self, X)
    {spoil}
    return scores if y is None else (value, grads)


ThreeLayerConvNet.loss = loss
"""


@pytest.mark.parametrize(
    ("spoil", "status", "says"),
    [
        ("grads = {name: 0 * value for name, value in grads.items()}", Status.FAILED, "are zero"),
        ("grads.pop('b2')", Status.FAILED, "nothing for b2"),
        ("grads = {}", Status.MISSING, "grads is empty"),
        ("scores = None", Status.MISSING, "scores is None"),
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
