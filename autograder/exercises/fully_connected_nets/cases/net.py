"""Cases of the two nets: made, given parameters, and asked for scores, loss and gradients."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.exercises.fully_connected_nets.files import FC_NET
from autograder.exercises.passes import Shape
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

TWO, MANY = "TwoLayerNet", "FullyConnectedNet"


@dataclass(frozen=True)
class TwoLayers:
    """The settings of a small net of two layers."""

    input_dim: int = 12
    hidden_dim: int = 9
    num_classes: int = 5
    weight_scale: float = 1e-2
    reg: float = 0.0

    function = TWO

    def settings(self) -> dict[str, Any]:
        """Return them as the net is made with them."""
        return dict(vars(self))

    def initial(self) -> dict[str, tuple[Any, ...]]:
        """Return of each parameter the shape, the spread, and the value of constants."""
        return initial([self.input_dim, self.hidden_dim, self.num_classes], self.weight_scale)


@dataclass(frozen=True)
class Layers:
    """The settings of a small net of any depth; what is None is not said."""

    hidden_dims: tuple[int, ...] = (8, 6)
    input_dim: int = 12
    num_classes: int = 5
    weight_scale: float = 1e-2
    reg: float = 0.0
    dtype: str = "float64"
    normalization: str | None = None
    dropout_keep_ratio: float | None = None
    seed: int | None = None

    function = MANY

    def settings(self) -> dict[str, Any]:
        """Return them as the net is made with them."""
        said = {name: value for name, value in vars(self).items() if value is not None}
        return {**said, "hidden_dims": list(self.hidden_dims)}

    def initial(self) -> dict[str, tuple[Any, ...]]:
        """Return of each parameter the shape, the spread, and the value of constants."""
        sizes = [self.input_dim, *self.hidden_dims, self.num_classes]
        return initial(sizes, self.weight_scale, normalized=self.normalization is not None)


def initial(
    sizes: list[int], weight_scale: float, *, normalized: bool = False
) -> dict[str, tuple[Any, ...]]:
    """Return of each parameter the shape, the spread, and the value of constants."""
    found: dict[str, tuple[Any, ...]] = {}
    for i, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        found[f"W{i}"] = ((inputs, outputs), weight_scale)
        found[f"b{i}"] = ((outputs,), 0.0)
        if normalized and i < len(sizes) - 1:
            found[f"gamma{i}"] = ((outputs,), 0.0, 1.0)
            found[f"beta{i}"] = ((outputs,), 0.0)
    return found


def net(
    size: TwoLayers | Layers,
    num_examples: int,
    *,
    labels: bool = True,
    shape: Shape = (),
    spread: float = 0.5,
) -> Spec:
    """Return a case of a net.

    It is given parameters of this `spread`, then asked for the scores of so many random examples
    and, with `labels`, for loss and gradients. Examples are vectors, or of another `shape`.
    """
    dtype = getattr(size, "dtype", "float64")

    def draw(rng: np.random.Generator) -> Payload:
        params = {}
        for name, (each, _, *constant) in size.initial().items():
            around = constant[0] if constant else 0.0
            params[name] = around + spread * rng.normal(size=each)
        X = rng.normal(size=(num_examples, *(shape or (size.input_dim,)))).astype(dtype)
        y = rng.integers(size.num_classes, size=num_examples)
        return {
            "module": FC_NET.module,
            "function": size.function,
            "initial": size.initial(),
            "settings": size.settings(),
            "draw": int(rng.integers(1 << 31)),
            "params": params if num_examples else None,
            "X": X if num_examples else None,
            "y": y if labels and num_examples else None,
        }

    return Spec("net", draw)
