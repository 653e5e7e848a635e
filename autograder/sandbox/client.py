"""The grader's end of the wire: one worker process, started, asked, timed and ended."""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, cast

from autograder.sandbox import launch, probe, scratch, words
from autograder.sandbox.errors import Died, Raised, TimedOut
from autograder.sandbox.worker import wire

MOST_READ = 6000  # bytes of what a request printed, at its beginning and again at its end
MAX_REPLY = 64 << 20  # bytes of arrays in one reply; those of a trained net may have 40 MiB
MAX_HEADER = 1 << 20  # bytes of all the rest in it
MAX_VALUES = 20_000  # numbers, texts, lists and arrays in one reply
MAX_TEXT = 2000  # characters in one text of a reply
MAX_TEXTS = 100_000  # characters in all texts of a reply together


class Worker(contextlib.AbstractContextManager["Worker"]):
    """A process that runs the code in `layers`, uppermost first, shut in as well as can be.

    Parameters
    ----------
    layers : sequence of Path
        Folders that each hold a part of the package ``cs231n``: the submission, then what is given.
    threads : int
        Threads for numerical libraries. Results are the same from run to run at a given number.
    isolation : str, optional
        One of `autograder.sandbox.levels.LEVELS`; the strongest that holds here if not given.
    unavailable : mapping of str to sequence of str
        Modules that student code has to do without, and what a star import of each brings.
    modules : sequence of str
        What student code may use beside Python's own, NumPy and the given package.
    max_memory : int
        Bytes of address space; a small machine gives less.
    readable : sequence of Path
        Further files and folders that it may read.
    variables : dict of str to str, optional
        Further environment variables.
    libraries : sequence of str
        Modules that can be imported besides the package and the standard library.
    """

    def __init__(
        self,
        layers: Sequence[Path],
        *,
        threads: int = 1,
        isolation: str | None = None,
        unavailable: Mapping[str, Sequence[str]] = MappingProxyType({}),
        modules: Sequence[str] = (),
        max_memory: int = launch.MAX_MEMORY,
        readable: Sequence[Path] = (),
        variables: Mapping[str, str] | None = None,
        libraries: Sequence[str] = launch.LIBRARIES,
    ) -> None:
        self.isolation = isolation or probe.strongest()
        self.home = Path(tempfile.mkdtemp(prefix="worker-", dir=scratch.home()))
        # The worker appends to it, wherever it is being read.
        self._output = tempfile.TemporaryFile("a+b", buffering=0, dir=scratch.home())  # noqa: SIM115
        self._before, self._last_printed = 0, ""  # bytes of it before the last request
        self._process = subprocess.Popen(
            launch.command(
                *(self.isolation, layers, self.home, unavailable),
                *(max_memory, readable, libraries, modules),
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._output,
            cwd=self.home,
            env={**launch.environment(self.isolation, self.home, threads), **(variables or {})},
            start_new_session=True,  # a process group of its own, to be ended as a whole
        )
        # Each end of the wire has a thread, so that `request` can stop waiting for it. The
        # threads close their streams themselves: closing waits for a read that is under way.
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._wanted: queue.SimpleQueue[int] = queue.SimpleQueue()  # bytes, at most; 0 at the end
        self._replies: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._send, daemon=True).start()
        threading.Thread(target=self._listen, daemon=True).start()

    def _send(self) -> None:
        """Send requests one after the other."""
        with cast(BinaryIO, self._process.stdin) as stream:
            while (message := self._requests.get()) is not None:
                # A worker that died or reads nothing is noticed by the one who waits for a reply.
                with contextlib.suppress(OSError):
                    wire.write_message(stream, message)
            with contextlib.suppress(OSError):
                stream.close()

    def _listen(self) -> None:
        """Read one reply for each request; what a worker says unasked waits in the pipe."""
        with cast(BinaryIO, self._process.stdout) as stream:
            while most := self._wanted.get():
                try:
                    reply = wire.read_message(stream, wire.Most(most, MAX_HEADER, MAX_VALUES))
                except (EOFError, OSError):
                    reply = EOFError
                except wire.WireError as error:
                    reply = error
                except MemoryError:
                    reply = wire.WireError("there is not enough memory to read it")
                self._replies.put(reply)

    def request(
        self,
        op: str,
        arguments: dict[str, Any],
        *,
        seconds: float,
        fits: Callable[[Any], bool] = lambda _: True,
        most: int = MAX_REPLY,
    ) -> Any:
        """Ask for one operation (see ``worker/operations.py``) and return its result.

        The result is plain data: arrays of numbers, numbers, readable text, and lists, tuples and
        dictionaries of those; `fits` says whether it has the form of a reply to what was asked. Its
        arrays have at `most` so many bytes.

        Raises
        ------
        TimedOut, Died
            The worker has been ended; start another one for the next request.
        Raised
            Student code raised an exception; the worker goes on.
        """
        number = secrets.token_hex(8)  # so that no reply can be made before its request
        self._before = self._output.seek(0, os.SEEK_END)
        self._wanted.put(most)
        self._requests.put({"id": number, "op": op, "arguments": arguments})
        try:
            reply = self._replies.get(timeout=max(seconds, 0.01))
        except queue.Empty:
            self.close()
            raise TimedOut(f"it had not finished {words.waited(seconds)}") from None
        if reply is EOFError:
            raise Died(self._describe_end())
        try:
            return result_of(reply, number, fits)
        except Died:
            self.close()
            raise

    def _describe_end(self) -> str:
        """Say how the process ended."""
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.close()
            return "it closed its connection to the grader"
        if self.isolation == "bubblewrap" and code > 128:  # how it passes on a signal
            code = 128 - code
        self.close()
        return f"{words.ended(code)}."

    def printed(self) -> str:
        """Return what the last request printed; for those only who may see a case's inputs."""
        if self._output.closed:
            return self._last_printed
        if not (size := self._output.seek(0, os.SEEK_END) - self._before):
            return ""
        start, end = self._output_at(0), self._output_at(max(0, size - MOST_READ))
        return words.printed(start, end if size > MOST_READ else "")

    def _output_at(self, place: int) -> str:
        """Return a piece of what the last request printed."""
        self._output.seek(self._before + place)
        return words.printable(self._output.read(MOST_READ).decode("utf-8", "replace"))

    def close(self) -> None:
        """End the process and all that it started, and remove its folder. Safe to call twice."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._requests.put(None)
        self._wanted.put(0)
        self._last_printed = self.printed()
        self._output.close()
        try:
            self.home.rmdir()  # most leave nothing in it
        except OSError:
            scratch.remove(self.home)

    def __exit__(self, *_: object) -> None:
        self.close()


def result_of(reply: Any, number: str, fits: Callable[[Any], bool]) -> Any:
    """Return the result in the reply to a request; raise what it says, or `Died` if it is none."""
    try:
        result = read(reply, number)
    except wire.WireError as error:
        raise Died(f"what came back was not a reply: {clean(str(error))}") from None
    if not fits(result):
        raise Died("what came back was not a reply to what was asked")
    return result


def read(reply: Any, number: str) -> Any:
    """Return the result in a reply; raise what it says, or `WireError` if it is none."""
    if isinstance(reply, wire.WireError):
        raise reply
    if not isinstance(reply, dict) or set(reply) not in ({"id", "result"}, {"id", "error"}):
        raise wire.WireError("it has neither a result nor an error")
    if not isinstance(reply["id"], str) or reply["id"] != number:
        raise wire.WireError("it answers another request")
    if "error" in reply:
        raise raised_from(readable(reply["error"], Room()))
    return readable(reply["result"], Room())


class Room:
    """How much text may still come in one reply."""

    def __init__(self) -> None:
        self._left = MAX_TEXTS

    def text(self, text: str) -> str:
        """Return a text of the reply, readable."""
        self._left -= len(text)
        if self._left < 0:
            raise wire.WireError(f"it has more than {MAX_TEXTS} characters of text")
        return clean(text)


def readable(value: Any, room: Room) -> Any:
    """Return what came over the wire without what could harm those who print or count with it."""
    if isinstance(value, str):
        return room.text(value)
    if isinstance(value, int) and abs(value) >= 1 << 63:
        return {"$object": "an integer of more than 64 bits"}
    if isinstance(value, dict):
        return {room.text(key): readable(item, room) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(readable(item, room) for item in value)
    return value


def clean(text: str) -> str:
    """Return `text` cut to `MAX_TEXT`, without control characters and halves of characters."""
    text = text[:MAX_TEXT]
    return text if text.isprintable() else words.printable(text)


def raised_from(error: Any) -> Raised:
    """Make the exception that student code raised readable to its author."""
    if not isinstance(error, dict):
        return Raised("an exception that cannot be read")
    if error.get("missing") is True:
        return Raised(words.plain(error.get("message", "")), missing=True)
    text, summary = words.raised(error)
    found = Raised(text, summary=summary)
    found.line = words.raised_in(error)
    found.kind, found.places = words.plain(error.get("type", "")), words.places(error)
    return found
