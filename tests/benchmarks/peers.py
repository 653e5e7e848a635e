"""The same passes by the libraries that a user could take instead: PyTorch and JAX.

PyTorch in the layout that it has by default and in `channels_last`, which its makers recommend; the
cost of recording gradients is left out. JAX compiles each pass when it is first called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cases import Conv, Pool, arrays

try:
    import torch
except ImportError:
    torch = None
try:
    import jax
except ImportError:
    jax = None
else:
    jax.config.update("jax_enable_x64", True)  # else it takes float64 for float32

Run = Callable[[], Any]


def pass_by(name: str, case: Conv | Pool, direction: str) -> Run | None:
    """Return a pass by a peer, or None if it is not installed."""
    conv = isinstance(case, Conv)
    if name in ("torch", "channels_last") and torch is not None:
        last = name == "channels_last"
        return torch_conv(case, direction, last) if conv else torch_pool(case, direction, last)
    if name == "jax" and jax is not None:
        return jax_conv(case, direction) if conv else jax_pool(case, direction)
    return None


def laid_out(last: bool, *given: Any) -> list[Any]:
    """Return tensors of some arrays, images and filters in the layout that is asked for."""
    layout = torch.channels_last if last else torch.contiguous_format
    tensors = map(torch.from_numpy, given)
    return [t.contiguous(memory_format=layout) if t.ndim == 4 else t for t in tensors]


def torch_conv(case: Conv, direction: str, last: bool) -> Run:
    """Return a pass by PyTorch."""
    x, w, b, dout = laid_out(last, *arrays(case, case.x, case.w, case.w[:1], case.out))
    stride, pad = [case.stride] * 2, [case.pad] * 2
    if direction == "forward":
        return lambda: torch.nn.functional.conv2d(x, w, b, stride, pad)
    wanted = [direction == "backward", True, True]
    return lambda: torch.ops.aten.convolution_backward(
        dout, x, w, [case.w[0]], stride, pad, [1, 1], False, [0, 0], 1, wanted
    )


def torch_pool(case: Pool, direction: str, last: bool) -> Run:
    """Return a pass by PyTorch, which keeps where the maxima were, as training needs."""
    (x,) = laid_out(last, *arrays(case, case.x))
    window, stride = [case.window] * 2, [case.stride] * 2
    out, where = torch.ops.aten.max_pool2d_with_indices(x, window, stride)
    if direction == "forward":
        return lambda: torch.ops.aten.max_pool2d_with_indices(x, window, stride)
    (dout,) = laid_out(last, *arrays(case, tuple(out.shape)))
    return lambda: torch.ops.aten.max_pool2d_with_indices_backward(
        dout, x, window, stride, [0, 0], [1, 1], False, where
    )


def jax_run(function: Callable[..., Any], *given: Any) -> Run:
    """Return a compiled call on arrays that are in JAX's own memory already."""
    compiled, placed = jax.jit(function), [jax.device_put(array) for array in given]
    return lambda: jax.block_until_ready(compiled(*placed))


def jax_conv(case: Conv, direction: str) -> Run:
    """Return a pass by JAX; its backward pass is that of what it derives from the forward pass."""
    x, w, b, dout = arrays(case, case.x, case.w, case.w[:1], case.out)

    def forward(x: Any, w: Any, b: Any) -> Any:
        return jax.lax.conv_general_dilated(
            x, w, [case.stride] * 2, [(case.pad, case.pad)] * 2
        ) + b.reshape(-1, 1, 1)

    if direction == "forward":
        return jax_run(forward, x, w, b)
    if direction == "backward":
        return jax_run(lambda x, w, b, d: jax.vjp(forward, x, w, b)[1](d), x, w, b, dout)
    return jax_run(
        lambda x, w, b, d: jax.vjp(lambda w, b: forward(x, w, b), w, b)[1](d), x, w, b, dout
    )


def jax_pool(case: Pool, direction: str) -> Run:
    """Return a pass by JAX, which looks for the maxima again on the way back."""
    (x,) = arrays(case, case.x)
    sizes, strides = (1, 1, case.window, case.window), (1, 1, case.stride, case.stride)

    def forward(x: Any) -> Any:
        return jax.lax.reduce_window(x, -float("inf"), jax.lax.max, sizes, strides, "VALID")

    if direction == "forward":
        return jax_run(forward, x)
    (dout,) = arrays(case, jax.eval_shape(forward, x).shape)
    return jax_run(lambda x, d: jax.vjp(forward, x)[1](d), x, dout)
