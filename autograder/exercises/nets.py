"""What the checks of all nets expect: initial parameters, gradients, and their dtypes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.judging.exam import CheckFailed


def expect_parameter(
    name: str, value: Any, shape: tuple[int, ...], weight_scale: float, constant: float = 0.0
) -> None:
    """Fail unless an initial parameter is as it should be.

    It is Gaussian with a standard deviation of `weight_scale` or, where that is 0, `constant`.
    """
    if not isinstance(value, np.ndarray):
        raise wrong(f"params has no array {name}.")
    if value.shape != shape:
        text = f"{name} has shape {value.shape}, expected {shape}."
        raise CheckFailed(text, words=f"The shape of {name} is not {shape}, which is expected.")
    if not weight_scale:
        if np.any(value != constant):
            raise wrong(f"{name} is not {'one' if constant else 'zero'} everywhere.")
        return
    # Six standard errors of an estimated standard deviation: a right net fails once in 10^9.
    margin = 6 / math.sqrt(2 * value.size)
    ratio = float(np.std(value)) / weight_scale
    if not abs(ratio - 1) <= margin:
        text = f"{name} has standard deviation {np.std(value):.3g}, expected about {weight_scale}."
        words = f"The standard deviation of {name} is not about {weight_scale}."
        raise CheckFailed(text, words=words)
    if not abs(float(np.mean(value))) <= 6 * weight_scale / math.sqrt(value.size):
        text = f"{name} has mean {np.mean(value):.3g}, expected about 0."
        raise CheckFailed(text, words=f"The mean of {name} is not about 0.")


def wrong(text: str) -> CheckFailed:
    """Return a failure in words that are all our own."""
    return CheckFailed(text, words=text)


def gradient(reply: dict[str, Any], name: str, like: np.ndarray) -> np.ndarray:
    """Return one gradient as float64."""
    value = reply["grads"].get(name)
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        raise wrong(f"grads has no array {name} of floating point numbers.")
    if value.shape != like.shape:
        text = f"grads[{name!r}] has shape {value.shape}, expected {like.shape}."
        raise CheckFailed(text, words=f"The shape of grads[{name!r}] is not {like.shape}.")
    return value.astype(np.float64)


def expect_dtypes(params: dict[str, Any], dtype: str) -> None:
    """Fail unless every parameter has `dtype`."""
    for name, value in params.items():
        found = getattr(value, "dtype", type(value).__name__)
        if found != np.dtype(dtype):
            text = f"With dtype={dtype}, params[{name!r}] has dtype {found}."
            raise CheckFailed(text, words=f"With dtype={dtype}, a parameter has another dtype.")
