"""cs231n/validation.py: a wrong argument is named, with its value, before any work is done."""

import re

import numpy as np
import pytest

from cs231n import fast_layers
from cs231n.validation import check_conv, check_pool, output_size

X, W, B = np.ones((2, 3, 6, 7)), np.ones((4, 3, 3, 3)), np.ones(4)
CONV = {"stride": 1, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


def test_what_is_right_passes():
    assert check_conv(X, W, B, {"stride": np.int64(2), "pad": 0}) == (2, 0)
    assert check_conv(X.astype(np.float32), W, B, CONV) == (1, 1)
    assert check_pool(X, {"pool_height": 6, "pool_width": 7, "stride": 9}) == (6, 7, 9)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((X[0], W, B, CONV), ValueError, "x must be an array of shape (N, C, H, W), got shape (3,"),
        ((X, W[0], B, CONV), ValueError, "w must be an array of shape (F, C, HH, WW)"),
        ((X, W, W, CONV), ValueError, "b must be an array of shape (F)"),
        ((X.tolist(), W, B, CONV), TypeError, "got list"),
        ((X.astype(int), W, B, CONV), TypeError, "x must hold float32 or float64, got int64"),
        ((X, W.astype(np.float16), B, CONV), TypeError, "w.astype(np.float64)"),
        ((X, W, B.astype(complex), CONV), TypeError, "got complex128"),
        ((X.astype(">f8"), W, B, CONV), TypeError, "got >f8"),
        ((X, W[:, :2], B, CONV), ValueError, "x has C = 3"),
        ((X, W, B[:3], CONV), ValueError, "w has F = 4"),
        ((X, W[:, :, :0], B, CONV), ValueError, "must not be empty"),
        ((X, W, B, {"pad": 1}), KeyError, "no entry 'stride'"),
        ((X, W, B, {"stride": 1}), KeyError, "no entry 'pad'"),
        ((X, W, B, {"stride": 1.0, "pad": 1}), TypeError, "whole number, got 1.0"),
        ((X, W, B, {"stride": True, "pad": 1}), TypeError, "whole number, got True"),
        ((X, W, B, {"stride": 0, "pad": 1}), ValueError, "['stride'] must be at least 1, got 0"),
        ((X, W, B, {"stride": 1, "pad": -1}), ValueError, "['pad'] must be at least 0, got -1"),
        ((X[:, :, :2], W, B, {"stride": 1, "pad": 0}), ValueError, "window of 3 does not fit in H"),
        ((X[..., :0], W, B, CONV), ValueError, "in W = 0 (2 with padding 1 on both sides)"),
    ],
)
def test_wrong_convolutions(arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        fast_layers.conv_forward_fast(*arguments)
    with pytest.raises(error, match=re.escape(message)):
        fast_layers.conv_relu_pool_forward_fast(*arguments, POOL)


@pytest.mark.parametrize(
    ("x", "changes", "error", "message"),
    [
        (X[0, 0], {}, ValueError, "got shape (6, 7)"),
        (X.astype(np.uint8), {}, TypeError, "got uint8"),
        (X, {"pool_height": 0}, ValueError, "['pool_height'] must be at least 1"),
        (X, {"pool_width": 2.5}, TypeError, "['pool_width'] must be a whole number"),
        (X, {"stride": None}, TypeError, "got None"),
        (X, {"pool_height": 7}, ValueError, "a window of 7 does not fit in H = 6"),
    ],
)
def test_wrong_poolings(x, changes, error, message):
    with pytest.raises(error, match=re.escape(message)):
        fast_layers.max_pool_forward_fast(x, {**POOL, **changes})


def test_upstream_gradients_of_another_shape():
    forward = {
        fast_layers.conv_backward_fast: fast_layers.conv_forward_fast(X, W, B, CONV),
        fast_layers.max_pool_backward_fast: fast_layers.max_pool_forward_fast(X, POOL),
        fast_layers.conv_relu_pool_backward_fast: fast_layers.conv_relu_pool_forward_fast(
            X, W, B, CONV, POOL
        ),
    }
    for backward, (out, cache) in forward.items():
        with pytest.raises(ValueError, match=re.escape(f"{out.shape}, got {out[1:].shape}")):
            backward(out[1:], cache)
        with pytest.raises(TypeError, match="dout must hold"):
            backward(out.astype(int), cache)
        with pytest.raises(TypeError, match="got NoneType"):
            backward(None, cache)


def test_what_is_left_over_is_not_used():
    assert output_size("H", 7, 2, 2) == 3
    assert output_size("H", 5, 3, 4, pad=1) == 2
    out, cache = fast_layers.max_pool_forward_fast(X, POOL)
    assert out.shape == (2, 3, 3, 3)
    dx = fast_layers.max_pool_backward_fast(np.ones_like(out), cache)
    assert not dx[..., 6].any()
