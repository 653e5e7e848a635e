"""``conv_backward_naive(dout, cache) -> (dx, dw, db)``."""

from autograder.exercises.convnets.cases import larger
from autograder.exercises.convnets.cases.convolution import conv_backward
from autograder.judging.declare import check
from autograder.judging.exam import NUMERIC, Exam

FUNCTION = "conv_backward_naive"
LARGER = (
    larger.conv_backward(),
    # What is right without padding alone is right here too, and wrong on the other.
    larger.conv_backward(pad=0, check="no_padding"),
)


@check(
    FUNCTION,
    points=2,
    cases=[conv_backward(x=(3, 3, 5, 5), w=(2, 3, 3, 3), stride=1, pad=1)],
    hint="Each output was a sum of products: what does one dout value give to each factor?",
)
def test_standard(exam: Exam) -> None:
    """Square images and filters, stride 1, one pixel of padding."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=2,
    cases=[conv_backward(x=(2, 2, 4, 4), w=(3, 2, 3, 3), stride=1, pad=1, numeric=True)],
    hint="Nudge one value of x by a tiny h: which outputs change, and by how much?",
)
def test_numeric_gradient(exam: Exam) -> None:
    """The gradients are the slopes that centered differences measure."""
    exam.expect_backward(NUMERIC)


@check(
    FUNCTION,
    points=3,
    cases=[
        conv_backward(x=(2, 2, 7, 7), w=(3, 2, 3, 3), stride=2, pad=1),
        conv_backward(x=(2, 2, 5, 5), w=(3, 2, 3, 3), stride=1, pad=2),
        conv_backward(x=(2, 2, 8, 8), w=(3, 2, 3, 3), stride=3, pad=2),
        conv_backward(x=(2, 2, 7, 7), w=(3, 2, 3, 3), stride=2, pad=3),
    ],
    hint="Do stride and pad of the forward pass say where each window began?",
)
def test_stride_and_padding(exam: Exam) -> None:
    """Stride 1 to 3 and padding 1 to 3."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=2,
    cases=[
        conv_backward(x=(2, 2, 6, 6), w=(3, 2, 3, 3), stride=1, pad=0),
        conv_backward(x=(2, 2, 7, 7), w=(3, 2, 3, 3), stride=2, pad=0),
    ],
    hint="What is a[pad:-pad] when pad is 0? Try it on a small array.",
)
def test_no_padding(exam: Exam) -> None:
    """No padding at all."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=2,
    cases=[
        conv_backward(x=(2, 3, 4, 7), w=(2, 3, 3, 3), stride=1, pad=1),
        conv_backward(x=(2, 3, 8, 5), w=(2, 3, 3, 3), stride=1, pad=1),
        conv_backward(x=(2, 3, 6, 6), w=(2, 3, 3, 2), stride=1, pad=1),
        conv_backward(x=(2, 3, 9, 6), w=(2, 3, 1, 4), stride=2, pad=1),
        conv_backward(x=(2, 3, 5, 7), w=(2, 3, 2, 1), stride=3, pad=3),
    ],
    hint="Height goes with rows, width with columns: does every H have its HH, every W its WW?",
)
def test_non_square(exam: Exam) -> None:
    """Images and filters that are higher than wide, or wider than high."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=2,
    cases=[
        conv_backward(x=(1, 3, 5, 5), w=(2, 3, 3, 3), stride=1, pad=1),
        conv_backward(x=(2, 1, 5, 5), w=(1, 1, 3, 3), stride=1, pad=1),
        conv_backward(x=(2, 3, 4, 4), w=(2, 3, 1, 1), stride=1, pad=1),
        conv_backward(x=(2, 3, 3, 3), w=(2, 3, 5, 5), stride=1, pad=1),
    ],
    hint="Try one image, one channel, one filter, a 1x1 filter, a filter as large as the image.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single image, channel or filter; 1x1 filters; one window in all."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=1,
    cases=[conv_backward(x=(2, 3, 5, 5), w=(4, 3, 3, 3), dtype="float32")],
    hint="Does the function write into dout, or round to integers on the way?",
)
def test_contract(exam: Exam) -> None:
    """The upstream gradient stays as it is; float32 images work."""
    exam.expect_contract(["dout"])
