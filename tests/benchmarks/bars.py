"""The bars that the fast layers are to clear, and whether they do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from cases import CONVS, DIRECTIONS, POOLS

Key = tuple[str, str, int, str, str]
PEERS = ("torch", "channels_last", "jax")
PYTORCH = ("torch", "channels_last")


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

    def least(
        self, case: str, direction: str, threads: int, name: str, isa: str = ""
    ) -> float | None:
        """Return the least time in milliseconds, or None if it was not measured."""
        times = self.times.get((case, direction, threads, name, isa))
        return None if times is None else 1e3 * min(times)

    def best(
        self, case: str, direction: str, threads: int, peers: tuple[str, ...], isa: str = ""
    ) -> float | None:
        """Return the least time of the best of some peers, or None if none was measured."""
        times = [self.least(case, direction, threads, name, isa) for name in peers]
        return min((time for time in times if time is not None), default=None)

    def ratio(
        self,
        case: str,
        direction: str,
        threads: int,
        peers: tuple[str, ...] = PEERS,
        isa: str = "",
    ) -> float | None:
        """Return the kernels' least time over that of the best of some peers."""
        ours = self.least(case, direction, threads, "compiled", isa)
        theirs = self.best(case, direction, threads, peers, isa)
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
    """Return the kernels' forward plus backward time over that of the best peer in each."""
    ways = ("forward", "backward")
    ours = [results.least(case, d, threads, "compiled") for d in ways]
    theirs = [results.best(case, d, threads, PEERS) for d in ways]
    if None in ours or None in theirs:
        return None
    return sum(filter(None, ours)) / sum(filter(None, theirs))


def bars(results: Results, busy: float | None) -> Iterator[Bar]:
    """Yield each bar with its figure; what is compared with "the best" is so case by case."""
    passes = [(case, d) for case in CONVS for d in DIRECTIONS]
    both = ("forward", "backward")
    for threads in (1, 2):
        on = f"{threads} thread{'s' if threads > 1 else ''}"
        for case, d in passes:
            yield Bar(
                f"convolution {case} {d} / best peer, {on}", results.ratio(case, d, threads), 1
            )
        ratios = [results.ratio(case, d, threads) for case, d in passes]
        yield Bar(f"convolution, geometric mean / best peer, {on}", geometric_mean(ratios), 0.75)
        for case in POOLS:
            for d in both:
                yield Bar(f"{case}, {d} / best peer, {on}", results.ratio(case, d, threads), 1)
                copy = results.least(case, "forward", threads, "limit")
                ours = results.least(case, d, threads, "compiled")
                copies = None if ours is None or copy is None else ours / copy
                yield Bar(f"{case}, {d} / a copy of x, {on}", copies, 1.5)
            total = total_ratio(results, case, threads)
            yield Bar(f"{case}, forward and backward / best peer, {on}", total, 0.6)
        for name, peers, bar in (
            ("PyTorch with fused Adam in its better layout", PYTORCH, 0.5),
            ("torch.compile", ("torch.compile",), 1),
            ("JAX", ("jax",), 1),
        ):
            ratio = results.ratio("iteration", "", threads, peers)
            yield Bar(f"training iteration / {name}, {on}", ratio, bar)
    for threads in (1, 2):
        what = f"AVX2: slowest convolution / PyTorch limited to AVX2, {threads} thread(s)"
        ratios = [results.ratio(case, d, threads, ("torch",), "avx2") for case, d in passes]
        yield Bar(what, worst(ratios), 1.2)
    for case in ("b", "c", "d"):
        for d in both:
            times = [results.least(case, d, threads, "compiled") for threads in (1, 2)]
            gain = None if None in times else times[0] / times[1]  # type: ignore[operator]
            yield Bar(f"convolution {case} {d}: gain by a second thread", gain, 1.7, at_least=True)
    yield Bar("other work on all cores: time with 2 threads / with 1", busy, 1)
