"""``FullyConnectedNet``: any number of layers, with normalization and dropout if wanted."""

from autograder.exercises.fully_connected_nets.cases.net import MANY, Layers, net
from autograder.exercises.nets import (
    expect_both_dtypes,
    expect_loss_and_gradients,
    expect_parameters,
    expect_penalty,
    expect_scores,
)
from autograder.judging.declare import check
from autograder.judging.exam import Exam

ALIVE = net(Layers(hidden_dims=(40, 30)), 3)


@check(
    MANY,
    points=2,
    cases=[
        net(Layers(hidden_dims=(50, 40, 30), input_dim=60, weight_scale=0.05), 0),
        net(Layers(hidden_dims=(50,), input_dim=70, num_classes=7), 0),
        net(Layers(hidden_dims=(40, 30), input_dim=50, normalization="batchnorm"), 0),
    ],
    hint="How many matrices are there with L - 1 hidden layers? Which layers have a gamma?",
)
def test_parameters(exam: Exam) -> None:
    """Shapes, Gaussian weights of weight_scale, gammas of one, all else zero."""
    expect_parameters(exam)


@check(
    MANY,
    points=2,
    cases=[
        net(Layers(), 3, labels=False),
        net(Layers(hidden_dims=(7, 6, 5), input_dim=24), 4, labels=False, shape=(2, 3, 4)),
        net(Layers(hidden_dims=(9,)), 2, labels=False),
    ],
    hint="Every layer but the last is followed by a ReLU.",
)
def test_scores(exam: Exam) -> None:
    """The class scores for given parameters, with one to three hidden layers."""
    expect_scores(exam)


@check(
    MANY,
    points=2,
    cases=[
        net(Layers(reg=0.5), 3),
        net(Layers(hidden_dims=(7, 6, 5), reg=2.0), 2),
        net(Layers(normalization="layernorm", reg=1.0), 3),
        ALIVE,
    ],
    hint="The penalty is on all weights, those of the last layer too; on no bias, gamma or beta.",
)
def test_regularization(exam: Exam) -> None:
    """What the L2 penalty adds to the loss and to each gradient."""
    expect_penalty(exam)


@check(
    MANY,
    points=4,
    cases=[
        net(Layers(), 3),
        net(Layers(hidden_dims=(7, 6, 5), input_dim=24), 4, shape=(2, 3, 4)),
        net(Layers(hidden_dims=(9,)), 2),
    ],
    hint="Go back through the layers in reverse order; each one needs the cache of its own.",
)
def test_gradients(exam: Exam) -> None:
    """Loss and the gradients of all parameters, without anything else."""
    expect_loss_and_gradients(exam)


@check(
    MANY,
    points=3,
    cases=[
        net(Layers(normalization="batchnorm"), 5),
        net(Layers(hidden_dims=(7, 6, 5), normalization="batchnorm"), 6),
    ],
    hint="Which bn_param is whose? And does the normalization come before the ReLU or after it?",
)
def test_batchnorm(exam: Exam) -> None:
    """With batch normalization: scores in test mode, loss, and all gradients."""
    expect_loss_and_gradients(exam)


@check(
    MANY,
    points=2,
    cases=[
        net(Layers(normalization="layernorm"), 4),
        net(Layers(hidden_dims=(7, 6, 5), normalization="layernorm"), 3),
    ],
    hint="It takes its place where batch normalization has its own.",
)
def test_layernorm(exam: Exam) -> None:
    """With layer normalization: scores, loss, and all gradients."""
    expect_loss_and_gradients(exam)


@check(
    MANY,
    points=2,
    cases=[
        net(Layers(hidden_dims=(20, 15), dropout_keep_ratio=0.6, seed=11), 4),
        net(
            Layers((20,), dropout_keep_ratio=0.3, seed=12, normalization="batchnorm"),
            5,
        ),
    ],
    hint="Dropout comes after the ReLU, and is given self.dropout_param: that has the seed.",
)
def test_dropout(exam: Exam) -> None:
    """With dropout, its seed given: scores in test mode, loss, and all gradients."""
    expect_loss_and_gradients(exam)


@check(
    MANY,
    points=1,
    cases=[net(Layers(dtype="float32"), 3), net(Layers(), 0)],
    hint="Is every parameter of the dtype that was asked for? Does loss write into X or y?",
)
def test_contract(exam: Exam) -> None:
    """Parameters have the dtype asked for; X and y stay as they are."""
    expect_both_dtypes(exam)
