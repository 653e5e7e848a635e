"""Who runs the cases that are measured.

A contestant is made ready, once, outside the time that is taken; what it returns is then timed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from cases import Conv, Pool, arrays
from peers import pass_by, torch

from cs231n import layers, numpy_kernels

try:
    import cs231n_kernels
except ImportError:
    cs231n_kernels = None

Run = Callable[[], Any]


def kernel_conv(kernels: Any, case: Conv, direction: str) -> Run:
    """Return a pass by the compiled kernels, or by NumPy's version of them."""
    x, w, b, dout = arrays(case, case.x, case.w, case.w[:1], case.out)
    if direction == "forward":
        return lambda: kernels.conv_forward(x, w, b, case.stride, case.pad)
    need_dx = direction == "backward"
    return lambda: kernels.conv_backward(dout, x, w, case.stride, case.pad, need_dx)


def kernel_pool(kernels: Any, case: Pool, direction: str) -> Run:
    """Return a pass by the compiled kernels, or by NumPy's version of them."""
    (x,) = arrays(case, case.x)
    out, where = kernels.max_pool_forward(x, case.window, case.window, case.stride)
    if direction == "forward":
        return lambda: kernels.max_pool_forward(x, case.window, case.window, case.stride)
    (dout,) = arrays(case, out.shape)
    return lambda: kernels.max_pool_backward(
        dout, where, x.shape, case.window, case.window, case.stride
    )


def naive(case: Conv | Pool, direction: str) -> Run:
    """Return a pass by the solution's naive layers."""
    if isinstance(case, Conv):
        x, w, b, dout = arrays(case, case.x, case.w, case.w[:1], case.out)
        param = {"stride": case.stride, "pad": case.pad}
        if direction == "forward":
            return lambda: layers.conv_forward_naive(x, w, b, param)
        cache = layers.conv_forward_naive(x, w, b, param)[1]
        return lambda: layers.conv_backward_naive(dout, cache)
    (x,) = arrays(case, case.x)
    window = {"pool_height": case.window, "pool_width": case.window, "stride": case.stride}
    out, cache = layers.max_pool_forward_naive(x, window)
    if direction == "forward":
        return lambda: layers.max_pool_forward_naive(x, window)
    (dout,) = arrays(case, out.shape)
    return lambda: layers.max_pool_backward_naive(dout, cache)


def limit(case: Conv | Pool, direction: str) -> Run:
    """Return the work that no im2col, and no pooling, can go below.

    Of a convolution: its images' matrix products by BLAS, with columns that are there already.
    Of a pooling: a copy of its images.
    """
    if isinstance(case, Pool):
        (x,) = arrays(case, case.x)
        return x.copy
    places = int(np.prod(case.out[2:]))
    w, columns, dout = arrays(
        case,
        (case.w[0], int(np.prod(case.w[1:]))),
        (int(np.prod(case.w[1:])), places),
        (case.w[0], places),
    )
    if direction == "forward":
        return lambda: [w @ columns for _ in range(case.x[0])]
    if direction == "backward":
        return lambda: [(dout @ columns.T, w.T @ dout) for _ in range(case.x[0])]
    return lambda: [dout @ columns.T for _ in range(case.x[0])]


def set_threads(count: int) -> None:
    """Set the threads of the kernels and of PyTorch.

    NumPy's and JAX's are as many as the cores that the process may use when it starts.
    """
    if cs231n_kernels is not None:
        cs231n_kernels.set_threads(count)
    if torch is not None:
        torch.set_num_threads(count)


def contestant(name: str, case: Conv | Pool, direction: str) -> Run | None:
    """Return what is to be timed, or None if this machine cannot, or a person would not wait."""
    conv = isinstance(case, Conv)
    if name == "naive":
        slow = (conv and case.flops > 1e8) or direction == "backward, no dx"
        return None if slow else naive(case, direction)
    if name == "limit":
        return limit(case, direction)
    if name == "numpy":
        make = kernel_conv if conv else kernel_pool
        return make(numpy_kernels, case, direction)
    if name == "compiled" and cs231n_kernels is not None:
        make = kernel_conv if conv else kernel_pool
        return make(cs231n_kernels, case, direction)
    return pass_by(name, case, direction)
