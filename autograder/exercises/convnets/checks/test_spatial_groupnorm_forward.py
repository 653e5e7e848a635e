"""``spatial_groupnorm_forward(x, gamma, beta, G, gn_param) -> (out, cache)``."""

from autograder.exercises.convnets.cases.normalization import groupnorm_forward
from autograder.judging.declare import check
from autograder.judging.exam import Exam

FUNCTION = "spatial_groupnorm_forward"


@check(
    FUNCTION,
    points=3,
    cases=[
        groupnorm_forward(x=(2, 6, 4, 5), G=2),
        groupnorm_forward(x=(3, 4, 5, 5), G=2),
    ],
    hint="One mean and one variance for each image and group, over its channels and all pixels.",
)
def test_standard(exam: Exam) -> None:
    """Two groups, on square and non-square images."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=2,
    cases=[groupnorm_forward(x=(2, 6, 3, 4), G=G) for G in (1, 2, 3, 6)],
    hint="With G = 1 all channels share their statistics, with G = C none do.",
)
def test_groups(exam: Exam) -> None:
    """One group, one for each channel, and what lies between."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=2,
    cases=[
        groupnorm_forward(x=(1, 4, 4, 4), G=2),
        groupnorm_forward(x=(3, 1, 4, 5), G=1),
        groupnorm_forward(x=(2, 6, 1, 1), G=2),
        groupnorm_forward(x=(2, 4, 3, 3), G=2, spread=1.0, eps=0.1),
        groupnorm_forward(x=(2, 4, 3, 3), G=2, spread=0.05),
    ],
    hint="Try one image, one channel, one pixel, small values; and a large eps, under the root.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single image or channel, images of one pixel, a large eps and the default one."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=1,
    cases=[groupnorm_forward(x=(2, 6, 4, 5), G=2, dtype="float32")],
    hint="Does the function write into x, gamma or beta, or round to integers on the way?",
)
def test_contract(exam: Exam) -> None:
    """Inputs stay as they are; float32 images work."""
    exam.expect_contract(["x", "gamma", "beta"])
