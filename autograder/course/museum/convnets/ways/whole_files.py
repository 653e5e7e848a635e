# ruff: noqa: E501 - student code has the lines that it has
"""Whole ``layers.py`` files as students bring them, from the established course or by habit."""

from autograder.course.museum.convnets.mistakes.conv_backward import LOOPS as CONV_BACKWARD
from autograder.course.museum.convnets.mistakes.conv_forward import LOOPS as CONV_FORWARD
from autograder.course.museum.convnets.mistakes.max_pool_backward import LOOPS as POOL_BACKWARD
from autograder.course.museum.convnets.mistakes.max_pool_forward import LOOPS as POOL_FORWARD
from autograder.course.museum.way import Way

HEADER = '''
from __future__ import print_function
import numpy as np

"""
This file defines layer types that are commonly used for recurrent neural networks.
"""


def batchnorm_forward(x, gamma, beta, bn_param):
    """ My batch normalization of the assignment before. """
    mode = bn_param['mode']
    eps = bn_param.get('eps', 1e-5)
    momentum = bn_param.get('momentum', 0.9)
    N, D = x.shape
    running_mean = bn_param.get('running_mean', np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get('running_var', np.zeros(D, dtype=x.dtype))
    out, cache = None, None
    if mode == 'train':
        mu = np.mean(x, axis=0)
        xc = x - mu
        var = np.mean(xc ** 2, axis=0)
        std = (var + eps) ** 0.5
        xn = xc / std
        out = gamma * xn + beta
        cache = (mode, x, gamma, xc, std, xn, out)
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
    elif mode == 'test':
        xn = (x - running_mean) / np.sqrt(running_var + eps)
        out = gamma * xn + beta
        cache = (mode, x, xn, gamma, beta, running_var)
    bn_param['running_mean'] = running_mean
    bn_param['running_var'] = running_var
    return out, cache


def batchnorm_backward(dout, cache):
    mode, x, gamma, xc, std, xn, out = cache
    N = x.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(xn * dout, axis=0)
    dxn = gamma * dout
    dxc = dxn / std
    dstd = -np.sum((dxn * xc) / (std * std), axis=0)
    dvar = 0.5 * dstd / std
    dxc += (2.0 / N) * xc * dvar
    dmu = np.sum(dxc, axis=0)
    dx = dxc - dmu / N
    return dx, dgamma, dbeta


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = None, None
    N, C, H, W = x.shape
    temp_output, cache = batchnorm_forward(x.transpose(0, 3, 2, 1).reshape((N * H * W, C)), gamma, beta, bn_param)
    out = temp_output.reshape(N, W, H, C).transpose(0, 3, 2, 1)
    return out, cache


def spatial_batchnorm_backward(dout, cache):
    dx, dgamma, dbeta = None, None, None
    N, C, H, W = dout.shape
    dx_temp, dgamma, dbeta = batchnorm_backward(dout.transpose(0, 3, 2, 1).reshape((N * H * W, C)), cache)
    dx = dx_temp.reshape(N, W, H, C).transpose(0, 3, 2, 1)
    return dx, dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    out, cache = None, None
    eps = gn_param.get('eps', 1e-5)
    N, C, H, W = x.shape
    x_group = np.reshape(x, (N, G, C // G, H, W))
    mean = np.mean(x_group, axis=(2, 3, 4), keepdims=True)
    var = np.var(x_group, axis=(2, 3, 4), keepdims=True)
    x_groupnorm = (x_group - mean) / np.sqrt(var + eps)
    x_norm = np.reshape(x_groupnorm, (N, C, H, W))
    out = x_norm * gamma + beta
    cache = (G, x, x_norm, mean, var, beta, gamma, eps)
    return out, cache


def spatial_groupnorm_backward(dout, cache):
    dx, dgamma, dbeta = None, None, None
    G, x, x_norm, mean, var, beta, gamma, eps = cache
    N, C, H, W = dout.shape
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dgamma = np.sum(dout * x_norm, axis=(0, 2, 3), keepdims=True)
    dx_norm = (dout * gamma).reshape((N, G, C // G, H, W))
    x_group = x.reshape((N, G, C // G, H, W))
    size = (C // G) * H * W
    dvar = np.sum(dx_norm * -1.0 / 2 * (x_group - mean) / (var + eps) ** (3.0 / 2), axis=(2, 3, 4), keepdims=True)
    mean_part = np.sum(-2.0 * (x_group - mean), axis=(2, 3, 4), keepdims=True) / size
    dmean = np.sum(dx_norm * -1.0 / np.sqrt(var + eps), axis=(2, 3, 4), keepdims=True) + dvar * mean_part
    dx_group = dx_norm / np.sqrt(var + eps) + dmean / size + dvar * 2.0 / size * (x_group - mean)
    dx = dx_group.reshape((N, C, H, W))
    return dx, dgamma, dbeta
'''


LAYERS = (
    "conv_forward_naive",
    "conv_backward_naive",
    "max_pool_forward_naive",
    "max_pool_backward_naive",
)
NORMALIZATIONS = (
    "spatial_batchnorm_forward",
    "spatial_batchnorm_backward",
    "spatial_groupnorm_forward",
    "spatial_groupnorm_backward",
)
LOOPS = CONV_FORWARD + CONV_BACKWARD + POOL_FORWARD + POOL_BACKWARD

WAYS = (
    Way(
        (*LAYERS, *NORMALIZATIONS),
        "a whole file in the established style, with its own batch normalization",
        HEADER + LOOPS,
        alone=True,
    ),
    Way(
        LAYERS,
        "a file with these four functions only, which prints",
        "import numpy as np\nprint('hello')\n"
        + LOOPS.replace("    out = np.zeros(", "    print('shape', x.shape)\n    out = np.zeros("),
        alone=True,
    ),
)
