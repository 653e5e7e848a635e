"""Cases: the inputs on which student code is tried, as recipes that a seed makes concrete.

A check declares a few `Spec`. When a pack is made (see `pack`), each draws its inputs, and the
solution's reply to them becomes the expected value. All sizes tile exactly, since an assertion
that they do is a valid way to write a layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Payload = dict[str, Any]
Shape = tuple[int, ...]

GRADIENTS = {
    "conv_backward_naive": ("conv_forward_naive", {"dx": "x", "dw": "w", "db": "b"}),
    "max_pool_backward_naive": ("max_pool_forward_naive", {"dx": "x"}),
    "spatial_batchnorm_backward": (
        "spatial_batchnorm_forward",
        {"dx": "x", "dgamma": "gamma", "dbeta": "beta"},
    ),
    "spatial_groupnorm_backward": (
        "spatial_groupnorm_forward",
        {"dx": "x", "dgamma": "gamma", "dbeta": "beta"},
    ),
}
"""Of each backward pass: its forward pass, and the argument that each gradient belongs to."""


@dataclass(frozen=True)
class Spec:
    """One case before its numbers are drawn.

    Attributes
    ----------
    op : str
        The worker's operation (``autograder/sandbox/worker/operations.py``).
    draw : callable
        Makes the operation's arguments from a random generator.
    reference : str
        The operation that the solution is asked for, if another one: ``"numeric_gradient"``.
    """

    op: str
    draw: Callable[[np.random.Generator], Payload]
    reference: str = ""


@dataclass(frozen=True)
class Case:
    """One case with its numbers: what student code is asked, and what the solution replied."""

    op: str
    payload: Payload
    expected: Any

    @property
    def args(self) -> dict[str, Any]:
        """Return the arguments of the student's function."""
        return dict(self.payload["args"])

    def describe(self) -> str:
        """Say what is called, as in ``conv_forward_naive(x (2, 3, 7, 8), ...)``."""
        if self.op == "net":
            settings = ", ".join(f"{k}={v}" for k, v in self.payload["settings"].items())
            return f"ThreeLayerConvNet({settings})"
        given = {**extra_arguments(self.payload), **self.args}
        text = f"{self.payload['function']}({describe_arguments(given)})"
        modes = [step["mode"] for step in self.payload.get("steps", [])]
        return text + (f", called in the modes {', '.join(modes)}" if len(modes) > 1 else "")


def describe_arguments(arguments: dict[str, Any]) -> str:
    """Name arguments: arrays by their shapes, numbers and dictionaries by their values."""
    parts = []
    for name, value in arguments.items():
        if isinstance(value, np.ndarray):
            single = " float32" if value.dtype == np.float32 else ""
            parts.append(f"{name} {value.shape}{single}")
        elif isinstance(value, dict):
            inside = ", ".join(
                f"{key!r}: array {item.shape}"
                if isinstance(item, np.ndarray)
                else f"{key!r}: {item!r}"
                for key, item in value.items()
            )
            parts.append(f"{name}={{{inside}}}")
        else:
            parts.append(f"{name}={value}")
    return ", ".join(parts)


def extra_arguments(payload: Payload) -> Payload:
    """Return the upstream gradient of a backward pass, to be named with the arguments."""
    return {"dout": payload["dout"]} if "dout" in payload else {}


def output_size(size: int, window: int, stride: int, pad: int = 0) -> int:
    """Return the number of windows along one axis; they must tile it exactly."""
    steps, rest = divmod(size + 2 * pad - window, stride)
    if rest or steps < 0:
        raise ValueError(f"{window} wide windows at stride {stride} do not tile {size} + 2*{pad}")
    return steps + 1


def conv_args(
    rng: np.random.Generator, x: Shape, w: Shape, stride: int, pad: int, dtype: str
) -> dict[str, Any]:
    """Draw the arguments of a convolution."""
    return {
        "x": rng.normal(size=x).astype(dtype),
        "w": rng.normal(size=w).astype(dtype),
        "b": rng.normal(size=w[0]).astype(dtype),
        "conv_param": {"stride": stride, "pad": pad},
    }


def conv_out(x: Shape, w: Shape, stride: int, pad: int) -> Shape:
    """Return the shape of a convolution's output."""
    height = output_size(x[2], w[2], stride, pad)
    return (x[0], w[0], height, output_size(x[3], w[3], stride, pad))


def conv_forward(x: Shape, w: Shape, stride: int = 1, pad: int = 1, dtype: str = "float64") -> Spec:
    """Return a case of ``conv_forward_naive``."""
    conv_out(x, w, stride, pad)

    def draw(rng: np.random.Generator) -> Payload:
        return {"function": "conv_forward_naive", "args": conv_args(rng, x, w, stride, pad, dtype)}

    return Spec("forward", draw)


def conv_backward(
    x: Shape,
    w: Shape,
    stride: int = 1,
    pad: int = 1,
    dtype: str = "float64",
    *,
    numeric: bool = False,
) -> Spec:
    """Return a case of ``conv_backward_naive``, against the solution or a numeric gradient."""
    out = conv_out(x, w, stride, pad)

    def draw(rng: np.random.Generator) -> Payload:
        args = conv_args(rng, x, w, stride, pad, dtype)
        return backward_payload("conv_backward_naive", args, rng.normal(size=out).astype(dtype))

    return Spec("backward", draw, "numeric_gradient" if numeric else "")


def backward_payload(function: str, args: dict[str, Any], dout: np.ndarray) -> Payload:
    """Return the arguments of the operation ``backward``."""
    forward, gradients = GRADIENTS[function]
    names = list(gradients)
    return {"function": function, "forward": forward, "args": args, "dout": dout, "names": names}


def pool_args(
    rng: np.random.Generator, x: Shape, window: tuple[int, int], stride: int, dtype: str, low: float
) -> dict[str, Any]:
    """Draw the arguments of max pooling: no two values are equal, so that no window has a tie."""
    values = np.linspace(low, low + 2.0, int(np.prod(x)))
    return {
        "x": rng.permutation(values).reshape(x).astype(dtype),
        "pool_param": {"pool_height": window[0], "pool_width": window[1], "stride": stride},
    }


def same_in_all_windows(
    rng: np.random.Generator, out: Shape, window: tuple[int, int]
) -> np.ndarray:
    """Draw images whose windows, side by side, hold the same values in different orders."""
    N, C, H_out, W_out = out
    height, width = window
    values = np.linspace(-1.0, 1.0, height * width)
    blocks = rng.permuted(np.tile(values, (N * C * H_out * W_out, 1)), axis=1)
    blocks = blocks.reshape(N, C, H_out, W_out, height, width)
    return blocks.transpose(0, 1, 2, 4, 3, 5).reshape(N, C, H_out * height, W_out * width)


def pool_out(x: Shape, window: tuple[int, int], stride: int) -> Shape:
    """Return the shape of a pooling layer's output."""
    return (*x[:2], output_size(x[2], window[0], stride), output_size(x[3], window[1], stride))


def pool_forward(
    x: Shape, window: tuple[int, int], stride: int, dtype: str = "float64", low: float = -1.0
) -> Spec:
    """Return a case of ``max_pool_forward_naive`` with values from `low` to ``low + 2``."""
    pool_out(x, window, stride)

    def draw(rng: np.random.Generator) -> Payload:
        args = pool_args(rng, x, window, stride, dtype, low)
        return {"function": "max_pool_forward_naive", "args": args}

    return Spec("forward", draw)


def pool_backward(
    x: Shape,
    window: tuple[int, int],
    stride: int,
    dtype: str = "float64",
    *,
    numeric: bool = False,
    shuffled: bool = False,
) -> Spec:
    """Return a case of ``max_pool_backward_naive``.

    With `shuffled`, all windows hold the same values, each in an order of its own. Windows must
    lie side by side. Images after a ReLU are like that: a value is in many windows.
    """
    out = pool_out(x, window, stride)

    def draw(rng: np.random.Generator) -> Payload:
        args = pool_args(rng, x, window, stride, dtype, low=-1.0)
        if shuffled:
            args["x"] = same_in_all_windows(rng, out, window).astype(dtype)
        dout = rng.normal(size=out).astype(dtype)
        return backward_payload("max_pool_backward_naive", args, dout)

    return Spec("backward", draw, "numeric_gradient" if numeric else "")


def norm_input(rng: np.random.Generator, x: Shape, dtype: str, spread: float) -> np.ndarray:
    """Draw images whose channels differ in mean and spread, so that mixing them up shows."""
    channel = (1, x[1], 1, 1)
    scale = spread * rng.uniform(0.5, 1.5, size=channel)
    return (scale * (rng.normal(size=x) + rng.normal(size=channel))).astype(dtype)


SPREAD = 50.0
"""Standard deviation of most inputs of a normalization: the default eps shows below 1e-6 only."""


def batchnorm_args(
    rng: np.random.Generator, x: Shape, dtype: str, spread: float, bn_param: dict[str, Any]
) -> dict[str, Any]:
    """Draw the arguments of spatial batch normalization."""
    return {
        "x": norm_input(rng, x, dtype, spread),
        "gamma": rng.uniform(0.5, 2.0, size=x[1]).astype(dtype),
        "beta": rng.normal(size=x[1]).astype(dtype),
        "bn_param": bn_param,
    }


def batchnorm_forward(
    x: Shape, dtype: str = "float64", spread: float = SPREAD, **bn_param: float
) -> Spec:
    """Return a case of ``spatial_batchnorm_forward`` in train mode."""

    def draw(rng: np.random.Generator) -> Payload:
        args = batchnorm_args(rng, x, dtype, spread, {"mode": "train", **bn_param})
        return {"function": "spatial_batchnorm_forward", "args": args}

    return Spec("forward", draw)


def batchnorm_sequence(
    x: Shape, modes: list[str], running: bool = False, **bn_param: float
) -> Spec:
    """Return a case that calls ``spatial_batchnorm_forward`` once for each of `modes`.

    With `running`, the parameter dictionary starts with running values of shape ``(C,)``.
    """

    def draw(rng: np.random.Generator) -> Payload:
        start: dict[str, Any] = {"mode": modes[0], **bn_param}
        if running:
            start["running_mean"] = SPREAD * rng.normal(size=x[1])
            start["running_var"] = SPREAD**2 * rng.uniform(0.5, 2.0, size=x[1])
        args = batchnorm_args(rng, x, "float64", SPREAD, start)
        steps = [{"x": norm_input(rng, x, "float64", SPREAD), "mode": mode} for mode in modes]
        return {"function": "spatial_batchnorm_forward", "args": args, "steps": steps}

    return Spec("sequence", draw)


def batchnorm_backward(
    x: Shape,
    dtype: str = "float64",
    spread: float = SPREAD,
    *,
    numeric: bool = False,
    **bn_param: float,
) -> Spec:
    """Return a case of ``spatial_batchnorm_backward`` in train mode."""

    def draw(rng: np.random.Generator) -> Payload:
        args = batchnorm_args(rng, x, dtype, spread, {"mode": "train", **bn_param})
        dout = rng.normal(size=x).astype(dtype)
        return backward_payload("spatial_batchnorm_backward", args, dout)

    return Spec("backward", draw, "numeric_gradient" if numeric else "")


def groupnorm_args(
    rng: np.random.Generator,
    x: Shape,
    G: int,
    dtype: str,
    spread: float,
    gn_param: dict[str, float],
) -> dict[str, Any]:
    """Draw the arguments of spatial group normalization."""
    if x[1] % G:
        raise ValueError(f"{G} groups do not divide {x[1]} channels")
    channel = (1, x[1], 1, 1)
    return {
        "x": norm_input(rng, x, dtype, spread),
        "gamma": rng.uniform(0.5, 2.0, size=channel).astype(dtype),
        "beta": rng.normal(size=channel).astype(dtype),
        "G": G,
        "gn_param": gn_param,
    }


def groupnorm_forward(
    x: Shape, G: int, dtype: str = "float64", spread: float = SPREAD, **gn_param: float
) -> Spec:
    """Return a case of ``spatial_groupnorm_forward``."""

    def draw(rng: np.random.Generator) -> Payload:
        args = groupnorm_args(rng, x, G, dtype, spread, gn_param)
        return {"function": "spatial_groupnorm_forward", "args": args}

    return Spec("forward", draw)


def groupnorm_backward(
    x: Shape,
    G: int,
    dtype: str = "float64",
    spread: float = SPREAD,
    *,
    numeric: bool = False,
    **gn_param: float,
) -> Spec:
    """Return a case of ``spatial_groupnorm_backward``."""

    def draw(rng: np.random.Generator) -> Payload:
        args = groupnorm_args(rng, x, G, dtype, spread, gn_param)
        dout = rng.normal(size=x).astype(dtype)
        return backward_payload("spatial_groupnorm_backward", args, dout)

    return Spec("backward", draw, "numeric_gradient" if numeric else "")


@dataclass(frozen=True)
class NetSettings:
    """The size of a small net for a case."""

    input_dim: tuple[int, int, int] = (3, 8, 8)
    num_filters: int = 4
    filter_size: int = 3
    hidden_dim: int = 7
    num_classes: int = 5
    weight_scale: float = 1e-3
    reg: float = 0.0
    dtype: str = "float64"

    def shapes(self) -> dict[str, Shape]:
        """Return the shape of each parameter."""
        C, H, W = self.input_dim
        pooled = self.num_filters * (H // 2) * (W // 2)
        return {
            "W1": (self.num_filters, C, self.filter_size, self.filter_size),
            "b1": (self.num_filters,),
            "W2": (pooled, self.hidden_dim),
            "b2": (self.hidden_dim,),
            "W3": (self.hidden_dim, self.num_classes),
            "b3": (self.num_classes,),
        }


def net(
    settings: NetSettings, num_images: int, *, labels: bool = True, own_params: bool = False
) -> Spec:
    """Return a case of ``ThreeLayerConvNet``.

    The net is given parameters (it keeps those that it made with `own_params`), then asked for
    the scores of `num_images` random images and, with `labels`, for loss and gradients.
    """

    def draw(rng: np.random.Generator) -> Payload:
        params = {name: 0.3 * rng.normal(size=s) for name, s in settings.shapes().items()}
        X = rng.normal(size=(num_images, *settings.input_dim)).astype(settings.dtype)
        y = rng.integers(settings.num_classes, size=num_images)
        return {
            "settings": dict(vars(settings)),
            "draw": int(rng.integers(1 << 31)),
            "params": None if own_params or not num_images else params,
            "X": X if num_images else None,
            "y": y if labels else None,
        }

    return Spec("net", draw)
