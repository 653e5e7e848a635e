"""Correct ways to write ``ThreeLayerConvNet``."""

from autograder.course.museum.convnets.mistakes.three_layer_convnet import NET
from autograder.course.museum.mistake import variant
from autograder.course.museum.way import Way

FUNCTION = ("ThreeLayerConvNet",)

SANDWICHES = """
import numpy as np
from cs231n.layers import *
from cs231n.fast_layers import *
from cs231n.layer_utils import *


class ThreeLayerConvNet(object):
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7,
                 hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0,
                 dtype=np.float32):
        self.params = {}
        self.reg = reg
        self.dtype = dtype
        C, H, W = input_dim
        draw = lambda *shape: np.random.normal(0, weight_scale, shape)
        self.params.update(
            W3=draw(hidden_dim, num_classes), b3=np.zeros((num_classes,)),
            W2=draw(num_filters * H // 2 * (W // 2), hidden_dim), b2=np.zeros((hidden_dim,)),
            W1=draw(num_filters, C, filter_size, filter_size), b1=np.zeros((num_filters,)),
        )
        for k in self.params:
            self.params[k] = self.params[k].astype(dtype)

    def loss(self, X, y=None):
        W1, b1, W2, b2, W3, b3 = (self.params[k] for k in ('W1', 'b1', 'W2', 'b2', 'W3', 'b3'))
        conv_param = {'stride': 1, 'pad': (W1.shape[2] - 1) // 2}
        pool_param = {'pool_height': 2, 'pool_width': 2, 'stride': 2}
        z1, c1 = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
        z1_flat = z1.reshape(z1.shape[0], -1)
        z2, c2 = affine_relu_forward(z1_flat, W2, b2)
        scores, c3 = affine_forward(z2, W3, b3)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        grads = {}
        dz2, grads['W3'], grads['b3'] = affine_backward(dscores, c3)
        dz1, grads['W2'], grads['b2'] = affine_relu_backward(dz2, c2)
        _, grads['W1'], grads['b1'] = conv_relu_pool_backward(dz1.reshape(z1.shape), c1)
        for p in grads:
            if p.startswith('W'):
                loss += .5 * self.reg * np.linalg.norm(self.params[p]) ** 2
                grads[p] += self.reg * self.params[p]
        return loss, grads
"""

BY_HAND = variant(
    NET,
    (
        "loss, dscores = softmax_loss(scores, y)",
        "shifted = scores - scores.max(axis=1, keepdims=True)\n"
        "        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))\n"
        "        loss = -logs[np.arange(len(y)), y].mean()\n"
        "        dscores = np.exp(logs)\n"
        "        dscores[np.arange(len(y)), y] -= 1\n"
        "        dscores /= len(y)",
    ),
    (
        "grads = {",
        'self.history = getattr(self, "history", []) + [float(loss)]\n        grads = {',
    ),
)

OWN_LAYERS = (
    NET.replace("conv_forward_fast, ", "")
    .replace("conv_backward_fast, ", "")
    .replace(
        "from cs231n.layers import (",
        "from cs231n.layers import (conv_forward_naive, conv_backward_naive,",
    )
    .replace("conv_forward_fast(", "conv_forward_naive(")
    .replace("conv_backward_fast(", "conv_backward_naive(")
)

WAYS = (
    Way(FUNCTION, "layer by layer", NET),
    Way(FUNCTION, "sandwich layers and star imports, in the established style", SANDWICHES),
    Way(FUNCTION, "softmax by hand, and a history", BY_HAND),
    Way(FUNCTION, "with the student's own slow layers", OWN_LAYERS),
)
