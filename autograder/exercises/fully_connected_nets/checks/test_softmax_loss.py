"""``softmax_loss(x, y) -> (loss, dx)``."""

from autograder.exercises.fully_connected_nets.cases.layers import larger_loss, loss
from autograder.exercises.fully_connected_nets.losses import expect_dx, expect_loss
from autograder.judging.declare import check
from autograder.judging.exam import Exam

FUNCTION = "softmax_loss"
LARGER = (larger_loss(FUNCTION),)


@check(
    FUNCTION,
    points=3,
    cases=[loss(FUNCTION, (6, 5)), loss(FUNCTION, (4, 10), shift=1.5), loss(FUNCTION, (5, 2))],
    hint="The loss of one example is -log of the probability of its label; the batch has the mean.",
)
def test_loss(exam: Exam) -> None:
    """The mean cross-entropy."""
    expect_loss(exam)


@check(
    FUNCTION,
    points=4,
    cases=[loss(FUNCTION, (6, 5)), loss(FUNCTION, (4, 10)), loss(FUNCTION, (5, 3), labels="last")],
    hint="The gradient is the probabilities, less 1 at the label. And what makes a mean of a sum?",
)
def test_gradient(exam: Exam) -> None:
    """Its gradient with respect to the scores."""
    expect_dx(exam)


@check(
    FUNCTION,
    points=2,
    cases=[
        loss(FUNCTION, (4, 5), shift=1000.0),
        loss(FUNCTION, (4, 5), shift=-1000.0),
        loss(FUNCTION, (4, 3), spread=60.0),
    ],
    hint="exp(1000) overflows. Which number can be taken off all scores of an example for nothing?",
)
def test_large_scores(exam: Exam) -> None:
    """Scores in the hundreds and thousands, of either sign."""
    expect_loss(exam)
    expect_dx(exam)


@check(
    FUNCTION,
    points=1,
    cases=[loss(FUNCTION, (6, 5), dtype="float32"), loss(FUNCTION, (1, 4))],
    hint="Does the function write into the scores or the labels? Try a single example, too.",
)
def test_contract(exam: Exam) -> None:
    """Inputs stay as they are; float32 and a single example work."""
    expect_dx(exam, unchanged=("x", "y"))
