"""Layers on vectors: affine, ReLU and dropout.

Every forward pass returns ``(out, cache)``; the backward pass gets the gradient of the loss with
respect to ``out``, and the cache, and returns the gradients with respect to the inputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cs231n.fast_layers import kernels, usable

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
    rows = x.reshape(len(x), w.shape[0])
    # As fast as BLAS, which leaves threads spinning that slow the next layer.
    multiply = kernels.matmul if usable(x, w) else np.matmul
    out = multiply(rows, w)
    out += b
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
    rows = x.reshape(len(x), w.shape[0])
    multiply = kernels.matmul if usable(dout, x, w) else np.matmul
    dx = multiply(dout, w.T).reshape(x.shape)
    dw = multiply(rows.T, dout)
    db = dout.sum(axis=0)
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
    return kernels.relu_forward(x) if usable(x) else np.maximum(x, 0), x


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
    return kernels.relu_backward(dout, cache) if usable(dout, cache) else dout * (cache > 0)


def dropout_forward(
    x: np.ndarray, dropout_param: dict[str, Any]
) -> tuple[np.ndarray, tuple[dict[str, Any], np.ndarray | None]]:
    """Set a random part of the values to zero, in training only.

    What is kept is divided by the probability of keeping it ("inverted" dropout), so that the
    expected value stays the same and testing needs no scaling.

    Parameters
    ----------
    x : ndarray, any shape
    dropout_param : dict
        ``'p'`` is the probability that a value is kept, ``'mode'`` is ``'train'`` or ``'test'``;
        with ``'seed'``, the same values are dropped each time, as a gradient check needs.

    Returns
    -------
    out : ndarray, shape of x
    cache : tuple

    Raises
    ------
    ValueError
        The mode is neither, or p is not in (0, 1].

    References
    ----------
    Srivastava et al., "Dropout", JMLR 15, 2014.
    """
    p, mode = dropout_param["p"], dropout_param["mode"]
    if not 0 < p <= 1:
        raise ValueError(f"dropout_param['p'] must be above 0 and at most 1, got {p}")
    if mode == "test":
        return x, (dropout_param, None)
    if mode != "train":
        raise ValueError(f"dropout_param['mode'] must be 'train' or 'test', got {mode!r}")
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.random(x.shape) < p) / p
    mask = mask.astype(x.dtype, copy=False)
    return x * mask, (dropout_param, mask)


def dropout_backward(
    dout: np.ndarray, cache: tuple[dict[str, Any], np.ndarray | None]
) -> np.ndarray:
    """Compute the gradient of `dropout_forward`.

    Parameters
    ----------
    dout : ndarray, any shape
        Upstream gradient.
    cache : tuple
        From `dropout_forward`.

    Returns
    -------
    dx : ndarray, shape of dout
    """
    _, mask = cache
    return dout if mask is None else dout * mask
