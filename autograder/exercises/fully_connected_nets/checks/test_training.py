"""The trainings: the student's net of any depth in the given ``Solver``."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.exercises.bars import Net, expect_accuracy, train
from autograder.exercises.fully_connected_nets.cases.net import initial
from autograder.exercises.fully_connected_nets.cases.training import longer, overfit
from autograder.judging.declare import check
from autograder.judging.exam import Exam
from autograder.judging.trained import trained

INPUTS, CLASSES = 3 * 32 * 32, 10


def shapes(settings: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the shape of each parameter of a net for the images of the trainings."""
    found = initial([INPUTS, *settings["hidden_dims"], CLASSES], 0.0)
    return {name: shape for name, (shape, *_) in found.items()}


NET = Net(shapes, "W1 to the last bias", "affine - relu for each hidden layer, and affine")


@check(
    "overfit_three_layers",
    points=3,
    cases=[overfit([100, 100])],
    seconds=120,
    bar=0.95,
    hint="A net that cannot learn 50 images by heart has a wrong gradient somewhere.",
)
def test_three_layers(exam: Exam) -> None:
    """Reach {bar} on 50 training images in 20 epochs, with two hidden layers."""
    expect_learned_by_heart(exam, "overfit_three_layers")


@check(
    "overfit_five_layers",
    points=3,
    cases=[overfit([100, 100, 100, 100])],
    seconds=120,
    bar=0.95,
    hint="With three layers it works? Then look at what is done for each layer, and when.",
)
def test_five_layers(exam: Exam) -> None:
    """Reach {bar} on 50 training images in 20 epochs, with four hidden layers."""
    expect_learned_by_heart(exam, "overfit_five_layers")


def expect_learned_by_heart(exam: Exam, name: str) -> None:
    """Fail unless a net has learned its few training images."""
    (case,) = exam.cases
    reply, right, _, remark = train(exam, case, NET)
    exam.show_training(trained(name, reply))
    expect_accuracy(exam, "its 50 training images", right, remark)


@check(
    "full_training",
    points=2,
    cases=[longer()],
    seconds=600,
    bar=0.50,
    hint="If the small sets can be learned by heart and this fails, look at the regularization.",
)
def test_held_out(exam: Exam) -> None:
    """Reach {bar} on images never seen, after five epochs on 30,000."""
    (case,) = exam.cases
    reply, right, held_out, remark = train(exam, case, NET)
    exam.show_training(trained("full_training", reply, validated=True))
    expect_accuracy(exam, "images that it has never seen", right[np.asarray(held_out)], remark)
