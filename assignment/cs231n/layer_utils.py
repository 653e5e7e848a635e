"""Sandwich layers: combinations that nets use again and again, as one forward and one backward.

They use the fast layers. Each cache is the tuple of its parts' caches, in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

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
