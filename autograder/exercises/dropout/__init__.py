"""The exercise Dropout: its two passes, in both modes, judged by statistics.

`files` says what students write and do without, `cases` on which inputs it is tried, ``checks/``
what is required, `facts` in which words, `properties` how cases differ,
`ladders` on which small inputs a mistake is shown. This is its table.
"""

from __future__ import annotations

from autograder.exercise import Exercise, Function
from autograder.exercises.dropout.files import DROPOUT
from autograder.exercises.dropout.ladders import ladder
from autograder.exercises.dropout.properties import ANY

ROWS = {"x": "example", "out": "example", "dx": "example"}

EXERCISE = Exercise(
    name="dropout",
    assignment="Dropout",
    files=(DROPOUT,),
    functions=(
        Function("dropout_forward", "drop fwd", DROPOUT, ROWS, section=2, properties=ANY),
        Function("dropout_backward", "drop bwd", DROPOUT, ROWS, section=3, properties=ANY),
    ),
    checks=(f"{__name__}.checks.test_dropout",),
    ladder=ladder,
    aim=(
        "You are going to write dropout, forwards and backwards, in plain NumPy, and see what it "
        "does for nets\nthat learn by heart."
    ),
)
