"""``spatial_groupnorm_backward(dout, cache) -> (dx, dgamma, dbeta)``."""

from autograder.exercises.convnets.cases import larger
from autograder.exercises.convnets.cases.normalization import groupnorm_backward
from autograder.judging.declare import check
from autograder.judging.exam import NUMERIC, Exam

FUNCTION = "spatial_groupnorm_backward"
LARGER = (larger.groupnorm_backward(),)


@check(
    FUNCTION,
    points=2,
    cases=[groupnorm_backward(x=(2, 6, 4, 5), G=2)],
    hint="Statistics belong to a group, gamma and beta to a channel: each sums over its own axes.",
)
def test_standard(exam: Exam) -> None:
    """Two groups, on non-square images."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=2,
    cases=[groupnorm_backward(x=(2, 6, 3, 4), G=G) for G in (1, 3, 6)],
    hint="With G = 1 all channels share their statistics, with G = C none do.",
)
def test_groups(exam: Exam) -> None:
    """One group, one for each channel, and what lies between."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=2,
    cases=[groupnorm_backward(x=(2, 4, 3, 4), G=2, spread=5.0, numeric=True)],
    hint="x acts on the output also through the mean and the variance of its group.",
)
def test_numeric_gradient(exam: Exam) -> None:
    """The gradients are the slopes that centered differences measure."""
    exam.expect_backward(NUMERIC)


@check(
    FUNCTION,
    points=1,
    cases=[
        groupnorm_backward(x=(1, 4, 4, 4), G=2),
        groupnorm_backward(x=(3, 1, 4, 5), G=1),
        groupnorm_backward(x=(2, 6, 1, 1), G=2),
        groupnorm_backward(x=(2, 4, 3, 3), G=2, spread=1.0, eps=0.1),
        groupnorm_backward(x=(2, 4, 3, 3), G=2, spread=0.05),
    ],
    hint="Try one image, one channel, one pixel, small values; and a large eps.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single image or channel, images of one pixel, a large eps and the default one."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=1,
    cases=[groupnorm_backward(x=(2, 6, 4, 5), G=2, dtype="float32")],
    hint="Does the function write into dout, or round to integers on the way?",
)
def test_contract(exam: Exam) -> None:
    """The upstream gradient stays as it is; float32 images work."""
    exam.expect_contract(["dout"])
