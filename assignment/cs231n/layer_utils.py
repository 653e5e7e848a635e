"""Sandwich layers: combinations that nets use again and again, as one forward and one backward.

They use the fast layers. Each cache is the tuple of its parts' caches, in order.

``from cs231n.layer_utils import *`` brings all layers as well, given, fast, and yours.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cs231n import dense, dropout, fast_layers, losses, normalization
from cs231n.dense import affine_backward, affine_forward, relu_backward, relu_forward
from cs231n.fast_layers import (
    conv_backward_fast,
    conv_forward_fast,
    conv_relu_pool_backward_fast,
    conv_relu_pool_forward_fast,
)

Param = Mapping[str, Any]
Cache = tuple[Any, ...]
Gradients = tuple[np.ndarray, np.ndarray, np.ndarray]

SANDWICHES = (
    *("affine_relu_forward", "affine_relu_backward", "conv_relu_forward", "conv_relu_backward"),
    *("conv_bn_relu_forward", "conv_bn_relu_backward"),
    *("conv_relu_pool_forward", "conv_relu_pool_backward"),
)
YOURS = (
    *("conv_forward_naive", "conv_backward_naive"),
    *("max_pool_forward_naive", "max_pool_backward_naive"),
    *("spatial_batchnorm_forward", "spatial_batchnorm_backward"),
    *("spatial_groupnorm_forward", "spatial_groupnorm_backward"),
)
FAST = tuple(
    f"{layer}_{way}_{how}"
    for layer, hows in (
        ("conv", ("fast", "im2col", "strides")),
        ("max_pool", ("fast", "im2col", "reshape")),
    )
    for how in hows
    for way in ("forward", "backward")
)
GIVEN = {
    dense: ("affine_forward", "affine_backward", "relu_forward", "relu_backward"),
    dropout: ("dropout_forward", "dropout_backward"),
    losses: ("softmax_loss", "svm_loss"),
    normalization: (
        *("batchnorm_forward", "batchnorm_backward", "batchnorm_backward_alt"),
        *("layernorm_forward", "layernorm_backward"),
    ),
    fast_layers: FAST,
}
__all__ = [*SANDWICHES, *YOURS, *(name for names in GIVEN.values() for name in names)]


def __getattr__(name: str) -> Any:
    """Return a layer: a star import asks for all of them."""
    for module, names in GIVEN.items():
        if name in names:
            return getattr(module, name)
    if name in YOURS:
        return yours(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def yours(name: str) -> Callable[..., Any]:
    """Return a function that calls yours: layers.py is read when it is called, not before.

    So the sandwiches, and a net of them, work while layers.py does not.
    """

    def call(*arguments: Any, **keywords: Any) -> Any:
        written = getattr(importlib.import_module("cs231n.layers"), name)
        if written is call:  # layers.py has a star import of this module, and nothing else
            raise NotImplementedError(f"cs231n/layers.py has no {name} of its own")
        return written(*arguments, **keywords)

    call.__name__ = call.__qualname__ = name
    return call


def affine_relu_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, Cache]:
    """Affine layer, then ReLU; see `cs231n.dense`.

    Returns
    -------
    out : ndarray, shape (N, M)
    cache : tuple
    """
    a, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout: np.ndarray, cache: Cache) -> Gradients:
    """Compute the gradients ``(dx, dw, db)`` of `affine_relu_forward`."""
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)


def conv_relu_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, conv_param: Param
) -> tuple[np.ndarray, Cache]:
    """Convolution, then ReLU; see `cs231n.fast_layers.conv_forward_fast`.

    Returns
    -------
    out : ndarray, shape (N, F, H', W')
    cache : tuple
    """
    a, conv_cache = conv_forward_fast(x, w, b, conv_param)
    out, relu_cache = relu_forward(a)
    return out, (conv_cache, relu_cache)


def conv_relu_backward(dout: np.ndarray, cache: Cache) -> Gradients:
    """Compute the gradients ``(dx, dw, db)`` of `conv_relu_forward`."""
    conv_cache, relu_cache = cache
    return conv_backward_fast(relu_backward(dout, relu_cache), conv_cache)


def conv_bn_relu_forward(
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    conv_param: Param,
    bn_param: dict[str, Any],
) -> tuple[np.ndarray, Cache]:
    """Convolution, then your spatial batch normalization, then ReLU.

    Returns
    -------
    out : ndarray, shape (N, F, H', W')
    cache : tuple
    """
    # Imported here, so that the other sandwiches work while layers.py does not.
    from cs231n.layers import spatial_batchnorm_forward

    a, conv_cache = conv_forward_fast(x, w, b, conv_param)
    normalized, bn_cache = spatial_batchnorm_forward(a, gamma, beta, bn_param)
    out, relu_cache = relu_forward(normalized)
    return out, (conv_cache, bn_cache, relu_cache)


def conv_bn_relu_backward(
    dout: np.ndarray, cache: Cache
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Compute the gradients ``(dx, dw, db, dgamma, dbeta)`` of `conv_bn_relu_forward`."""
    from cs231n.layers import spatial_batchnorm_backward

    conv_cache, bn_cache, relu_cache = cache
    dnormalized = relu_backward(dout, relu_cache)
    da, dgamma, dbeta = spatial_batchnorm_backward(dnormalized, bn_cache)
    dx, dw, db = conv_backward_fast(da, conv_cache)
    return dx, dw, db, dgamma, dbeta


def conv_relu_pool_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, conv_param: Param, pool_param: Param
) -> tuple[np.ndarray, Cache]:
    """Convolution, then ReLU, then max pooling.

    Returns
    -------
    out : ndarray, shape (N, F, H'', W'')
    cache : tuple
    """
    # The same as the three layers one after the other, without the images between them.
    return conv_relu_pool_forward_fast(x, w, b, conv_param, pool_param)


def conv_relu_pool_backward(dout: np.ndarray, cache: Cache, *, need_dx: bool = True) -> Gradients:
    """Compute the gradients ``(dx, dw, db)`` of `conv_relu_pool_forward`.

    With ``need_dx=False``, dx is None and costs nothing: a first layer's is not needed to train.
    """
    return conv_relu_pool_backward_fast(dout, cache, need_dx=need_dx)
