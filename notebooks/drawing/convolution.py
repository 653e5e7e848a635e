"""Drawings of convolutions; a file is named after its function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from drawing.vocabulary import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PAPER,
    PINK,
    arrow,
    canvas,
    cells,
    grid,
    label,
    outline,
)

IMAGE = np.array([[1, 2, 0, 1], [3, 1, 1, 0], [0, 2, 4, 1], [1, 0, 2, 3]])
FILTER = np.array([[1, 0], [-1, 2]])


def correlate(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the cross-correlation, by stride 1 and without padding."""
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    return np.einsum("ijkl,kl->ij", windows, weights)


def conv_forward() -> Figure:
    """A 4x4 image, a 2x2 filter, the 3x3 output."""
    figure, ax = canvas(21, 6.4)
    out = correlate(IMAGE, FILTER)
    label(ax, 2.5, 0.5, "image $x$, 4 × 4")
    grid(ax, IMAGE, 0.5, 1, cells(range(1, 3), range(1, 3), BLUE))
    outline(ax, 1.5, 2, 2, 2)
    label(ax, 5.6, 3, "$\\star$", fontsize=18)
    label(ax, 7.7, 1.5, "filter $w$, 2 × 2")
    grid(ax, FILTER, 6.7, 2, cells(range(2), range(2), ORANGE))
    label(ax, 9.8, 3, "=", fontsize=16)
    label(ax, 12.3, 1, "output, 3 × 3")
    grid(ax, out, 10.8, 1.5, {(1, 1): GREEN})
    outline(ax, 11.8, 2.5, 1, 1)
    window = IMAGE[1:3, 1:3]
    terms = [f"({w})·{x}" for w, x in zip(FILTER.flat, window.flat, strict=True)]
    label(ax, 17.6, 2.2, "the marked window:")
    label(ax, 17.6, 3.1, " + ".join(terms))
    label(ax, 17.6, 4.0, f"= {out[1, 1]}")
    label(ax, 10.5, 5.9, "One window of the image, times the filter, summed: one output.")
    return figure


def conv_padding_stride() -> Figure:
    """Padding 1 and stride 2 on the same image."""
    figure, ax = canvas(20, 8.2)
    padded = np.pad(IMAGE, 1)
    inside = cells(range(1, 5), range(1, 5), PAPER)
    border = {**cells(range(6), range(6), GREY), **inside}
    label(ax, 3.5, 0.5, "image 4 × 4 with pad = 1: 6 × 6")
    grid(ax, padded, 0.5, 1, border)
    for row in range(3):
        for column in range(3):
            colour = INK if (row, column) == (0, 1) else "#2b6cb0"
            x, y = 0.5 + 2 * column, 1 + 2 * row
            outline(ax, x + 0.08, y + 0.08, 1.84, 1.84, colour)
    arrow(ax, (1.5, 7.35), (3.5, 7.35))
    label(ax, 2.5, 7.8, "stride = 2")
    out = correlate(padded, FILTER)[::2, ::2]
    arrow(ax, (7.2, 4), (9.6, 4))
    label(ax, 8.4, 3.5, "filter 2 × 2")
    label(ax, 11.8, 2, "output, 3 × 3")
    grid(ax, out, 10.3, 2.5, {(0, 1): GREEN})
    outline(ax, 11.3, 2.5, 1, 1)
    label(ax, 16.9, 3.6, "$H' = 1 + \\lfloor (4 + 2·1 - 2) / 2 \\rfloor = 3$")
    label(ax, 16.9, 4.6, "grey: the zeros of the padding", color="#555555")
    return figure


def conv_channels() -> Figure:
    """All channels of a window and one filter make one number; F filters make F maps."""
    figure, ax = canvas(21, 8)
    for c, (colour, name) in enumerate([(BLUE, "B"), (GREEN, "G"), (PINK, "R")]):
        x, y = 2.6 - 0.8 * c, 1.2 + 0.6 * c
        ax.add_patch(Rectangle((x, y), 4, 4, facecolor=colour, edgecolor=INK, lw=1))
        ax.add_patch(Rectangle((x + 2, y + 1), 1.2, 1.2, facecolor=ORANGE, edgecolor=INK, lw=1.6))
        label(ax, x + 3.65, y + 0.3, name)
    label(ax, 4.1, 7.2, "one image: $(C, H, W)$")
    for f, colour in enumerate(["#f6b26b", "#ffe599"]):
        y = 2.2 + 2.4 * f
        for c in range(3):
            place = (9.6 - 0.3 * c, y + 0.25 * c)
            ax.add_patch(Rectangle(place, 1.2, 1.2, facecolor=colour, edgecolor=INK, lw=1))
        label(ax, 12.0, y + 0.9, f"$w_{f}$", fontsize=13)
    label(ax, 10.2, 7.2, "$F$ filters: each $(C, HH, WW)$")
    arrow(ax, (6.9, 3), (8.8, 3))
    for f, colour in enumerate(["#f6b26b", "#ffe599"]):
        place = (15.7 + 0.9 * (1 - f), 1.8 + 0.8 * f)
        ax.add_patch(Rectangle(place, 3.4, 3.4, facecolor=colour, edgecolor=INK, lw=1))
    ax.add_patch(Rectangle((17.5, 3.4), 0.35, 0.35, facecolor=INK))
    arrow(ax, (12.6, 3.6), (15.2, 3.6))
    label(ax, 13.9, 3.1, "sum")
    label(ax, 17.6, 7.2, "output: $(F, H', W')$")
    return figure


def image_filters() -> Figure:
    """The weights of the two filters of the aside, channel by channel."""
    figure, ax = canvas(21, 9.6)
    zero = np.zeros((3, 3), dtype=int)
    sobel = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]])
    rows: list[tuple[str, list[Any], str]] = [
        ("grayscale", [0.3, 0.6, 0.1], "b = 0"),
        ("edges", [None, None, sobel], "b = 128"),
    ]
    for r, (name, weights, bias) in enumerate(rows):
        y = 1.2 + 4.3 * r
        label(ax, 2, y + 1.5, name, fontsize=13)
        for c, colour in enumerate([PINK, GREEN, BLUE]):
            values = zero.astype(object)
            if isinstance(weights[c], float):
                values[1, 1] = weights[c]
            elif weights[c] is not None:
                values = weights[c]
            x = 4.5 + 4.4 * c
            grid(ax, values, x, y, {k: colour for k in np.ndindex(3, 3) if values[k] != 0})
            if r == 0:
                label(ax, x + 1.5, y - 0.6, ["red", "green", "blue"][c])
        label(ax, 18.9, y + 1.5, bias, fontsize=12)
    return figure


def conv_backward() -> Figure:
    """The windows that contain one pixel, and the outputs that send it gradient."""
    figure, ax = canvas(22, 7.6)
    names = np.array([[f"$x_{{{i}{j}}}$" for j in range(4)] for i in range(4)])
    label(ax, 2.5, 0.5, "image, 4 × 4")
    grid(ax, names, 0.5, 1, {(1, 2): ORANGE})
    colours = ["#2b6cb0", "#c05621", "#2f855a", "#b83280"]
    corners = [(0, 1), (0, 2), (1, 1), (1, 2)]
    for k, ((i, j), colour) in enumerate(zip(corners, colours, strict=True)):
        shift = 0.07 * (k - 1.5)
        outline(ax, 0.5 + j + shift, 1 + i + shift, 2, 2, colour)
    outs = np.array([[f"$g_{{{i}{j}}}$" for j in range(3)] for i in range(3)])
    label(ax, 9.6, 1, "dout, 3 × 3")
    grid(ax, outs, 8.1, 1.5)
    for (i, j), colour in zip(corners, colours, strict=True):
        outline(ax, 8.1 + j + 0.06, 1.5 + i + 0.06, 0.88, 0.88, colour)
    arrow(ax, (8.9, 1.55), (3.2, 1.95), 0.25)
    weights = np.array([["$w_{00}$", "$w_{01}$"], ["$w_{10}$", "$w_{11}$"]])
    label(ax, 13.7, 1.5, "filter, 2 × 2")
    grid(ax, weights, 12.7, 2, cells(range(2), range(2), GREY))
    label(ax, 18.8, 1.5, "who saw $x_{12}$, with which weight:")
    for k, ((i, j), colour) in enumerate(zip(corners, colours, strict=True)):
        text = f"$g_{{{i}{j}}}$ with $w_{{{1 - i}{2 - j}}}$"
        label(ax, 18.8, 2.4 + 0.75 * k, text, color=colour)
    label(ax, 10.5, 6.2, "$x_{12}$ was in four windows: it collects from each of the four outputs.")
    label(ax, 10.5, 7.0, "A corner such as $x_{00}$ was in one window only.")
    return figure


def im2col() -> Figure:
    """Windows as columns: a convolution becomes one matrix product."""
    figure, ax = canvas(22, 7.2)
    label(ax, 2.5, 0.6, "image, 4 × 4")
    grid(ax, IMAGE, 0.5, 1.1, cells(range(2), range(2), BLUE))
    outline(ax, 0.5, 1.1, 2, 2)
    windows = np.lib.stride_tricks.sliding_window_view(IMAGE, (2, 2)).reshape(9, 4).T
    arrow(ax, (4.8, 3.1), (6.6, 3.1))
    label(ax, 12.8, 0.6, "every window as a column: 4 × 9")
    label(ax, 2.5, 6.9, "filter as a row: 1 × 4")
    label(ax, 12.8, 6.9, "the product: all 9 outputs in a row")
    grid(ax, windows, 8.3, 1.1, cells(range(4), range(1), BLUE))
    grid(ax, FILTER.reshape(1, 4), 0.5, 5.5, cells(range(1), range(4), ORANGE))
    arrow(ax, (4.8, 6.0), (8.0, 6.0))
    grid(ax, correlate(IMAGE, FILTER).reshape(1, 9), 8.3, 5.5, {(0, 0): GREEN})
    label(ax, 19.7, 3.1, "one matrix product\nfor all windows")
    return figure


FIGURES: list[Callable[[], Figure]] = [
    conv_forward,
    conv_padding_stride,
    conv_channels,
    image_filters,
    conv_backward,
    im2col,
]
