"""What a message says of student code that gave no result: how long, how it ended, what it raised.

All of it comes from student code and is bounded here: only texts and numbers of a reply are put
into words, and never a list or an array, whose text may be of any length.
"""

from __future__ import annotations

import signal
from typing import Any

MAX_FRAMES, MAX_LINE = 6, 250  # of a traceback; a worker of ours sends no more
FIRST_LINES, LAST_LINES = 30, 10  # of what was printed; what is between them is left out


def waited(seconds: float) -> str:
    """Say how long was waited."""
    if seconds < 1:
        return "in what was left of its time, less than a second"
    return f"after {seconds:.0f} second{'' if seconds < 1.5 else 's'}"


def ended(code: int) -> str:
    """Say how a process ended, by its exit code."""
    if code >= 0:
        return f"the Python process ended itself with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"the Python process was ended by {name}"


def raised(error: dict[str, Any]) -> tuple[str, str]:
    """Return what a reply says of an exception: its text with type and lines, and its summary."""
    kind, text = plain(error.get("type", "Error")), plain(error.get("message", ""))
    lines = []
    frames = error.get("frames")
    for frame in frames[:MAX_FRAMES] if isinstance(frames, list) else []:
        if isinstance(frame, dict):
            file, line, function, code = (
                plain(frame.get(name, "")) for name in ("file", "line", "function", "text")
            )
            where = f"{file}, line {line}, in {function}" if function else f"{file}, line {line}"
            lines += [f"{where}:"[:MAX_LINE], f"    {code}"[:MAX_LINE]]
    summary = f"{kind}: {text}" if text else kind
    return "\n".join([*lines, summary]), summary.partition("\n")[0]


def printed(start: str, end: str) -> str:
    """Return what was printed, at a length that can be read.

    Parameters
    ----------
    start : str
        All of it, or its beginning.
    end : str
        Its end, if `start` is not all of it.
    """
    first, last = start.splitlines(), end.splitlines()
    if end:
        lines = [*first[:FIRST_LINES], "... (much is left out here)", *last[-LAST_LINES:]]
    elif len(first) > FIRST_LINES + LAST_LINES:
        left_out = f"... ({len(first) - FIRST_LINES - LAST_LINES} lines are left out here)"
        lines = [*first[:FIRST_LINES], left_out, *first[-LAST_LINES:]]
    else:
        lines = first
    return "\n".join(line[:MAX_LINE] for line in lines).rstrip()


def places(error: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    """Return the files and lines in a reply that says of an exception where it came from."""
    frames = error.get("frames")
    return tuple(
        (frame["file"], frame["line"])
        for frame in (frames[:MAX_FRAMES] if isinstance(frames, list) else ())
        if isinstance(frame, dict)
        and isinstance(frame.get("file"), str)
        and isinstance(frame.get("line"), int)
    )


def plain(value: Any) -> str:
    """Return a text or a number as text, and anything else as a question mark."""
    return str(value) if isinstance(value, str | int | float) else "?"
