"""What all drawings are made of: a canvas with y downwards, as in images; grids, arrows, boxes."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle

INK, FAINT, PAPER = "#222222", "#9a9a9a", "#ffffff"
BLUE, ORANGE, GREEN, PINK, GREY = "#b9d4f0", "#fcd5a5", "#c3e4bd", "#f3c3d3", "#ececec"
RED = "#b8324a"


def canvas(width: float, height: float, scale: float = 0.5) -> tuple[Figure, Axes]:
    """Return an empty drawing of `width` x `height` cells, (0, 0) at the top left."""
    figure, ax = plt.subplots(figsize=(width * scale, height * scale))
    ax.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    ax.axis("off")
    return figure, ax


def grid(ax: Axes, values: np.ndarray, x: float, y: float, colours: dict | None = None) -> None:
    """Draw a matrix, its top left corner at (x, y); `colours` maps (row, column) to a colour."""
    for (i, j), value in np.ndenumerate(values):
        colour = (colours or {}).get((i, j), PAPER)
        ax.add_patch(Rectangle((x + j, y + i), 1, 1, facecolor=colour, edgecolor=FAINT, lw=0.8))
        ax.text(x + j + 0.5, y + i + 0.5, str(value), ha="center", va="center")


def outline(ax: Axes, x: float, y: float, width: float, height: float, colour: str = INK) -> None:
    """Draw the frame of a window."""
    ax.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=colour, lw=2.2))


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], bend: float = 0) -> None:
    """Draw an arrow."""
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 14, "color": INK, "lw": 1.3}
    ax.add_patch(FancyArrowPatch(start, end, connectionstyle=f"arc3,rad={bend}", **style))


def label(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Write text, centred on (x, y)."""
    ax.text(x, y, text, **{"ha": "center", "va": "center", **style})


def cells(rows: range, columns: range, colour: str) -> dict[tuple[int, int], str]:
    """Return the colours of a block of cells."""
    return {(i, j): colour for i in rows for j in columns}


def box(ax: Axes, x: float, y: float, width: float, height: float, text: str, colour: str) -> None:
    """Draw a layer: a rounded box with its name."""
    shape = FancyBboxPatch(
        (x, y), width, height, boxstyle="round,pad=0,rounding_size=0.2", fc=colour, ec=INK, lw=1
    )
    ax.add_patch(shape)
    label(ax, x + width / 2, y + height / 2, text)


def cuboid(
    ax: Axes,
    x: float,
    y: float,
    size: tuple[float, float, float],
    colour: str,
    edge: str = INK,
) -> None:
    """Draw a block of (width, height, depth); depth goes to the upper right."""
    width, height, depth = size
    dx, dy = 0.5 * depth, -0.35 * depth
    front = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    top = [(x, y), (x + dx, y + dy), (x + width + dx, y + dy), (x + width, y)]
    side = [
        (x + width, y),
        (x + width + dx, y + dy),
        (x + width + dx, y + height + dy),
        (x + width, y + height),
    ]
    for face in (front, top, side):
        ax.add_patch(Polygon(face, facecolor=colour, edgecolor=edge, lw=0.9, joinstyle="round"))


def block(
    ax: Axes,
    x: float,
    y: float,
    size: tuple[float, float],
    text: str,
    colour: str,
    edges: tuple[str, str] = ("", ""),
) -> None:
    """Draw an array without its numbers; `edges` say how many rows and columns it has."""
    width, height = size
    ax.add_patch(Rectangle((x, y), width, height, facecolor=colour, edgecolor=INK, lw=1))
    label(ax, x + width / 2, y + height / 2, text, fontsize=12)
    label(ax, x - 0.35, y + height / 2, edges[0])
    label(ax, x + width / 2, y - 0.4, edges[1])


def back(ax: Axes, start: tuple[float, float], end: tuple[float, float], bend: float = 0) -> None:
    """Draw the way of a gradient: a red arrow."""
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 14, "color": RED, "lw": 1.3}
    style |= {"linestyle": "--"}
    ax.add_patch(FancyArrowPatch(start, end, connectionstyle=f"arc3,rad={bend}", **style))


def rounded(values: np.ndarray, digits: int = 2) -> np.ndarray:
    """Return numbers as they are written into a grid: with a real minus, and no more digits."""
    written = [f"{value:.{digits}f}".replace("-", "−") for value in np.asarray(values).flat]
    return np.array(written).reshape(np.shape(values))
