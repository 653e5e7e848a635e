"""Run student code on request: ``python -I <this folder> LAYER [LAYER ...]``.

Each LAYER is a folder that holds a part of the package ``cs231n``, uppermost first: the
submission, then what is given. Requests come on standard input, replies go to standard output
(see `wire`); what student code prints goes to standard error. This process has inputs only: no
expected value, no solution, no grade is ever sent to it.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any, BinaryIO

import limits
import operations
import wire


def main(layers: list[str]) -> None:
    """Serve requests until the grader closes the wire."""
    requests, replies = take_wire()
    limits.apply()
    sys.path[:0] = layers
    while True:
        try:
            request = wire.read_message(requests)
        except EOFError:
            return
        reply = answer(request, layers[0])
        try:
            wire.write_message(replies, reply)
        except wire.WireError as error:  # nothing has been written yet
            wire.write_message(replies, {"error": describe_error(error, layers[0])})


def take_wire() -> tuple[BinaryIO, BinaryIO]:
    """Keep standard input and output for the wire; give student code harmless ones instead."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)  # input() meets an end of file instead of our messages
    os.dup2(2, 1)  # print() cannot break a reply
    os.close(null)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr] - kept if it crashes
    return requests, replies


def answer(request: dict[str, Any], submission: str) -> dict[str, Any]:
    """Carry out one request; whatever student code raises becomes part of the reply."""
    try:
        return {"result": operations.OPERATIONS[request["op"]](**request["arguments"])}
    except BaseException as error:  # SystemExit and KeyboardInterrupt too: student code raised it
        return {"error": describe_error(error, submission)}


def describe_error(error: BaseException, submission: str) -> dict[str, Any]:
    """Describe `error` for its author: type, message, and the lines of their own files."""
    frames = [
        {
            "file": os.path.relpath(frame.filename, submission).replace(os.sep, "/"),
            "line": frame.lineno or 0,
            "function": frame.name,
            "text": (frame.line or "")[:200],
        }
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(submission)
    ]
    if isinstance(error, SyntaxError) and (error.filename or "").startswith(submission):
        frames.append(
            {
                "file": os.path.relpath(str(error.filename), submission).replace(os.sep, "/"),
                "line": error.lineno or 0,
                "function": "",
                "text": (error.text or "").strip()[:200],
            }
        )
        message = error.msg
    else:
        message = "\n".join([str(error), *getattr(error, "__notes__", [])])
    return {
        "missing": isinstance(error, NotImplementedError | operations.Missing),
        "type": type(error).__name__,
        "message": message[:2000],
        "frames": frames[-6:],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
