"""Show where an array is wrong: as a few numbers in text, or as images in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure  # not there in a student's plain installation

MOST = 8  # rows and columns of numbers shown
SIZE = (9, 3.2)  # inches of a figure


@dataclass(frozen=True)
class Evidence:
    """One wrong array, for whoever wants to draw it.

    Attributes
    ----------
    check : str
        Id of the check that failed.
    name : str
        What the student calls the array: ``"out"``, ``"dx"``.
    got, expected : ndarray or None
        What came back, and what should have; None where there is no pair of arrays.
    mistakes : tuple of str
        Names of the known mistakes that explain it.
    """

    check: str
    name: str
    got: np.ndarray | None
    expected: np.ndarray | None
    mistakes: tuple[str, ...] = ()

    def worst(self) -> tuple[str, np.ndarray, np.ndarray] | None:
        """Return the image and channel that is most wrong: its place, what came, and what should.

        None if the two cannot be shown side by side.
        """
        got, expected = self.got, self.expected
        if got is None or expected is None or got.shape != expected.shape or got.ndim < 2:
            return None
        if got.size == 0 or got.dtype.kind not in "biuf":
            return None
        got, expected = got.astype(np.float64), expected.astype(np.float64)
        error = np.nan_to_num(np.abs(got - expected), nan=np.inf)
        place = np.unravel_index(np.argmax(error), error.shape)[:-2]
        where = "".join(
            f"{name} {i}" if not n else f", {name} {i}"
            for n, (name, i) in enumerate(zip(labels(self.name, got.ndim), place, strict=True))
        )
        return where, got[place], expected[place]


def first_axis(name: str) -> str:
    """Say what the first axis of an array of four counts."""
    return "filter" if name == "dw" or "W1" in name else "image"


def labels(name: str, ndim: int) -> tuple[str, ...]:
    """Name the axes of an array before its last two."""
    return (
        (first_axis(name), "channel") if ndim == 4 else tuple(f"index {i}" for i in range(ndim - 2))
    )


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


def in_notebook() -> bool:
    """Return whether this process is a notebook's kernel, where figures can be shown."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and "IPKernelApp" in shell.config


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
        figure.colorbar(shown, ax=axis, shrink=0.8)
    axes[0].set_ylabel("row")
    figure.suptitle(f"{evidence.name}: {where}" if where else evidence.name)
    return True
