"""``batchnorm_backward(dout, cache) -> (dx, dgamma, dbeta)``."""

from autograder.exercises.batch_normalization.cases import BATCH, batch_backward, larger
from autograder.judging.declare import check
from autograder.judging.exam import NUMERIC, Exam

FUNCTION = "batchnorm_backward"
LARGER = (larger(FUNCTION, BATCH),)


@check(
    FUNCTION,
    points=8,
    cases=[
        batch_backward(FUNCTION, x=(6, 4)),
        batch_backward(FUNCTION, x=(3, 7)),
        batch_backward(FUNCTION, x=(5, 5)),
    ],
    hint="gamma and beta of a column act on all examples: what do their gradients sum over?",
)
def test_standard(exam: Exam) -> None:
    """More examples than features, fewer, and as many."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=8,
    cases=[batch_backward(FUNCTION, x=(4, 5), spread=5.0, numeric=True)],
    hint="x acts on the output also through the mean and the variance of its column.",
)
def test_numeric_gradient(exam: Exam) -> None:
    """The gradients are the slopes that centered differences measure."""
    exam.expect_backward(NUMERIC)


@check(
    FUNCTION,
    points=6,
    cases=[
        batch_backward(FUNCTION, x=(1, 4)),
        batch_backward(FUNCTION, x=(5, 1)),
        batch_backward(FUNCTION, x=(4, 3), spread=1.0, eps=0.1),
        batch_backward(FUNCTION, x=(4, 3), spread=0.05),
    ],
    hint="Try one example, one feature, small values; and a large eps.",
)
def test_edge_sizes(exam: Exam) -> None:
    """A single example or feature, a large eps and the default one."""
    exam.expect_backward()


@check(
    FUNCTION,
    points=4,
    cases=[batch_backward(FUNCTION, x=(6, 4), dtype="float32")],
    hint="Does the function write into dout, or round to integers on the way?",
)
def test_contract(exam: Exam) -> None:
    """The upstream gradient stays as it is; float32 works."""
    exam.expect_contract(["dout"])
