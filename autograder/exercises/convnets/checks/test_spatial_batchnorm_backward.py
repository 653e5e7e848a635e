"""``spatial_batchnorm_backward(dout, cache) -> (dx, dgamma, dbeta)``."""

from autograder.exercises.convnets.cases import larger
from autograder.exercises.convnets.cases.normalization import batchnorm_backward
from autograder.judging.declare import check
from autograder.judging.exam import NUMERIC, Exam

FUNCTION = "spatial_batchnorm_backward"
LARGER = (larger.batchnorm_backward(),)


@check(
    FUNCTION,
    points=2,
    cases=[batchnorm_backward(x=(3, 2, 4, 4))],
    hint="gamma and beta of a channel act on all of its pixels: what do their gradients sum over?",
)
def test_standard(exam: Exam) -> None:
    """Square images."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=2,
    cases=[batchnorm_backward(x=(2, 3, 4, 5)), batchnorm_backward(x=(2, 4, 6, 3))],
    hint="Which axis comes last in the rows of (N*H*W, C), and where must it go afterwards?",
)
def test_non_square(exam: Exam) -> None:
    """Images that are higher than wide, or wider than high."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=2,
    cases=[batchnorm_backward(x=(2, 3, 4, 5), spread=5.0, numeric=True)],
    hint="x acts on the output also through the mean and the variance of its channel.",
)
def test_numeric_gradient(exam: Exam) -> None:
    """The gradients are the slopes that centered differences measure."""
    exam.expect_backward(NUMERIC)


@check(
    FUNCTION,
    points=1,
    cases=[
        batchnorm_backward(x=(1, 3, 4, 4)),
        batchnorm_backward(x=(4, 1, 3, 5)),
        batchnorm_backward(x=(6, 3, 1, 1)),
        batchnorm_backward(x=(2, 3, 4, 4), spread=1.0, eps=0.1),
        batchnorm_backward(x=(2, 3, 4, 4), spread=0.05),
    ],
    hint="Try one image, one channel, one pixel, small values; and a large eps.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single image or channel, images of one pixel, a large eps and the default one."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=1,
    cases=[batchnorm_backward(x=(2, 3, 4, 5), dtype="float32")],
    hint="Does the function write into dout, or round to integers on the way?",
)
def test_contract(exam: Exam) -> None:
    """The upstream gradient stays as it is; float32 images work."""
    exam.expect_contract(["dout"])
