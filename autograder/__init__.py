"""The checks of an exercise, and the engine that runs them on student code.

In a notebook::

    from autograder import check
    check("conv_forward_naive")

    from autograder import case
    x, w, b, conv_param = case("conv_forward_naive/standard").arguments
"""

from autograder.entry import shadows

shadows.refuse()  # before anything else is imported, which may be hidden

from autograder.student.check import check  # noqa: E402
from autograder.student.inside import case  # noqa: E402

__all__ = ["case", "check"]
