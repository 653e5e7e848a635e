"""Pictures of many small images at once."""

from __future__ import annotations

import math

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
