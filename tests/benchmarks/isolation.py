"""What isolation costs a submission: ``python tests/benchmarks/isolation.py``.

Runs the quick checks of each function on the solution under each level, side by side and in turns,
and prints the sum of the least times. That costs a worker's start for each function, of which a
class run needs two in all.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from autograder import locate
from autograder.course.museum import packs
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.sandbox.levels import LEVELS
from autograder.sandbox.probe import probe
from autograder.submission import read_layer

QUICK = [name for name in EXERCISE.names if name not in ("overfit_small_data", "one_epoch")]


def measure(levels: list[str], repeats: int) -> dict[str, float]:
    """Return the least seconds for the quick checks of one submission, by level."""
    solution, cases = (
        read_layer("solution", locate.solutions(), EXERCISE.editable),
        packs.public(EXERCISE),
    )
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(repeats):
        for name in QUICK:
            for level in levels:
                start = time.perf_counter()
                verdicts = engine.run_checks(EXERCISE, solution, cases, [name], isolation=level)
                times[level, name].append(time.perf_counter() - start)
                assert all(verdict.points for verdict in verdicts)
    return {level: sum(min(times[level, name]) for name in QUICK) for level in levels}


def main() -> None:
    """Print a line for each level that works here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=10)
    options = parser.parse_args()
    levels = [level for level in LEVELS if probe(level).works]
    times = measure(levels, options.repeats)
    for level in levels:
        more = times[level] - times["limits"]
        print(f"{level:>10}: {times[level]:.3f} s a submission, {more:+.3f} s over limits alone")


if __name__ == "__main__":
    main()
