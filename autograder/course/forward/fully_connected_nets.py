"""The forward pass of a net of affine layers, in plain NumPy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def scores(params: Mapping[str, np.ndarray], images: np.ndarray) -> np.ndarray:
    """Return the class scores (N, K) of images: affine and ReLU in turns, at last affine."""
    units = images.reshape(len(images), -1)
    last = len(params) // 2
    for i in range(1, last + 1):
        units = units @ params[f"W{i}"] + params[f"b{i}"]
        if i < last:
            units = np.maximum(units, 0)
    return units
