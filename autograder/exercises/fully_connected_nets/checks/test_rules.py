"""The update rules: ``(w, dw, config=None) -> (next_w, config)``."""

from autograder.exercises.fully_connected_nets.cases.rules import update
from autograder.exercises.fully_connected_nets.steps import (
    expect_kept,
    expect_left_alone,
    expect_steps,
)
from autograder.judging.declare import check
from autograder.judging.exam import Exam

MOMENTUM, RMSPROP, ADAM = "sgd_momentum", "rmsprop", "adam"


@check(
    MOMENTUM,
    points=2,
    cases=[
        update(MOMENTUM, (4, 5), learning_rate=0.1, momentum=0.8, remembers=True),
        update(MOMENTUM, (3,), learning_rate=0.5, momentum=0.6),
    ],
    hint="First the velocity changes, then the parameter moves by the new one.",
)
def test_momentum_one_step(exam: Exam) -> None:
    """One step, from rest and with a velocity."""
    expect_steps(exam)


@check(
    MOMENTUM,
    points=3,
    cases=[
        update(MOMENTUM, (3, 2), steps=4),
        update(MOMENTUM, (2, 3), steps=3, learning_rate=0.05, momentum=0.5),
    ],
    hint="Does config hold the velocity of this step when the next one comes?",
)
def test_momentum_several_steps(exam: Exam) -> None:
    """Several steps, also with the default settings, and the velocity that is kept."""
    expect_steps(exam)
    expect_kept(exam)


@check(
    MOMENTUM,
    points=1,
    cases=[update(MOMENTUM, (3, 4), steps=2, dtype="float32", learning_rate=0.1)],
    hint="Does the function write into w or dw?",
)
def test_momentum_contract(exam: Exam) -> None:
    """w and dw stay as they are; float32 works."""
    expect_left_alone(exam)


@check(
    RMSPROP,
    points=2,
    cases=[
        update(RMSPROP, (4, 5), learning_rate=0.1, decay_rate=0.8, epsilon=0.01, remembers=True),
        update(RMSPROP, (3,), learning_rate=0.5, decay_rate=0.6),
    ],
    hint="First the mean square changes; its root is what the step is divided by.",
)
def test_rmsprop_one_step(exam: Exam) -> None:
    """One step, at the start and later; a large epsilon."""
    expect_steps(exam)


@check(
    RMSPROP,
    points=3,
    cases=[
        update(RMSPROP, (3, 2), steps=4),
        update(RMSPROP, (2, 3), steps=3, learning_rate=0.05, decay_rate=0.5),
    ],
    hint="Does config hold the mean square of this step when the next one comes?",
)
def test_rmsprop_several_steps(exam: Exam) -> None:
    """Several steps, also with the default settings, and the mean square that is kept."""
    expect_steps(exam)
    expect_kept(exam)


@check(
    RMSPROP,
    points=1,
    cases=[update(RMSPROP, (3, 4), steps=2, dtype="float32", learning_rate=0.1)],
    hint="Does the function write into w or dw?",
)
def test_rmsprop_contract(exam: Exam) -> None:
    """w and dw stay as they are; float32 works."""
    expect_left_alone(exam)


@check(
    ADAM,
    points=3,
    cases=[
        update(ADAM, (4, 5), learning_rate=0.1, beta1=0.8, beta2=0.9, epsilon=0.01, remembers=True),
        update(ADAM, (3,), learning_rate=0.5, beta1=0.6, beta2=0.7),
    ],
    hint="t is counted up before it is used: the first step has t = 1.",
)
def test_adam_one_step(exam: Exam) -> None:
    """One step, at the start and as the sixth; a large epsilon."""
    expect_steps(exam)


@check(
    ADAM,
    points=4,
    cases=[
        update(ADAM, (3, 2), steps=4),
        update(ADAM, (2, 3), steps=3, learning_rate=0.05, beta1=0.5, beta2=0.75),
    ],
    hint="What is corrected for the start at zero is used, and what is not corrected is kept.",
)
def test_adam_several_steps(exam: Exam) -> None:
    """Several steps, also with the default settings, and what is kept: m, v and t."""
    expect_steps(exam)
    expect_kept(exam)


@check(
    ADAM,
    points=1,
    cases=[update(ADAM, (3, 4), steps=2, dtype="float32", learning_rate=0.1)],
    hint="Does the function write into w or dw?",
)
def test_adam_contract(exam: Exam) -> None:
    """w and dw stay as they are; float32 works."""
    expect_left_alone(exam)
