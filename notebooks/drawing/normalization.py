"""Drawings of batch and layer normalization; a file is named after its function."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from drawing.vocabulary import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    RED,
    arrow,
    back,
    block,
    box,
    canvas,
    grid,
    label,
    outline,
    rounded,
)

X = np.array([[1, 10], [2, 30], [3, 50]])
GAMMA, BETA = np.array([1, 2]), np.array([0, 7])
TABLE = np.array([[1, 2, 6], [3, 8, 4], [5, 6, 1], [7, 4, 1]])


def wide(ax: Axes, values: np.ndarray, x: float, y: float, colours: list[str]) -> None:
    """Draw a matrix of written numbers in wide cells, each column in its colour."""
    for (i, j), value in np.ndenumerate(values):
        block(ax, x + 2.1 * j, y + 1.1 * i, (2.1, 1.1), str(value), colours[j])


def batchnorm_columns() -> Figure:
    """Three examples of two features: statistics of columns, normalized, scaled and shifted."""
    figure, ax = canvas(27, 8, 0.44)
    colours = [BLUE, ORANGE]
    mean, variance = X.mean(axis=0), X.var(axis=0)
    normal = (X - mean) / np.sqrt(variance + 1e-5)
    label(ax, 3.7, 0.7, "x: N × D = 3 × 2")
    wide(ax, X, 1.6, 1.3, colours)
    for j in range(2):
        arrow(ax, (2.65 + 2.1 * j, 4.65), (2.65 + 2.1 * j, 5.35))
    wide(ax, rounded(mean, 0)[None], 1.6, 5.4, [GREY] * 2)
    label(ax, 0.9, 5.95, "$\\mu$")
    wide(ax, rounded(variance, 2)[None], 1.6, 6.5, [GREY] * 2)
    label(ax, 0.9, 7.05, "$\\sigma^2$")
    arrow(ax, (6.1, 2.95), (10.3, 2.95))
    label(ax, 8.2, 2.1, "$\\frac{x - \\mu}{\\sqrt{\\sigma^2 + \\epsilon}}$", fontsize=15)
    label(ax, 12.7, 0.7, "$\\hat x$: mean 0, variance 1")
    wide(ax, rounded(normal), 10.6, 1.3, colours)
    arrow(ax, (15.1, 2.95), (20.7, 2.95))
    label(ax, 17.9, 2.3, "$\\gamma\\, \\hat x + \\beta$", fontsize=13)
    label(ax, 23.1, 0.7, "out")
    wide(ax, rounded(GAMMA * normal + BETA), 21.0, 1.3, colours)
    label(ax, 17.9, 3.6, f"$\\gamma$ = ({GAMMA[0]}, {GAMMA[1]}), $\\beta$ = ({BETA[0]}, {BETA[1]})")
    label(ax, 16.0, 6.0, "One mean, one variance, one $\\gamma$ and one $\\beta$ for each column.")
    label(
        ax, 16.0, 6.9, "In test mode: running values in place of this batch's $\\mu$, $\\sigma^2$."
    )
    return figure


def batchnorm_graph() -> Figure:
    """The forward pass as small steps, and the ways on which gradients come back."""
    figure, ax = canvas(27, 8.6, 0.44)
    steps = {
        "x": (0.8, 1.7, "x", GREY),
        "mu": (4.6, 5.3, "$\\mu$", BLUE),
        "c": (7.2, 1.7, "$c = x - \\mu$", ORANGE),
        "var": (9.9, 5.3, "$\\sigma^2$", BLUE),
        "s": (14.1, 5.3, "$s = (\\sigma^2 + \\epsilon)^{-1/2}$", BLUE),
        "hat": (15.6, 1.7, "$\\hat x = c\\, s$", ORANGE),
        "out": (22.2, 1.7, "$\\gamma\\, \\hat x + \\beta$", GREEN),
    }
    widths = {"x": 1.8, "c": 3.2, "s": 4.8, "hat": 2.8, "out": 3.2}
    for name, (x, y, text, colour) in steps.items():
        box(ax, x, y, widths.get(name, 1.8), 1.5, text, colour)
    for start, end in [((2.6, 2.1), (7.2, 2.1)), ((10.4, 2.1), (15.6, 2.1))]:
        arrow(ax, start, end)
        back(ax, (end[0], 2.8), (start[0], 2.8))
    arrow(ax, (18.4, 2.1), (22.2, 2.1))
    back(ax, (22.2, 2.8), (18.4, 2.8))
    arrow(ax, (25.4, 2.1), (26.6, 2.1))
    back(ax, (26.6, 2.8), (25.4, 2.8))
    label(ax, 26.3, 3.4, "g", color=RED)
    for start, end in [
        ((1.5, 3.2), (4.6, 5.8)),
        ((6.0, 5.3), (7.6, 3.2)),
        ((8.8, 3.2), (10.3, 5.3)),
        ((11.7, 5.8), (14.1, 5.8)),
        ((16.4, 5.3), (16.4, 3.2)),
    ]:
        arrow(ax, start, end)
    back(ax, (4.6, 6.4), (1.1, 3.2))
    back(ax, (8.2, 3.2), (6.4, 5.5))
    back(ax, (11.0, 5.3), (9.6, 3.2))
    back(ax, (14.1, 6.4), (11.7, 6.4))
    back(ax, (17.2, 3.2), (17.2, 5.3))
    label(ax, 20.3, 3.4, "$\\hat g = g\\, \\gamma$", color=RED)
    label(ax, 13.0, 3.4, "$\\hat g\\, s$", color=RED)
    label(ax, 18.8, 4.3, "$\\sum \\hat g\\, c$", color=RED)
    back(ax, (23.8, 3.2), (23.8, 5.1))
    label(ax, 23.8, 6.2, "$\\sum g\\, \\hat x$ to $\\gamma$,\n$\\sum g$ to $\\beta$", color=RED)
    label(ax, 13.5, 0.7, "solid: forwards; dashed: the gradients, backwards")
    label(ax, 13.5, 8.0, "x is used twice, and so is c: what comes back on both ways is added up.")
    return figure


def layernorm_rows() -> Figure:
    """The same array twice: batch normalization takes columns together, layer norm. rows."""
    figure, ax = canvas(24, 8, 0.46)
    colours = [BLUE, ORANGE, GREEN, PINK]
    label(ax, 4.9, 0.2, "batch normalization: columns")
    by_column = {(i, j): colours[j] for i, j in np.ndindex(4, 3)}
    grid(ax, TABLE, 3.4, 1.3, by_column)
    outline(ax, 3.4, 1.3, 1, 4)
    for j, value in enumerate(TABLE.mean(axis=0)):
        label(ax, 3.9 + j, 5.9, f"{value:g}")
    label(ax, 2.6, 5.9, "$\\mu$")
    label(ax, 2.2, 3.3, "N examples", rotation=90)
    label(ax, 4.9, 6.8, "D means, D variances;\nrunning values for test mode", va="top")
    label(ax, 16.9, 0.2, "layer normalization: rows")
    by_row = {(i, j): colours[i] for i, j in np.ndindex(4, 3)}
    grid(ax, TABLE, 15.4, 1.3, by_row)
    outline(ax, 15.4, 1.3, 3, 1)
    for i, value in enumerate(TABLE.mean(axis=1)):
        label(ax, 19.1, 1.8 + i, f"{value:g}")
    label(ax, 19.1, 0.9, "$\\mu$")
    label(ax, 14.6, 3.3, "N examples", rotation=90)
    label(ax, 16.9, 5.8, "D features")
    label(ax, 16.9, 6.8, "N means, N variances;\nthe same in training and testing", va="top")
    return figure


FIGURES: list[Callable[[], Figure]] = [batchnorm_columns, batchnorm_graph, layernorm_rows]
