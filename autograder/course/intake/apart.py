"""Call a function in a process of its own, within limits: what it is given may be made to harm.

Arguments and results are JSON. One process serves many calls, one after another; where a call takes
too much, the process ends, the call fails, and the next call gets a new process.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from autograder.errors import UserError
from autograder.sandbox import bounds

MEMORY = 640 << 20  # bytes of address space (Linux); all of the grader is to stay below 1 GiB
SECONDS = 20  # of processor time for one call (not on Windows)
CLOCK = 60.0  # seconds for one call on a machine that has other things to do, too
MAX_MESSAGE = 64 << 20  # bytes
READY = "ready"
PR_SET_PDEATHSIG = 1
OUT_OF_MEMORY = 3  # exit code
PACKAGE = Path(__file__).resolve().parents[2]
# The package's door imports all that a student needs, NumPy included, which takes a second and
# half of the memory: the process starts with an empty door.
START = f"""
import sys, types
package = sys.modules["autograder"] = types.ModuleType("autograder")
package.__path__ = [sys.argv[1]]
from {__name__} import serve
serve()
"""

Task = Callable[[Any], Any]


class ApartError(Exception):
    """A call took too much, or failed; the message is the rest of a sentence on what it did."""


class Apart:
    """A process that is called; to be used in a ``with`` statement."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Apart:
        return self

    def __exit__(self, *exception: object) -> None:
        self._end()

    def call(self, task: Task, argument: Any, seconds: int = SECONDS) -> Any:
        """Return ``task(argument)``.

        Parameters
        ----------
        task : callable
            A function of a module of this package.
        argument : object
            As JSON has it, like the result.
        seconds : int
            Of processor time that it may take.

        Raises
        ------
        ApartError
            It took too much memory or time, or raised an exception.
        """
        process = self._process = self._process or start()
        timer = threading.Timer(CLOCK, process.kill)
        timer.start()
        try:
            assert process.stdin is not None and process.stdout is not None
            name = [task.__module__, task.__name__]
            send(process.stdin, {"task": name, "argument": argument, "seconds": seconds})
            reply = receive(process.stdout)
        except (OSError, ValueError):  # it has ended
            reply = None
        except BaseException:
            self._end()  # it would answer to the next question
            raise
        finally:
            timer.cancel()
        if reply is None:
            self._end()
            raise ApartError(
                f"takes more than {MEMORY >> 20} MiB of memory, or more than {seconds} seconds"
            )
        if "error" in reply:
            raise ApartError(f"ends with {reply['error']}")
        return reply["value"]

    def _end(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):  # what was never written to a dead process
                    stream and stream.close()
            self._process = None


def start() -> subprocess.Popen[bytes]:
    """Start a process that serves; what that takes is no submission's fault, and not counted.

    Raises
    ------
    UserError
        It does not start.
    """
    utf8 = f"utf8={sys.flags.utf8_mode}"
    process = subprocess.Popen(
        [sys.executable, "-I", "-X", utf8, "-c", START, str(PACKAGE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    if receive(process.stdout) != READY:
        process.kill()
        process.wait()
        raise UserError(
            "No process starts in which to read submissions: is the machine short of memory?"
        )
    return process


def serve() -> None:
    """Answer calls until there are no more: what the process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asks
    end_with_caller()
    bounds.address_space(MEMORY)
    send(sys.stdout.buffer, READY)
    while (request := receive(sys.stdin.buffer)) is not None:
        module, name = request["task"]
        try:
            task = getattr(importlib.import_module(module), name)
            bound_time(request["seconds"])  # to import it is no submission's fault
            reply = {"value": task(request["argument"])}
            send(sys.stdout.buffer, reply)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except Exception as error:
            send(sys.stdout.buffer, {"error": f"{type(error).__name__}: {error}"[:200]})


def end_with_caller() -> None:
    """Have the system end this process with the one that calls it, where it can.

    Elsewhere it ends after the call that it is busy with, as its pipe closes.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def bound_time(seconds: int) -> None:
    """Give this process time for one more call, where the system can."""
    if sys.platform != "win32":
        used = os.times()
        bounds.lower("RLIMIT_CPU", int(used.user + used.system) + 1 + seconds)


def send(stream: IO[bytes], message: Any) -> None:
    """Write a message and its length before it."""
    data = json.dumps(message).encode("ascii")
    stream.write(len(data).to_bytes(8, "big") + data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read a message; None if there are no more.

    Raises
    ------
    ValueError
        It is no message.
    """
    head = stream.read(8)
    length = int.from_bytes(head, "big")
    if len(head) < 8:
        return None
    if length > MAX_MESSAGE:
        raise ValueError("the message is too long")
    data = stream.read(length)
    return json.loads(data) if len(data) == length else None


def to_text(data: bytes) -> str:
    """Return bytes as JSON can have them."""
    return base64.b64encode(data).decode("ascii")


def to_bytes(text: str) -> bytes:
    """Return what `to_text` was given."""
    return base64.b64decode(text)
