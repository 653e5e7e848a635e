"""Convolution and max pooling with the naive layers' API, fast enough to train with.

The work is done by the compiled package ``cs231n_kernels`` (its sources are in
``assignment/kernels``), or by `cs231n.numpy_kernels` where that is not installed. Both give the
same results to rounding. ``CONVNETS_BACKEND=numpy`` in the environment chooses NumPy.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from cs231n import numpy_kernels
from cs231n.validation import (
    FLOATS,
    Array,
    check_conv,
    check_dout,
    check_pool,
    check_window,
    output_size,
)


def _choose() -> tuple[ModuleType, str]:
    choice = os.environ.get("CONVNETS_BACKEND", "")
    if choice not in ("", "compiled", "numpy"):
        raise ValueError(f"CONVNETS_BACKEND must be 'compiled' or 'numpy', got {choice!r}")
    if choice == "numpy":
        return numpy_kernels, "numpy"
    try:
        import cs231n_kernels
    except ImportError as error:
        if choice == "compiled":
            raise
        warnings.warn(
            f"The fast layers run on NumPy, several times slower than compiled ({error}). "
            f"{_how_to_compile()}",
            RuntimeWarning,
            stacklevel=2,
        )
        return numpy_kernels, "numpy"
    return cs231n_kernels, "compiled"


def _how_to_compile() -> str:
    if sys.platform == "win32":  # what they need of POSIX is not there
        return "That is enough for the exercise. Windows cannot compile them; Linux in WSL can."
    if sys.platform == "emscripten":
        return "That is enough for the exercise. In a browser nothing can be compiled."
    return (
        f"To compile them: `{sys.executable} -m pip install .` in the folder of the exercise, "
        "with a C compiler (GCC or Clang) installed; then restart Python."
    )


kernels, BACKEND = _choose()
"""The version that this process uses, and its name: ``"compiled"`` or ``"numpy"``."""


def usable(*arrays: object) -> bool:
    """Return whether the kernels take these arrays: whether all hold the same kind of float."""
    dtypes = {getattr(array, "dtype", None) for array in arrays}
    return len(dtypes) == 1 and dtypes <= set(FLOATS)


def conv_forward_fast(
    x: Array, w: Array, b: Array, conv_param: Mapping[str, Any]
) -> tuple[Array, Any]:
    """Compute the forward pass of a convolutional layer.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        Input images, float32 or float64, as are the other arrays.
    w : ndarray, shape (F, C, HH, WW)
        Filters.
    b : ndarray, shape (F,)
        Biases.
    conv_param : mapping
        ``'stride'``, the distance between windows, and ``'pad'``, the rows and columns of zeros
        on each side of an image.

    Returns
    -------
    out : ndarray, shape (N, F, H', W')
        With ``H' = 1 + (H + 2 * pad - HH) // stride``, and W' likewise.
    cache : object
        What `conv_backward_fast` needs.

    Raises
    ------
    KeyError, TypeError, ValueError
        The arguments do not fit together; the message says which, and why.
    """
    stride, pad = check_conv(x, w, b, conv_param)
    return kernels.conv_forward(x, w, b, stride, pad), (x, w, b, stride, pad)


def conv_backward_fast(dout: Array, cache: Any) -> tuple[Array, Array, Array]:
    """Compute the backward pass of a convolutional layer.

    Parameters
    ----------
    dout : ndarray, shape (N, F, H', W')
        Upstream gradient.
    cache : object
        From `conv_forward_fast`.

    Returns
    -------
    dx, dw, db : ndarray
        Gradients with respect to x, w and b, of their shapes.

    Raises
    ------
    TypeError, ValueError
        `dout` is not of the output's shape, or not of floats.
    """
    x, w, _, stride, pad = cache
    check_dout(dout, _conv_output_shape(x, w, stride, pad))
    return kernels.conv_backward(dout, x, w, stride, pad)


def max_pool_forward_fast(x: Array, pool_param: Mapping[str, Any]) -> tuple[Array, Any]:
    """Compute the forward pass of max pooling.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        Input images, float32 or float64.
    pool_param : mapping
        ``'pool_height'`` and ``'pool_width'``, the size of a window, and ``'stride'``, the
        distance between windows. Windows may overlap; rows and columns that are left over at the
        end are not used.

    Returns
    -------
    out : ndarray, shape (N, C, H', W')
        With ``H' = 1 + (H - pool_height) // stride``, and W' likewise.
    cache : object
        What `max_pool_backward_fast` needs.

    Raises
    ------
    KeyError, TypeError, ValueError
        The arguments do not fit together; the message says which, and why.
    """
    height, width, stride = check_pool(x, pool_param)
    out, where = kernels.max_pool_forward(x, height, width, stride)
    return out, (where, x.shape, height, width, stride)


def max_pool_backward_fast(dout: Array, cache: Any) -> Array:
    """Compute the backward pass of max pooling.

    Parameters
    ----------
    dout : ndarray, shape (N, C, H', W')
        Upstream gradient.
    cache : object
        From `max_pool_forward_fast`.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
        Gradient with respect to x. Where several values of a window are its maximum, the first
        in reading order receives the gradient.

    Raises
    ------
    TypeError, ValueError
        `dout` is not of the output's shape, or not of floats.
    """
    where, shape, height, width, stride = cache
    check_dout(dout, where.shape, "N C H' W'")
    return kernels.max_pool_backward(dout, where, shape, height, width, stride)


def conv_relu_pool_forward_fast(
    x: Array,
    w: Array,
    b: Array,
    conv_param: Mapping[str, Any],
    pool_param: Mapping[str, Any],
) -> tuple[Array, Any]:
    """Compute a convolutional layer, a ReLU and a max pooling in one.

    Returns what the three layers give one after the other, but never writes the images between
    them to memory.

    Parameters
    ----------
    x, w, b, conv_param
        As in `conv_forward_fast`.
    pool_param : mapping
        As in `max_pool_forward_fast`.

    Returns
    -------
    out : ndarray, shape (N, F, H'', W'')
    cache : object
        What `conv_relu_pool_backward_fast` needs.

    Raises
    ------
    KeyError, TypeError, ValueError
        The arguments do not fit together; the message says which, and why.
    """
    stride, pad = check_conv(x, w, b, conv_param)
    window = check_window(_conv_output_shape(x, w, stride, pad), pool_param)
    out, where = kernels.conv_relu_pool_forward(x, w, b, stride, pad, *window)
    return out, (where, x, w, stride, pad, window)


def conv_relu_pool_backward_fast(
    dout: Array, cache: Any, *, need_dx: bool = True
) -> tuple[Array, Array, Array]:
    """Compute the backward pass of `conv_relu_pool_forward_fast`.

    Parameters
    ----------
    dout : ndarray, shape (N, F, H'', W'')
        Upstream gradient.
    cache : object
        From `conv_relu_pool_forward_fast`.
    need_dx : bool
        Without it dx is None, and costs nothing: training needs no gradient of the images.

    Returns
    -------
    dx, dw, db : ndarray
        Gradients with respect to x, w and b, of their shapes.

    Raises
    ------
    TypeError, ValueError
        `dout` is not of the output's shape, or not of floats.
    """
    where, x, w, stride, pad, window = cache
    check_dout(dout, where.shape)
    return kernels.conv_relu_pool_backward(dout, where, x, w, stride, pad, *window, need_dx)


# What other versions of this exercise call these, after other ways of computing the same.
conv_forward_im2col = conv_forward_strides = conv_forward_fast
conv_backward_im2col = conv_backward_strides = conv_backward_fast
max_pool_forward_reshape = max_pool_forward_im2col = max_pool_forward_fast
max_pool_backward_reshape = max_pool_backward_im2col = max_pool_backward_fast


def _conv_output_shape(x: Array, w: Array, stride: int, pad: int) -> tuple[int, int, int, int]:
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    return N, F, output_size("H", H, HH, stride, pad), output_size("W", W, WW, stride, pad)
