"""The exercise BatchNormalization: batch and layer normalization, forwards and backwards.

`files` says what students write and do without, `cases` on which inputs it is tried, ``checks/``
what is required, `properties` how cases differ,
`ladders` on which small inputs a mistake is shown. This is its table.
"""

from __future__ import annotations

from autograder.exercise import Exercise, Function
from autograder.exercises.batch_normalization.files import NORMALIZATION
from autograder.exercises.batch_normalization.ladders import ladder
from autograder.exercises.batch_normalization.properties import ANY, BATCH

ROWS = {"x": "example", "out": "example", "dx": "example"}

EXERCISE = Exercise(
    name="batch_normalization",
    assignment="BatchNormalization",
    files=(NORMALIZATION,),
    functions=(
        Function(
            "batchnorm_forward", "batch fwd", NORMALIZATION, ROWS, section=2, properties=BATCH
        ),
        Function("batchnorm_backward", "batch bwd", NORMALIZATION, ROWS, section=3, properties=ANY),
        Function(
            "batchnorm_backward_alt", "batch alt", NORMALIZATION, ROWS, section=4, properties=ANY
        ),
        Function("layernorm_forward", "layer fwd", NORMALIZATION, ROWS, section=8, properties=ANY),
        Function("layernorm_backward", "layer bwd", NORMALIZATION, ROWS, section=9, properties=ANY),
    ),
    checks=tuple(
        f"{__name__}.checks.{module}"
        for module in (
            "test_batchnorm_forward",
            "test_batchnorm_backward",
            "test_batchnorm_backward_alt",
            "test_layernorm",
        )
    ),
    ladder=ladder,
    aim=(
        "You are going to write batch and layer normalization, forwards and backwards, in plain "
        "NumPy, and\nsee what they do for deep nets."
    ),
)
