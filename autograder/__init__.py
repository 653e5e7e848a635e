"""The checks of an exercise, and the engine that runs them on student code.

In a notebook::

    from autograder import check
    check("conv_forward_naive")
"""

from autograder.entry import shadows

shadows.refuse()  # before anything else is imported, which may be hidden

from autograder.student.check import CheckNotPassed, check  # noqa: E402

__all__ = ["CheckNotPassed", "check"]
