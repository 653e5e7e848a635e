"""``max_pool_forward_naive(x, pool_param) -> (out, cache)``."""

from autograder.exercises.convnets.cases.pooling import pool_forward
from autograder.judging.declare import check
from autograder.judging.exam import Exam

FUNCTION = "max_pool_forward_naive"


@check(
    FUNCTION,
    points=2,
    cases=[
        pool_forward(x=(2, 3, 4, 4), window=(2, 2), stride=2),
        pool_forward(x=(3, 2, 6, 6), window=(2, 2), stride=2, low=-3.0),
    ],
    hint="Is the maximum taken over one window of one channel, also when all values are negative?",
)
def test_standard(exam: Exam) -> None:
    """Windows of 2x2, side by side, on square images."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=2,
    cases=[
        pool_forward(x=(2, 2, 5, 5), window=(3, 3), stride=1),
        pool_forward(x=(2, 2, 7, 7), window=(3, 3), stride=2),
        pool_forward(x=(2, 2, 8, 8), window=(2, 2), stride=3),
    ],
    hint="How many windows fit when the stride is not the window's size?",
)
def test_strides(exam: Exam) -> None:
    """Windows that overlap, and windows with gaps between them."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=2,
    cases=[
        pool_forward(x=(2, 3, 4, 8), window=(2, 2), stride=2),
        pool_forward(x=(2, 3, 6, 6), window=(2, 4), stride=2),
        pool_forward(x=(2, 3, 9, 6), window=(3, 2), stride=1),
    ],
    hint="Height goes with pool_height and rows, width with pool_width and columns.",
)
def test_non_square(exam: Exam) -> None:
    """Images and windows that are higher than wide, or wider than high."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=1,
    cases=[
        pool_forward(x=(1, 3, 4, 4), window=(2, 2), stride=2),
        pool_forward(x=(2, 1, 4, 4), window=(2, 2), stride=2),
        pool_forward(x=(2, 2, 3, 3), window=(1, 1), stride=1),
        pool_forward(x=(2, 2, 4, 4), window=(4, 4), stride=1),
    ],
    hint="Try one image, one channel, a window of one pixel, and one as large as the image.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single image or channel; a window of 1x1; one window in all."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=1,
    cases=[pool_forward(x=(2, 3, 4, 4), window=(2, 2), stride=2, dtype="float32")],
    hint="Does the function write into x, or round to integers on the way?",
)
def test_contract(exam: Exam) -> None:
    """The input stays as it is; float32 images work."""
    exam.expect_contract(["x"])
