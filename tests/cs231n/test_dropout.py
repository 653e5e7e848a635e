"""cs231n/dropout.py: what is kept, by how much, and when."""

import numpy as np
import pytest

from cs231n.dropout import dropout_backward, dropout_forward


def test_the_gradient_goes_where_values_were_kept():
    x = np.random.default_rng(0).normal(size=(50, 40))
    out, cache = dropout_forward(x, {"mode": "train", "p": 0.4})
    dx = dropout_backward(np.ones_like(x), cache)
    np.testing.assert_allclose(dx * x, out)
    assert set(np.unique(dx)) == {0.0, 1 / 0.4}


@pytest.mark.parametrize("mode", ["train", "test"])
def test_with_a_probability_of_one_nothing_happens(mode):
    x = np.random.default_rng(0).normal(size=(5, 4))
    out, cache = dropout_forward(x, {"mode": mode, "p": 1})
    np.testing.assert_array_equal(out, x)
    np.testing.assert_array_equal(dropout_backward(x, cache), x)
