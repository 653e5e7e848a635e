"""Drawings of dropout; a file is named after its function."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from drawing.vocabulary import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PAPER,
    PINK,
    RED,
    arrow,
    canvas,
    grid,
    label,
)

X, KEEP, P = np.array([1, 2, 3, 4]), np.array([1, 0, 0, 1]), 0.5
UPSTREAM = np.array([10, 20, 30, 40])


def whole(values: np.ndarray) -> np.ndarray:
    """Return numbers as whole ones, which they are."""
    made: np.ndarray = np.asarray(values).astype(int)
    if not np.array_equal(made, values):
        raise ValueError(f"{values} are not whole numbers")
    return made


def unit(ax: Axes, x: float, y: float, text: str, colour: str, *, dropped: bool = False) -> None:
    """Draw a unit with its value; one that is dropped is crossed out."""
    edge = FAINT if dropped else INK
    ax.add_patch(Circle((x, y), 0.62, facecolor=PAPER if dropped else colour, edgecolor=edge, lw=1))
    if not dropped:
        label(ax, x, y, text)
    else:
        for sign in (-1, 1):
            ax.plot([x - 0.5, x + 0.5], [y - 0.5 * sign, y + 0.5 * sign], color=RED, lw=1.6)


def dropout_layer() -> Figure:
    """A hidden layer with all of its units, and with two of them dropped and two scaled."""
    figure, ax = canvas(25, 9, 0.44)
    heights = 1.9 + 1.6 * np.arange(4)
    for x0, keep, values, title in [
        (1.5, np.ones(4), X, "testing: all units, as they are"),
        (14.5, KEEP, whole(X * KEEP / P), "training, one draw: kept with $p = 0.5$"),
    ]:
        label(ax, x0 + 4.5, 0.5, title)
        for y, kept, value in zip(heights, keep, values, strict=True):
            for end in (2.7, 4.3, 5.9):
                style = {"color": INK if kept else "#dddddd", "lw": 0.8}
                ax.plot([x0 + 0.6, x0 + 4.5], [end, y], zorder=0, **style)
                ax.plot([x0 + 4.5, x0 + 8.4], [y, end], zorder=0, **style)
            unit(ax, x0 + 4.5, y, str(value), ORANGE, dropped=not kept)
        for end in (2.7, 4.3, 5.9):
            unit(ax, x0 + 0.6, end, "", BLUE)
            unit(ax, x0 + 8.4, end, "", GREEN)
    label(ax, 19.0, 7.9, "kept: 1 / 0.5 = 2 and 4 / 0.5 = 8; dropped: 0")
    label(ax, 6.0, 7.9, "the layer's values: 1, 2, 3, 4")
    label(ax, 12.5, 8.7, "Every batch, and every example in it, drops others.")
    return figure


def dropout_modes() -> Figure:
    """Some of the 16 masks of four values, and the mean of all: what testing gives."""
    figure, ax = canvas(24, 8.2, 0.46)
    masks = np.array(list(product((0, 1), repeat=4)))
    label(ax, 2.9, 0.6, "x")
    grid(ax, X[None], 0.9, 3.4, {(0, j): BLUE for j in range(4)})
    label(ax, 10.4, 0.6, "mask / p")
    label(ax, 17.6, 0.6, "training: out")
    for k, mask in enumerate([KEEP, np.array([0, 1, 1, 1]), np.array([1, 0, 1, 0])]):
        y = 1.2 + 1.4 * k
        arrow(ax, (5.2, 3.9), (8.1, y + 0.5))
        grid(ax, whole(mask / P)[None], 8.4, y, {(0, j): ORANGE for j in np.flatnonzero(mask)})
        arrow(ax, (12.7, y + 0.5), (15.3, y + 0.5))
        out = whole(X * mask / P)
        grid(ax, out[None], 15.6, y, {(0, j): GREEN for j in np.flatnonzero(mask)})
    label(ax, 12.0, 5.4, "...")
    label(ax, 9.4, 6.2, f"the mean over all {len(masks)} masks, all equally likely:", ha="center")
    mean = whole((X * masks / P).mean(axis=0))
    grid(ax, mean[None], 15.6, 5.7, {(0, j): GREY for j in range(4)})
    label(ax, 9.4, 7.6, "testing: out = x, no mask, no scale")
    grid(ax, X[None], 15.6, 7.1, {(0, j): BLUE for j in range(4)})
    label(ax, 21.8, 6.9, "the same")
    ax.plot([20.0, 20.3, 20.3, 20.0], [6.2, 6.2, 7.6, 7.6], color=INK, lw=1)
    return figure


def dropout_backward() -> Figure:
    """The same mask forwards and backwards."""
    figure, ax = canvas(20, 6.6, 0.46)
    scaled = whole(KEEP / P)
    kept = np.flatnonzero(KEEP)
    rows = [
        (1.2, "x", X, BLUE, "out", X * scaled, GREEN),
        (4.6, "dx", UPSTREAM * scaled, PINK, "dout", UPSTREAM, GREY),
    ]
    for y, left, values, colour, right, others, other in rows:
        label(ax, 0.9, y + 0.5, left)
        marked = range(4) if left == "x" else kept
        grid(ax, values[None], 1.7, y, {(0, int(j)): colour for j in marked})
        marked = range(4) if right == "dout" else kept
        grid(ax, others[None], 14.0, y, {(0, int(j)): other for j in marked})
        label(ax, 19.0, y + 0.5, right)
    label(ax, 9.9, 2.3, "mask / p, from the cache")
    grid(ax, scaled[None], 7.9, 2.9, {(0, int(j)): ORANGE for j in kept})
    arrow(ax, (6.0, 1.7), (13.7, 1.7))
    arrow(ax, (13.7, 5.1), (6.0, 5.1))
    label(ax, 9.9, 1.2, "times")
    label(ax, 9.9, 4.6, "times the same")
    label(ax, 9.9, 6.2, "What was dropped gets no gradient; what was kept, 1 / p times its own.")
    return figure


FIGURES: list[Callable[[], Figure]] = [dropout_layer, dropout_modes, dropout_backward]
