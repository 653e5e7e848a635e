"""Describe what student code raised, for its author: in words, and where in their own files."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

MAX_MESSAGE = 2000  # characters of an exception's text
MAX_TEXT = 200  # characters of a line of code


def message_of(error: BaseException) -> str:
    """Return an exception's text, with the notes that were added to it."""
    if isinstance(error, SyntaxError):
        return str(error.msg)[:MAX_MESSAGE]
    try:
        text = "\n".join([str(error), *getattr(error, "__notes__", [])])
    except Exception:
        text = "(its text cannot be made)"
    return text[:MAX_MESSAGE]


def frames_of(error: BaseException, called: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return where an exception came from, the innermost place last.

    Parameters
    ----------
    error : BaseException
        What was raised.
    called : callable
        Gives what the author calls a file, or nothing for a file that is not theirs.

    Returns
    -------
    list of dict
        ``"file"``, ``"line"``, ``"function"`` (empty at the top of a file) and ``"text"``, the line
        of code. For a syntax error its own place is the last.
    """
    places = [
        (frame.filename, frame.lineno, frame.name, frame.line)
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno, "", error.text))
    return [
        {"file": file, "line": line or 0, "function": function, "text": shortened(text)}
        for name, line, function, text in places
        if (file := called(str(name)))
    ]


def shortened(text: str | None) -> str:
    """Return a line of code without the space around it, cut to what a message holds."""
    return (text or "").strip()[:MAX_TEXT]
