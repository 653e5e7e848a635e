"""Update rules: how a parameter moves, given its gradient.

Each rule is a function ``(w, dw, config=None) -> (next_w, config)``. `config` holds the rule's
settings and what it remembers from step to step; what is missing is filled in with defaults. w and
dw stay as they are. Each rule raises `ValueError` if dw does not have the shape of w, and
`TypeError` if w does not hold floats.
"""

from __future__ import annotations

from typing import Any

import numpy as np

### BEGIN FAST
from cs231n.fast_layers import BACKEND, kernels, usable

### END FAST

Config = dict[str, Any]


def prepare(w: np.ndarray, dw: np.ndarray, config: Config | None) -> tuple[np.ndarray, Config]:
    """Return dw with the dtype of w, and the settings as plain numbers.

    Without this float32 parameters would become float64, at twice the time: NumPy 2 promotes them
    for a single ``np.float64``, such as a learning rate of ``10 ** np.random.uniform(-4, -2)``.
    """
    if w.dtype.kind != "f":
        raise TypeError(f"w must hold floats, got {w.dtype}")
    if dw.shape != w.shape:
        raise ValueError(f"the gradient has the shape {dw.shape}, its parameter {w.shape}")
    config = {} if config is None else config
    for name, value in config.items():
        if isinstance(value, np.generic):
            config[name] = value.item()
    return dw.astype(w.dtype, copy=False), config


### BEGIN FAST
def in_one_pass(w: np.ndarray, dw: np.ndarray, *memory: np.ndarray) -> bool:
    """Return whether a compiled kernel can take the step.

    NumPy goes through the arrays once for each operator of a rule; a kernel does so once in all.
    """
    return (
        BACKEND == "compiled"
        and usable(w, dw, *memory)
        and all(array.shape == w.shape for array in memory)
    )


### END FAST
def sgd(w: np.ndarray, dw: np.ndarray, config: Config | None = None) -> tuple[np.ndarray, Config]:
    """Take a step against the gradient.

    Parameters
    ----------
    w, dw : ndarray, same shape
        Parameter, and the gradient of the loss with respect to it.
    config : dict, optional
        ``'learning_rate'`` (default 1e-2).

    Returns
    -------
    next_w : ndarray, shape and dtype of w
    config : dict
        For the next step.
    """
    dw, config = prepare(w, dw, config)
    config.setdefault("learning_rate", 1e-2)
    return w - config["learning_rate"] * dw, config


def sgd_momentum(
    w: np.ndarray, dw: np.ndarray, config: Config | None = None
) -> tuple[np.ndarray, Config]:
    """Let the gradient accelerate a velocity, and move by the velocity.

    ``velocity = momentum * velocity - learning_rate * dw``, then ``w + velocity``.

    Parameters
    ----------
    w, dw : ndarray, same shape
        Parameter, and the gradient of the loss with respect to it.
    config : dict, optional
        ``'learning_rate'`` (default 1e-2), ``'momentum'`` (default 0.9); ``'velocity'`` is kept.

    Returns
    -------
    next_w : ndarray, shape and dtype of w
    config : dict
        For the next step.

    References
    ----------
    Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML
    2013, equations 1 and 2.
    """
    dw, config = prepare(w, dw, config)
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    velocity = config.get("velocity")
    if velocity is None:
        velocity = np.zeros_like(w)
    momentum, rate = config["momentum"], config["learning_rate"]
    ### BEGIN FAST
    if in_one_pass(w, dw, velocity):
        next_w, config["velocity"] = kernels.sgd_momentum(w, dw, velocity, rate, momentum)
        return next_w, config

    ### END FAST
    # TODO (notebook section 14, "Momentum"): compute next_w, and the new velocity, which
    # config["velocity"] keeps for the next step.
    ### BEGIN SOLUTION
    velocity = momentum * velocity - rate * dw
    config["velocity"] = velocity
    next_w = w + velocity
    ### END SOLUTION
    return next_w, config


def rmsprop(
    w: np.ndarray, dw: np.ndarray, config: Config | None = None
) -> tuple[np.ndarray, Config]:
    """Divide each component of the step by the root of its mean square so far.

    ``cache = decay_rate * cache + (1 - decay_rate) * dw**2``, then
    ``w - learning_rate * dw / (sqrt(cache) + epsilon)``.

    Parameters
    ----------
    w, dw : ndarray, same shape
        Parameter, and the gradient of the loss with respect to it.
    config : dict, optional
        ``'learning_rate'`` (default 1e-2), ``'decay_rate'`` (default 0.99), ``'epsilon'`` (default
        1e-8); ``'cache'`` is kept.

    Returns
    -------
    next_w : ndarray, shape and dtype of w
    config : dict
        For the next step.

    References
    ----------
    Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6.5, 2012.
    """
    dw, config = prepare(w, dw, config)
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    cache = config.get("cache")
    if cache is None:
        cache = np.zeros_like(w)
    decay, rate, epsilon = config["decay_rate"], config["learning_rate"], config["epsilon"]
    ### BEGIN FAST
    if in_one_pass(w, dw, cache):
        next_w, config["cache"] = kernels.rmsprop(w, dw, cache, rate, decay, epsilon)
        return next_w, config

    ### END FAST
    # TODO (notebook section 15, "RMSProp"): compute next_w, and the new mean square, which
    # config["cache"] keeps for the next step.
    ### BEGIN SOLUTION
    cache = decay * cache + (1 - decay) * dw**2
    config["cache"] = cache
    next_w = w - rate * dw / (np.sqrt(cache) + epsilon)
    ### END SOLUTION
    return next_w, config


def adam(w: np.ndarray, dw: np.ndarray, config: Config | None = None) -> tuple[np.ndarray, Config]:
    """Combine momentum and RMSProp, both corrected for having started at zero.

    With the step number t = 1, 2, ...::

        m = beta1 * m + (1 - beta1) * dw            mean of the gradient
        v = beta2 * v + (1 - beta2) * dw**2         mean of its square
        w - learning_rate * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + epsilon)

    Parameters
    ----------
    w, dw : ndarray, same shape
        Parameter, and the gradient of the loss with respect to it.
    config : dict, optional
        ``'learning_rate'`` (default 1e-3), ``'beta1'`` (default 0.9), ``'beta2'`` (default 0.999),
        ``'epsilon'`` (default 1e-8); ``'m'``, ``'v'`` and ``'t'`` are kept.

    Returns
    -------
    next_w : ndarray, shape and dtype of w
    config : dict
        For the next step.

    References
    ----------
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
    """
    dw, config = prepare(w, dw, config)
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("t", 0)
    m, v = config.get("m"), config.get("v")
    if m is None or v is None:
        m, v = np.zeros_like(w), np.zeros_like(w)
    beta1, beta2 = config["beta1"], config["beta2"]
    rate, epsilon = config["learning_rate"], config["epsilon"]
    t = config["t"] + 1  # the number of this step
    ### BEGIN FAST
    if in_one_pass(w, dw, m, v):
        next_w, config["m"], config["v"] = kernels.adam(w, dw, m, v, t, rate, beta1, beta2, epsilon)
        config["t"] = t
        return next_w, config

    ### END FAST
    # TODO (notebook section 16, "Adam"): compute next_w, and put the new m, v and t into config.
    ### BEGIN SOLUTION
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    config["m"], config["v"], config["t"] = m, v, t

    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    next_w = w - rate * m_hat / (np.sqrt(v_hat) + epsilon)
    ### END SOLUTION
    return next_w, config
