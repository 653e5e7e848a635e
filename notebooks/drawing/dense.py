"""Drawings of affine layers, ReLU and the losses; a file is named after its function."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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
    block,
    canvas,
    cells,
    grid,
    label,
    outline,
    rounded,
)

EXAMPLES = np.array([[[1, 0, 2], [0, 1, 1]], [[0, 2, 1], [3, 0, 1]]])
WEIGHTS = np.array([[1, 0, 2], [0, 1, 1], [2, 1, 0], [1, 2, 1], [0, 3, 1], [1, 1, 0]])
BIASES = np.array([5, 0, 1])
SCORES, LABEL = np.array([3.0, 1.0, 2.5]), 0


def affine_forward() -> Figure:
    """Two examples become rows, and are multiplied with the weights of three units."""
    figure, ax = canvas(27, 9, 0.44)
    rows = EXAMPLES.reshape(2, 6)
    label(ax, 2.2, 0.6, "two examples, 2 × 3")
    for n, colour in enumerate([BLUE, GREY]):
        grid(ax, EXAMPLES[n], 0.7, 1.3 + 2.6 * n, cells(range(2), range(3), colour))
    arrow(ax, (4.1, 3.6), (5.5, 3.6))
    label(ax, 8.8, 2.1, "x as rows: N × D = 2 × 6")
    grid(ax, rows, 5.8, 2.6, cells(range(1), range(6), BLUE) | cells(range(1, 2), range(6), GREY))
    outline(ax, 5.8, 2.6, 6, 1)
    label(ax, 12.5, 3.6, "·", fontsize=20)
    label(ax, 14.8, 0.1, "w: D × M = 6 × 3")
    grid(ax, WEIGHTS, 13.3, 0.6, cells(range(6), range(1, 2), ORANGE))
    outline(ax, 14.3, 0.6, 1, 6)
    label(ax, 17.0, 3.6, "+", fontsize=15)
    label(ax, 19.3, 2.6, "b: M = 3")
    grid(ax, BIASES.reshape(1, 3), 17.8, 3.1, {(0, 1): PINK})
    label(ax, 21.7, 3.6, "=", fontsize=15)
    label(ax, 24.2, 2.1, "out: N × M = 2 × 3")
    grid(ax, rows @ WEIGHTS + BIASES, 22.7, 2.6, {(0, 1): GREEN})
    outline(ax, 23.7, 2.6, 1, 1)
    terms = [f"{x}·{w}" for x, w in zip(rows[0], WEIGHTS[:, 1], strict=True)]
    total = int(rows[0] @ WEIGHTS[:, 1] + BIASES[1])
    label(ax, 13.5, 7.5, f"the marked output: {' + '.join(terms)} + {BIASES[1]} = {total}")
    label(ax, 13.5, 8.4, "One row of x, times one column of w, summed, and one bias.")
    return figure


def affine_backward() -> Figure:
    """Which arrays are multiplied for each gradient, with their shapes."""
    figure, ax = canvas(27, 7.4, 0.44)
    N, D, M = 2.0, 3.2, 1.4
    block(ax, 0.9, 2.3, (M, N), "g", PINK, ("N", "M"))
    label(ax, 2.9, 3.3, "·", fontsize=20)
    block(ax, 3.9, 2.6, (D, M), "$w^T$", ORANGE, ("M", "D"))
    label(ax, 7.7, 3.3, "=", fontsize=15)
    block(ax, 9.0, 2.3, (D, N), "dx", BLUE, ("N", "D"))
    block(ax, 14.1, 1.7, (N, D), "$x^T$", BLUE, ("D", "N"))
    label(ax, 16.6, 3.3, "·", fontsize=20)
    block(ax, 17.6, 2.3, (M, N), "g", PINK, ("N", "M"))
    label(ax, 19.6, 3.3, "=", fontsize=15)
    block(ax, 20.8, 1.7, (M, D), "dw", ORANGE, ("D", "M"))
    block(ax, 24.6, 1.7, (M, N), "g", PINK, ("N", "M"))
    arrow(ax, (24.6 + M / 2, 1.9 + N), (24.6 + M / 2, 4.9))
    block(ax, 24.6, 5.0, (M, 0.7), "db", GREEN)
    label(ax, 25.2, 6.6, "a sum over\nthe N examples")
    label(ax, 6.2, 5.9, "each number of dx:\na sum over the M units")
    label(ax, 18.0, 5.9, "each number of dw:\na sum over the N examples")
    label(ax, 13.0, 0.4, "g is dout. Each gradient has the shape of what it belongs to.")
    return figure


def plots(count: int, width: float = 4.4) -> tuple[Figure, list[Axes]]:
    """Return some plots in a row, with the two axes through zero."""
    figure, found = plt.subplots(1, count, figsize=(width * count, 3.3), layout="constrained")
    for ax in found:
        ax.axhline(0, color=FAINT, lw=0.8)
        ax.axvline(0, color=FAINT, lw=0.8)
        ax.spines[["top", "right"]].set_visible(False)
    return figure, list(found)


def relu_sum() -> Figure:
    """One unit has one corner; three units, weighted and added up, bend three times."""
    figure, (left, middle, right) = plots(3, 3.7)
    x = np.linspace(-3, 3, 601)
    left.plot(x, 0.8 * (1.5 * x - 1) + 0.5, color=INK, lw=2)
    left.set_title("affine after affine: a line", fontsize=11)
    middle.plot(x, np.maximum(0, x), color=INK, lw=2)
    middle.set_title("ReLU: one corner", fontsize=11)
    units = [(1.0, 2.0, 1.0), (-1.0, 0.5, 1.5), (1.0, -1.0, -1.8)]
    parts = [c * np.maximum(0, w * x + b) for w, b, c in units]
    for part, colour in zip(parts, ["#2b6cb0", "#c05621", "#2f855a"], strict=True):
        right.plot(x, part, color=colour, lw=1, ls="--")
    right.plot(x, sum(parts), color=INK, lw=2)
    right.set_title("three ReLUs, added up: three bends", fontsize=11)
    for ax in (left, middle, right):
        ax.set(xlabel="x")
    return figure


def relu_slope() -> Figure:
    """ReLU and its slope, at the three inputs of the case by hand."""
    figure, (left, right) = plots(2)
    x, at = np.linspace(-4, 4, 801), np.array([-3.0, -1.0, 2.0])
    left.plot(x, np.maximum(0, x), color=INK, lw=2)
    left.plot(at, np.maximum(0, at), "o", color=RED)
    left.set(title="out = max(0, x)", xlabel="x")
    for side in (x[x < 0], x[x > 0]):
        right.plot(side, side > 0, color=INK, lw=2)
    right.plot(at, at > 0, "o", color=RED)
    right.set(title="its slope: what g is multiplied by", xlabel="x", ylim=(-0.3, 1.6))
    for value in at:
        text = f"7 → {7 * int(value > 0)}"
        right.text(value, int(value > 0) + 0.12, text, ha="center", color=RED)
    return figure


def softmax_loss() -> Figure:
    """Three scores, their exponentials, probabilities, the loss and the gradient."""
    figure, ax = canvas(27, 6.8, 0.44)
    powers = np.exp(SCORES)
    p = powers / powers.sum()
    wanted = (np.arange(3) == LABEL).astype(float)
    columns = [
        (3.6, "scores x", rounded(SCORES, 1), BLUE),
        (8.4, "$e^x$", rounded(powers), GREY),
        (13.2, "p: add up to 1", rounded(p, 3), ORANGE),
        (23.2, "dx = p − (1, 0, 0)", rounded(p - wanted, 3), PINK),
    ]
    for x, name, values, colour in columns:
        label(ax, x + 1.1, 0.9, name)
        for k, value in enumerate(values):
            block(ax, x, 1.5 + 1.1 * k, (2.2, 1.1), str(value), colour)
    for k in range(3):
        label(ax, 1.8, 2.05 + 1.1 * k, f"class {k}" + (" = y" if k == LABEL else ""))
    outline(ax, 3.6, 1.5 + 1.1 * LABEL, 2.2, 1.1)
    outline(ax, 13.2, 1.5 + 1.1 * LABEL, 2.2, 1.1)
    arrow(ax, (6.1, 3.15), (8.1, 3.15))
    arrow(ax, (10.9, 3.15), (12.9, 3.15))
    label(ax, 11.9, 2.6, f"/ {powers.sum():.2f}")
    arrow(ax, (15.6, 2.05), (16.6, 2.05))
    label(ax, 19.5, 2.05, f"L = −log {p[LABEL]:.3f} = {-np.log(p[LABEL]):.3f}")
    label(ax, 13.5, 5.6, "The label's score is pulled up (a negative gradient), the others down.")
    label(ax, 13.5, 6.4, "One example (N = 1). The numbers of dx add up to 0.")
    return figure


def hinge_loss() -> Figure:
    """The same scores on a line: who is above the label's score minus 1 costs what is above."""
    figure, ax = canvas(22, 5.6, 0.44)

    def at(score: float) -> float:
        return 2 + 5 * score

    line, label_score = 2.6, float(SCORES[LABEL])
    ax.plot([at(0), at(3.7)], [line, line], color=INK, lw=1)
    ax.fill_between([at(label_score - 1), at(label_score)], line - 0.5, line + 0.5, color=PINK)
    for score in np.arange(0, 4):
        ax.plot([at(score)] * 2, [line - 0.12, line + 0.12], color=INK, lw=1)
        label(ax, at(score), line + 0.9, f"{score}", color="#555555", fontsize=10)
    for k, score in enumerate(SCORES):
        ax.plot([at(score)], [line], "o", color=RED if k == LABEL else INK, ms=8)
        name = f"class {k}" + (" = y" if k == LABEL else "")
        label(ax, at(score), line - 1.0, f"{name}\n{score:g}", color=RED if k == LABEL else INK)
    cost = np.maximum(0, SCORES - label_score + 1)
    arrow(ax, (at(label_score - 1), line + 1.5), (at(SCORES[2]), line + 1.5))
    label(ax, at((label_score - 1 + SCORES[2]) / 2), line + 2.1, f"costs {cost[2]:g}")
    label(ax, at(1), line + 1.7, f"costs {cost[1]:g}")
    label(ax, at(3.45), line + 1.7, "the margin of 1, shaded")
    return figure


FIGURES: list[Callable[[], Figure]] = [
    affine_forward,
    affine_backward,
    relu_sum,
    relu_slope,
    softmax_loss,
    hinge_loss,
]
