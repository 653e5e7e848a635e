"""The exercise's steps, as a notebook for this API runs them, reach the figures they should.

Each figure is the error that the established notebook reports; a factor of 20 is allowed.
"""

import math

import numpy as np
import pytest

from cs231n.classifiers.cnn import ThreeLayerConvNet
from cs231n.fast_layers import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_fast,
    max_pool_forward_fast,
)
from cs231n.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
)
from cs231n.layer_utils import (
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from cs231n.layers import (
    conv_backward_naive,
    conv_forward_naive,
    max_pool_backward_naive,
    max_pool_forward_naive,
    softmax_loss,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)
from cs231n.solver import Solver
from cs231n.synthetic import generate

ALLOWED = 20
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


@pytest.fixture(autouse=True)
def seed():
    np.random.seed(231)


def assert_gradients(forward, arguments, analytic, dout, figures):
    """Compare gradients with centered differences, and the errors with the figures."""
    for x, gradient, figure in zip(arguments, analytic, figures, strict=True):
        numeric = eval_numerical_gradient_array(lambda _: forward(), x, dout)
        assert rel_error(numeric, gradient) <= ALLOWED * figure


@pytest.mark.parametrize(
    ("forward", "backward", "x_shape", "w_shape", "figures"),
    [
        (conv_forward_naive, conv_backward_naive, (4, 3, 5, 5), (2, 3, 3, 3),
         (1.2e-8, 2.2e-10, 3.4e-11)),
        (conv_relu_forward, conv_relu_backward, (2, 3, 8, 8), (3, 3, 3, 3),
         (1.5e-9, 2.7e-10, 1.5e-10)),
        (conv_relu_pool_forward, conv_relu_pool_backward, (2, 3, 16, 16), (3, 3, 3, 3),
         (9.6e-9, 5.8e-9, 1.0e-9)),
    ],
)  # fmt: skip
def test_convolutions(forward, backward, x_shape, w_shape, figures):
    x, w, b = np.random.randn(*x_shape), np.random.randn(*w_shape), np.random.randn(w_shape[0])
    params = [{"stride": 1, "pad": 1}]
    if forward is conv_relu_pool_forward:
        params.append(POOL)

    def call():
        return forward(x, w, b, *params)[0]

    out, cache = forward(x, w, b, *params)
    dout = np.random.randn(*out.shape)
    assert_gradients(call, (x, w, b), backward(dout, cache), dout, figures)


def test_max_pooling():
    x = np.random.randn(3, 2, 8, 8)
    out, cache = max_pool_forward_naive(x, POOL)
    dout = np.random.randn(*out.shape)
    dx = max_pool_backward_naive(dout, cache)
    assert_gradients(lambda: max_pool_forward_naive(x, POOL)[0], (x,), (dx,), dout, (3.3e-12,))


def test_fast_convolution():
    x, w, b = np.random.randn(10, 3, 31, 31), np.random.randn(25, 3, 3, 3), np.random.randn(25)
    dout, param = np.random.randn(10, 25, 16, 16), {"stride": 2, "pad": 1}
    naive, naive_cache = conv_forward_naive(x, w, b, param)
    fast, fast_cache = conv_forward_fast(x, w, b, param)
    assert rel_error(naive, fast) <= ALLOWED * 4.9e-11
    pairs = zip(
        conv_backward_naive(dout, naive_cache), conv_backward_fast(dout, fast_cache), strict=True
    )
    for (slow, quick), figure in zip(pairs, (1.9e-11, 8.9e-14, 0.0), strict=True):
        assert rel_error(slow, quick) <= ALLOWED * figure


def test_fast_pooling():
    x, dout = np.random.randn(50, 3, 32, 32), np.random.randn(50, 3, 16, 16)
    naive, naive_cache = max_pool_forward_naive(x, POOL)
    fast, fast_cache = max_pool_forward_fast(x, POOL)
    assert rel_error(naive, fast) == 0
    slow = max_pool_backward_naive(dout, naive_cache)
    assert rel_error(slow, max_pool_backward_fast(dout, fast_cache)) == 0


def test_initial_loss():
    model = ThreeLayerConvNet()
    X, y = np.random.randn(50, 3, 32, 32), np.random.randint(10, size=50)
    loss, _ = model.loss(X, y)
    assert loss == pytest.approx(math.log(10), abs=1e-5)
    model.reg = 0.5
    assert loss < model.loss(X, y)[0] < 3


def test_gradients_of_the_net():
    X, y = np.random.randn(2, 3, 16, 16), np.random.randint(10, size=2)
    model = ThreeLayerConvNet(
        num_filters=3, filter_size=3, input_dim=(3, 16, 16), hidden_dim=7, dtype=np.float64
    )
    _, grads = model.loss(X, y)

    def loss(_):
        return softmax_loss(model.loss(X), y)[0]  # without the backward pass

    for name, gradient in grads.items():
        numeric = eval_numerical_gradient(loss, model.params[name], verbose=False, h=1e-6)
        assert rel_error(numeric, gradient) <= 1.9e-2


def test_overfitting():
    X, y = generate(200, seed=0)
    X = (X - X[:100].mean(axis=0)).astype(np.float32)
    data = {"X_train": X[:100], "y_train": y[:100], "X_val": X[100:], "y_val": y[100:]}
    model = ThreeLayerConvNet(weight_scale=1e-2)
    solver = Solver(
        model,
        data,
        num_epochs=15,
        batch_size=50,
        update_rule="adam",
        optim_config={"learning_rate": 1e-3},
        verbose=False,
    )
    solver.train()
    assert len(solver.loss_history) == 30
    assert max(solver.train_acc_history) >= 0.95


def test_batch_normalization():
    x = 4 * np.random.randn(2, 3, 4, 5) + 10
    out, _ = spatial_batchnorm_forward(x, np.ones(3), np.zeros(3), {"mode": "train"})
    np.testing.assert_allclose(out.mean(axis=(0, 2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(out.std(axis=(0, 2, 3)), 1, atol=1e-5)
    gamma, beta = np.array([3.0, 4, 5]), np.array([6.0, 7, 8])
    out, _ = spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
    np.testing.assert_allclose(out.mean(axis=(0, 2, 3)), beta)
    np.testing.assert_allclose(out.std(axis=(0, 2, 3)), gamma, atol=1e-5)


def test_batch_normalization_at_test_time():
    bn_param, gamma, beta = {"mode": "train"}, np.ones(4), np.zeros(4)
    for _ in range(50):
        spatial_batchnorm_forward(2.3 * np.random.randn(10, 4, 11, 12) + 13, gamma, beta, bn_param)
    bn_param["mode"] = "test"
    x = 2.3 * np.random.randn(10, 4, 11, 12) + 13
    out, _ = spatial_batchnorm_forward(x, gamma, beta, bn_param)
    np.testing.assert_allclose(out.mean(axis=(0, 2, 3)), 0, atol=0.1)
    np.testing.assert_allclose(out.std(axis=(0, 2, 3)), 1, atol=0.04)


def test_gradients_of_batch_normalization():
    x = 5 * np.random.randn(2, 3, 4, 5) + 12
    gamma, beta, dout = np.random.randn(3), np.random.randn(3), np.random.randn(2, 3, 4, 5)

    def call():
        return spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})[0]

    _, cache = spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
    gradients = spatial_batchnorm_backward(dout, cache)
    assert_gradients(call, (x, gamma, beta), gradients, dout, (2.8e-7, 7.1e-12, 3.3e-12))


def test_group_normalization():
    x = 4 * np.random.randn(2, 6, 4, 5) + 10
    ones, zeros = np.ones((1, 6, 1, 1)), np.zeros((1, 6, 1, 1))
    out, _ = spatial_groupnorm_forward(x, ones, zeros, 2, {})
    groups = out.reshape(4, -1)
    np.testing.assert_allclose(groups.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(groups.std(axis=1), 1, atol=1e-5)


def test_gradients_of_group_normalization():
    x, dout = 5 * np.random.randn(2, 6, 4, 5) + 12, np.random.randn(2, 6, 4, 5)
    gamma, beta = np.random.randn(1, 6, 1, 1), np.random.randn(1, 6, 1, 1)

    def call():
        return spatial_groupnorm_forward(x, gamma, beta, 2, {})[0]

    _, cache = spatial_groupnorm_forward(x, gamma, beta, 2, {})
    gradients = spatial_groupnorm_backward(dout, cache)
    assert_gradients(call, (x, gamma, beta), gradients, dout, (7.4e-8, 9.5e-12, 3.4e-12))
