"""The forward pass of the three-layer net, on the fast layers that the package gives."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from types import ModuleType

import numpy as np

from autograder import locate

SIZES = ("pool_height", "pool_width", "stride")


@cache
def fast_layers() -> ModuleType:
    """Return the given fast layers, which no submission can have in its place.

    They import what lies beside them, so that the package has to be on the path.
    """
    sys.path.append(str(locate.given()))
    try:
        from cs231n import fast_layers
    finally:
        sys.path.pop()
    return fast_layers


def scores(params: Mapping[str, np.ndarray], images: np.ndarray) -> np.ndarray:
    """Return the class scores (N, K) of images (N, C, H, W): conv, relu, pool, and two affine.

    The filters are square, and padded so that an image keeps its size.
    """
    filters = params["W1"]
    same, halves = {"stride": 1, "pad": filters.shape[-1] // 2}, dict.fromkeys(SIZES, 2)
    maps, _ = fast_layers().conv_relu_pool_forward_fast(images, filters, params["b1"], same, halves)
    units = np.maximum(maps.reshape(len(images), -1) @ params["W2"] + params["b2"], 0)
    found: np.ndarray = units @ params["W3"] + params["b3"]
    return found
