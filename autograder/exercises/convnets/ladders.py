"""Small inputs for each function, from the smallest on: where code is wrong, the first shows it.

All numbers are small and whole, or halves, so that a person can follow what comes out. Values of
an image are all different: which of two equal ones is the larger is nobody's mistake. Every
parameter varies, and heights differ from widths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from autograder.exercises import passes, small
from autograder.exercises.convnets.cases import convolution, normalization, pooling
from autograder.exercises.convnets.cases.net import NET, NetSettings, net_payload
from autograder.exercises.convnets.cases.windows import Shape
from autograder.exercises.convnets.files import LAYERS
from autograder.exercises.passes import Draw
from autograder.exercises.small import (
    MOST,
    RUNGS,
    Rung,
    in_order,
    size,
    some,
    unit,
    whole,
)
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

NETS = 150  # inputs for a net; each takes longer


forward = partial(passes.forward, LAYERS.module)
backward = partial(small.backward, LAYERS.module)


def convolutions() -> Iterator[tuple[Shape, Shape, Shape, Draw]]:
    """Yield the shapes of x, w and the output of small convolutions, and how to draw them."""
    for N, C, F, stride, pad in product((1, 2), (1, 2), (1, 2), (1, 2, 3), (0, 1, 2)):
        for H, W, HH, WW in product((1, 2, 3, 4), (1, 2, 3, 4), (1, 2, 3), (1, 2, 3)):
            x, w = (N, C, H, W), (F, C, HH, WW)
            try:
                out = convolution.conv_out(x, w, stride, pad)
            except ValueError:  # they do not tile
                continue

            def draw(
                rng: np.random.Generator,
                x: Shape = x,
                w: Shape = w,
                param: dict[str, int] = {"stride": stride, "pad": pad},  # noqa: B006
            ) -> dict[str, Any]:
                return {
                    "x": whole(rng, x),
                    "w": some(rng, w),
                    "b": 10.0 * whole(rng, w[:1]),
                    "conv_param": dict(param),
                }

            yield x, w, out, draw


def conv_forward() -> Iterator[Rung]:
    """Yield inputs of ``conv_forward_naive``."""
    for x, w, out, draw in convolutions():
        if size(out) <= MOST:
            yield size(x, w, w[:1]), forward(convolution.FORWARD, draw)


def conv_backward() -> Iterator[Rung]:
    """Yield inputs of ``conv_backward_naive``."""
    for x, w, out, draw in convolutions():
        spec = backward(convolution.BACKWARD, convolution.FORWARD, convolution.WRT, out, draw)
        yield size(x, w, w[:1], out), spec


def poolings() -> Iterator[tuple[Shape, Shape, Draw]]:
    """Yield the shapes of x and the output of small poolings, and how to draw them."""
    sides, windows = (1, 2, 3, 4, 5, 6), (1, 2, 3, 4)
    for N, C, stride in product((1, 2), (1, 2), (1, 2, 3)):
        for H, W, height, width in product(sides, sides, windows, windows):
            x = (N, C, H, W)
            try:
                out = pooling.pool_out(x, (height, width), stride)
            except ValueError:
                continue

            def draw(
                rng: np.random.Generator,
                x: Shape = x,
                window: tuple[int, int] = (height, width),
                stride: int = stride,
            ) -> dict[str, Any]:
                count = int(np.prod(x))
                low = int(rng.choice([1, -count, -count // 2]))  # below zero too
                param = {"pool_height": window[0], "pool_width": window[1], "stride": stride}
                return {"x": whole(rng, x, low) / unit(rng), "pool_param": param}

            yield x, out, draw


def pool_forward() -> Iterator[Rung]:
    """Yield inputs of ``max_pool_forward_naive``."""
    for x, _, draw in poolings():
        yield size(x), forward(pooling.FORWARD, draw)


def pool_backward() -> Iterator[Rung]:
    """Yield inputs of ``max_pool_backward_naive``."""
    for x, out, draw in poolings():
        spec = backward(pooling.BACKWARD, pooling.FORWARD, pooling.WRT, out, draw)
        yield size(x, out), spec


PASSES = (
    (["train"], False),
    (["test"], True),
    (["train", "train"], False),
    (["train", "test"], False),
)
"""The modes of calls with one bn_param, and whether that has running values from the start."""
IMAGES = tuple(product((1, 2, 3), (1, 2, 3), (1, 2, 3), (1, 2, 3)))


def affine(rng: np.random.Generator, x: Shape, channel: Shape) -> dict[str, Any]:
    """Draw images, and gamma and beta of their channels."""
    gamma = whole(rng, channel, low=2)
    return {"x": whole(rng, x), "gamma": gamma, "beta": 10.0 * whole(rng, channel)}


def batchnorm_forward() -> Iterator[Rung]:
    """Yield inputs of ``spatial_batchnorm_forward``: of single passes, and of several."""
    name = normalization.BATCH_FORWARD
    for x, param in product(IMAGES, ({}, {"eps": 1.0}, {"momentum": 0.5}, {"eps": 1.0})):
        C = x[1]

        def draw(
            rng: np.random.Generator, x: Shape = x, param: dict[str, float] = param
        ) -> dict[str, Any]:
            bn_param = {"mode": "train", **param}
            return {**affine(rng, x, x[1:2]), "bn_param": bn_param}

        yield size(x, (C,), (C,)), forward(name, draw)
        for modes, given in PASSES:

            def steps(
                rng: np.random.Generator,
                x: Shape = x,
                param: dict[str, float] = param,
                modes: list[str] = modes,
                given: bool = given,
            ) -> Payload:
                bn_param: dict[str, Any] = {"mode": modes[0], **param}
                if given:
                    bn_param["running_mean"] = whole(rng, x[1:2])
                    bn_param["running_var"] = whole(rng, x[1:2], low=2)
                return {
                    "module": LAYERS.module,
                    "function": name,
                    "args": {**affine(rng, x, x[1:2]), "bn_param": bn_param},
                    "steps": [{"x": whole(rng, x), "mode": mode} for mode in modes],
                }

            count = size(x) * len(modes) + C * (4 if given else 2)
            yield count, Spec("sequence", steps)


def batchnorm_backward() -> Iterator[Rung]:
    """Yield inputs of ``spatial_batchnorm_backward``."""
    for x, eps in product(IMAGES, ({}, {"eps": 1.0})):

        def draw(
            rng: np.random.Generator, x: Shape = x, eps: dict[str, float] = eps
        ) -> dict[str, Any]:
            return {**affine(rng, x, x[1:2]), "bn_param": {"mode": "train", **eps}}

        names = normalization.BATCH_BACKWARD, normalization.BATCH_FORWARD
        yield 2 * size(x, x[1:2]), backward(*names, normalization.WRT, x, draw)


def groups() -> Iterator[tuple[Shape, Draw]]:
    """Yield the shapes of images to be normalized by groups, and how to draw them."""
    images = product((1, 2), (1, 2, 4, 6), (1, 2, 3), (1, 2, 3))
    for x, G, eps in product(images, (1, 2, 3, 4), ({}, {"eps": 1.0})):
        if x[1] % G:
            continue

        def draw(
            rng: np.random.Generator, x: Shape = x, G: int = G, eps: dict[str, float] = eps
        ) -> dict[str, Any]:
            return {**affine(rng, x, (1, x[1], 1, 1)), "G": G, "gn_param": dict(eps)}

        yield x, draw


def groupnorm_forward() -> Iterator[Rung]:
    """Yield inputs of ``spatial_groupnorm_forward``."""
    for x, draw in groups():
        yield size(x, x[1:2], x[1:2]), forward(normalization.GROUP_FORWARD, draw)


def groupnorm_backward() -> Iterator[Rung]:
    """Yield inputs of ``spatial_groupnorm_backward``."""
    names = normalization.GROUP_BACKWARD, normalization.GROUP_FORWARD
    for x, draw in groups():
        yield 2 * size(x, x[1:2]), backward(*names, normalization.WRT, x, draw)


def nets() -> Iterator[Rung]:
    """Yield nets of few parameters, with one or two images."""
    sizes = product((1, 2, 3), (2, 4), (2, 4), (1, 2), (1, 3), (1, 2), (2, 3), (0.0, 1.0), (1, 2))
    for C, H, W, filters, side, hidden, classes, reg, images in sizes:
        settings = NetSettings(
            input_dim=(C, H, W),
            num_filters=filters,
            filter_size=side,
            hidden_dim=hidden,
            num_classes=classes,
            weight_scale=1e-3,
            reg=reg,
        )
        count = size(*settings.shapes().values()) + images * (1 + C * H * W)

        def draw(
            rng: np.random.Generator, settings: NetSettings = settings, images: int = images
        ) -> Payload:
            params = {name: some(rng, s) / 2 for name, s in settings.shapes().items()}
            X = whole(rng, (images, *settings.input_dim)) / 4
            y = rng.integers(settings.num_classes, size=images)
            return net_payload(settings, rng, params, X, y)

        yield count, Spec("net", draw)


MADE: dict[str, Callable[[], Iterator[Rung]]] = {
    convolution.FORWARD: conv_forward,
    convolution.BACKWARD: conv_backward,
    pooling.FORWARD: pool_forward,
    pooling.BACKWARD: pool_backward,
    normalization.BATCH_FORWARD: batchnorm_forward,
    normalization.BATCH_BACKWARD: batchnorm_backward,
    normalization.GROUP_FORWARD: groupnorm_forward,
    normalization.GROUP_BACKWARD: groupnorm_backward,
    NET: nets,
}


def ladder(function: str) -> tuple[Spec, ...]:
    """Return the inputs for a function, the smallest first; none for one that has no ladder."""
    if function not in MADE:
        return ()
    return in_order(MADE[function](), NETS if function == NET else RUNGS)
