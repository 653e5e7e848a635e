"""Losses: from class scores and labels to a number, and its gradient."""

from __future__ import annotations

import numpy as np

from cs231n import numpy_kernels
from cs231n.fast_layers import kernels, usable


def softmax_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Compute the mean cross-entropy of the softmax of class scores.

    With ``p = exp(x) / sum(exp(x))`` the loss of one example is ``-log p[y]``.

    Parameters
    ----------
    x : ndarray, shape (N, K)
        Scores (logits) of N examples for K classes.
    y : ndarray, shape (N,)
        Labels, integers from 0 to K - 1.

    Returns
    -------
    loss : float
    dx : ndarray, shape (N, K)
        Gradient of the loss with respect to the scores.
    """
    N = len(x)
    rows = np.arange(N)
    # The softmax does not change when all scores of an example shift, and exp overflows less.
    shifted = x - x.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    log_p = shifted - log_sum
    loss = -log_p[rows, y].mean()
    dx = np.exp(log_p)
    dx[rows, y] -= 1
    dx /= N
    return float(loss), dx


def svm_loss(x: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Compute the mean multiclass hinge loss with margin 1.

    The loss of one example is ``sum over j != y of max(0, x[j] - x[y] + 1)``.

    Parameters
    ----------
    x : ndarray, shape (N, K)
        Scores of N examples for K classes.
    y : ndarray, shape (N,)
        Labels, integers from 0 to K - 1.

    Returns
    -------
    loss : float
    dx : ndarray, shape (N, K)
        Gradient of the loss with respect to the scores.

    References
    ----------
    Weston and Watkins, "Support Vector Machines for Multi-Class Pattern Recognition", ESANN 1999.
    """
    N = len(x)
    rows = np.arange(N)
    margins = np.maximum(0, x - x[rows, y][:, np.newaxis] + 1)
    margins[rows, y] = 0
    dx = (margins > 0).astype(x.dtype)
    dx[rows, y] = -dx.sum(axis=1)
    return float(margins.sum() / N), dx / N


def l2_penalty(w: np.ndarray, dw: np.ndarray, reg: float) -> float:
    """Return the L2 regularization of some weights, and add its gradient to theirs.

    Parameters
    ----------
    w : ndarray, any shape
        Weights.
    dw : ndarray, shape of w
        Gradient of the loss with respect to w, to which ``reg * w`` is added in place.
    reg : float
        Strength of the regularization.

    Returns
    -------
    float
        ``0.5 * reg * sum(w * w)``.
    """
    fused = usable(w, dw) and w.shape == dw.shape and dw.flags.carray
    return (kernels if fused else numpy_kernels).l2_penalty(w, dw, reg)
