"""``spatial_batchnorm_forward(x, gamma, beta, bn_param) -> (out, cache)``."""

from autograder.exercises.convnets.cases.normalization import (
    SPREAD,
    batchnorm_forward,
    batchnorm_sequence,
)
from autograder.exercises.running import expect_running_values, expect_test_mode
from autograder.judging.declare import check
from autograder.judging.exam import Exam

FUNCTION = "spatial_batchnorm_forward"


@check(
    FUNCTION,
    points=3,
    cases=[
        batchnorm_forward(x=(2, 3, 4, 5)),
        batchnorm_forward(x=(4, 2, 6, 6)),
    ],
    hint="All pixels of all images of one channel share one mean and one variance.",
)
def test_standard(exam: Exam) -> None:
    """Training mode on square and non-square images."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=3,
    cases=[
        batchnorm_sequence(x=(3, 4, 3, 5), modes=["train"] * 3),
        batchnorm_sequence(x=(3, 2, 4, 4), modes=["train"] * 3, momentum=0.6),
        batchnorm_sequence(x=(2, 3, 3, 4), modes=["train"] * 3, spread=1.0, eps=0.1),
    ],
    hint="momentum weighs the old running value, 1 - momentum the new batch; in bn_param itself.",
)
def test_running_values(exam: Exam) -> None:
    """The running mean and variance after each of three training passes."""
    expect_running_values(exam)


@check(
    FUNCTION,
    points=2,
    cases=[
        batchnorm_sequence(x=(3, 4, 3, 5), modes=["test"], running=True),
        batchnorm_sequence(x=(3, 4, 3, 5), modes=["train", "train", "test"]),
        batchnorm_sequence(x=(2, 3, 4, 3), modes=["test"], running=True, spread=1.0, eps=0.1),
        batchnorm_sequence(x=(2, 3, 4, 3), modes=["train", "test"] * 2, spread=1.0, eps=0.1),
    ],
    hint="In test mode the statistics are the running ones: does the batch still matter?",
)
def test_test_mode(exam: Exam) -> None:
    """Test mode normalizes with the running values, given or the function's own."""
    expect_test_mode(exam)


@check(
    FUNCTION,
    points=1,
    cases=[
        batchnorm_forward(x=(1, 3, 4, 4)),
        batchnorm_forward(x=(4, 1, 3, 5)),
        batchnorm_forward(x=(6, 3, 1, 1)),
        batchnorm_forward(x=(2, 3, 4, 4), spread=1.0, eps=0.1),
        batchnorm_forward(x=(2, 3, 4, 4), spread=0.05),
    ],
    hint="Try one image, one channel, one pixel, small values; and a large eps, under the root.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single image or channel, images of one pixel, a large eps and the default one."""
    exam.expect_forward()


@check(
    FUNCTION,
    points=1,
    cases=[batchnorm_forward(x=(2, 3, 4, 5), dtype="float32", spread=SPREAD)],
    hint="Does the function write into x, gamma or beta, or round to integers on the way?",
)
def test_contract(exam: Exam) -> None:
    """Inputs stay as they are; float32 images work."""
    exam.expect_contract(["x", "gamma", "beta"])
