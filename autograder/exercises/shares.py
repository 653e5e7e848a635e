"""Points shared among checks, in whole points where that is possible."""

from __future__ import annotations

from collections.abc import Mapping

CENTS = 100  # points are kept with two digits after the point


def shares(total: float, weights: Mapping[str, float]) -> dict[str, float]:
    """Share `total` in proportion to `weights`, so that the shares add up to it.

    They are whole points, where `total` is and there are enough for everybody, or else hundredths.
    Nobody is left without; what is left over goes to the largest remainders.
    """
    whole = total == int(total) and total >= len(weights)
    units = int(total) if whole else round(total * CENTS)
    spare = units - len(weights)  # each has one to begin with
    wanted = {name: weight / sum(weights.values()) * units for name, weight in weights.items()}
    above = {name: max(0.0, share - 1) for name, share in wanted.items()}
    scale = spare / (sum(above.values()) or 1.0)
    exact = {name: share * scale for name, share in above.items()}
    counts = {name: 1 + int(share) for name, share in exact.items()}
    by_remainder = sorted(exact, key=lambda name: int(exact[name]) - exact[name])
    for name in by_remainder[: units - sum(counts.values())]:
        counts[name] += 1
    return {name: count if whole else count / CENTS for name, count in counts.items()}
