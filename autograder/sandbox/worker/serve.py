"""The worker's loop: one request, one reply, until the grader closes the wire."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, BinaryIO

import describe
import operations
import standins
import student
import wire


def main(settings: dict[str, Any]) -> None:
    """Serve requests until the grader closes the wire; `settings` are this process's own."""
    requests, replies = take_wire()
    prepare(settings)
    layer = settings["layers"][0]
    while True:
        try:
            request = wire.read_message(requests)
        except EOFError:
            return
        reply = answer(request, layer)
        # The grader takes a reply only with the id of its request, which no one can know before.
        try:
            wire.write_message(replies, {"id": request["id"], **reply})
        except wire.WireError as error:  # nothing has been written yet
            error_reply = {"error": describe_error(error, layer)}
            wire.write_message(replies, {"id": request["id"], **error_reply})


def prepare(settings: dict[str, Any]) -> None:
    """Set up what student code finds, and does not find, when it is imported."""
    layers = settings["layers"]
    sys.breakpointhook = no_breakpoint
    sys.path[:0] = layers
    trusted = [*layers[1:], *settings["packages"]]
    standins.install(settings["unavailable"], trusted, settings["libraries"], settings["modules"])


def take_wire() -> tuple[BinaryIO, BinaryIO]:
    """Keep standard input and output for the wire; give student code harmless ones instead."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)  # input() meets an end of file instead of our messages
    os.dup2(2, 1)  # print() cannot break a reply
    os.close(null)
    # What was printed is then kept even if the process crashes.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    return requests, replies


def no_breakpoint(*_: Any, **__: Any) -> None:
    """Stand for ``breakpoint()``: Python's own would find no keyboard, and end with BdbQuit."""
    raise RuntimeError(
        "breakpoint() cannot stop here: your code runs apart, without a keyboard. In a cell of the "
        "notebook it can, where you call your function yourself."
    )


def answer(request: dict[str, Any], submission: str) -> dict[str, Any]:
    """Carry out one request; whatever student code raises becomes part of the reply."""
    try:
        return {"result": operations.OPERATIONS[request["op"]](**request["arguments"])}
    except BaseException as error:  # SystemExit and KeyboardInterrupt too: student code raised it
        return {"error": describe_error(error, submission)}
    finally:
        with contextlib.suppress(Exception):  # student code may have put anything there
            sys.stdout.flush()  # a line that was not ended


def describe_error(error: BaseException, submission: str) -> dict[str, Any]:
    """Describe `error` for its author: type, message, and the lines of their own files."""

    def called(filename: str) -> str:
        if not filename.startswith(submission):
            return ""
        return os.path.relpath(filename, submission).replace(os.sep, "/")

    return {
        "missing": isinstance(error, NotImplementedError | student.Missing),
        "type": type(error).__name__,
        "message": describe.message_of(error),
        "frames": describe.frames_of(error, called)[-6:],
    }
