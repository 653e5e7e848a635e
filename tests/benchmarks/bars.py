"""The bars that the fast layers are to clear, and whether they do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from contestants import CONVS, POOLS

Key = tuple[str, str, int, str, str]


@dataclass
class Results:
    """All timings: seconds by case, direction, threads, contestant and instruction set limit."""

    times: dict[Key, list[float]] = field(default_factory=dict)

    def add(self, record: dict[str, Any]) -> None:
        """Add what pytest-benchmark wrote about one contestant's turn."""
        info = record["extra_info"]
        key = (info["case"], info["direction"], info["threads"], info["name"], info["isa"])
        calls = info["calls"]
        self.times.setdefault(key, []).extend(t / calls for t in record["stats"]["data"])

    def median(
        self, case: str, direction: str, threads: int, name: str, isa: str = ""
    ) -> float | None:
        """Return the median time in milliseconds, or None if it was not measured."""
        times = self.times.get((case, direction, threads, name, isa))
        return None if times is None else 1e3 * float(np.median(times))

    def least(
        self, case: str, direction: str, threads: int, name: str, isa: str = ""
    ) -> float | None:
        """Return the least time in milliseconds, or None if it was not measured."""
        times = self.times.get((case, direction, threads, name, isa))
        return None if times is None else 1e3 * min(times)

    def ratio(self, case: str, direction: str, threads: int, isa: str = "") -> float | None:
        """Return the kernels' median time over PyTorch's."""
        ours = self.median(case, direction, threads, "compiled", isa)
        theirs = self.median(case, direction, threads, "torch", isa)
        return None if ours is None or theirs is None else ours / theirs


@dataclass(frozen=True)
class Bar:
    """A bar: what is measured, the figure, the bar, and whether more or less is better."""

    what: str
    figure: float | None
    bar: float
    at_least: bool = False

    @property
    def holds(self) -> bool | None:
        """Whether the figure clears the bar; None if there is no figure."""
        if self.figure is None:
            return None
        return self.figure >= self.bar if self.at_least else self.figure <= self.bar

    def __str__(self) -> str:
        verdict = {True: "holds", False: "MISSED", None: "not measured"}[self.holds]
        figure = "-" if self.figure is None else f"{self.figure:.2f}"
        sign = "at least" if self.at_least else "at most"
        return f"{verdict:12}  {figure:>5}  {sign} {self.bar:.2f}  {self.what}"


def geometric_mean(values: list[float | None]) -> float | None:
    """Return the geometric mean, or None if one value is missing."""
    known = [value for value in values if value is not None]
    return float(np.exp(np.mean(np.log(known)))) if known and len(known) == len(values) else None


def worst(values: list[float | None]) -> float | None:
    """Return the greatest value, or None if one is missing."""
    known = [value for value in values if value is not None]
    return max(known) if known and len(known) == len(values) else None


def total_ratio(results: Results, case: str, threads: int) -> float | None:
    """Return the kernels' forward plus backward time over PyTorch's."""
    both = [
        [results.median(case, d, threads, name) for d in ("forward", "backward")]
        for name in ("compiled", "torch")
    ]
    if any(time is None for times in both for time in times):
        return None
    ours, theirs = (sum(time for time in times if time is not None) for times in both)
    return ours / theirs


def bars(results: Results, busy: float | None) -> Iterator[Bar]:
    """Yield each bar with its figure."""
    passes = [(case, d) for case in CONVS for d in ("forward", "backward")]
    for threads in (1, 2):
        on = f"{threads} thread{'s' if threads > 1 else ''}"
        for case, d in passes:
            yield Bar(f"convolution {case} {d} / PyTorch, {on}", results.ratio(case, d, threads), 1)
        ratios = [results.ratio(case, d, threads) for case, d in passes]
        yield Bar(f"convolution, geometric mean / PyTorch, {on}", geometric_mean(ratios), 0.8)
    for threads in (1, 2):
        on = f"{threads} thread{'s' if threads > 1 else ''}"
        for case in POOLS:
            overlapping = "overlapping" in case
            forward = results.ratio(case, "forward", threads)
            yield Bar(f"{case}, forward / PyTorch, {on}", forward, 1 if overlapping else 0.5)
            both = total_ratio(results, case, threads)
            yield Bar(f"{case}, both passes / PyTorch, {on}", both, 1 if overlapping else 0.5)
    for threads in (1, 2):
        what = f"training iteration / PyTorch with fused Adam, {threads} thread(s)"
        yield Bar(what, results.ratio("iteration", "", threads), 0.85)
    what = "training iteration / the course's first (5.2 times PyTorch's), 2 threads"
    ratio = results.ratio("iteration", "", 2)
    yield Bar(what, None if ratio is None else ratio / 5.2, 0.2)
    for threads in (1, 2):
        what = f"AVX2: slowest convolution / PyTorch limited to AVX2, {threads} thread(s)"
        yield Bar(what, worst([results.ratio(c, d, threads, "avx2") for c, d in passes]), 1.2)
    for case in ("b", "c", "d"):
        for d in ("forward", "backward"):
            times = [results.median(case, d, threads, "compiled") for threads in (1, 2)]
            gain = None if None in times else times[0] / times[1]  # type: ignore[operator]
            yield Bar(f"convolution {case} {d}: gain by a second thread", gain, 1.7, at_least=True)
    yield Bar("other work on all cores: time with 2 threads / with 1", busy, 1)
