"""How a student's net was trained, as data, for whoever wants to draw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_CURVE = 100_000  # points of a curve
MAX_HEIGHT = 1e30  # of a point; a plot of 1e308 and -1e308 has no height that is a number
MAX_FILTERS = 1 << 16  # numbers in all filters that are shown


@dataclass(frozen=True)
class Trained:
    """One training.

    Attributes
    ----------
    function : str
        As in `CheckInfo.function`.
    loss : ndarray, shape (iterations,)
        The loss of each minibatch.
    train : ndarray, shape (epochs + 1,)
        Accuracy on training images, after the first iteration and each epoch.
    val : ndarray, shape (epochs + 1,), or None
        The same on validation images, where these are others.
    filters : ndarray, shape (F, 3, HH, WW), or None
        The weights of the first layer, where it has learned enough for them to be looked at.
    """

    function: str
    loss: np.ndarray
    train: np.ndarray
    val: np.ndarray | None = None
    filters: np.ndarray | None = None


def trained(
    function: str, reply: dict[str, Any], *, validated: bool = False, filters: str = ""
) -> Trained | None:
    """Read from the reply to ``train`` how it went; None if it was forged and cannot be drawn.

    Parameters
    ----------
    function : str
        As in `CheckInfo.function`.
    reply : dict
        What came back.
    validated : bool
        The validation images are not those of the training.
    filters : str
        Name of the parameter that holds the filters to show; none if empty.
    """
    loss, train, val = (np.asarray(reply["history"][name]) for name in ("loss", "train", "val"))
    if not all(is_curve(values) for values in (loss, train, val)):
        return None
    W = reply["params"].get(filters)
    return Trained(function, loss, train, val if validated else None, W if are_filters(W) else None)


def is_curve(values: np.ndarray) -> bool:
    """Return whether `values` can be drawn as a curve; those that are no numbers leave gaps."""
    if values.ndim != 1 or values.dtype.kind != "f" or not 0 < values.size <= MAX_CURVE:
        return False
    return bool(np.all(np.abs(values[np.isfinite(values)]) <= MAX_HEIGHT))


def are_filters(W: Any) -> bool:
    """Return whether `W` can be drawn as filters of colour images."""
    if not isinstance(W, np.ndarray) or W.ndim != 4 or W.dtype.kind != "f":
        return False
    if W.shape[1] != 3 or not 0 < W.size <= MAX_FILTERS:
        return False
    return bool(np.all(np.abs(W) <= MAX_HEIGHT))  # which no NaN is
