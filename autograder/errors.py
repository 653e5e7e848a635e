"""What goes wrong for a reason that is not ours: a command fails in one way, a machine for all."""

from __future__ import annotations

import errno

FOR_EVERYBODY = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE}


class UserError(Exception):
    """What was asked for cannot be done; the message says why, to the one who typed it.

    ``python -m autograder`` prints it on standard error and ends with exit code 2. Nothing else
    catches it, but for code that knows another way.
    """


def for_everybody(error: BaseException | None) -> bool:
    """Return whether what was raised for one student would be raised for everybody."""
    return isinstance(error, OSError) and error.errno in FOR_EVERYBODY
