"""Waiting for a quiet moment: what runs beside a benchmark is measured too."""

from __future__ import annotations

import os
import time
from pathlib import Path

STAT = Path("/proc/stat")
WINDOW = 0.06  # seconds that are looked at, a few ticks of the system's clock
patience = float(os.environ.get("CONVNETS_BENCH_PATIENCE", "120"))  # seconds to wait in all


def ticks_at_work() -> int:
    """Return how long all cores together have been at work, in ticks of 10 ms."""
    numbers = [int(word) for word in STAT.read_text().split("\n", 1)[0].split()[1:9]]
    idle = numbers[3] + numbers[4]
    return sum(numbers) - idle


def await_quiet() -> None:
    """Sleep until no core is at work, or until patience is at an end."""
    global patience
    start = time.perf_counter()
    if not STAT.is_file():
        time.sleep(WINDOW)
        return
    quiet = False
    while not quiet and time.perf_counter() - start < max(patience, WINDOW):
        before = ticks_at_work()
        time.sleep(WINDOW)
        quiet = ticks_at_work() - before <= 1
    patience -= max(0, time.perf_counter() - start - 2 * WINDOW)
