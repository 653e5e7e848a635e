"""What a slip can be: each operator is a function that yields the `Slip` of a node, if any.

The first line of an operator's docstring says what it does; its name is its kind.
"""

from __future__ import annotations

from autograder.course.museum.rule.operators import arithmetic, calls, names, places, statements
from autograder.course.museum.rule.operators.slip import Operator

OPERATORS: tuple[Operator, ...] = (
    *arithmetic.OPERATORS,
    *calls.OPERATORS,
    *names.OPERATORS,
    *places.OPERATORS,
    *statements.OPERATORS,
)
