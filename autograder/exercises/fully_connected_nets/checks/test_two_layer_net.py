"""``TwoLayerNet``: affine - relu - affine - softmax."""

from autograder.exercises.fully_connected_nets.cases.net import TWO, TwoLayers, net
from autograder.exercises.nets import (
    expect_loss_and_gradients,
    expect_parameters,
    expect_penalty,
    expect_scores,
)
from autograder.exercises.written import expect_written
from autograder.judging.declare import check
from autograder.judging.exam import Exam

SMALL = TwoLayers()
WIDE = TwoLayers(input_dim=24, hidden_dim=10, num_classes=3)
ALIVE = net(TwoLayers(hidden_dim=50), 3)


@check(
    TWO,
    points=2,
    cases=[
        net(TwoLayers(input_dim=100, hidden_dim=40, weight_scale=0.05), 0),
        net(TwoLayers(input_dim=60, hidden_dim=50, num_classes=8), 0),
        net(TwoLayers(weight_scale=1e-5), 0),
    ],
    hint="What is random, and how widely? Which sizes does each matrix go between?",
)
def test_parameters(exam: Exam) -> None:
    """Shapes, Gaussian weights of weight_scale, biases of zero."""
    expect_parameters(exam)


@check(
    TWO,
    points=2,
    cases=[net(SMALL, 3, labels=False), net(WIDE, 4, labels=False, shape=(2, 3, 4))],
    hint="What do the scores look like before the softmax? Where does the ReLU stand?",
)
def test_scores(exam: Exam) -> None:
    """The class scores for given parameters, of vectors and of images."""
    expect_scores(exam)


@check(
    TWO,
    points=3,
    cases=[net(TwoLayers(reg=0.5), 3), net(TwoLayers(input_dim=8, reg=2.0), 2), ALIVE],
    hint="The penalty is 0.5 * reg * the sum of squares of W1 and W2: what is its derivative?",
)
def test_regularization(exam: Exam) -> None:
    """What the L2 penalty adds to the loss and to each gradient."""
    expect_penalty(exam)


@check(
    TWO,
    points=4,
    cases=[net(SMALL, 3), net(WIDE, 4, shape=(2, 3, 4))],
    hint="Go back through the layers in reverse order; each one needs the cache of its own.",
)
def test_gradients(exam: Exam) -> None:
    """Loss and the gradients of all parameters, without regularization."""
    expect_loss_and_gradients(exam)


@check(
    TWO,
    points=1,
    cases=[net(SMALL, 1), net(TwoLayers(input_dim=5, hidden_dim=5, num_classes=5), 5)],
    hint="Does loss write into X or y? Try a single example, and sizes that are all alike.",
)
def test_contract(exam: Exam) -> None:
    """X and y stay as they are; a single example works."""
    expect_loss_and_gradients(exam)
    for case in exam.cases:
        reply = exam.ask(case)
        expect_written(reply)
        exam.expect_unchanged(case, reply["after"], ["X", "y"])
