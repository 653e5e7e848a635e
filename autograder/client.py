"""The grader's end of the wire: one worker process, started, asked, timed and ended."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from autograder.worker import wire

WORKER = Path(__file__).with_name("worker")
# What a worker may see of our environment: where programs are, and what Windows cannot do without.
PASSED_ON = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CONVNETS_ISA")
TAIL = 2000  # characters of what the student printed that are kept for a message


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
    """

    def __init__(self, message: str, *, summary: str = "", missing: bool = False) -> None:
        super().__init__(message)
        self.summary = summary or message
        self.missing = missing


class Worker:
    """A process that runs the code in `layers`, uppermost first.

    Parameters
    ----------
    layers : sequence of Path
        Folders that each hold a part of the package ``cs231n``: the submission, then what is given.
    threads : int
        Threads for numerical libraries. Results are the same from run to run at a given number.
    """

    def __init__(self, layers: Sequence[Path], *, threads: int = 1) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="convnets-worker-"))
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(WORKER), *(str(layer.resolve()) for layer in layers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            cwd=self.home,
            env=self._environment(threads),
            start_new_session=True,  # a process group of its own, to be ended as a whole
        )
        self._replies: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _environment(self, threads: int) -> dict[str, str]:
        home, count = str(self.home), str(threads)
        return {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            **dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "USERPROFILE"), home),
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), count),
            **dict.fromkeys(("MKL_NUM_THREADS", "CONVNETS_THREADS"), count),
            "MPLBACKEND": "Agg",  # plt.show() in a submission opens no window and returns
            "PYTHONHASHSEED": "0",
        }

    def _listen(self) -> None:
        """Read replies on a thread of its own, so that `request` can stop waiting for them."""
        stream = cast(BinaryIO, self._process.stdout)
        try:
            while True:
                self._replies.put(wire.read_message(stream))
        except (EOFError, OSError, ValueError):  # ValueError: closed under us
            self._replies.put(EOFError)
        except wire.WireError as error:
            self._replies.put(error)

    def request(self, op: str, arguments: dict[str, Any], *, seconds: float) -> Any:
        """Ask for one operation (see ``worker/operations.py``) and return its result.

        Raises
        ------
        TimedOut, Died
            The worker has been ended; start another one for the next request.
        Raised
            Student code raised an exception; the worker goes on.
        """
        sender = threading.Thread(target=self._send, args=(op, arguments), daemon=True)
        sender.start()
        try:
            reply = self._replies.get(timeout=max(seconds, 0.01))
        except queue.Empty:
            self.close()
            raise TimedOut(f"it had not finished after {seconds:.0f} seconds") from None
        if reply is EOFError:
            raise Died(self._describe_end())
        if isinstance(reply, wire.WireError):
            self.close()
            raise Died(f"what came back was not a reply: {reply}")
        if not isinstance(reply, dict) or set(reply) not in ({"result"}, {"error"}):
            self.close()
            raise Died("what came back was not a reply: it has neither a result nor an error")
        if "error" in reply:
            raise raised_from(reply["error"])
        return reply["result"]

    def _send(self, op: str, arguments: dict[str, Any]) -> None:
        # A worker that died or reads nothing is noticed by the one who waits for its reply.
        with contextlib.suppress(OSError, ValueError):
            stream = cast(BinaryIO, self._process.stdin)
            wire.write_message(stream, {"op": op, "arguments": arguments})

    def _describe_end(self) -> str:
        """Say how the process ended, with the last that it printed."""
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.close()
            return "it closed its connection to the grader"
        if code < 0:
            try:
                name = signal.Signals(-code).name
            except ValueError:
                name = f"signal {-code}"
            how = f"the Python process was ended by {name}"
        else:
            how = f"the Python process ended itself with exit code {code}"
        printed = self.printed()
        self.close()
        return f"{how}. The last it printed:\n{printed}" if printed else f"{how}."

    def printed(self) -> str:
        """Return the end of what student code printed."""
        size = self._printed.seek(0, os.SEEK_END)
        self._printed.seek(max(0, size - TAIL))
        return self._printed.read().decode("utf-8", "replace").strip()

    def close(self) -> None:
        """End the process and all that it started, and remove its folder. Safe to call twice."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError, ValueError):  # a reply may be under way
                cast(BinaryIO, stream).close()
        if not self._printed.closed:
            self._printed.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def raised_from(error: Any) -> Raised:
    """Make the exception that student code raised readable to its author."""
    if not isinstance(error, dict):
        return Raised("an exception that cannot be read")
    missing = error.get("missing") is True
    kind, text = str(error.get("type", "Error")), str(error.get("message", ""))
    if missing:
        return Raised(text, missing=True)
    lines = []
    frames = error.get("frames")
    for frame in frames if isinstance(frames, list) else []:
        if isinstance(frame, dict):
            where = f"{frame.get('file', '?')}, line {frame.get('line', '?')}"
            function = f", in {frame['function']}" if frame.get("function") else ""
            lines += [f"{where}{function}:", f"    {frame.get('text', '')}"]
    summary = f"{kind}: {text}" if text else kind
    return Raised("\n".join([*lines, summary]), summary=summary.partition("\n")[0])
