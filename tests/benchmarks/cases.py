"""The cases from the exercise that are measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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
