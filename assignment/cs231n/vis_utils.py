"""Pictures of many small images at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def visualize_grid(Xs: np.ndarray, ubound: float = 255.0, padding: int = 1) -> np.ndarray:
    """Arrange images in a grid that is as square as it can be.

    Each image is stretched on its own, so that its smallest value becomes 0 and its largest
    `ubound`: filters, which are small numbers around zero, become visible.

    Parameters
    ----------
    Xs : ndarray, shape (N, H, W, C)
        Images.
    ubound : float
        The largest value of the result.
    padding : int
        Empty pixels between neighbouring images.

    Returns
    -------
    grid : ndarray, shape (rows * (H + padding) - padding, columns * (W + padding) - padding, C)
        Places without an image are 0.
    """
    if Xs.ndim != 4:
        raise ValueError(f"Xs must have the shape (N, H, W, C), got {Xs.shape}")
    N, H, W, C = Xs.shape
    columns = math.ceil(math.sqrt(N))
    rows = math.ceil(N / columns) if N else 0
    shape = (max(rows * (H + padding) - padding, 0), max(columns * (W + padding) - padding, 0), C)
    grid = np.zeros(shape)
    for n, image in enumerate(Xs):
        row, column = divmod(n, columns)
        top, left = row * (H + padding), column * (W + padding)
        low, high = float(image.min()), float(image.max())
        if high > low:  # a uniform image stays 0
            grid[top : top + H, left : left + W] = ubound * (image - low) / (high - low)
    return grid


def vis_grid(Xs: np.ndarray) -> np.ndarray:
    """Arrange images in a grid, with a frame of one pixel around each, all on one scale.

    Parameters
    ----------
    Xs : ndarray, shape (N, H, W, C)
        Images.

    Returns
    -------
    ndarray, shape (rows * (H + 1) + 1, columns * (W + 1) + 1, C)
        From 0, the smallest value of all, to 1. Frames, and places without an image, are 0.
    """
    columns = math.ceil(math.sqrt(len(Xs)))
    return framed([list(Xs[start : start + columns]) for start in range(0, len(Xs), columns or 1)])


def vis_nn(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Arrange rows of images, such as an image and its nearest neighbours, as `vis_grid` does.

    Parameters
    ----------
    rows : sequence of sequences of ndarray, each of shape (H, W, C)
        Images, row by row.

    Returns
    -------
    ndarray
        As `vis_grid` returns it.
    """
    return framed(rows)


def framed(rows: Sequence[Sequence[np.ndarray]]) -> np.ndarray:
    """Put images into a grid with frames between them, and all of it on a scale from 0 to 1."""
    if not len(rows) or not len(rows[0]):
        raise ValueError("there is no image to show")
    H, W, C = np.shape(rows[0][0])
    low = float(min(np.min(image) for row in rows for image in row))
    grid = np.full((len(rows) * (H + 1) + 1, max(map(len, rows)) * (W + 1) + 1, C), low)
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            top, left = r * (H + 1) + 1, c * (W + 1) + 1
            grid[top : top + H, left : left + W] = image
    spread = float(grid.max()) - low
    scaled: np.ndarray = (grid - low) / (spread or 1.0)
    return scaled
