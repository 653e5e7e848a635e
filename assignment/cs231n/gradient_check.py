"""Gradients by centered differences, to compare analytic gradients with.

The slope of f at x along one coordinate is about ``(f(x + h) - f(x - h)) / (2 h)``, with an error
of order h**2. For all coordinates of a large array this takes very long: use small arrays of
float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

Index = tuple[int, ...]


def rel_error(x: np.ndarray, y: np.ndarray) -> float:
    """Return the largest relative error, ``max(|x - y| / max(1e-8, |x| + |y|))``.

    Parameters
    ----------
    x, y : array_like, same shape

    Returns
    -------
    float
        From 0, equal, to 1, of opposite sign. Below 1e-7 two gradients agree.
    """
    x, y = np.asarray(x), np.asarray(y)
    return float(np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)), initial=0.0))


def eval_numerical_gradient(
    f: Callable[[np.ndarray], float], x: np.ndarray, verbose: bool = True, h: float = 1e-5
) -> np.ndarray:
    """Compute the gradient of a function that returns a number.

    Parameters
    ----------
    f : callable
        Takes `x` and returns a number.
    x : ndarray of floats
        Where to compute the gradient. It is changed on the way and as before afterwards.
    verbose : bool
        Print each component.
    h : float
        Size of the step.

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    TypeError
        x is not a writable array of floats.
    """
    gradient = np.zeros_like(x)
    for index in indices(x):
        with nudged(x, index, h):
            up = f(x)
        with nudged(x, index, -h):
            down = f(x)
        gradient[index] = (up - down) / (2 * h)
        if verbose:
            print(index, gradient[index])
    return gradient


def eval_numerical_gradient_array(
    f: Callable[[np.ndarray], Any], x: np.ndarray, df: np.ndarray, h: float = 1e-5
) -> np.ndarray:
    """Compute the gradient of ``sum(f(x) * df)``, for a function that returns an array.

    That is what a backward pass computes for the upstream gradient `df`.

    Parameters
    ----------
    f : callable
        Takes `x` and returns an array of df's shape.
    x : ndarray of floats
        Where to compute the gradient. It is changed on the way and as before afterwards.
    df : ndarray
        Upstream gradient.
    h : float
        Size of the step.

    Returns
    -------
    ndarray, shape of x

    Raises
    ------
    TypeError
        x is not a writable array of floats.
    """
    gradient = np.zeros_like(x)
    for index in indices(x):
        with nudged(x, index, h):
            up = np.array(f(x))  # a copy, should f return x itself
        with nudged(x, index, -h):
            down = np.array(f(x))
        gradient[index] = np.sum((up - down) * df) / (2 * h)
    return gradient


def eval_numerical_gradient_blobs(
    f: Callable[..., Any], inputs: Sequence[Any], output: Any, h: float = 1e-5
) -> list[np.ndarray]:
    """Compute the gradients of a function that writes its result into a blob.

    A blob is any object with ``vals``, its values, and ``diffs``, the upstream gradient.

    Parameters
    ----------
    f : callable
        Takes the input blobs and the output blob, and writes into ``output.vals``.
    inputs : sequence of blobs
        Where to compute the gradients. They are changed on the way and as before afterwards.
    output : blob
        Its ``diffs`` are the upstream gradient.
    h : float
        Size of the step.

    Returns
    -------
    list of ndarray
        One for each input, of the shape of its values.
    """

    def result(_: np.ndarray) -> np.ndarray:
        f(*inputs, output)
        values: np.ndarray = output.vals
        return values

    return [eval_numerical_gradient_array(result, blob.vals, output.diffs, h) for blob in inputs]


def eval_numerical_gradient_net(
    net: Any, inputs: Sequence[Any], output: Any, h: float = 1e-5
) -> list[np.ndarray]:
    """Compute what `eval_numerical_gradient_blobs` does, for ``net.forward()``."""
    return eval_numerical_gradient_blobs(lambda *_: net.forward(), inputs, output, h)


def grad_check_sparse(
    f: Callable[[np.ndarray], float],
    x: np.ndarray,
    analytic_grad: np.ndarray,
    num_checks: int = 10,
    h: float = 1e-5,
) -> None:
    """Compare a gradient with centered differences at a few random places, and print both.

    Parameters
    ----------
    f : callable
        Takes `x` and returns a number.
    x : ndarray of floats
        Where to compute the gradient. It is changed on the way and as before afterwards.
    analytic_grad : ndarray, shape of x
        The gradient to check.
    num_checks : int
        How many components to check.
    h : float
        Size of the step.

    Raises
    ------
    TypeError
        x is not a writable array of floats.
    ValueError
        x and `analytic_grad` have different shapes.
    """
    check_array(x)
    if analytic_grad.shape != x.shape:
        raise ValueError(f"analytic_grad has the shape {analytic_grad.shape}, x {x.shape}")
    for _ in range(num_checks):
        index = tuple(int(np.random.randint(size)) for size in x.shape)
        with nudged(x, index, h):
            up = f(x)
        with nudged(x, index, -h):
            down = f(x)
        numerical, analytic = (up - down) / (2 * h), analytic_grad[index]
        error = abs(numerical - analytic) / max(1e-8, abs(numerical) + abs(analytic))
        print(f"numerical: {numerical:f} analytic: {analytic:f}, relative error: {error:e}")


def check_array(x: np.ndarray) -> None:
    """Raise `TypeError` unless x can be nudged: a writable array of floats."""
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        kind = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
        raise TypeError(f"x must be an array of floats, got {kind}: a small step would be lost")
    if not x.flags.writeable:
        raise TypeError("x must be writable: use x.copy()")


def indices(x: np.ndarray) -> Iterator[Index]:
    """Yield the index of each component of x, after checking it."""
    check_array(x)
    yield from np.ndindex(x.shape)


@contextmanager
def nudged(x: np.ndarray, index: Index, step: float) -> Iterator[None]:
    """Add `step` to one component, and put the old value back afterwards, whatever happens."""
    old = x[index]
    x[index] = old + step
    try:
        yield
    finally:
        x[index] = old
