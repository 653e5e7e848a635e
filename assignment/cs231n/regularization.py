"""The penalty on large weights, which keeps a net from relying on few of them."""

from __future__ import annotations

import numpy as np

from cs231n import numpy_kernels
from cs231n.fast_layers import kernels, usable


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
