"""Affine layer, ReLU and dropout."""

import numpy as np
import pytest

from cs231n import dense, dropout
from cs231n.gradient_check import eval_numerical_gradient_array

RNG = np.random.default_rng(0)


def test_affine():
    x, w, b = RNG.normal(size=(3, 2, 4)), RNG.normal(size=(8, 5)), RNG.normal(size=5)
    out, cache = dense.affine_forward(x, w, b)
    np.testing.assert_allclose(out, np.einsum("nij,ijm->nm", x, w.reshape(2, 4, 5)) + b)
    dout = RNG.normal(size=out.shape)
    dx, dw, db = dense.affine_backward(dout, cache)
    for function, value, found in [
        (lambda x: dense.affine_forward(x, w, b)[0], x, dx),
        (lambda w: dense.affine_forward(x, w, b)[0], w, dw),
        (lambda b: dense.affine_forward(x, w, b)[0], b, db),
    ]:
        expected = eval_numerical_gradient_array(function, value, dout)
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)


def test_relu():
    x = np.array([[-1.0, 0.0, 2.0]])
    out, cache = dense.relu_forward(x)
    np.testing.assert_array_equal(out, [[0, 0, 2]])
    np.testing.assert_array_equal(dense.relu_backward(np.full((1, 3), 7.0), cache), [[0, 0, 7]])


def test_dropout_keeps_the_expected_value():
    x = np.ones((200, 500), dtype=np.float32)
    out, cache = dropout.dropout_forward(x, {"mode": "train", "p": 0.8, "seed": 1})
    assert abs((out != 0).mean() - 0.8) < 0.01
    assert abs(out.mean() - 1) < 0.01
    np.testing.assert_array_equal(dropout.dropout_backward(x, cache), out)


def test_dropout_repeats_with_a_seed_and_does_nothing_in_testing():
    x = RNG.normal(size=(20, 20))
    param = {"mode": "train", "p": 0.5, "seed": 3}
    first, second = dropout.dropout_forward(x, param)[0], dropout.dropout_forward(x, param)[0]
    np.testing.assert_array_equal(first, second)
    out, cache = dropout.dropout_forward(x, {"mode": "test", "p": 0.5})
    np.testing.assert_array_equal(out, x)
    np.testing.assert_array_equal(dropout.dropout_backward(x, cache), x)


@pytest.mark.parametrize("param", [{"mode": "train", "p": 0}, {"mode": "fit", "p": 0.5}], ids=str)
def test_dropout_refuses_what_makes_no_sense(param):
    with pytest.raises(ValueError, match="dropout_param"):
        dropout.dropout_forward(np.ones(3), param)


def test_float32_is_kept():
    x, w, b = np.ones((2, 3), "f4"), np.ones((3, 4), "f4"), np.ones(4, "f4")
    out, cache = dense.affine_forward(x, w, b)
    relu, relu_cache = dense.relu_forward(out)
    dropped, _ = dropout.dropout_forward(relu, {"mode": "train", "p": 0.5})
    found = [out, relu, dropped, dense.relu_backward(relu, relu_cache)]
    assert {a.dtype.name for a in [*found, *dense.affine_backward(out, cache)]} == {"float32"}
