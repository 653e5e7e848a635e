"""The pictures on a student's page: what a wrong array looks like, and how the net was trained."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from autograder.course.notebooks.picture import Picture
from autograder.judging.evidence import Evidence
from autograder.judging.trained import Trained
from autograder.locate import given_module
from autograder.show import picture

DPI = 80


def as_png(figure: Figure) -> bytes:
    """Return a figure as a PNG, the same for the same figure."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DPI, metadata={"Software": None})
    return stream.getvalue()


def of_evidence(evidence: Evidence) -> Picture | None:
    """Draw a wrong array beside the right one; None where that is not possible."""
    figure = Figure(figsize=picture.SIZE, layout="constrained")
    worst = evidence.worst()
    if worst is None or not picture.draw_on(figure, evidence):
        return None
    where = f", at {worst[0]}" if worst[0] else ""
    text = (
        f"Three images of {evidence.name}{where}: what your code returned, what was expected, and "
        "the difference of the two."
    )
    return Picture(evidence.check, text, as_png(figure))


def of_training(trained: Trained) -> Picture:
    """Draw the loss of each minibatch, and the accuracies after each epoch."""
    figure = Figure(figsize=picture.SIZE, layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    losses.plot(trained.loss, linewidth=0.8, color="tab:blue")
    losses.set(xlabel="iteration", ylabel="loss", title="Loss of each minibatch")
    finite = trained.loss[np.isfinite(trained.loss)]
    if finite.size and finite.min() >= 0:
        losses.set_ylim(bottom=0)
    accuracies.plot(trained.train, "o-", label="training")
    ends = f"{trained.train[-1]:.2f} on training images"
    if trained.val is not None:
        accuracies.plot(trained.val, "s--", label="validation")
        ends += f" and {trained.val[-1]:.2f} on validation images"
    accuracies.set(xlabel="epoch", ylabel="accuracy", title="Accuracy", ylim=(0, 1.03))
    accuracies.xaxis.set_major_locator(MaxNLocator(integer=True))
    accuracies.legend()
    first, last = trained.loss[0], trained.loss[-1]
    text = (
        f"Your net in training. The loss begins at {first:.2f} and ends at {last:.2f}, after "
        f"{trained.loss.size} iterations. The accuracy ends at {ends}."
    )
    return Picture(trained.function, text, as_png(figure))


def of_filters(trained: Trained) -> Picture | None:
    """Draw the filters of the first layer as small colour pictures."""
    if trained.filters is None:
        return None
    grid = given_module("vis_utils").visualize_grid(trained.filters.transpose(0, 2, 3, 1))
    figure = Figure(figsize=(3.6, 3.6), layout="constrained")
    axis = figure.subplots()
    axis.imshow(grid.astype(np.uint8))
    axis.set_axis_off()
    F, _, HH, WW = trained.filters.shape
    text = f"The {F} filters of your net's first layer after training, {HH} by {WW} pixels each."
    return Picture(f"{trained.function}/filters", text, as_png(figure))
