"""``layernorm_forward(x, gamma, beta, ln_param)`` and ``layernorm_backward(dout, cache)``."""

from autograder.exercises.batch_normalization.cases import (
    LAYER,
    larger,
    layer_backward,
    layer_forward,
)
from autograder.judging.declare import check
from autograder.judging.exam import NUMERIC, Exam

BACKWARD = "layernorm_backward"
LARGER = (larger(BACKWARD, LAYER),)


@check(
    LAYER,
    points=6,
    cases=[layer_forward(x=(6, 4)), layer_forward(x=(3, 7)), layer_forward(x=(5, 5))],
    hint="Each row has one mean and one variance; gamma and beta still belong to columns.",
)
def test_forward_standard(exam: Exam) -> None:
    """More examples than features, fewer, and as many."""
    exam.expect_forward()


@check(
    LAYER,
    points=4,
    cases=[
        layer_forward(x=(1, 4)),
        layer_forward(x=(5, 1)),
        layer_forward(x=(4, 3), spread=1.0, eps=0.1),
        layer_forward(x=(4, 3), spread=0.05),
    ],
    hint="Try one example, one feature, small values; and a large eps, under the root.",
)
def test_forward_edge_sizes(exam: Exam) -> None:
    """A single example or feature, a large eps and the default one."""
    exam.expect_forward()


@check(
    LAYER,
    points=3,
    cases=[layer_forward(x=(6, 4), dtype="float32")],
    hint="Does the function write into x, gamma or beta, or round to integers on the way?",
)
def test_forward_contract(exam: Exam) -> None:
    """Inputs stay as they are; float32 works."""
    exam.expect_contract(["x", "gamma", "beta"])


@check(
    BACKWARD,
    points=6,
    cases=[layer_backward(x=(6, 4)), layer_backward(x=(3, 7)), layer_backward(x=(5, 5))],
    hint="Which sums go over a row here, and which still over the examples?",
)
def test_backward_standard(exam: Exam) -> None:
    """More examples than features, fewer, and as many."""
    exam.expect_backward()


@check(
    BACKWARD,
    points=4,
    cases=[layer_backward(x=(4, 5), spread=5.0, numeric=True)],
    hint="gamma differs along a row: it has to go in before the means over the row are taken.",
)
def test_backward_numeric_gradient(exam: Exam) -> None:
    """The gradients are the slopes that centered differences measure."""
    exam.expect_backward(NUMERIC)


@check(
    BACKWARD,
    points=3,
    cases=[
        layer_backward(x=(1, 4)),
        layer_backward(x=(5, 2)),
        layer_backward(x=(4, 3), spread=1.0, eps=0.1),
        layer_backward(x=(4, 3), spread=0.05),
    ],
    hint="Try one example, two features, small values; and a large eps.",
)
def test_backward_edge_sizes(exam: Exam) -> None:
    """A single example, two features, a large eps and the default one."""
    exam.expect_backward()


@check(
    BACKWARD,
    points=2,
    cases=[layer_backward(x=(6, 4), dtype="float32")],
    hint="Does the function write into dout, or round to integers on the way?",
)
def test_backward_contract(exam: Exam) -> None:
    """The upstream gradient stays as it is; float32 works."""
    exam.expect_contract(["dout"])
