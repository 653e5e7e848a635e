"""Cases of the net: made, given parameters, and asked for scores, loss and gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.exercises.convnets.cases.windows import Shape
from autograder.exercises.convnets.files import CNN
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

NET = "ThreeLayerConvNet"
WEIGHTS = ("W1", "W2", "W3")


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

    def initial(self) -> dict[str, tuple[Shape, float]]:
        """Return the shape of each parameter, and the standard deviation that it begins with."""
        return {
            name: (shape, self.weight_scale if name in WEIGHTS else 0.0)
            for name, shape in self.shapes().items()
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
        return net_payload(
            settings,
            rng,
            params=None if own_params or not num_images else params,
            X=X if num_images else None,
            y=y if labels else None,
        )

    return Spec("net", draw)


def net_payload(
    settings: NetSettings,
    rng: np.random.Generator,
    params: dict[str, np.ndarray] | None,
    X: np.ndarray | None,
    y: np.ndarray | None,
) -> Payload:
    """Return what a net is asked: made with `settings`, given `params`, shown `X` and `y`."""
    return {
        "module": CNN.module,
        "function": NET,
        "initial": settings.initial(),
        "settings": dict(vars(settings)),
        "draw": int(rng.integers(1 << 31)),
        "params": params,
        "X": X,
        "y": y,
    }
