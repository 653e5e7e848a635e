"""``conv_forward_naive(x, w, b, conv_param) -> (out, cache)``."""

from autograder.exercises.convnets.cases.convolution import conv_forward
from autograder.judging.declare import check
from autograder.judging.exam import Exam

FUNCTION = "conv_forward_naive"


@check(
    FUNCTION,
    points=3,
    cases=[
        conv_forward(x=(2, 3, 5, 5), w=(4, 3, 3, 3), stride=1, pad=1),
        conv_forward(x=(2, 3, 7, 7), w=(3, 3, 3, 3), stride=2, pad=1),
    ],
    hint="Write down one output value by hand: which window of x, which filter, which bias?",
)
def test_standard(exam: Exam) -> None:
    """Square images and filters, stride 1 and 2, one pixel of padding."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=3,
    cases=[
        conv_forward(x=(2, 2, 6, 6), w=(3, 2, 3, 3), stride=1, pad=0),
        conv_forward(x=(2, 2, 9, 9), w=(3, 2, 3, 3), stride=3, pad=0),
        conv_forward(x=(2, 2, 5, 5), w=(3, 2, 3, 3), stride=1, pad=2),
        conv_forward(x=(2, 2, 8, 8), w=(3, 2, 3, 3), stride=3, pad=2),
        conv_forward(x=(2, 2, 7, 7), w=(3, 2, 3, 3), stride=2, pad=3),
    ],
    hint="Do stride and pad come from conv_param everywhere, in the output's size too?",
)
def test_stride_and_padding(exam: Exam) -> None:
    """Stride 1 to 3 and padding 0 to 3."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=3,
    cases=[
        conv_forward(x=(2, 3, 4, 7), w=(4, 3, 3, 3), stride=1, pad=1),
        conv_forward(x=(2, 3, 8, 5), w=(4, 3, 3, 3), stride=1, pad=1),
        conv_forward(x=(2, 3, 6, 6), w=(4, 3, 3, 2), stride=1, pad=1),
        conv_forward(x=(2, 3, 9, 6), w=(4, 3, 1, 4), stride=2, pad=1),
        conv_forward(x=(2, 3, 5, 7), w=(4, 3, 2, 1), stride=3, pad=3),
    ],
    hint="Height goes with rows, width with columns: does every H have its HH, every W its WW?",
)
def test_non_square(exam: Exam) -> None:
    """Images and filters that are higher than wide, or wider than high."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=2,
    cases=[
        conv_forward(x=(1, 3, 5, 5), w=(2, 3, 3, 3), stride=1, pad=1),
        conv_forward(x=(2, 1, 5, 5), w=(1, 1, 3, 3), stride=1, pad=1),
        conv_forward(x=(2, 3, 4, 4), w=(2, 3, 1, 1), stride=1, pad=1),
        conv_forward(x=(2, 3, 3, 3), w=(2, 3, 5, 5), stride=1, pad=1),
    ],
    hint="Try one image, one channel, one filter, a 1x1 filter, a filter as large as the image.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single image, channel or filter; 1x1 filters; one window in all."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=1,
    cases=[conv_forward(x=(2, 3, 5, 5), w=(4, 3, 3, 3), dtype="float32")],
    hint="Does the function write into x, w or b, or round to integers on the way?",
)
def test_contract(exam: Exam) -> None:
    """Inputs stay as they are; float32 images work."""
    exam.expect_contract(["x", "w", "b"])
