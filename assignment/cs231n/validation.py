"""Checks of the fast layers' arguments: once, at the edge, with name and value in the error.

Both the compiled and the NumPy version of the fast layers call these before any work is done, so
that a wrong argument reads the same on every machine.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def check_array(name: str, value: object, axes: str) -> Array:
    """Return `value` if it is a float array with as many axes as `axes` names.

    Parameters
    ----------
    name : str
        What the caller knows the argument as.
    value : object
        The argument.
    axes : str
        One name for each axis, separated by spaces, such as ``"N C H W"``.

    Raises
    ------
    TypeError
        `value` is not a NumPy array of float32 or float64 in the machine's byte order.
    ValueError
        It has another number of axes.
    """
    wanted = f"an array of shape ({', '.join(axes.split())})"
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{name} must be {wanted}, got {type(value).__name__}")
    if value.ndim != len(axes.split()):
        raise ValueError(f"{name} must be {wanted}, got shape {value.shape}")
    if value.dtype not in FLOATS:
        raise TypeError(
            f"{name} must hold float32 or float64, got {value.dtype}: "
            f"convert it first, for example with {name}.astype(np.float64)"
        )
    return value


def check_size(name: str, params: Mapping[str, Any], key: str, least: int) -> int:
    """Return the whole number ``params[key]``, which may not be below `least`.

    Raises
    ------
    KeyError
        There is no such entry.
    TypeError
        The entry is not a whole number.
    ValueError
        It is below `least`.
    """
    if key not in params:
        raise KeyError(f"{name} has no entry {key!r}; it has {sorted(params)}")
    value = params[key]
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        size = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}[{key!r}] must be a whole number, got {value!r}") from None
    if size < least:
        raise ValueError(f"{name}[{key!r}] must be at least {least}, got {size}")
    return size


def output_size(axis: str, length: int, window: int, stride: int, pad: int = 0) -> int:
    """Return how many windows fit along an axis; what is left over at its end is not used.

    Raises
    ------
    ValueError
        Not one window fits.
    """
    if window > length + 2 * pad:
        padded = f" ({length + 2 * pad} with padding {pad} on both sides)" if pad else ""
        raise ValueError(f"a window of {window} does not fit in {axis} = {length}{padded}")
    return (length + 2 * pad - window) // stride + 1


def check_conv(x: Array, w: Array, b: Array, conv_param: Mapping[str, Any]) -> tuple[int, int]:
    """Check a convolution's arguments.

    Returns
    -------
    stride, pad : int

    Raises
    ------
    KeyError, TypeError, ValueError
        The arguments are not ones of a convolution; the message says which, and why.
    """
    check_array("x", x, "N C H W")
    check_array("w", w, "F C HH WW")
    check_array("b", b, "F")
    stride = check_size("conv_param", conv_param, "stride", 1)
    pad = check_size("conv_param", conv_param, "pad", 0)
    if x.shape[1] != w.shape[1]:
        raise ValueError(
            f"x and w must have the same number of channels: x has C = {x.shape[1]} "
            f"(shape {x.shape}), w has C = {w.shape[1]} (shape {w.shape})"
        )
    if b.shape[0] != w.shape[0]:
        raise ValueError(
            f"b must have one bias for each filter: b has shape {b.shape}, w has F = {w.shape[0]}"
        )
    if 0 in w.shape[2:]:
        raise ValueError(f"the filters of w must not be empty, got shape {w.shape}")
    output_size("H", x.shape[2], w.shape[2], stride, pad)
    output_size("W", x.shape[3], w.shape[3], stride, pad)
    return stride, pad


def check_pool(x: Array, pool_param: Mapping[str, Any]) -> tuple[int, int, int]:
    """Check a max pooling's arguments.

    Returns
    -------
    pool_height, pool_width, stride : int

    Raises
    ------
    KeyError, TypeError, ValueError
        The arguments are not ones of a pooling; the message says which, and why.
    """
    check_array("x", x, "N C H W")
    return check_window(x.shape, pool_param)


def check_window(shape: tuple[int, ...], pool_param: Mapping[str, Any]) -> tuple[int, int, int]:
    """Check the window of a pooling of images of the given shape; see `check_pool`."""
    height = check_size("pool_param", pool_param, "pool_height", 1)
    width = check_size("pool_param", pool_param, "pool_width", 1)
    stride = check_size("pool_param", pool_param, "stride", 1)
    output_size("H", shape[2], height, stride)
    output_size("W", shape[3], width, stride)
    return height, width, stride


def check_dout(dout: Array, shape: tuple[int, ...], axes: str = "N F H' W'") -> None:
    """Check that an upstream gradient has the shape of the output that it belongs to.

    Raises
    ------
    TypeError, ValueError
        It is not a float array of that shape.
    """
    check_array("dout", dout, axes)
    if dout.shape != shape:
        raise ValueError(f"dout must have the shape of the output, {shape}, got {dout.shape}")
