"""Dropout: in training, a random part of the values is set to zero."""

from __future__ import annotations

from typing import Any

import numpy as np


def dropout_forward(
    x: np.ndarray, dropout_param: dict[str, Any]
) -> tuple[np.ndarray, tuple[dict[str, Any], np.ndarray | None]]:
    """Set a random part of the values to zero, in training only.

    What is kept is divided by the probability of keeping it ("inverted" dropout), so that the
    expected value stays the same and testing needs no scaling.

    Parameters
    ----------
    x : ndarray, any shape
    dropout_param : dict
        ``'p'`` is the probability that a value is kept, ``'mode'`` is ``'train'`` or ``'test'``;
        with ``'seed'``, the same values are dropped each time, as a gradient check needs.

    Returns
    -------
    out : ndarray, shape of x
    cache : tuple

    Raises
    ------
    ValueError
        The mode is neither, or p is not in (0, 1].

    References
    ----------
    Srivastava et al., "Dropout", JMLR 15, 2014.
    """
    p, mode = dropout_param["p"], dropout_param["mode"]
    if not 0 < p <= 1:
        raise ValueError(f"dropout_param['p'] must be above 0 and at most 1, got {p}")
    if mode not in ("train", "test"):
        raise ValueError(f"dropout_param['mode'] must be 'train' or 'test', got {mode!r}")
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    # TODO (notebook section 2, "Dropout: the forward pass"): compute out, and in training the mask,
    # which the backward pass needs.
    ### BEGIN SOLUTION
    if mode == "test":
        out, mask = x, None
    else:
        mask = (np.random.random(x.shape) < p) / p
        mask = mask.astype(x.dtype, copy=False)
        out = x * mask
    ### END SOLUTION
    return out, (dropout_param, mask)


def dropout_backward(
    dout: np.ndarray, cache: tuple[dict[str, Any], np.ndarray | None]
) -> np.ndarray:
    """Compute the gradient of `dropout_forward`.

    Parameters
    ----------
    dout : ndarray, any shape
        Upstream gradient.
    cache : tuple
        From `dropout_forward`.

    Returns
    -------
    dx : ndarray, shape of dout
    """
    dropout_param, mask = cache
    # TODO (notebook section 3, "Dropout: the backward pass"): compute dx, in both modes.
    ### BEGIN SOLUTION
    dx = dout if dropout_param["mode"] == "test" else dout * mask
    ### END SOLUTION
    return dx
