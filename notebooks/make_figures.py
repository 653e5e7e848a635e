"""Draw the notebook's figures: ``python notebooks/make_figures.py``.

Every number in them is computed here from the small arrays at the top. The background is white, so
that the figures are as readable on a dark page as on a light one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle

FOLDER = Path(__file__).parent / "figures"

INK, FAINT, PAPER = "#222222", "#9a9a9a", "#ffffff"
BLUE, ORANGE, GREEN, PINK, GREY = "#b9d4f0", "#fcd5a5", "#c3e4bd", "#f3c3d3", "#ececec"

IMAGE = np.array([[1, 2, 0, 1], [3, 1, 1, 0], [0, 2, 4, 1], [1, 0, 2, 3]])
FILTER = np.array([[1, 0], [-1, 2]])
POOL_IMAGE = np.array([[1, 3, 2, 1], [4, 2, 0, 5], [1, 0, 2, 3], [6, 1, 1, 2]])
OVERLAP_IMAGE = np.array([[1, 2, 1], [3, 9, 4], [0, 5, 2]])


def main() -> None:
    """Draw all figures into the folder `figures`."""
    plt.rcParams.update({"svg.hashsalt": "figures", "font.size": 11, "text.color": INK})
    FOLDER.mkdir(exist_ok=True)
    for draw in FIGURES:
        figure = draw()
        path = FOLDER / f"{draw.__name__}.svg"
        figure.savefig(path, facecolor=PAPER, metadata={"Date": None}, bbox_inches="tight")
        plt.close(figure)
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8")


# The shared vocabulary: a canvas with y downwards, as in images; grids of numbers; arrows.


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


def correlate(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the cross-correlation, by stride 1 and without padding."""
    windows = np.lib.stride_tricks.sliding_window_view(image, weights.shape)
    return np.einsum("ijkl,kl->ij", windows, weights)


# The figures, one function each; the file is named after the function.


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
    conv_forward,
    conv_padding_stride,
    conv_channels,
    image_filters,
    conv_backward,
    pool_forward,
    pool_backward,
    im2col,
    sandwich,
    three_layer_net,
    spatial_statistics,
    normalizations,
]

if __name__ == "__main__":
    main()
