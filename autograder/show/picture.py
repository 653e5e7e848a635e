"""Show where an array is wrong: as a few numbers in text, or as images in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autograder.judging.evidence import Evidence

if TYPE_CHECKING:
    from matplotlib.figure import Figure  # not there in a student's plain installation

MOST = 8  # rows and columns of numbers shown
SIZE = (9, 3.2)  # inches of a figure


def as_text(evidence: Evidence) -> list[str]:
    """Return what came back beside what was expected, for the worst image and channel."""
    worst = evidence.worst()
    if worst is None:
        return []
    where, got, expected = worst
    rows, columns = window(got, expected)
    left, right = cells(got[rows, columns]), cells(expected[rows, columns])
    title = where or "Values"
    if got.shape != got[rows, columns].shape:
        title += (
            f", rows {rows.start} to {rows.stop - 1}, columns {columns.start} to {columns.stop - 1}"
        )
    width = max(len(left[0]), len("got"))
    lines = [f"{title[0].upper()}{title[1:]}:", f"  {'got':<{width}}   expected"]
    return lines + [f"  {a:<{width}}   {b}" for a, b in zip(left, right, strict=True)]


def window(got: np.ndarray, expected: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and columns to show: all, or those around the worst place."""
    error = np.nan_to_num(np.abs(got - expected), nan=np.inf)
    worst = np.unravel_index(np.argmax(error), error.shape)
    found = []
    for place, size in zip(worst, got.shape, strict=True):
        start = max(0, min(int(place) - MOST // 2, size - MOST))
        found.append(slice(start, min(size, start + MOST)))
    return found[0], found[1]


def cells(values: np.ndarray) -> list[str]:
    """Write a matrix with columns of one width."""
    texts = [[f"{value:.3g}" for value in row] for row in values]
    width = max(len(text) for row in texts for text in row)
    return [" ".join(f"{text:>{width}}" for text in row) for row in texts]


def draw(evidence: Evidence) -> bool:
    """Show got, expected and their difference side by side; return whether that was possible."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        return False
    figure = plt.figure(figsize=SIZE, layout="constrained")
    drawn = draw_on(figure, evidence)
    if drawn:
        plt.show()
    plt.close(figure)
    return drawn


def draw_on(figure: Figure, evidence: Evidence) -> bool:
    """Draw got, expected and their difference on a figure; return whether that was possible."""
    worst = evidence.worst()
    if worst is None:
        return False
    where, got, expected = worst
    axes = figure.subplots(1, 3)
    limit = float(np.nanmax(np.abs(np.where(np.isfinite(expected), expected, np.nan)))) or 1.0
    difference = got - expected
    for axis, image, title in zip(
        axes, (got, expected, difference), ("got", "expected", "got - expected"), strict=True
    ):
        shown = axis.imshow(image, cmap="RdBu_r", vmin=-limit, vmax=limit)
        axis.set_title(title)
        axis.set_xlabel("column")
        for ticks in (axis.xaxis, axis.yaxis):  # rows and columns are whole numbers
            ticks.get_major_locator().set_params(integer=True)
        figure.colorbar(shown, ax=axis, shrink=0.8)
    axes[0].set_ylabel("row")
    figure.suptitle(f"{evidence.name}: {where}" if where else evidence.name)
    return True
