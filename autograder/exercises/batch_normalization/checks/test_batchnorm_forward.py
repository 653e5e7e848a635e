"""``batchnorm_forward(x, gamma, beta, bn_param) -> (out, cache)``."""

from autograder.exercises.batch_normalization.cases import BATCH, batch_forward, batch_sequence
from autograder.exercises.running import expect_running_values, expect_test_mode
from autograder.judging.declare import check
from autograder.judging.exam import Exam


@check(
    BATCH,
    points=8,
    cases=[batch_forward(x=(6, 4)), batch_forward(x=(3, 7)), batch_forward(x=(5, 5))],
    hint="Each column has one mean and one variance, over the examples.",
)
def test_standard(exam: Exam) -> None:
    """Training mode, with more examples than features, fewer, and as many."""
    exam.expect_forward()


@check(
    BATCH,
    points=8,
    cases=[
        batch_sequence(x=(6, 4), modes=["train"] * 3),
        batch_sequence(x=(4, 5), modes=["train"] * 3, momentum=0.6),
        batch_sequence(x=(5, 3), modes=["train"] * 3, spread=1.0, eps=0.1),
    ],
    hint="momentum weighs the old running value, 1 - momentum the new batch; in bn_param itself.",
)
def test_running_values(exam: Exam) -> None:
    """The running mean and variance after each of three training passes."""
    expect_running_values(exam)


@check(
    BATCH,
    points=6,
    cases=[
        batch_sequence(x=(6, 4), modes=["test"], running=True),
        batch_sequence(x=(6, 4), modes=["train", "train", "test"]),
        batch_sequence(x=(3, 5), modes=["test"], running=True, spread=1.0, eps=0.1),
        batch_sequence(x=(4, 3), modes=["train", "test"] * 2, spread=1.0, eps=0.1),
    ],
    hint="In test mode the statistics are the running ones: does the batch still matter?",
)
def test_test_mode(exam: Exam) -> None:
    """Test mode normalizes with the running values, given or the function's own."""
    expect_test_mode(exam)


@check(
    BATCH,
    points=2,
    cases=[
        batch_forward(x=(1, 4)),
        batch_forward(x=(5, 1)),
        batch_forward(x=(4, 3), spread=1.0, eps=0.1),
        batch_forward(x=(4, 3), spread=0.05),
    ],
    hint="Try one example, one feature, small values; and a large eps, under the root.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single example or feature, a large eps and the default one."""
    exam.expect_forward()


@check(
    BATCH,
    points=2,
    cases=[batch_forward(x=(6, 4), dtype="float32")],
    hint="Does the function write into x, gamma or beta, or round to integers on the way?",
)
def test_contract(exam: Exam) -> None:
    """Inputs stay as they are; float32 works."""
    exam.expect_contract(["x", "gamma", "beta"])
