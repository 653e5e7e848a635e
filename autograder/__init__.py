"""The checks of an exercise, and the engine that runs them on student code.

In a notebook::

    from autograder import check
    check("conv_forward_naive")
"""

from autograder.student.check import CheckNotPassed, check

__all__ = ["CheckNotPassed", "check"]
