"""The three-layer net of the solution."""

import numpy as np
import pytest

from cs231n import layers
from cs231n.classifiers.cnn import ThreeLayerConvNet
from cs231n.gradient_check import eval_numerical_gradient

RNG = np.random.default_rng(0)


def small_net(**options):
    np.random.seed(231)
    size = {"input_dim": (3, 6, 8), "num_filters": 3, "filter_size": 3, "hidden_dim": 7}
    return ThreeLayerConvNet(**size | {"dtype": np.float64, "weight_scale": 0.1} | options)


def test_parameters():
    net = ThreeLayerConvNet(weight_scale=0.02)
    shapes = {name: value.shape for name, value in net.params.items()}
    assert shapes == {
        "W1": (32, 3, 7, 7),
        "b1": (32,),
        "W2": (32 * 16 * 16, 100),
        "b2": (100,),
        "W3": (100, 10),
        "b3": (10,),
    }
    for name, value in net.params.items():
        assert value.dtype == np.float32
        if name.startswith("b"):
            assert not value.any()
        else:
            assert value.std() == pytest.approx(0.02, rel=0.1)


def test_the_first_loss_is_that_of_guessing():
    np.random.seed(231)
    X, y = np.random.randn(50, 3, 32, 32), np.random.randint(10, size=50)
    net = ThreeLayerConvNet()
    plain, _ = net.loss(X, y)
    assert plain == pytest.approx(np.log(10), abs=1e-3)
    net.reg = 0.5
    squares = sum(np.sum(net.params[name].astype("f8") ** 2) for name in ("W1", "W2", "W3"))
    assert net.loss(X, y)[0] == pytest.approx(plain + 0.25 * squares, rel=1e-5)


def test_scores_are_those_of_the_naive_layers():
    net, X = small_net(), RNG.normal(size=(2, 3, 6, 8))
    p = net.params
    a, _ = layers.conv_forward_naive(X, p["W1"], p["b1"], {"stride": 1, "pad": 1})
    pool = {"pool_height": 2, "pool_width": 2, "stride": 2}
    pooled, _ = layers.max_pool_forward_naive(np.maximum(a, 0), pool)
    hidden = np.maximum(pooled.reshape(2, -1) @ p["W2"] + p["b2"], 0)
    np.testing.assert_allclose(net.loss(X), hidden @ p["W3"] + p["b3"], rtol=1e-10)


@pytest.mark.parametrize("reg", [0.0, 0.3])
@pytest.mark.parametrize("input_dim", [(3, 6, 8), (1, 5, 7)], ids=str)
def test_gradients(reg, input_dim):
    net = small_net(reg=reg, input_dim=input_dim)
    X, y = RNG.normal(size=(2, *input_dim)), np.array([3, 9])
    _, grads = net.loss(X, y)
    assert grads.keys() == net.params.keys()
    for name, value in net.params.items():
        expected = eval_numerical_gradient(
            lambda _: net.loss(X, y)[0], value, verbose=False, h=1e-6
        )
        np.testing.assert_allclose(grads[name], expected, rtol=1e-4, atol=1e-7)


def test_float32_is_kept_whatever_the_images_are():
    net = small_net(dtype=np.float32)
    X, y = RNG.normal(size=(2, 3, 6, 8)), np.array([0, 1])
    assert net.loss(X).dtype == np.float32
    _, grads = net.loss(X, y)
    assert {gradient.dtype for gradient in grads.values()} == {np.dtype(np.float32)}
