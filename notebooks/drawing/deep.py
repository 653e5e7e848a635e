"""Drawings of fully connected nets and update rules; a file is named after its function."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from drawing.vocabulary import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PINK,
    RED,
    arrow,
    back,
    box,
    canvas,
    label,
)

sys.path.insert(0, str(Path(__file__).parents[2] / "assignment"))

from cs231n import optim

RATES = {"sgd": 0.018, "sgd_momentum": 0.01, "rmsprop": 0.2, "adam": 0.4}  # the notebook's own
STEEP = np.array([1.0, 100.0])


def two_layer_net() -> Figure:
    """The net of two layers, with the shapes between the layers, and the way back."""
    figure, ax = canvas(21.6, 5.8, 0.46)
    names = [
        ("affine", ORANGE, ("W1", "b1")),
        ("ReLU", GREEN, ()),
        ("affine", ORANGE, ("W2", "b2")),
        ("softmax", PINK, ()),
    ]
    for k, (name, colour, params) in enumerate(names):
        x = 3.4 + 4.4 * k
        box(ax, x, 1.7, 2.6, 1.8, name, colour)
        arrow(ax, (x - 1.8, 2.1), (x, 2.1))
        if k:
            back(ax, (x, 3.1), (x - 1.8, 3.1))
        if params:
            back(ax, (x + 1.3, 3.5), (x + 1.3, 4.4))
            label(ax, x + 1.3, 4.8, ", ".join(f"d{each}" for each in params), color=RED)
            label(ax, x + 1.3, 1.2, ", ".join(params))
    for k, shape in enumerate(["N × D", "N × H", "N × H", "N × K"]):
        label(ax, 2.5 + 4.4 * k, 1.6, shape, fontsize=9.5)
    label(ax, 1.1, 2.1, "X")
    arrow(ax, (19.2, 2.1), (20.3, 2.1))
    label(ax, 20.9, 2.1, "loss")
    label(ax, 15.7, 0.4, "scores")
    arrow(ax, (15.7, 0.7), (15.7, 1.25))
    label(ax, 8, 5.6, "forward: solid, left to right; backward: dashed, right to left", fontsize=10)
    return figure


def any_depth() -> Figure:
    """A net of any depth: one block for each hidden layer; what is dashed is there if asked for."""
    figure, ax = canvas(27, 6.4, 0.44)
    blocks = [
        ("affine", ORANGE, "$W_i,\\ b_i$", "-"),
        ("norm", BLUE, "$\\gamma_i,\\ \\beta_i$", "--"),
        ("ReLU", GREEN, "", "-"),
        ("dropout", GREY, "mask", "--"),
    ]
    frame = Rectangle((2.4, 0.9), 14.0, 4.2, fill=False, edgecolor=FAINT, lw=1.2)
    ax.add_patch(frame)
    for k, (name, colour, params, line) in enumerate(blocks):
        x = 3.2 + 3.4 * k
        box(ax, x, 2.0, 2.3, 1.7, name, colour)
        ax.patches[-1].set_linestyle(line)
        arrow(ax, (x - 1.1, 2.5), (x, 2.5))
        back(ax, (x, 3.2), (x - 1.1, 3.2))
        label(ax, x + 1.15, 4.3, params)
    for k, (name, colour, params) in enumerate(
        [("affine", ORANGE, "$W_L,\\ b_L$"), ("softmax", PINK, "")]
    ):
        x = 18.0 + 3.9 * k
        box(ax, x, 2.0, 2.4, 1.7, name, colour)
        arrow(ax, (x - 2.3 if k == 0 else x - 1.5, 2.5), (x, 2.5))
        back(ax, (x, 3.2), (x - 2.3 if k == 0 else x - 1.5, 3.2))
        label(ax, x + 1.2, 4.3, params)
    arrow(ax, (24.3, 2.5), (25.4, 2.5))
    label(ax, 26.1, 2.5, "loss")
    label(ax, 1.5, 2.5, "X")
    label(ax, 9.4, 0.4, "one block for each hidden layer: $i = 1, \\dots, L - 1$")
    label(ax, 9.4, 5.8, "dashed boxes: if the net is asked for them")
    label(ax, 21.2, 5.8, "back: the caches, last in, first out", color=RED)
    return figure


def way_down(name: str, steps: int = 40) -> np.ndarray:
    """Return the points that an update rule goes through in the notebook's valley."""
    w, config, path = np.array([-9.0, 1.0]), {"learning_rate": RATES[name]}, []
    for _ in range(steps + 1):
        path.append(w)
        w, config = getattr(optim, name)(w, STEEP * w, config)
    return np.array(path)


def valley(names: Sequence[tuple[str, str, str]]) -> Figure:
    """Draw the ways of some rules, each with its title and colour, in a picture of its own."""
    figure, axes = plt.subplots(
        1, len(names), figsize=(5.6 * len(names), 3.2), layout="constrained", sharey=True
    )
    a, b = np.meshgrid(np.linspace(-10, 3, 200), np.linspace(-1.6, 1.6, 200))
    for ax, (name, title, colour) in zip(axes, names, strict=True):
        levels = np.logspace(0, 2.3, 8)
        ax.contour(a, b, a**2 + STEEP[1] * b**2, levels=levels, colors=FAINT, linewidths=0.7)
        ax.plot(*way_down(name).T, ".-", color=colour, lw=1.2, ms=5)
        ax.plot(0, 0, "*", color=INK, ms=12)
        ax.set(title=title, xlim=(-10, 3), ylim=(-1.6, 1.6), xlabel="along the valley")
    axes[0].set_ylabel("across it, stretched")
    return figure


PLAIN = ("sgd", "plain steps", "#c05621")


def momentum() -> Figure:
    """Forty plain steps down a narrow valley, and forty with momentum."""
    return valley([PLAIN, ("sgd_momentum", "with momentum", "#2b6cb0")])


def rmsprop() -> Figure:
    """Forty plain steps down the valley, and forty of RMSProp."""
    return valley([PLAIN, ("rmsprop", "RMSProp", "#2f855a")])


def adam() -> Figure:
    """Forty steps of RMSProp down the valley, and forty of Adam."""
    return valley([("rmsprop", "RMSProp", "#2f855a"), ("adam", "Adam", "#b83280")])


FIGURES: list[Callable[[], Figure]] = [two_layer_net, any_depth, momentum, rmsprop, adam]
