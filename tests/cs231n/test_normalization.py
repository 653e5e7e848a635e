"""Batch and layer normalization of matrices."""

import numpy as np
import pytest

from cs231n import normalization
from cs231n.gradient_check import eval_numerical_gradient_array

RNG = np.random.default_rng(0)
X, GAMMA, BETA = 5 + 3 * RNG.normal(size=(7, 4)), RNG.normal(size=4), RNG.normal(size=4)
DOUT = RNG.normal(size=X.shape)


def batchnorm(x, gamma, beta):
    return normalization.batchnorm_forward(x, gamma, beta, {"mode": "train"})


def layernorm(x, gamma, beta):
    return normalization.layernorm_forward(x, gamma, beta, {})


@pytest.mark.parametrize(("forward", "axis"), [(batchnorm, 0), (layernorm, 1)])
def test_forward(forward, axis):
    mean, var = X.mean(axis=axis, keepdims=True), X.var(axis=axis, keepdims=True)
    expected = GAMMA * (X - mean) / np.sqrt(var + 1e-5) + BETA
    np.testing.assert_allclose(forward(X, GAMMA, BETA)[0], expected, rtol=1e-10)


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (batchnorm, normalization.batchnorm_backward),
        (batchnorm, normalization.batchnorm_backward_alt),
        (layernorm, normalization.layernorm_backward),
    ],
)
def test_backward(forward, backward):
    dx, dgamma, dbeta = backward(DOUT, forward(X, GAMMA, BETA)[1])
    for function, value, found in [
        (lambda x: forward(x, GAMMA, BETA)[0], X.copy(), dx),
        (lambda gamma: forward(X, gamma, BETA)[0], GAMMA.copy(), dgamma),
        (lambda beta: forward(X, GAMMA, beta)[0], BETA.copy(), dbeta),
    ]:
        expected = eval_numerical_gradient_array(function, value, DOUT)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


def test_running_values():
    param = {"mode": "train", "momentum": 0.6}
    normalization.batchnorm_forward(X, GAMMA, BETA, param)
    np.testing.assert_allclose(param["running_mean"], 0.4 * X.mean(axis=0))
    np.testing.assert_allclose(param["running_var"], 0.4 * X.var(axis=0))
    out, _ = normalization.batchnorm_forward(X, GAMMA, BETA, param | {"mode": "test"})
    x_hat = (X - param["running_mean"]) / np.sqrt(param["running_var"] + 1e-5)
    np.testing.assert_allclose(out, GAMMA * x_hat + BETA)


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="'eval'"):
        normalization.batchnorm_forward(X, GAMMA, BETA, {"mode": "eval"})


@pytest.mark.parametrize("forward", [batchnorm, layernorm])
def test_float32_is_kept(forward):
    out, _ = forward(X.astype("f4"), GAMMA.astype("f4"), BETA.astype("f4"))
    assert out.dtype == np.float32
