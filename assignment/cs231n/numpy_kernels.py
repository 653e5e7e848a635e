"""The fast layers' arithmetic in plain NumPy, for where the compiled kernels are not installed.

Convolution is im2col with matrix products, one image at a time, so that the extra memory is one
image's worth. Pooling loops over the few positions of the window rather than the many of the image.
The functions have the names and signatures of the compiled package ``cs231n_kernels``, and take
arguments that `cs231n.validation` has passed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[Any]


def _columns(image: Array, HH: int, WW: int, stride: int, pad: int) -> Array:
    """Return the windows of an image (C, H, W) as columns of a (C * HH * WW, H' * W') array."""
    padded = np.pad(image, ((0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, (HH, WW), axis=(1, 2))[:, ::stride, ::stride]
    C, H_out, W_out = windows.shape[:3]
    return windows.transpose(0, 3, 4, 1, 2).reshape(C * HH * WW, H_out * W_out)


def conv_forward(x: Array, w: Array, b: Array, stride: int, pad: int) -> Array:
    """Return the convolution of x (N, C, H, W) with w (F, C, HH, WW) plus b: (N, F, H', W')."""
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = (H + 2 * pad - HH) // stride + 1
    W_out = (W + 2 * pad - WW) // stride + 1
    out = np.empty((N, F, H_out, W_out), np.result_type(x, w, b))
    rows = w.reshape(F, C * HH * WW)
    for image, result in zip(x, out, strict=True):
        product = rows @ _columns(image, HH, WW, stride, pad) + b[:, None]
        result[...] = product.reshape(F, H_out, W_out)
    return out


def conv_backward(
    dout: Array, x: Array, w: Array, stride: int, pad: int, need_dx: bool = True
) -> tuple[Array | None, Array, Array]:
    """Return the gradients (dx, dw, db) of a convolution; dx is None unless it is needed."""
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out, W_out = dout.shape[2:]
    dtype = np.result_type(dout, x, w)
    terms = np.zeros((F, 1 + H_out * W_out))  # of db: what there is, and what an image adds
    dw = np.zeros((F, C * HH * WW), dtype)
    dx = np.empty(x.shape, dtype) if need_dx else None
    rows = w.reshape(F, C * HH * WW)
    for n in range(N):
        upstream = dout[n].reshape(F, H_out * W_out)
        # One after the other, as naive loops and kernels add; NumPy's sum adds in pairs.
        terms[:, 1:] = upstream
        terms[:, 0] = terms.cumsum(axis=1)[:, -1]
        dw += upstream @ _columns(x[n], HH, WW, stride, pad).T
        if dx is None:
            continue
        # Each window's gradient goes back to where the window was: where windows overlap, it adds.
        dcolumns = (rows.T @ upstream).reshape(C, HH, WW, H_out, W_out)
        padded = np.zeros((C, H + 2 * pad, W + 2 * pad), dtype)
        for i in range(HH):
            for j in range(WW):
                bottom, right = i + stride * H_out, j + stride * W_out
                padded[:, i:bottom:stride, j:right:stride] += dcolumns[:, i, j]
        dx[n] = padded[:, pad : pad + H, pad : pad + W]
    return dx, dw.reshape(w.shape), terms[:, 0].astype(dtype)


def _where_dtype(height: int, width: int) -> type[np.unsignedinteger[Any]]:
    return np.uint8 if height * width <= 255 else np.uint32


def max_pool_forward(x: Array, height: int, width: int, stride: int) -> tuple[Array, Array]:
    """Return the maxima of the windows of x and, for each, where in its window it was.

    Returns
    -------
    out : ndarray, shape (N, C, H', W')
    where : ndarray of uint8 (or uint32, for windows of over 255 positions), shape (N, C, H', W')
        Row times `width` plus column, within the window, of the first maximum.
    """
    H_out = (x.shape[2] - height) // stride + 1
    W_out = (x.shape[3] - width) // stride + 1
    where = np.zeros((*x.shape[:2], H_out, W_out), _where_dtype(height, width))
    out = x[:, :, : stride * H_out : stride, : stride * W_out : stride].copy()
    for position in range(1, height * width):
        i, j = divmod(position, width)
        value = x[:, :, i : i + stride * H_out : stride, j : j + stride * W_out : stride]
        better = (value > out) | np.isnan(value)
        np.copyto(out, value, where=better)
        np.copyto(where, where.dtype.type(position), where=better)
    return out, where


def max_pool_backward(
    dout: Array, where: Array, shape: tuple[int, ...], height: int, width: int, stride: int
) -> Array:
    """Return the gradient with respect to x, of the given shape: dout, sent to each maximum."""
    H_out, W_out = dout.shape[2:]
    dx = np.zeros(shape, dout.dtype)
    for position in range(height * width):
        i, j = divmod(position, width)
        window = dx[:, :, i : i + stride * H_out : stride, j : j + stride * W_out : stride]
        window += np.where(where == position, dout, 0)
    return dx


def conv_relu_pool_forward(
    x: Array,
    w: Array,
    b: Array,
    stride: int,
    pad: int,
    height: int,
    width: int,
    pool_stride: int,
) -> tuple[Array, Array]:
    """Return the pooled relu of a convolution, and what `conv_relu_pool_backward` needs besides.

    Returns
    -------
    out : ndarray, shape (N, F, H'', W'')
    where : ndarray of uint8 or uint32, shape (N, F, H'', W'')
        As from `max_pool_forward`; where nothing in a window was above zero, the type's greatest
        value, as no position receives a gradient then.
    """
    out, where = max_pool_forward(conv_forward(x, w, b, stride, pad), height, width, pool_stride)
    where[~(out > 0)] = np.iinfo(where.dtype).max
    return relu_forward(out), where


def conv_relu_pool_backward(
    dout: Array,
    where: Array,
    x: Array,
    w: Array,
    stride: int,
    pad: int,
    height: int,
    width: int,
    pool_stride: int,
    need_dx: bool = True,
) -> tuple[Array | None, Array, Array]:
    """Return the gradients (dx, dw, db) of `conv_relu_pool_forward`; dx is None unless needed."""
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    shape = (N, F, (H + 2 * pad - HH) // stride + 1, (W + 2 * pad - WW) // stride + 1)
    dconv = max_pool_backward(dout, where, shape, height, width, pool_stride)
    return conv_backward(dconv, x, w, stride, pad, need_dx)


def relu_forward(x: Array) -> Array:
    """Return x with zeros instead of what is negative."""
    return np.maximum(x, 0)


def relu_backward(dout: Array, x: Array) -> Array:
    """Return dout with zeros where x is not positive."""
    return np.where(x > 0, dout, 0)


def matmul(a: Array, b: Array) -> Array:
    """Return the matrix product of a (M, K) and b (K, N)."""
    out: Array = a @ b
    return out


def l2_penalty(w: Array, dw: Array, reg: float) -> float:
    """Return 0.5 * reg * sum(w * w), and add reg * w to dw."""
    dw += reg * w
    return 0.5 * reg * float(np.sum(w * w))
