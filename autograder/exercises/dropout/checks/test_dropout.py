"""``dropout_forward(x, dropout_param)`` and ``dropout_backward(dout, cache)``."""

from autograder.exercises.dropout.cases import (
    BACKWARD,
    FORWARD,
    back_in_test_mode,
    in_test_mode,
    trials,
)
from autograder.exercises.dropout.facts import BACKWARDS, expect_facts, expect_shapes
from autograder.judging.declare import check
from autograder.judging.exam import Exam


@check(
    FORWARD,
    points=15,
    cases=[trials(FORWARD, 0.3), trials(FORWARD, 0.8), trials(FORWARD, 0.6, shape=(150, 120))],
    hint="A random number between 0 and 1 is below p with the probability p.",
)
def test_forward_share(exam: Exam) -> None:
    """Values are kept with the probability p."""
    expect_facts(exam, ["kept"])


@check(
    FORWARD,
    points=15,
    cases=[trials(FORWARD, 0.3), trials(FORWARD, 0.8), trials(FORWARD, 0.6, shape=(150, 120))],
    hint="If p of the values are left, by what must these be multiplied to keep the mean?",
)
def test_forward_scale(exam: Exam) -> None:
    """What is kept is scaled in training, so that the mean stays the same."""
    expect_facts(exam, ["kept", "scale"])


@check(
    FORWARD,
    points=10,
    cases=[trials(FORWARD, 0.3), trials(FORWARD, 0.8, shape=(150, 120))],
    hint="Which shape has the mask? And when is it drawn?",
)
def test_forward_independence(exam: Exam) -> None:
    """Each value has a draw of its own, in each call."""
    expect_facts(exam, ["kept", "whole_rows", "whole_columns", "same_each_call"])


@check(
    FORWARD,
    points=15,
    cases=[in_test_mode(0.3, (6, 7)), in_test_mode(0.8, (5, 3, 4, 2))],
    hint="The scaling was done in training: what is left to do in testing?",
)
def test_forward_test_mode(exam: Exam) -> None:
    """In test mode nothing is dropped and nothing scaled."""
    exam.expect_forward()
    expect_shapes(exam)


@check(
    FORWARD,
    points=5,
    cases=[trials(FORWARD, 0.3, seed=123), trials(FORWARD, 0.8, dtype="float32")],
    hint="Does the function write into x? With a seed, are the same values dropped each time?",
)
def test_forward_contract(exam: Exam) -> None:
    """A seed makes calls repeatable; x stays as it is; float32 works."""
    expect_facts(exam, ["kept", "scale", "same_each_call"])
    for case in exam.cases:
        exam.expect_unchanged(case, exam.ask(case)["after"], ["x"])


@check(
    BACKWARD,
    points=20,
    cases=[trials(BACKWARD, 0.3), trials(BACKWARD, 0.8), trials(BACKWARD, 0.6, shape=(150, 120))],
    hint="What was dropped had no part in the output. What was kept was multiplied by a number.",
)
def test_backward_train_mode(exam: Exam) -> None:
    """In training, the gradient goes through where values were kept, scaled as they were."""
    expect_facts(exam, BACKWARDS)


@check(
    BACKWARD,
    points=15,
    cases=[back_in_test_mode(0.3, (6, 7)), back_in_test_mode(0.8, (5, 3, 4, 2))],
    hint="In test mode the layer does nothing: what is the slope of that?",
)
def test_backward_test_mode(exam: Exam) -> None:
    """In test mode the gradient goes through as it is."""
    exam.expect_backward()
    expect_shapes(exam)


@check(
    BACKWARD,
    points=5,
    cases=[trials(BACKWARD, 0.6, dtype="float32")],
    hint="Does the function write into dout?",
)
def test_backward_contract(exam: Exam) -> None:
    """The upstream gradient stays as it is; float32 works."""
    expect_facts(exam, BACKWARDS)
    for case in exam.cases:
        exam.expect_unchanged(case, exam.ask(case)["after"], ["dout"])
