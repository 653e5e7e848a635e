"""``svm_loss(x, y) -> (loss, dx)``."""

from autograder.exercises.fully_connected_nets.cases.layers import larger_loss, loss
from autograder.exercises.fully_connected_nets.losses import expect_dx, expect_loss
from autograder.judging.declare import check
from autograder.judging.exam import Exam

FUNCTION = "svm_loss"
LARGER = (larger_loss(FUNCTION),)


@check(
    FUNCTION,
    points=3,
    cases=[loss(FUNCTION, (6, 5)), loss(FUNCTION, (4, 10), shift=1.5), loss(FUNCTION, (5, 2))],
    hint="Each wrong class costs by how much its score comes nearer than 1 to the label's.",
)
def test_loss(exam: Exam) -> None:
    """The mean hinge loss with margin 1."""
    expect_loss(exam)


@check(
    FUNCTION,
    points=4,
    cases=[loss(FUNCTION, (6, 5)), loss(FUNCTION, (4, 10)), loss(FUNCTION, (5, 3), labels="last")],
    hint="Each class that costs something pulls down the label's slope by one.",
)
def test_gradient(exam: Exam) -> None:
    """Its gradient with respect to the scores."""
    expect_dx(exam)


@check(
    FUNCTION,
    points=1,
    cases=[loss(FUNCTION, (4, 5), spread=0.1), loss(FUNCTION, (4, 6), spread=20.0)],
    hint="Small scores: every class costs. Far apart: few do, and some examples cost nothing.",
)
def test_all_margins_and_few(exam: Exam) -> None:
    """Scores close together, where all classes cost, and far apart, where few do."""
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
