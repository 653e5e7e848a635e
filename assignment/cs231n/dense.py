"""Layers on vectors: affine and ReLU.

Every forward pass returns ``(out, cache)``; the backward pass gets the gradient of the loss with
respect to ``out``, and the cache, and returns the gradients with respect to the inputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

### BEGIN FAST
from cs231n.fast_layers import kernels, usable

### END FAST

Cache = tuple[Any, ...]


def affine_forward(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, Cache]:
    """Multiply each example by a matrix and add a vector: ``out = x w + b``.

    Parameters
    ----------
    x : ndarray, shape (N, d_1, ..., d_k)
        N examples, each of which is read as a vector of D = d_1 * ... * d_k numbers.
    w : ndarray, shape (D, M)
        Weights.
    b : ndarray, shape (M,)
        Biases.

    Returns
    -------
    out : ndarray, shape (N, M)
    cache : tuple
    """
    ### BEGIN FAST
    if usable(x, w):
        # As fast as BLAS, which leaves threads spinning that slow the next layer.
        product = kernels.matmul(x.reshape(len(x), w.shape[0]), w)
        product += b
        return product, (x, w, b)

    ### END FAST
    # TODO (notebook section 2, "The affine layer: the forward pass"): compute out.
    ### BEGIN SOLUTION
    rows = x.reshape(x.shape[0], -1)
    out = rows @ w + b
    ### END SOLUTION
    return out, (x, w, b)


def affine_backward(dout: np.ndarray, cache: Cache) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute the gradients of `affine_forward`.

    Parameters
    ----------
    dout : ndarray, shape (N, M)
        Upstream gradient.
    cache : tuple
        From `affine_forward`.

    Returns
    -------
    dx : ndarray, shape (N, d_1, ..., d_k)
    dw : ndarray, shape (D, M)
    db : ndarray, shape (M,)
    """
    x, w, _ = cache
    ### BEGIN FAST
    if usable(dout, x, w):
        slopes = kernels.matmul(x.reshape(len(x), w.shape[0]).T, dout)
        return kernels.matmul(dout, w.T).reshape(x.shape), slopes, dout.sum(axis=0)

    ### END FAST
    # TODO (notebook section 3, "The affine layer: the backward pass"): compute dx, dw and db.
    ### BEGIN SOLUTION
    rows = x.reshape(x.shape[0], -1)
    dx = (dout @ w.T).reshape(x.shape)
    dw = rows.T @ dout
    db = dout.sum(axis=0)
    ### END SOLUTION
    return dx, dw, db


def relu_forward(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Replace negative values by zero.

    Parameters
    ----------
    x : ndarray, any shape

    Returns
    -------
    out : ndarray, shape of x
    cache : ndarray
    """
    ### BEGIN FAST
    if usable(x):
        return kernels.relu_forward(x), x

    ### END FAST
    # TODO (notebook section 4, "ReLU: the forward pass"): compute out.
    ### BEGIN SOLUTION
    out = np.maximum(0, x)
    ### END SOLUTION
    return out, x


def relu_backward(dout: np.ndarray, cache: np.ndarray) -> np.ndarray:
    """Compute the gradient of `relu_forward`.

    Parameters
    ----------
    dout : ndarray, any shape
        Upstream gradient.
    cache : ndarray
        From `relu_forward`.

    Returns
    -------
    dx : ndarray, shape of dout
        Zero where the input was not positive.
    """
    ### BEGIN FAST
    if usable(dout, cache):
        return kernels.relu_backward(dout, cache)

    ### END FAST
    # TODO (notebook section 5, "ReLU: the backward pass"): compute dx.
    ### BEGIN SOLUTION
    was_positive = cache > 0
    dx = dout * was_positive
    ### END SOLUTION
    return dx
