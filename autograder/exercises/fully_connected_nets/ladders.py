"""Small inputs for each function, from the smallest on: where code is wrong, the first shows it.

Every parameter varies. What stands at a corner is nobody's mistake, so nothing does: no input of a
ReLU is zero, and no score is below another by the margin exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from autograder.exercises import passes, small
from autograder.exercises.fully_connected_nets.cases import layers
from autograder.exercises.fully_connected_nets.cases.net import MANY, TWO, Layers, TwoLayers
from autograder.exercises.fully_connected_nets.cases.rules import KEEPS
from autograder.exercises.fully_connected_nets.files import DENSE, FC_NET, LOSSES, OPTIM
from autograder.exercises.passes import Draw, Shape
from autograder.exercises.small import (
    RUNGS,
    Rung,
    in_order,
    signed,
    size,
    some,
    unit,
    whole,
)
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

NETS = 150  # inputs for a net; each takes longer
EXAMPLES: tuple[Shape, ...] = ((1,), (2,), (3,), (1, 2), (2, 1), (2, 2), (2, 3))
SHAPES: tuple[Shape, ...] = (
    *((n,) for n in (1, 2, 3, 4)),
    *product((1, 2, 3, 4), (1, 2, 3, 4)),
    *product((1, 2), (1, 2), (1, 2, 3)),
)
QUARTERS = np.arange(-8, 9) / 4

backward = partial(small.backward, DENSE.module, upstream=signed)


def affines() -> Iterator[tuple[Shape, Shape, Draw]]:
    """Yield the shapes of x and w of small affine layers, and how to draw them."""
    for N, example, M in product((1, 2, 3), EXAMPLES, (1, 2, 3)):
        x, w = (N, *example), (int(np.prod(example)), M)

        def draw(rng: np.random.Generator, x: Shape = x, w: Shape = w) -> dict[str, Any]:
            return {"x": signed(rng, x), "w": some(rng, w), "b": 10.0 * whole(rng, w[1:])}

        yield from [(x, w, draw)] * 2


def affine_forward() -> Iterator[Rung]:
    """Yield inputs of ``affine_forward``."""
    for x, w, draw in affines():
        yield size(x, w, w[1:]), layers.forward("affine_forward", draw)


def affine_backward() -> Iterator[Rung]:
    """Yield inputs of ``affine_backward``."""
    for x, w, draw in affines():
        out = (x[0], w[1])
        yield size(x, w, w[1:], out), backward(*layers.AFFINE, out, draw)


def relu_input(rng: np.random.Generator, x: Shape) -> dict[str, Any]:
    """Draw numbers of both signs, none of them 0."""
    return {"x": signed(rng, x) / unit(rng)}


def relus() -> Iterator[tuple[Shape, Draw]]:
    """Yield the shapes of small inputs of ReLU, and how to draw them."""
    for x in SHAPES * 4:
        yield x, partial(relu_input, x=x)


def relu_forward() -> Iterator[Rung]:
    """Yield inputs of ``relu_forward``."""
    for x, draw in relus():
        yield size(x), layers.forward("relu_forward", draw)


def relu_backward() -> Iterator[Rung]:
    """Yield inputs of ``relu_backward``."""
    for x, draw in relus():
        yield 2 * size(x), backward(*layers.RELU, x, draw)


def scores(rng: np.random.Generator, classes: int) -> np.ndarray:
    """Draw quarters, no two of them the same, and no two that differ by 1."""
    while True:
        found: np.ndarray = rng.choice(QUARTERS, size=classes, replace=False)
        if not np.any(np.subtract.outer(found, found) == 1):
            return found


def losses(function: str) -> Iterator[Rung]:
    """Yield inputs of a loss; in some, the scores are large."""
    for N, K, shift in product((1, 2, 3, 4), (2, 3, 4, 5), (0.0, 0.0, 1000.0) * 4):

        def draw(
            rng: np.random.Generator, N: int = N, K: int = K, shift: float = shift
        ) -> dict[str, Any]:
            x = np.stack([scores(rng, K) for _ in range(N)]) + shift
            return {"x": x, "y": rng.integers(K, size=N)}

        yield N * K + N, passes.called(LOSSES.module, function, layers.RETURNS, draw)


CONFIGS: dict[str, tuple[dict[str, float], ...]] = {
    "sgd_momentum": ({}, {"learning_rate": 0.5}, {"momentum": 0.5}),
    "rmsprop": ({}, {"learning_rate": 0.5}, {"decay_rate": 0.75}, {"epsilon": 1.0}),
    "adam": ({}, {"learning_rate": 0.5}, {"beta1": 0.5}, {"beta2": 0.75}, {"epsilon": 1.0}),
}


def rules(function: str) -> Iterator[Rung]:
    """Yield inputs of an update rule: some steps, with and without what is kept from before."""
    kinds = product(((1,), (2,), (3,), (2, 2)), (1, 2, 3), CONFIGS[function], (False, True))
    for shape, steps, config, remembers in kinds:
        keeps = [name for name in KEEPS[function] if remembers and name != "t"]

        def draw(
            rng: np.random.Generator,
            shape: Shape = shape,
            steps: int = steps,
            config: dict[str, float] = config,
            keeps: list[str] = keeps,
        ) -> Payload:
            made: dict[str, Any] = {**config, **{name: whole(rng, shape) for name in keeps}}
            if keeps and "t" in KEEPS[function]:
                made["t"] = 5
            return {
                "module": OPTIM.module,
                "function": function,
                "args": {"w": signed(rng, shape), "config": made},
                "gradients": np.stack([signed(rng, shape) / unit(rng) for _ in range(steps)]),
                "keeps": KEEPS[function],
            }

        yield from [(size(shape) * (1 + steps + len(keeps)), Spec("update", draw))] * 2


def net(
    rng: np.random.Generator, settings: TwoLayers | Layers, X: Shape, *, labels: bool
) -> Payload:
    """Draw what a net is asked: made with `settings`, given parameters, shown examples.

    Weights and examples are quarters, and what the biases are off by halves what all else in their
    layer is a multiple of: so no input of a ReLU is zero.
    """
    params = {name: some(rng, shape) / 2 for name, (shape, *_) in settings.initial().items()}
    biases = [name for name in params if name[0] == "b" and name[1:].isdigit()]
    for i, name in enumerate(biases, start=1):
        params[name] += 0.5 ** (3 * i + 2)
    return {
        "module": FC_NET.module,
        "function": settings.function,
        "initial": settings.initial(),
        "settings": settings.settings(),
        "draw": int(rng.integers(1 << 31)),
        "params": params,
        "X": signed(rng, X) / 4,
        "y": rng.integers(settings.num_classes, size=X[0]) if labels else None,
    }


def rung(settings: TwoLayers | Layers, X: Shape, *, labels: bool = True) -> Rung:
    """Return the input of a net, and how many numbers it has."""
    shapes = [shape for shape, *_ in settings.initial().values()]
    count = size(*shapes, X) + (X[0] if labels else 0)
    return count, Spec("net", partial(net, settings=settings, X=X, labels=labels))


def two_layers() -> Iterator[Rung]:
    """Yield nets of two layers, with few parameters."""
    for D, H, K, reg, N in product((1, 2, 3), (1, 2, 3), (2, 3), (0.0, 1.0), (1, 2, 3)):
        settings = TwoLayers(input_dim=D, hidden_dim=H, num_classes=K, reg=reg)
        yield rung(settings, (N, D))
        if D == 2:
            yield rung(settings, (N, 2, 1))


def any_depth() -> Iterator[Rung]:
    """Yield nets of up to three layers, with few parameters; with dropout, in test mode only."""
    hidden = ((1,), (2,), (1, 2), (2, 1), (2, 2), (1, 2, 1))
    norms = (None, "batchnorm", "layernorm")
    for D, dims, norm, reg, N in product((1, 2), hidden, norms, (0.0, 1.0), (1, 2, 3)):
        settings = Layers(dims, D, num_classes=2 + N % 2, reg=reg, normalization=norm)
        yield rung(settings, (N, D))
    for dims, keep, N in product(hidden, (0.5, 0.25), (1, 2)):
        settings = Layers(dims, 2, num_classes=2, dropout_keep_ratio=keep, seed=1)
        yield rung(settings, (N, 2, 1), labels=False)


MADE: dict[str, Callable[[], Iterator[Rung]]] = {
    "affine_forward": affine_forward,
    "affine_backward": affine_backward,
    "relu_forward": relu_forward,
    "relu_backward": relu_backward,
    "softmax_loss": partial(losses, "softmax_loss"),
    "svm_loss": partial(losses, "svm_loss"),
    TWO: two_layers,
    MANY: any_depth,
    **{function: partial(rules, function) for function in CONFIGS},
}


def ladder(function: str) -> tuple[Spec, ...]:
    """Return the inputs for a function, the smallest first; none for one that has no ladder."""
    if function not in MADE:
        return ()
    return in_order(MADE[function](), NETS if function in (TWO, MANY) else RUNGS)
