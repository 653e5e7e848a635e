"""The same slips in code of other styles, of which no pack knows anything."""

from autograder.course.museum.dropout import ways
from autograder.course.museum.mistake import Unseen, changed

BINOMIAL, _, _ = ways.BINOMIAL.partition("\n\n\ndef dropout_backward(")
CHOICE, _, _ = ways.CHOICE.partition("\n\n\ndef dropout_backward(")

UNSEEN: tuple[Unseen, ...] = changed(
    "dropout_forward",
    BINOMIAL,
    {
        "binomial_not_scaled": (
            ("not scaled",),
            [("x * mask / p, (dropout_param, mask / p)", "x * mask, (dropout_param, mask)")],
        ),
        "binomial_drops": (
            ("probability to drop",),
            [
                ("binomial(1, p,", "binomial(1, 1 - p,"),
                (
                    "x * mask / p, (dropout_param, mask / p)",
                    "x * mask / (1 - p), (dropout_param, mask / (1 - p))",
                ),
            ],
        ),
        "binomial_rows": (
            ("whole rows",),
            [
                ("size=x.shape)", "size=(len(x), 1))"),
                ("x * mask / p, (", "x * mask / p, ("),
            ],
        ),
    },
)
