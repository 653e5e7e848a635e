"""``relu_forward(x) -> (out, cache)`` and ``relu_backward(dout, cache) -> dx``."""

from autograder.exercises.fully_connected_nets.cases.layers import (
    larger_relu,
    relu_backward,
    relu_forward,
)
from autograder.judging.declare import check
from autograder.judging.exam import NUMERIC, Exam

FORWARD, BACKWARD = "relu_forward", "relu_backward"
LARGER = (larger_relu(),)


@check(
    FORWARD,
    points=2,
    cases=[relu_forward(x=(4, 5)), relu_forward(x=(2, 3, 4, 2)), relu_forward(x=(6,))],
    hint="What is positive stays; what becomes of all else?",
)
def test_forward_values(exam: Exam) -> None:
    """Negative numbers become zero, in arrays of any shape."""
    exam.expect_forward()


@check(
    FORWARD,
    points=1,
    cases=[relu_forward(x=(4, 5), dtype="float32")],
    hint="Does the function write into x? The backward pass still needs it.",
)
def test_forward_contract(exam: Exam) -> None:
    """The input stays as it is; float32 works."""
    exam.expect_contract(["x"])


@check(
    BACKWARD,
    points=2,
    cases=[relu_backward(x=(4, 5)), relu_backward(x=(2, 3, 4, 2)), relu_backward(x=(6,))],
    hint="A gradient goes through where the input was positive. Is dout's own sign of any matter?",
)
def test_backward_values(exam: Exam) -> None:
    """The gradient goes through where the input was positive, in arrays of any shape."""
    exam.expect_backward()


@check(
    BACKWARD,
    points=1,
    cases=[relu_backward(x=(3, 4), numeric=True)],
    hint="Where the input is negative, nudging it moves nothing.",
)
def test_backward_numeric_gradient(exam: Exam) -> None:
    """The gradient is the slope that centered differences measure."""
    exam.expect_backward(NUMERIC)


@check(
    BACKWARD,
    points=1,
    cases=[relu_backward(x=(4, 5), dtype="float32")],
    hint="Does the function write into dout?",
)
def test_backward_contract(exam: Exam) -> None:
    """The upstream gradient stays as it is; float32 works."""
    exam.expect_contract(["dout"])
