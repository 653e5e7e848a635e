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
    # TODO (notebook section 2, "Convolution: the forward pass"): compute out, one window of the
    # padded images at a time. Loops are fine here; fast layers come later.
    ### BEGIN SOLUTION
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = 1 + (H + 2 * pad - HH) // stride
    W_out = 1 + (W + 2 * pad - WW) // stride
    x_padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))

    out = np.zeros((N, F, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    window = x_padded[n, :, top : top + HH, left : left + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)
    ### END SOLUTION


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
    # TODO (notebook section 4, "Convolution: the backward pass"): compute dx, dw and db.
    ### BEGIN SOLUTION
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, F, H_out, W_out = dout.shape
    _, _, H, W = x.shape
    _, _, HH, WW = w.shape
    x_padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))

    dx_padded = np.zeros_like(x_padded)
    dw = np.zeros_like(w)
    db = np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    rows, columns = slice(top, top + HH), slice(left, left + WW)
                    dx_padded[n, :, rows, columns] += dout[n, f, i, j] * w[f]
                    dw[f] += dout[n, f, i, j] * x_padded[n, :, rows, columns]
                    db[f] += dout[n, f, i, j]
    dx = dx_padded[:, :, pad : pad + H, pad : pad + W]  # right for pad = 0 as well
    return dx, dw, db
    ### END SOLUTION


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
    # TODO (notebook section 5, "Max pooling: the forward pass"): compute out.
    ### BEGIN SOLUTION
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - height) // stride
    W_out = 1 + (W - width) // stride

    out = np.zeros((N, C, H_out, W_out), dtype=x.dtype)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    out[n, c, i, j] = np.max(x[n, c, top : top + height, left : left + width])
    return out, (x, pool_param)
    ### END SOLUTION


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
    # TODO (notebook section 6, "Max pooling: the backward pass"): compute dx.
    ### BEGIN SOLUTION
    x, pool_param = cache
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    N, C, H_out, W_out = dout.shape

    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + height, left : left + width]
                    row, column = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, top + row, left + column] += dout[n, c, i, j]
    return dx
    ### END SOLUTION


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
    # TODO (notebook section 12, "Spatial batch normalization: the forward pass"): compute out.
    # batchnorm_forward, which is given, normalizes the columns of a matrix.
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(N * H * W, C)
    normalized, _ = batchnorm_forward(rows, gamma, beta, bn_param)
    out = normalized.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return out, (x, gamma, beta, bn_param)
    ### END SOLUTION


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
    # TODO (notebook section 13, "Spatial batch normalization: the backward pass"): compute dx,
    # dgamma and dbeta. batchnorm_backward is given.
    ### BEGIN SOLUTION
    x, gamma, beta, bn_param = cache
    N, C, H, W = x.shape

    def as_rows(images):
        return images.transpose(0, 2, 3, 1).reshape(N * H * W, C)

    # The forward pass for matrices makes the cache anew; its copy of bn_param takes the update
    # of the running values, which were updated once already.
    _, matrix_cache = batchnorm_forward(as_rows(x), gamma, beta, dict(bn_param))
    dx_rows, dgamma, dbeta = batchnorm_backward(as_rows(dout), matrix_cache)
    dx = dx_rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta
    ### END SOLUTION


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
    # TODO (notebook section 14, "Group normalization: the forward pass"): compute out.
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    if C % G:
        raise ValueError(f"C = {C} channels cannot be split into G = {G} groups of equal size")
    groups = x.reshape(N, G, C // G, H, W)
    mean = groups.mean(axis=(2, 3, 4), keepdims=True)
    var = groups.var(axis=(2, 3, 4), keepdims=True)
    normalized = (groups - mean) / np.sqrt(var + gn_param.get("eps", 1e-5))
    out = gamma * normalized.reshape(N, C, H, W) + beta
    return out, (x, gamma, beta, G, gn_param)
    ### END SOLUTION


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
    # TODO (notebook section 15, "Group normalization: the backward pass"): compute dx, dgamma and
    # dbeta.
    ### BEGIN SOLUTION
    x, gamma, _, G, gn_param = cache
    N, C, H, W = x.shape
    within = (2, 3, 4)  # the axes of one group: its channels and their pixels
    groups = x.reshape(N, G, C // G, H, W)
    centered = groups - groups.mean(axis=within, keepdims=True)
    std = np.sqrt(groups.var(axis=within, keepdims=True) + gn_param.get("eps", 1e-5))
    normalized = centered / std

    per_channel = (0, 2, 3)
    dgamma = np.sum(dout * normalized.reshape(x.shape), axis=per_channel, keepdims=True)
    dbeta = np.sum(dout, axis=per_channel, keepdims=True)

    # As for batch normalization: what is left of the gradient after taking out what the mean and
    # the variance of the group absorb.
    dnormalized = (dout * gamma).reshape(groups.shape)
    through_mean = dnormalized.mean(axis=within, keepdims=True)
    through_var = normalized * np.mean(dnormalized * normalized, axis=within, keepdims=True)
    dx = ((dnormalized - through_mean - through_var) / std).reshape(x.shape)
    return dx, dgamma, dbeta
    ### END SOLUTION
