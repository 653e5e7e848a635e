"""What is measured: cases from the exercise, and who runs each.

A contestant is made ready, once, outside the time that is taken; what it returns is then timed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cs231n import layers, numpy_kernels

try:
    import cs231n_kernels
except ImportError:
    cs231n_kernels = None
try:
    import torch
except ImportError:
    torch = None

Run = Callable[[], Any]


@dataclass(frozen=True)
class Conv:
    """A convolution."""

    x: tuple[int, ...]
    w: tuple[int, ...]
    stride: int
    pad: int
    dtype: str

    def __str__(self) -> str:
        return f"{self.x}, {self.w}, {self.stride}, {self.pad}, {self.dtype}"

    @property
    def out(self) -> tuple[int, ...]:
        """The output's shape."""
        H, W = ((self.x[axis] + 2 * self.pad - self.w[axis]) // self.stride + 1 for axis in (2, 3))
        return self.x[0], self.w[0], H, W

    @property
    def flops(self) -> float:
        """Operations of the forward pass: a multiplication and an addition for each tap."""
        return 2.0 * np.prod(self.out) * np.prod(self.w[1:])


@dataclass(frozen=True)
class Pool:
    """A max pooling with a square window."""

    x: tuple[int, ...]
    window: int
    stride: int
    dtype: str

    def __str__(self) -> str:
        return f"{self.x}, {self.window}x{self.window}, {self.stride}, {self.dtype}"


CONVS = {
    "a": Conv((100, 3, 31, 31), (25, 3, 3, 3), 2, 1, "float64"),
    "b": Conv((50, 3, 32, 32), (32, 3, 7, 7), 1, 3, "float32"),
    "c": Conv((50, 32, 16, 16), (64, 32, 3, 3), 1, 1, "float32"),
    "d": Conv((64, 64, 32, 32), (64, 64, 3, 3), 1, 1, "float32"),
}
POOLS = {
    "pool, small": Pool((100, 3, 32, 32), 2, 2, "float64"),
    "pool": Pool((50, 32, 32, 32), 2, 2, "float32"),
    "pool, overlapping": Pool((50, 32, 32, 32), 3, 2, "float32"),
}
DIRECTIONS = ("forward", "backward", "backward, no dx")


def arrays(case: Conv | Pool, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Return arrays of random numbers of the case's type."""
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(case.dtype) for shape in shapes]


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


def torch_conv(case: Conv, direction: str) -> Run:
    """Return a pass by PyTorch, without the cost of recording it."""
    x, w, b, dout = map(torch.from_numpy, arrays(case, case.x, case.w, case.w[:1], case.out))
    stride, pad = [case.stride] * 2, [case.pad] * 2
    if direction == "forward":
        return lambda: torch.nn.functional.conv2d(x, w, b, stride, pad)
    wanted = [direction == "backward", True, True]
    return lambda: torch.ops.aten.convolution_backward(
        dout, x, w, [case.w[0]], stride, pad, [1, 1], False, [0, 0], 1, wanted
    )


def torch_pool(case: Pool, direction: str) -> Run:
    """Return a pass by PyTorch, which keeps where the maxima were, as training needs."""
    x = torch.from_numpy(arrays(case, case.x)[0])
    window, stride = [case.window] * 2, [case.stride] * 2
    out, where = torch.ops.aten.max_pool2d_with_indices(x, window, stride)
    if direction == "forward":
        return lambda: torch.ops.aten.max_pool2d_with_indices(x, window, stride)
    dout = torch.from_numpy(arrays(case, tuple(out.shape))[0])
    return lambda: torch.ops.aten.max_pool2d_with_indices_backward(
        dout, x, window, stride, [0, 0], [1, 1], False, where
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
    """Set the threads of the kernels and of PyTorch; NumPy's are set when the process starts."""
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
    if name == "torch" and torch is not None:
        return torch_conv(case, direction) if conv else torch_pool(case, direction)
    return None
