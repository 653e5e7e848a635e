"""``affine_forward(x, w, b) -> (out, cache)``."""

from autograder.exercises.fully_connected_nets.cases.layers import affine_forward
from autograder.judging.declare import check
from autograder.judging.exam import Exam

FUNCTION = "affine_forward"


@check(
    FUNCTION,
    points=2,
    cases=[affine_forward(x=(4, 5), units=3), affine_forward(x=(3, 7), units=7)],
    hint="Each row of x is one example: which matrix product makes a row of M numbers of it?",
)
def test_vectors(exam: Exam) -> None:
    """Examples that are vectors."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=2,
    cases=[affine_forward(x=(2, 3, 4, 5), units=6), affine_forward(x=(3, 2, 4), units=2)],
    hint="An example of several axes is read as one long row. Which axis has to stay as it is?",
)
def test_images(exam: Exam) -> None:
    """Examples of several axes, such as images."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=1,
    cases=[
        affine_forward(x=(1, 4), units=3),
        affine_forward(x=(5, 1), units=2),
        affine_forward(x=(4, 3), units=1),
        affine_forward(x=(3, 3), units=3),
    ],
    hint="Try one example, one feature, one unit.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single example, feature or unit, and sizes that are all alike."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=1,
    cases=[affine_forward(x=(4, 2, 3), units=5, dtype="float32")],
    hint="Does the function write into x, w or b?",
)
def test_contract(exam: Exam) -> None:
    """Inputs stay as they are; float32 works."""
    exam.expect_contract(["x", "w", "b"])
