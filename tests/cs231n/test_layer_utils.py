"""Sandwich layers: their gradients, and that they do what their parts do."""

import numpy as np
import pytest

from cs231n import layer_utils, layers
from cs231n.gradient_check import eval_numerical_gradient_array

RNG = np.random.default_rng(0)
X, W, B = RNG.normal(size=(2, 3, 6, 8)), RNG.normal(size=(3, 3, 3, 3)), RNG.normal(size=3)
CONV = {"stride": 1, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


def conv_bn_relu(*inputs):
    return layer_utils.conv_bn_relu_forward(*inputs, CONV, {"mode": "train"})


SANDWICHES = {
    "affine_relu": (
        layer_utils.affine_relu_forward,
        layer_utils.affine_relu_backward,
        [X, RNG.normal(size=(144, 4)), RNG.normal(size=4)],
    ),
    "conv_relu": (
        lambda *inputs: layer_utils.conv_relu_forward(*inputs, CONV),
        layer_utils.conv_relu_backward,
        [X, W, B],
    ),
    "conv_bn_relu": (
        conv_bn_relu,
        layer_utils.conv_bn_relu_backward,
        [X, W, B, RNG.normal(size=3), RNG.normal(size=3)],
    ),
    "conv_relu_pool": (
        lambda *inputs: layer_utils.conv_relu_pool_forward(*inputs, CONV, POOL),
        layer_utils.conv_relu_pool_backward,
        [X, W, B],
    ),
}


@pytest.mark.parametrize("name", SANDWICHES)
def test_gradients(name):
    forward, backward, inputs = SANDWICHES[name]
    out, cache = forward(*inputs)
    dout = np.random.default_rng(1).normal(size=out.shape)
    found = backward(dout, cache)
    assert len(found) == len(inputs)
    for position, gradient in enumerate(found):

        def vary(value, position=position):
            return forward(*inputs[:position], value, *inputs[position + 1 :])[0]

        expected = eval_numerical_gradient_array(vary, inputs[position].copy(), dout)
        np.testing.assert_allclose(gradient, expected, rtol=1e-5, atol=1e-6)


def test_conv_relu_pool_is_its_parts():
    out, _ = layer_utils.conv_relu_pool_forward(X, W, B, CONV, POOL)
    convolved, _ = layers.conv_forward_naive(X, W, B, CONV)
    expected, _ = layers.max_pool_forward_naive(np.maximum(convolved, 0), POOL)
    np.testing.assert_allclose(out, expected, rtol=1e-10, atol=1e-12)
