"""Losses: from class scores and labels to a number, and its gradient."""

from __future__ import annotations

import numpy as np

from cs231n.regularization import l2_penalty

__all__ = ["l2_penalty", "softmax_loss", "svm_loss"]


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
    # TODO (notebook section 7, "The softmax loss"): compute the loss and dx. Scores may be large.
    ### BEGIN SOLUTION
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
    ### END SOLUTION
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
    # TODO (notebook section 8, "The hinge loss"): compute the loss and dx.
    ### BEGIN SOLUTION
    N = len(x)
    rows = np.arange(N)
    margins = np.maximum(0, x - x[rows, y][:, np.newaxis] + 1)
    margins[rows, y] = 0
    dx = (margins > 0).astype(x.dtype)
    dx[rows, y] = -dx.sum(axis=1)
    dx /= N
    loss = margins.sum() / N
    ### END SOLUTION
    return float(loss), dx
