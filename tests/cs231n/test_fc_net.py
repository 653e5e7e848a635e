"""cs231n/classifiers/fc_net.py: the finished nets, by differences and by their parts."""

import numpy as np
import pytest

from cs231n.classifiers.fc_net import FullyConnectedNet, TwoLayerNet
from cs231n.gradient_check import eval_numerical_gradient, rel_error


def examples(count=4, features=6, classes=3):
    rng = np.random.default_rng(0)
    return rng.normal(size=(count, 2, features // 2)), rng.integers(classes, size=count)


def gradients_are_slopes(net, bound=1e-5):
    X, y = examples()
    _, grads = net.loss(X, y)
    assert grads.keys() == net.params.keys()
    for name, value in net.params.items():
        numeric = eval_numerical_gradient(lambda _: net.loss(X, y)[0], value, verbose=False)
        assert rel_error(numeric + 1, grads[name] + 1) < bound, name


def test_two_layers():
    np.random.seed(0)
    gradients_are_slopes(TwoLayerNet(6, 5, 3, weight_scale=0.5, reg=0.3))


@pytest.mark.parametrize("normalization", [None, "batchnorm", "layernorm"])
@pytest.mark.parametrize("keep", [1, 0.6])
def test_any_depth(normalization, keep):
    np.random.seed(0)
    net = FullyConnectedNet(
        [7, 5],
        input_dim=6,
        num_classes=3,
        normalization=normalization,
        dropout_keep_ratio=keep,
        reg=0.3,
        weight_scale=0.5,
        dtype=np.float64,
        seed=3,
    )
    gradients_are_slopes(net)


def test_scores_are_those_of_test_mode():
    net = FullyConnectedNet([7], input_dim=6, num_classes=3, dropout_keep_ratio=0.5)
    X, _ = examples()
    np.testing.assert_array_equal(net.loss(X), net.loss(X))
    assert net.loss(X).dtype == np.float32


def test_another_normalization_is_refused():
    with pytest.raises(ValueError, match="'groupnorm'"):
        FullyConnectedNet([7], normalization="groupnorm")
