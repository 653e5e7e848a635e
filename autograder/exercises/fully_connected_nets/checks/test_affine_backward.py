"""``affine_backward(dout, cache) -> (dx, dw, db)``."""

from autograder.exercises.fully_connected_nets.cases.layers import affine_backward, larger_affine
from autograder.judging.declare import check
from autograder.judging.exam import NUMERIC, Exam

FUNCTION = "affine_backward"
LARGER = (larger_affine(),)


@check(
    FUNCTION,
    points=3,
    cases=[affine_backward(x=(4, 5), units=3), affine_backward(x=(3, 7), units=2)],
    hint="dx, dw and db have the shapes of x, w and b: which products of dout give those?",
)
def test_vectors(exam: Exam) -> None:
    """Examples that are vectors."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=3,
    cases=[affine_backward(x=(2, 3, 4, 5), units=6), affine_backward(x=(3, 2, 4), units=2)],
    hint="dx has to go back into the shape in which x came.",
)
def test_images(exam: Exam) -> None:
    """Examples of several axes: dx has the shape of x."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=2,
    cases=[affine_backward(x=(3, 2, 3), units=4, numeric=True)],
    hint="Nudge one number of x, w or b: by how much does each output move?",
)
def test_numeric_gradient(exam: Exam) -> None:
    """The gradients are the slopes that centered differences measure."""
    exam.expect_backward(NUMERIC)


@check(
    FUNCTION,
    points=1,
    cases=[
        affine_backward(x=(1, 4), units=3),
        affine_backward(x=(5, 1), units=2),
        affine_backward(x=(4, 3), units=1),
        affine_backward(x=(3, 3), units=3),
    ],
    hint="With one example, one feature and one unit every sum has one term.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single example, feature or unit, and sizes that are all alike."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=1,
    cases=[affine_backward(x=(4, 2, 3), units=5, dtype="float32")],
    hint="Does the function write into dout?",
)
def test_contract(exam: Exam) -> None:
    """The upstream gradient stays as it is; float32 works."""
    exam.expect_contract(["dout"])
