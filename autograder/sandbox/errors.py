"""How a request to student code can fail."""

from __future__ import annotations


class WorkerError(Exception):
    """A request that student code did not answer as it should; made into a verdict."""


class TimedOut(WorkerError):
    """Student code did not answer in time."""


class Died(WorkerError):
    """The worker process ended, or broke the wire, before it answered."""


class Raised(WorkerError):
    """Student code raised an exception.

    Attributes
    ----------
    summary : str
        The exception's type and text in one line.
    missing : bool
        The function is a stub, or is not there at all.
    line : str
        The line of student code that raised it, or that called what did.
    kind : str
        What it says is the exception's type.
    places : tuple of (str, int)
        The files and lines that it says the exception went through, the innermost last.
    """

    line = kind = ""
    places: tuple[tuple[str, int], ...] = ()

    def __init__(self, message: str, *, summary: str = "", missing: bool = False) -> None:
        super().__init__(message)
        self.summary = summary or message
        self.missing = missing
