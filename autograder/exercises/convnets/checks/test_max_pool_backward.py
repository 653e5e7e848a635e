"""``max_pool_backward_naive(dout, cache) -> dx``."""

from autograder.exercises.convnets.cases import larger
from autograder.exercises.convnets.cases.pooling import pool_backward
from autograder.judging.declare import check
from autograder.judging.exam import NUMERIC, Exam

FUNCTION = "max_pool_backward_naive"
LARGER = (larger.pool_backward(),)


@check(
    FUNCTION,
    points=2,
    cases=[
        pool_backward(x=(3, 2, 8, 8), window=(2, 2), stride=2),
        pool_backward(x=(2, 3, 6, 6), window=(3, 3), stride=3),
        pool_backward(x=(2, 2, 6, 6), window=(2, 2), stride=2, shuffled=True),
    ],
    hint="Which one value of a window decides the output? The others get no gradient.",
)
def test_standard(exam: Exam) -> None:
    """Square windows, side by side, on square images."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=3,
    cases=[
        pool_backward(x=(2, 2, 5, 5), window=(3, 3), stride=1),
        pool_backward(x=(2, 2, 7, 7), window=(3, 3), stride=2),
    ],
    hint="One value can be the maximum of several windows: what does it get from each?",
)
def test_overlapping(exam: Exam) -> None:
    """Windows that overlap."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=2,
    cases=[
        pool_backward(x=(2, 3, 4, 8), window=(2, 2), stride=2),
        pool_backward(x=(2, 3, 6, 12), window=(2, 4), stride=4),
        pool_backward(x=(2, 3, 9, 7), window=(3, 1), stride=3),
    ],
    hint="Height goes with pool_height and rows, width with pool_width and columns.",
)
def test_non_square(exam: Exam) -> None:
    """Images and windows that are higher than wide, or wider than high."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=1,
    cases=[
        pool_backward(x=(1, 3, 4, 4), window=(2, 2), stride=2),
        pool_backward(x=(2, 1, 4, 4), window=(2, 2), stride=2),
        pool_backward(x=(2, 2, 3, 3), window=(1, 1), stride=1),
        pool_backward(x=(2, 2, 4, 4), window=(4, 4), stride=1),
    ],
    hint="Try one image, one channel, a window of one pixel, and one as large as the image.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single image or channel; a window of 1x1; one window in all."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=1,
    cases=[pool_backward(x=(2, 2, 4, 4), window=(2, 2), stride=2, numeric=True)],
    hint="Nudge one value of x by a tiny h: which output changes, if any?",
)
def test_numeric_gradient(exam: Exam) -> None:
    """The gradient is the slope that centered differences measure."""
    exam.expect_backward(NUMERIC)


@check(
    FUNCTION,
    points=1,
    cases=[pool_backward(x=(2, 3, 4, 4), window=(2, 2), stride=2, dtype="float32")],
    hint="Does the function write into dout, or round to integers on the way?",
)
def test_contract(exam: Exam) -> None:
    """The upstream gradient stays as it is; float32 images work."""
    exam.expect_contract(["dout"])
