"""``ThreeLayerConvNet``: conv - relu - 2x2 max pool - affine - relu - affine - softmax."""

import math

import numpy as np

from autograder.exercises.alive import expect_alive, loss_in
from autograder.exercises.convnets.cases.net import NET, NetSettings, net
from autograder.exercises.nets import (
    expect_both_dtypes,
    expect_parameter,
    expect_penalty,
    expect_scores,
    gradient,
)
from autograder.exercises.written import expect_gradients, expect_written
from autograder.judging.declare import check
from autograder.judging.exam import DOUBLE, CheckFailed, Exam
from autograder.judging.output import Output

FUNCTION = NET
TINY = NetSettings(input_dim=(3, 4, 4), num_filters=2, hidden_dim=50)
ALIVE = net(TINY, 3)  # so many units that not all of them are 0 after a ReLU
SMALL = NetSettings()
WIDE = NetSettings(input_dim=(2, 6, 10), num_filters=3, filter_size=5, num_classes=4)


@check(
    FUNCTION,
    points=2,
    cases=[
        net(NetSettings(input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=50), 0),
        net(NetSettings(input_dim=(2, 6, 10), filter_size=5, weight_scale=0.05), 0),
        net(NetSettings(weight_scale=1e-5), 0),
    ],
    hint="What is random, and how widely? What is left of an image's size after a 2x2 pooling?",
)
def test_parameters(exam: Exam) -> None:
    """Shapes, Gaussian weights of weight_scale, biases of zero."""
    for case in exam.cases:
        reply = exam.ask(case)
        expect_written(reply)
        params, settings = reply["initial"], NetSettings(**case.payload["settings"])
        for name, (shape, spread) in settings.initial().items():
            expect_parameter(name, params.get(name), shape, spread)


@check(
    FUNCTION,
    points=2,
    cases=[net(SMALL, 3, labels=False), net(WIDE, 2, labels=False)],
    hint="Follow the shapes layer by layer; what do the scores look like before the softmax?",
)
def test_scores(exam: Exam) -> None:
    """The class scores for given parameters."""
    expect_scores(exam)


@check(
    FUNCTION,
    points=2,
    cases=[
        net(NetSettings(input_dim=(3, 16, 16), num_classes=10), 50, own_params=True),
        net(NetSettings(input_dim=(3, 16, 16), num_classes=4), 30, own_params=True),
        ALIVE,
    ],
    seconds=15,  # with one's own layers of four loops it takes three or more
    hint="A net that knows nothing gives each of K classes the probability 1/K: what loss is that?",
)
def test_initial_loss(exam: Exam) -> None:
    """A fresh net's loss is the logarithm of the number of classes."""
    *cases, alive = exam.cases
    expect_alive(exam, alive)
    for case in cases:
        expected = math.log(case.payload["settings"]["num_classes"])
        reply = exam.ask(case)
        expect_written(reply)
        loss = loss_in(reply)
        if not abs(loss - expected) <= 0.01:
            text = f"The loss is {loss:.6f}, expected about {expected:.6f}."
            raise CheckFailed(text, words=f"The loss is not about {expected:.6f}.")


@check(
    FUNCTION,
    points=3,
    cases=[
        net(NetSettings(reg=0.5), 3),
        net(NetSettings(input_dim=(2, 6, 10), filter_size=5, reg=2.0), 2),
        ALIVE,
    ],
    hint="The penalty is 0.5 * reg * the sum of squares of W1, W2 and W3: what is its derivative?",
)
def test_regularization(exam: Exam) -> None:
    """What the L2 penalty adds to the loss and to each gradient."""
    expect_penalty(exam)


@check(
    FUNCTION,
    points=4,
    cases=[net(SMALL, 3), net(WIDE, 2)],
    hint="Go back through the layers in reverse order; each one needs the cache of its own.",
)
def test_gradients(exam: Exam) -> None:
    """Loss and the gradients of all parameters, without regularization."""
    for case in exam.cases:
        reply, expected = exam.ask(case), case.expected
        expect_written(reply)
        loss = np.array(loss_in(reply))
        exam.expect_close(Output("loss"), loss, expected["loss"], DOUBLE)
        expect_gradients(reply)
        for name, value in case.payload["params"].items():
            got = gradient(reply, name, value)
            exam.expect_close(Output(name, "grads"), got, expected["grads"][name], DOUBLE)


@check(
    FUNCTION,
    points=1,
    cases=[net(NetSettings(dtype="float32"), 3), net(NetSettings(), 0)],
    hint="Is every parameter of the dtype that was asked for? Does loss write into X or y?",
)
def test_contract(exam: Exam) -> None:
    """Parameters have the dtype asked for; X and y stay as they are."""
    expect_both_dtypes(exam)
