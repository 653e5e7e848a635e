"""Show where an array is wrong: as a few numbers in text, or as images in a notebook."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np

from autograder.judging.evidence import Evidence

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure  # not there in a student's plain installation

MOST = 8  # rows and columns of numbers shown
INDENT, GAP = 2, 3  # letters before a row of numbers, and between two matrices
WIDTH = 83  # letters in a line; more of them are wrapped on many a page
SIZE = (9, 3.2)  # inches of a figure
PANEL, DPI = (3.2, 2.9), 96  # inches of one of its three images alone
TITLES = ("got", "expected", "got - expected")


def as_text(evidence: Evidence, width: int = WIDTH) -> list[str]:
    """Return what came back beside what was expected, for the worst image and channel.

    Parameters
    ----------
    evidence : Evidence
        What is wrong.
    width : int
        Letters in a line: where the two do not fit beside each other, one stands above the other.
    """
    worst = evidence.worst()
    if worst is None:
        return []
    where, got, expected = worst
    columns_there_are = got.shape[1]
    for most in range(min(MOST, columns_there_are), 0, -1):
        rows, columns = window(got, expected, most)
        left, right = cells(got[rows, columns]), cells(expected[rows, columns])
        if INDENT + max(len(left[0]), len(right[0])) <= width:
            break
    title = where or "Values"
    if got.shape != got[rows, columns].shape:
        title += (
            f", rows {rows.start} to {rows.stop - 1}, columns {columns.start} to {columns.stop - 1}"
        )
    lines = [f"{title[0].upper()}{title[1:]}:"]
    wide = max(len(left[0]), len("got"))
    space = " " * INDENT
    if INDENT + wide + GAP + max(len(right[0]), len("expected")) <= width:
        lines.append(f"{space}{'got':<{wide + GAP}}expected")
        pairs = zip(left, right, strict=True)
        return lines + [f"{space}{a:<{wide + GAP}}{b}" for a, b in pairs]
    lines += [f"{space}got", *(space + row for row in left)]
    return [*lines, f"{space}expected", *(space + row for row in right)]


def window(got: np.ndarray, expected: np.ndarray, most_columns: int = MOST) -> tuple[slice, slice]:
    """Return the rows and columns to show: all, or those around the worst place."""
    error = np.nan_to_num(np.abs(got - expected), nan=np.inf)
    worst = np.unravel_index(np.argmax(error), error.shape)
    found = []
    for place, size, most in zip(worst, got.shape, (MOST, most_columns), strict=True):
        start = max(0, min(int(place) - most // 2, size - most))
        found.append(slice(start, min(size, start + most)))
    return found[0], found[1]


def cells(values: np.ndarray) -> list[str]:
    """Write a matrix with columns of one width."""
    texts = [[f"{value:.3g}" for value in row] for row in values]
    width = max(len(text) for row in texts for text in row)
    return [" ".join(f"{text:>{width}}" for text in row) for row in texts]


def draw_on(figure: Figure, evidence: Evidence) -> bool:
    """Draw got, expected and their difference on a figure; return whether that was possible."""
    worst = evidence.worst()
    if worst is None:
        return False
    where, got, expected = worst
    axes = figure.subplots(1, 3)
    for axis, image, title in zip(axes, images(got, expected), TITLES, strict=True):
        draw_image(axis, image, title, limit_of(expected))
    axes[0].set_ylabel("row")
    figure.suptitle(f"{evidence.name}: {where}" if where else evidence.name)
    return True


def panels(evidence: Evidence) -> list[tuple[str, bytes]]:
    """Return got, expected and their difference, each with its title and as a PNG of its own.

    Nothing, where they cannot be drawn.
    """
    worst = evidence.worst()
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return []
    if worst is None:
        return []
    _, got, expected = worst
    found = []
    for image, title in zip(images(got, expected), TITLES, strict=True):
        figure = Figure(figsize=PANEL, layout="constrained")
        axis = figure.subplots()
        draw_image(axis, image, title, limit_of(expected))
        axis.set_ylabel("row")
        stream = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # student code may have put any number into it
            figure.savefig(stream, format="png", dpi=DPI)
        found.append((title, stream.getvalue()))
    return found


def images(got: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what is drawn, in the order of `TITLES`."""
    return got, expected, got - expected


def limit_of(expected: np.ndarray) -> float:
    """Return the largest magnitude that has a colour of its own."""
    return float(np.nanmax(np.abs(np.where(np.isfinite(expected), expected, np.nan)))) or 1.0


def draw_image(axis: Axes, image: np.ndarray, title: str, limit: float) -> None:
    """Draw one image, with the scale of its colours."""
    from matplotlib.ticker import MaxNLocator

    shown = axis.imshow(image, cmap="RdBu_r", vmin=-limit, vmax=limit)
    axis.set_title(title)
    axis.set_xlabel("column")
    for scale in (axis.xaxis, axis.yaxis):  # rows and columns are counted in whole numbers
        scale.set_major_locator(MaxNLocator(integer=True))
    axis.figure.colorbar(shown, ax=axis, shrink=0.8)
