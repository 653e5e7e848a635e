"""Drawings of pooling, spatial normalization and nets; a file is named after its function."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from drawing.vocabulary import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PINK,
    arrow,
    box,
    canvas,
    cells,
    cuboid,
    grid,
    label,
    outline,
)

POOL_IMAGE = np.array([[1, 3, 2, 1], [4, 2, 0, 5], [1, 0, 2, 3], [6, 1, 1, 2]])
OVERLAP_IMAGE = np.array([[1, 2, 1], [3, 9, 4], [0, 5, 2]])


def pool_forward() -> Figure:
    """Max pooling, 2x2 with stride 2."""
    figure, ax = canvas(17, 6)
    quarters = [BLUE, ORANGE, GREEN, PINK]
    colours = {(i, j): quarters[2 * (i // 2) + j // 2] for i, j in np.ndindex(4, 4)}
    label(ax, 3, 0.6, "one channel, 4 × 4")
    grid(ax, POOL_IMAGE, 1, 1.1, colours)
    blocks = POOL_IMAGE.reshape(2, 2, 2, 2)
    for i, j in np.ndindex(4, 4):
        if POOL_IMAGE[i, j] == blocks[i // 2, :, j // 2].max():
            outline(ax, 1 + j + 0.06, 1.1 + i + 0.06, 0.88, 0.88)
    arrow(ax, (5.6, 3.1), (9.6, 3.1))
    label(ax, 7.6, 2.5, "2 × 2, stride 2")
    out = blocks.max(axis=(1, 3))
    label(ax, 11.6, 1.6, "output, 2 × 2")
    grid(ax, out, 10.6, 2.1, {(i, j): quarters[2 * i + j] for i, j in np.ndindex(2, 2)})
    label(ax, 8.5, 5.6, "Framed: the largest value of each window.")
    return figure


def pool_backward() -> Figure:
    """The gradient goes to the winner; a winner of several windows collects."""
    figure, ax = canvas(22, 5.8)
    dout = np.array([[10, 20], [30, 40]])
    dx = np.zeros((3, 3), dtype=int)
    winners = np.zeros((3, 3), dtype=bool)
    for i, j in np.ndindex(2, 2):
        window = OVERLAP_IMAGE[i : i + 2, j : j + 2]
        row, column = np.unravel_index(window.argmax(), window.shape)
        dx[i + row, j + column] += dout[i, j]
        winners[i + row, j + column] = True
    gold = {(int(i), int(j)): ORANGE for i, j in zip(*np.nonzero(winners), strict=True)}
    label(ax, 2.5, 0.6, "x, 3 × 3")
    grid(ax, OVERLAP_IMAGE, 1, 1.1, gold)
    for k, (i, j) in enumerate(np.ndindex(2, 2)):
        shift = 0.07 * (k - 1.5)
        colour = ["#2b6cb0", "#c05621", "#2f855a", "#b83280"][k]
        outline(ax, 1 + j + shift, 1.1 + i + shift, 2, 2, colour)
    label(ax, 2.5, 4.7, "windows 2 × 2, stride 1:")
    label(ax, 2.5, 5.3, "9 wins in all four")
    label(ax, 8.5, 1.1, "dout, 2 × 2")
    grid(ax, dout, 7.5, 1.6, cells(range(2), range(2), BLUE))
    arrow(ax, (10, 2.6), (13, 2.6))
    label(ax, 11.5, 2.1, "add up")
    label(ax, 15, 0.6, "dx, 3 × 3")
    grid(ax, dx, 13.5, 1.1, gold)
    label(ax, 19.2, 2.6, f"10 + 20 + 30 + 40 = {dx.sum()}")
    return figure


def sandwich() -> Figure:
    """Layers in a row: forwards the data, backwards the gradients, caches in between."""
    figure, ax = canvas(20, 5.4)
    names = [("conv", ORANGE), ("ReLU", GREEN), ("max pool", BLUE)]
    for k, (name, colour) in enumerate(names):
        box(ax, 3 + 5 * k, 1.7, 3, 1.8, name, colour)
        arrow(ax, (1.2 + 5 * k, 2.1), (3 + 5 * k, 2.1))
        arrow(ax, (3 + 5 * k, 3.1), (1.2 + 5 * k, 3.1))
        label(ax, 4.5 + 5 * k, 4.3, "cache", color="#555555", style="italic")
    arrow(ax, (16, 2.1), (18, 2.1))
    arrow(ax, (18, 3.1), (16, 3.1))
    label(ax, 0.7, 2.1, "x")
    label(ax, 0.7, 3.1, "dx")
    label(ax, 18.6, 2.1, "out")
    label(ax, 18.7, 3.1, "dout")
    label(ax, 10, 0.8, "forward: left to right, each layer keeps its cache")
    label(ax, 10, 5.1, "backward: right to left, each layer uses its own cache")
    return figure


def three_layer_net() -> Figure:
    """The net, with the shapes between the layers."""
    figure, ax = canvas(27, 4.6, 0.44)
    names = [
        ("conv", ORANGE, "$W_1, b_1$"),
        ("ReLU", GREEN, ""),
        ("pool", BLUE, ""),
        ("affine", ORANGE, "$W_2, b_2$"),
        ("ReLU", GREEN, ""),
        ("affine", ORANGE, "$W_3, b_3$"),
        ("softmax", PINK, ""),
    ]
    shapes = ["3×32×32", "32×32×32", "", "32×16×16", "100", "", "10", "loss"]
    for k, (name, colour, params) in enumerate(names):
        x = 2.2 + 3.5 * k
        box(ax, x, 1.4, 2.2, 1.6, name, colour)
        arrow(ax, (x - 1.3, 2.2), (x, 2.2))
        label(ax, x + 1.1, 3.6, params)
    for k, shape in enumerate(shapes):
        label(ax, 1.55 + 3.5 * k, 0.8, shape, fontsize=9.5)
    arrow(ax, (25.4, 2.2), (26.7, 2.2))
    return figure


def spatial_statistics() -> Figure:
    """Of (N, C, H, W), one channel of all images gives one mean and one variance."""
    figure, ax = canvas(22, 7.4)
    colours = [PINK, GREEN, BLUE]
    for n in range(3):
        for c in (2, 1, 0):
            x, y = 0.8 + 4 * n + 0.6 * c, 2.3 - 0.5 * c
            ax.add_patch(Rectangle((x, y), 2.2, 2.2, facecolor=colours[c], edgecolor=INK, lw=1))
        label(ax, 2.4 + 4 * n, 5.1, f"image {n}")
    arrow(ax, (12.8, 3), (15, 3))
    for c in range(3):
        x = 15.4 + 2.1 * c
        ax.add_patch(Rectangle((x, 1.2), 1.5, 4.2, facecolor=colours[c], edgecolor=INK, lw=1))
        for y in (2.6, 4.0):
            ax.plot([x, x + 1.5], [y, y], color=INK, lw=0.8)
        label(ax, x + 0.75, 6.0, f"$\\mu_{c}, \\sigma_{c}^2$")
    label(ax, 18.2, 0.6, "one column for each channel")
    label(ax, 6.6, 6.6, "$N$ images of $C$ channels, $H × W$ pixels each")
    label(ax, 18.2, 6.9, "$N·H·W$ rows, $C$ columns")
    return figure


def normalizations() -> Figure:
    """Which numbers share one mean and variance, in four normalizations."""
    figure, ax = canvas(27, 8.4, 0.44)
    kinds: list[tuple[str, str, Callable[[int, int], bool]]] = [
        ("batch", "one channel,\nall images", lambda n, c: c == 0),
        ("layer", "one image,\nall channels", lambda n, c: n == 0),
        ("instance", "one image,\none channel", lambda n, c: n == 0 and c == 0),
        ("group", "one image,\na group of channels", lambda n, c: n == 0 and c < 2),
    ]
    N, C = 3, 4
    for k, (name, text, together) in enumerate(kinds):
        x0 = 1.3 + 6.6 * k
        label(ax, x0 + 2.4, 0.7, f"{name} normalization")
        for n in reversed(range(N)):
            for c in range(C):
                colour = "#f6a04d" if together(n, c) else "#f4f4f4"
                x, y = x0 + 0.95 * c + 0.42 * n, 2.5 - 0.32 * n
                cuboid(ax, x, y, (0.95, 3.0, 0.84), colour)
        label(ax, x0 + 1.9, 7.5, text)
        label(ax, x0 + 1.9, 5.95, "C")
        label(ax, x0 + 4.95, 5.4, "N")
        label(ax, x0 - 0.65, 4.0, "H·W", rotation=90)
    return figure


FIGURES: list[Callable[[], Figure]] = [
    pool_forward,
    pool_backward,
    sandwich,
    three_layer_net,
    spatial_statistics,
    normalizations,
]
