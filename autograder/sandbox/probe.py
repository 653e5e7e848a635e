"""Whether a level of isolation holds here: tried, from inside, not concluded from versions."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from autograder import locate
from autograder.errors import UserError
from autograder.sandbox import launch, paths, scratch
from autograder.sandbox.levels import LEVELS
from autograder.sandbox.worker import wire

ATTEMPTS = Path(__file__).with_name("attempts.py")
SECONDS = 30.0
SECRET = "CONVNETS_PROBE"
MODULE = f"{locate.PACKAGE}.attempts"
HIDDEN = f"{locate.PACKAGE}.secret"  # a module that must not be there


class Forbidden(NamedTuple):
    """Something that student code must not do; `attempts` has a function of that name."""

    name: str
    text: str
    sandbox: bool  # a level that does not stop it is no sandbox


FORBIDDEN = (
    Forbidden("read", "reading files: the solution, the seed, grades, homes", True),
    Forbidden("write", "writing files outside its own empty folder", True),
    Forbidden("inspect", "looking into other processes", True),
    Forbidden("signal", "ending other processes", True),
    Forbidden("connect", "using the network", True),
    Forbidden("start_process", "starting processes, and leaving some behind", True),
    Forbidden("helpers", "reading the given layers while its own are checked", True),
    Forbidden("libraries", "reading what is installed for other uses, such as SciPy", True),
    Forbidden("environment", "seeing the grader's environment variables", True),
    Forbidden("large_file", "making a file of more than 64 MiB", False),
    Forbidden("disk", "filling the disk", False),
    Forbidden("memory", "taking more memory than its limit", False),
)


@dataclass(frozen=True)
class Probe:
    """What came of trying everything forbidden under one level.

    Attributes
    ----------
    level : str
        One of `autograder.sandbox.levels.LEVELS`.
    works : bool
        A worker starts and answers.
    stopped : frozenset of str
        The names of those of `FORBIDDEN` that were tried and failed.
    reason : str
        Why no worker answered.
    """

    level: str
    works: bool
    stopped: frozenset[str] = frozenset()
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether the level is all that it promises here."""
        wanted = {forbidden.name for forbidden in FORBIDDEN if forbidden.sandbox}
        return self.works and (self.level == "limits" or wanted <= self.stopped)


@cache
def strongest() -> str:
    """Return the strongest level that holds here; tried once for each process.

    Raises
    ------
    UserError
        There can be no process besides this one.
    """
    if sys.platform == "emscripten":
        raise UserError(
            "Nothing is graded in a browser: student code would run in the grader's own process."
        )
    return next(level for level in LEVELS if level == LEVELS[-1] or probe(level).holds)


@cache
def probe(level: str) -> Probe:
    """Start a worker under `level` and have it try everything forbidden."""
    if level != "limits" and sys.platform != "linux":
        return Probe(level, works=False, reason="needs Linux")
    if level == "bubblewrap" and launch.bwrap() is None:
        return Probe(level, works=False, reason="the program bwrap is not installed")
    with contextlib.ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="probe-", dir=scratch.home()))
        )
        home, layer, given = folder / "home", folder / "layer", folder / "given"
        for place in (home, layer / locate.PACKAGE, given / locate.PACKAGE):
            place.mkdir(parents=True)
        shutil.copyfile(ATTEMPTS, layer / locate.PACKAGE / "attempts.py")
        (given / locate.PACKAGE / "secret.py").write_text("# not for students\n", encoding="ascii")
        (folder / "secret").write_text("secret", encoding="ascii")
        requests = attempts(folder, stack.enter_context(listening()))
        stack.enter_context(patch.dict(os.environ, {SECRET: SECRET}))
        try:
            done = subprocess.run(
                launch.command(level, [layer, given], home, {HIDDEN: ()}),
                input=b"".join(map(message, requests)),
                capture_output=True,
                cwd=home,
                env=launch.environment(level, home, threads=1),
                start_new_session=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return Probe(level, works=False, reason=str(error))
    replies = read_replies(done.stdout)
    if not replies:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        return Probe(level, works=False, reason=lines[-1] if lines else "it did not start")
    stopped = [name for name, reply in zip(names(), replies, strict=False) if failed(reply)]
    return Probe(level, works=True, stopped=frozenset(stopped))


def names() -> list[str]:
    """Return the names of what is forbidden, in order."""
    return [forbidden.name for forbidden in FORBIDDEN]


def attempts(folder: Path, port: int) -> list[dict[str, Any]]:
    """Return a request for each of `FORBIDDEN`."""
    grader = os.getpid()
    arguments: dict[str, dict[str, Any]] = {
        "read": {"paths": [str(folder / "secret"), __file__, str(Path.home() / ".profile")]},
        "write": {"folder": str(folder)},
        "inspect": {"pid": grader},
        "signal": {"pid": grader},
        "connect": {"port": port},
        "helpers": {"module": HIDDEN},
        "libraries": {"paths": [str(p / "__init__.py") for p in paths.places_of("pytest")]},
        "environment": {"text": SECRET},
        "large_file": {"size": 1 << 32},
        "disk": {"megabytes": 500},
        "memory": {"size": 1 << 45},
    }
    with contextlib.suppress(locate.NotFound):
        solution = locate.solutions() / locate.PACKAGE
        arguments["read"]["paths"] += map(str, sorted(solution.glob("*.py")))
    return [
        {
            "id": name,
            "op": "forward",
            "arguments": {"module": MODULE, "function": name, "args": arguments.get(name, {})},
        }
        for name in names()
    ]


@contextlib.contextmanager
def listening() -> Iterator[int]:
    """Listen on a free port of this machine, and yield its number."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def message(tree: dict[str, Any]) -> bytes:
    """Return a message of the wire as bytes."""
    stream = io.BytesIO()
    wire.write_message(stream, tree)
    return stream.getvalue()


def read_replies(data: bytes) -> list[Any]:
    """Return the messages in what a worker wrote."""
    stream, replies = io.BytesIO(data), []
    with contextlib.suppress(EOFError, wire.WireError):
        while True:
            replies.append(wire.read_message(stream))
    return replies


def failed(reply: Any) -> bool:
    """Return whether an attempt was made, and failed."""
    return "result" in reply and float(reply["result"]["out"][0]) == 0.0
