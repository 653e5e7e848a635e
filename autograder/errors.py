"""The one way in which a command fails for a reason that is not ours."""

from __future__ import annotations


class UserError(Exception):
    """What was asked for cannot be done; the message says why, to the one who typed it.

    ``python -m autograder`` prints it on standard error and ends with exit code 2. Nothing else
    catches it, but for code that knows another way.
    """
