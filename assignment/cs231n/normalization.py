"""Batch and layer normalization of matrices: N examples of D features each.

Both normalize to mean 0 and variance 1, then scale by gamma and shift by beta. Batch
normalization does so for each feature over the examples, layer normalization for each example
over its features.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Cache = tuple[np.ndarray, ...]
Gradients = tuple[np.ndarray, np.ndarray, np.ndarray]


def batchnorm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, bn_param: dict[str, Any]
) -> tuple[np.ndarray, Cache]:
    """Normalize each column.

    Parameters
    ----------
    x : ndarray, shape (N, D)
    gamma, beta : ndarray, shape (D,)
        Scale and shift.
    bn_param : dict
        ``'mode'``: in ``'train'`` the columns' own mean and (biased) variance are used, in
        ``'test'`` the running ones; ``'eps'`` (default 1e-5) is added to the variance;
        ``'momentum'`` (default 0.9) is the weight of the old running value. In training,
        ``'running_mean'`` and ``'running_var'``, zeros at first, are updated here::

            running = momentum * running + (1 - momentum) * batch

    Returns
    -------
    out : ndarray, shape (N, D)
    cache : tuple
        For `batchnorm_backward`.

    Raises
    ------
    ValueError
        The mode is neither.

    References
    ----------
    Ioffe and Szegedy, "Batch Normalization", 2015, arXiv 1502.03167, algorithm 1.
    """
    # TODO (notebook section 2, "Batch normalization: the forward pass"): compute out, and update
    # the running values in bn_param. The cache is your own choice.
    ### BEGIN SOLUTION
    mode = bn_param["mode"]
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1], dtype=x.dtype))

    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    elif mode == "test":
        mean, var = running_mean, running_var
    else:
        raise ValueError(f"bn_param['mode'] must be 'train' or 'test', got {mode!r}")
    bn_param["running_mean"], bn_param["running_var"] = running_mean, running_var

    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (x - mean) * inv_std
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, inv_std)
    ### END SOLUTION
    return out, cache


def batchnorm_backward(dout: np.ndarray, cache: Cache) -> Gradients:
    """Compute the gradients of `batchnorm_forward` in training, one step of its graph at a time.

    Parameters
    ----------
    dout : ndarray, shape (N, D)
        Upstream gradient.
    cache : tuple
        From `batchnorm_forward`.

    Returns
    -------
    dx : ndarray, shape (N, D)
    dgamma, dbeta : ndarray, shape (D,)
    """
    # TODO (notebook section 3, "Batch normalization: the backward pass"): compute dx, dgamma and
    # dbeta.
    ### BEGIN SOLUTION
    x_hat, gamma, inv_std = cache
    N = len(dout)
    centered = x_hat / inv_std

    dbeta = dout.sum(axis=0)  # out = gamma * x_hat + beta
    dgamma = (dout * x_hat).sum(axis=0)
    dx_hat = dout * gamma
    dinv_std = (dx_hat * centered).sum(axis=0)  # x_hat = centered * inv_std
    dcentered = dx_hat * inv_std
    dvar = -0.5 * inv_std**3 * dinv_std  # inv_std = (var + eps) ** -0.5
    dcentered += 2 / N * centered * dvar  # var = mean of centered ** 2
    dmean = -dcentered.sum(axis=0)  # centered = x - mean
    dx = dcentered + dmean / N  # mean = sum of x / N
    ### END SOLUTION
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout: np.ndarray, cache: Cache) -> Gradients:
    """Compute what `batchnorm_backward` does by one formula, simplified on paper.

    Parameters and results are those of `batchnorm_backward`.
    """
    # TODO (notebook section 4, "The same in one formula"): compute dx, dgamma and dbeta.
    ### BEGIN SOLUTION
    # The mean and the variance of a column absorb the parts of the gradient along 1 and along
    # x_hat; the rest goes to x.
    x_hat, gamma, inv_std = cache
    dbeta = dout.sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=0)
    dx = gamma * inv_std * (dout - (dbeta + x_hat * dgamma) / len(dout))
    ### END SOLUTION
    return dx, dgamma, dbeta


def layernorm_forward(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, ln_param: dict[str, Any]
) -> tuple[np.ndarray, Cache]:
    """Normalize each row; training and testing are the same.

    Parameters
    ----------
    x : ndarray, shape (N, D)
    gamma, beta : ndarray, shape (D,)
        Scale and shift of each column.
    ln_param : dict
        ``'eps'`` (default 1e-5) is added to the variance.

    Returns
    -------
    out : ndarray, shape (N, D)
    cache : tuple
        For `layernorm_backward`.

    References
    ----------
    Ba, Kiros and Hinton, "Layer Normalization", 2016, arXiv 1607.06450.
    """
    # TODO (notebook section 8, "Layer normalization: the forward pass"): compute out. The cache is
    # your own choice.
    ### BEGIN SOLUTION
    eps = ln_param.get("eps", 1e-5)
    inv_std = 1 / np.sqrt(x.var(axis=1, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=1, keepdims=True)) * inv_std
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, inv_std)
    ### END SOLUTION
    return out, cache


def layernorm_backward(dout: np.ndarray, cache: Cache) -> Gradients:
    """Compute the gradients of `layernorm_forward`.

    Parameters
    ----------
    dout : ndarray, shape (N, D)
        Upstream gradient.
    cache : tuple
        From `layernorm_forward`.

    Returns
    -------
    dx : ndarray, shape (N, D)
    dgamma, dbeta : ndarray, shape (D,)
    """
    # TODO (notebook section 9, "Layer normalization: the backward pass"): compute dx, dgamma and
    # dbeta.
    ### BEGIN SOLUTION
    x_hat, gamma, inv_std = cache
    dx_hat = dout * gamma
    along_one = dx_hat.mean(axis=1, keepdims=True)
    along_x_hat = x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)
    dx = inv_std * (dx_hat - along_one - along_x_hat)
    dgamma = (dout * x_hat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    ### END SOLUTION
    return dx, dgamma, dbeta
