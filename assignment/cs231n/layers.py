"""The layers that you write: convolution, max pooling and two normalizations, in plain NumPy.

Each layer is a pair of functions. The forward pass returns its output and a *cache*: whatever its
backward pass will need. The backward pass gets the gradient of the loss with respect to that
output, and returns the gradients with respect to the layer's inputs.

What goes into a cache is your choice. So that you can write a backward pass before its forward
pass is done, the checks then hand it the tuple of the forward pass's arguments.

Images have the shape (N, C, H, W): N images of C channels, H rows and W columns.
"""

import numpy as np

from cs231n.dense import (
    affine_backward,
    affine_forward,
    relu_backward,
    relu_forward,
)
from cs231n.dropout import dropout_backward, dropout_forward
from cs231n.losses import softmax_loss, svm_loss
from cs231n.normalization import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)

__all__ = [
    "affine_backward",
    "affine_forward",
    "batchnorm_backward",
    "batchnorm_backward_alt",
    "batchnorm_forward",
    "conv_backward_naive",
    "conv_forward_naive",
    "dropout_backward",
    "dropout_forward",
    "layernorm_backward",
    "layernorm_forward",
    "max_pool_backward_naive",
    "max_pool_forward_naive",
    "relu_backward",
    "relu_forward",
    "softmax_loss",
    "spatial_batchnorm_backward",
    "spatial_batchnorm_forward",
    "spatial_groupnorm_backward",
    "spatial_groupnorm_forward",
    "svm_loss",
]


def conv_forward_naive(x, w, b, conv_param):
    """Slide every filter over every image.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        Images.
    w : ndarray, shape (F, C, HH, WW)
        Filters: F of them, each as deep as the images, HH high and WW wide.
    b : ndarray, shape (F,)
        Biases, one for each filter.
    conv_param : dict
        ``'stride'`` is the distance between neighbouring windows, in pixels, and ``'pad'`` the
        number of zeros put around each image, on all four sides.

    Returns
    -------
    out : ndarray, shape (N, F, H', W')
        ``H' = 1 + (H + 2 * pad - HH) // stride`` and ``W' = 1 + (W + 2 * pad - WW) // stride``:
        a window that does not fit any more is left out.
        Filters are not flipped: this is a cross-correlation, as in all neural networks.
    cache : object
        For `conv_backward_naive`; (x, w, b, conv_param) will do. x stays as it is.
    """
    # -------------------------------- YOUR CODE HERE --------------------------------
    # TODO (notebook section 2, "Convolution: the forward pass"): compute out, one window of the
    # padded images at a time. Loops are fine here; fast layers come later.
    raise NotImplementedError(
        "conv_forward_naive is not written yet. Write it in cs231n/layers.py, "
        "between the YOUR CODE HERE lines (notebook section 2, 'Convolution: the "
        "forward pass')."
    )
    # ---------------------------- END OF YOUR CODE HERE -----------------------------


def conv_backward_naive(dout, cache):
    """Compute the gradients of a convolution.

    Parameters
    ----------
    dout : ndarray, shape (N, F, H', W')
        Gradient of the loss with respect to the output of `conv_forward_naive`.
    cache : object
        What `conv_forward_naive` returned; (x, w, b, conv_param) if that is not written yet.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
    dw : ndarray, shape (F, C, HH, WW)
    db : ndarray, shape (F,)
        Gradients of the loss with respect to the images, the filters and the biases.
    """
    # -------------------------------- YOUR CODE HERE --------------------------------
    # TODO (notebook section 4, "Convolution: the backward pass"): compute dx, dw and db.
    raise NotImplementedError(
        "conv_backward_naive is not written yet. Write it in cs231n/layers.py, "
        "between the YOUR CODE HERE lines (notebook section 4, 'Convolution: the "
        "backward pass')."
    )
    # ---------------------------- END OF YOUR CODE HERE -----------------------------


def max_pool_forward_naive(x, pool_param):
    """Keep the largest value of each window, in each channel.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        Images.
    pool_param : dict
        ``'pool_height'`` and ``'pool_width'`` are the size of a window, ``'stride'`` the distance
        between neighbouring ones. Windows may overlap.

    Returns
    -------
    out : ndarray, shape (N, C, H', W')
        ``H' = 1 + (H - pool_height) // stride`` and ``W' = 1 + (W - pool_width) // stride``: a
        window that does not fit any more is left out.
    cache : object
        For `max_pool_backward_naive`; (x, pool_param) will do.
    """
    # -------------------------------- YOUR CODE HERE --------------------------------
    # TODO (notebook section 5, "Max pooling: the forward pass"): compute out.
    raise NotImplementedError(
        "max_pool_forward_naive is not written yet. Write it in cs231n/layers.py, "
        "between the YOUR CODE HERE lines (notebook section 5, 'Max pooling: the "
        "forward pass')."
    )
    # ---------------------------- END OF YOUR CODE HERE -----------------------------


def max_pool_backward_naive(dout, cache):
    """Compute the gradient of max pooling.

    Parameters
    ----------
    dout : ndarray, shape (N, C, H', W')
        Gradient of the loss with respect to the output of `max_pool_forward_naive`.
    cache : object
        What `max_pool_forward_naive` returned; (x, pool_param) if that is not written yet.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
        Gradient of the loss with respect to the images. Where a window has its largest value
        several times, any of them may get the gradient, or all may share it.
    """
    # -------------------------------- YOUR CODE HERE --------------------------------
    # TODO (notebook section 6, "Max pooling: the backward pass"): compute dx.
    raise NotImplementedError(
        "max_pool_backward_naive is not written yet. Write it in cs231n/layers.py, "
        "between the YOUR CODE HERE lines (notebook section 6, 'Max pooling: the "
        "backward pass')."
    )
    # ---------------------------- END OF YOUR CODE HERE -----------------------------


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Normalize each channel over all images and all of their pixels.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        Images.
    gamma, beta : ndarray, shape (C,)
        Scale and shift of each channel, applied after the normalization.
    bn_param : dict
        ``'mode'`` is ``'train'``, to use the batch's own mean and variance and to update the
        running ones, or ``'test'``, to use the running ones. ``'eps'`` (default 1e-5) is added to
        the variance; ``'momentum'`` (default 0.9) is the weight of the old running value.
        ``'running_mean'`` and ``'running_var'``, each of shape (C,), are kept here: this function
        puts them into the dictionary, zeros to begin with, and updates them.

    Returns
    -------
    out : ndarray, shape (N, C, H, W)
    cache : object
        For `spatial_batchnorm_backward`.

    References
    ----------
    Ioffe and Szegedy, "Batch Normalization", 2015, arXiv 1502.03167, section 3.2.
    """
    # -------------------------------- YOUR CODE HERE --------------------------------
    # TODO (notebook section 12, "Spatial batch normalization: the forward pass"): compute out.
    # batchnorm_forward, which is given, normalizes the columns of a matrix.
    raise NotImplementedError(
        "spatial_batchnorm_forward is not written yet. Write it in cs231n/layers.py, "
        "between the YOUR CODE HERE lines (notebook section 12, 'Spatial batch "
        "normalization: the forward pass')."
    )
    # ---------------------------- END OF YOUR CODE HERE -----------------------------


def spatial_batchnorm_backward(dout, cache):
    """Compute the gradients of spatial batch normalization in training mode.

    Parameters
    ----------
    dout : ndarray, shape (N, C, H, W)
        Gradient of the loss with respect to the output of `spatial_batchnorm_forward`.
    cache : object
        What `spatial_batchnorm_forward` returned; (x, gamma, beta, bn_param) if that is not
        written yet.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
    dgamma, dbeta : ndarray, shape (C,)
    """
    # -------------------------------- YOUR CODE HERE --------------------------------
    # TODO (notebook section 13, "Spatial batch normalization: the backward pass"): compute dx,
    # dgamma and dbeta. batchnorm_backward is given.
    raise NotImplementedError(
        "spatial_batchnorm_backward is not written yet. Write it in "
        "cs231n/layers.py, between the YOUR CODE HERE lines (notebook section 13, "
        "'Spatial batch normalization: the backward pass')."
    )
    # ---------------------------- END OF YOUR CODE HERE -----------------------------


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    """Normalize each image within groups of neighbouring channels.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        Images.
    gamma, beta : ndarray, shape (1, C, 1, 1)
        Scale and shift of each channel, applied after the normalization.
    G : int
        Number of groups, a divisor of C: the first C / G channels are the first group.
    gn_param : dict
        ``'eps'`` (default 1e-5) is added to the variance.

    Returns
    -------
    out : ndarray, shape (N, C, H, W)
    cache : object
        For `spatial_groupnorm_backward`.

    Raises
    ------
    ValueError
        G does not divide C.

    References
    ----------
    Wu and He, "Group Normalization", 2018, arXiv 1803.08494, section 3.1.
    """
    # -------------------------------- YOUR CODE HERE --------------------------------
    # TODO (notebook section 14, "Group normalization: the forward pass"): compute out.
    raise NotImplementedError(
        "spatial_groupnorm_forward is not written yet. Write it in cs231n/layers.py, "
        "between the YOUR CODE HERE lines (notebook section 14, 'Group "
        "normalization: the forward pass')."
    )
    # ---------------------------- END OF YOUR CODE HERE -----------------------------


def spatial_groupnorm_backward(dout, cache):
    """Compute the gradients of spatial group normalization.

    Parameters
    ----------
    dout : ndarray, shape (N, C, H, W)
        Gradient of the loss with respect to the output of `spatial_groupnorm_forward`.
    cache : object
        What `spatial_groupnorm_forward` returned; (x, gamma, beta, G, gn_param) if that is not
        written yet.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
    dgamma, dbeta : ndarray, shape (1, C, 1, 1)
    """
    # -------------------------------- YOUR CODE HERE --------------------------------
    # TODO (notebook section 15, "Group normalization: the backward pass"): compute dx, dgamma and
    # dbeta.
    raise NotImplementedError(
        "spatial_groupnorm_backward is not written yet. Write it in "
        "cs231n/layers.py, between the YOUR CODE HERE lines (notebook section 15, "
        "'Group normalization: the backward pass')."
    )
    # ---------------------------- END OF YOUR CODE HERE -----------------------------
