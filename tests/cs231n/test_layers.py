"""The solution's layers against an independent reference, numeric gradients and PyTorch."""

import copy

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from cs231n import layers
from cs231n.gradient_check import eval_numerical_gradient_array

# x (N, C, H, W), w (F, C, HH, WW), stride, pad
CONVOLUTIONS = [
    ((2, 3, 5, 7), (4, 3, 3, 3), 1, 1),
    ((1, 1, 4, 4), (1, 1, 1, 1), 1, 0),
    ((2, 2, 6, 5), (3, 2, 1, 1), 2, 0),
    ((2, 3, 8, 5), (2, 3, 2, 3), 1, 0),
    ((3, 2, 5, 8), (2, 2, 3, 2), 3, 2),
    ((1, 4, 4, 6), (3, 4, 5, 4), 2, 3),
    ((2, 1, 6, 7), (2, 1, 3, 4), 2, 0),  # the last row and column belong to no window
]
# x, pool height, pool width, stride
POOLINGS = [
    ((2, 3, 4, 4), 2, 2, 2),
    ((2, 2, 5, 8), 3, 2, 1),
    ((1, 3, 7, 5), 3, 3, 2),
    ((3, 1, 6, 9), 1, 3, 3),
    ((2, 2, 5, 5), 2, 2, 2),  # the last row and column belong to no window
    ((1, 2, 3, 4), 3, 4, 1),
]


def normal(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng((seed, *shape)).normal(size=shape).astype(dtype)


def convolution(x_shape, w_shape, stride, pad, dtype=np.float64):
    x, w = normal(*x_shape, dtype=dtype), normal(*w_shape, seed=1, dtype=dtype)
    return x, w, normal(w_shape[0], seed=2, dtype=dtype), {"stride": stride, "pad": pad}


def windows(x, height, width, stride):
    return sliding_window_view(x, (height, width), axis=(2, 3))[:, :, ::stride, ::stride]


def assert_gradient(function, x, dout, found):
    expected = eval_numerical_gradient_array(function, x, dout)
    assert found.shape == x.shape
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_conv_forward(case):
    x, w, b, param = convolution(*case)
    pad = param["pad"]
    x_padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    seen = windows(x_padded, *w.shape[2:], param["stride"])
    expected = np.einsum("nchwij,fcij->nfhw", seen, w) + b[:, None, None]
    out, _ = layers.conv_forward_naive(x, w, b, param)
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_conv_backward(case):
    x, w, b, param = convolution(*case)
    out, cache = layers.conv_forward_naive(x, w, b, param)
    dout = normal(*out.shape, seed=3)
    dx, dw, db = layers.conv_backward_naive(dout, cache)
    assert_gradient(lambda x: layers.conv_forward_naive(x, w, b, param)[0], x, dout, dx)
    assert_gradient(lambda w: layers.conv_forward_naive(x, w, b, param)[0], w, dout, dw)
    assert_gradient(lambda b: layers.conv_forward_naive(x, w, b, param)[0], b, dout, db)


@pytest.mark.parametrize("case", CONVOLUTIONS, ids=str)
def test_convolution_agrees_with_pytorch(case):
    torch = pytest.importorskip("torch")
    x, w, b, param = convolution(*case)
    out, cache = layers.conv_forward_naive(x, w, b, param)
    dout = normal(*out.shape, seed=3)
    inputs = [torch.from_numpy(value).requires_grad_() for value in (x, w, b)]
    theirs = torch.nn.functional.conv2d(*inputs, stride=param["stride"], padding=param["pad"])
    theirs.backward(torch.from_numpy(dout))
    np.testing.assert_allclose(out, theirs.detach().numpy(), rtol=1e-10, atol=1e-10)
    for ours, tensor in zip(layers.conv_backward_naive(dout, cache), inputs, strict=True):
        np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("case", POOLINGS, ids=str)
def test_max_pool(case):
    shape, height, width, stride = case
    x = normal(*shape)
    param = {"pool_height": height, "pool_width": width, "stride": stride}
    out, cache = layers.max_pool_forward_naive(x, param)
    np.testing.assert_array_equal(out, windows(x, height, width, stride).max(axis=(4, 5)))
    dout = normal(*out.shape, seed=3)
    dx = layers.max_pool_backward_naive(dout, cache)
    assert_gradient(lambda x: layers.max_pool_forward_naive(x, param)[0], x, dout, dx)


def test_a_tie_gives_the_gradient_to_the_first_maximum():
    param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    dx = layers.max_pool_backward_naive(np.ones((1, 1, 1, 1)), (np.zeros((1, 1, 2, 2)), param))
    np.testing.assert_array_equal(dx[0, 0], [[1, 0], [0, 0]])


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (1, 2, 3, 7), (5, 4, 1, 2)], ids=str)
def test_spatial_batchnorm(shape):
    x, gamma, beta = 3 + 2 * normal(*shape), normal(shape[1], seed=1), normal(shape[1], seed=2)
    mean, var = x.mean(axis=(0, 2, 3), keepdims=True), x.var(axis=(0, 2, 3), keepdims=True)
    scale, shift = gamma[:, None, None], beta[:, None, None]

    def forward(x, gamma, beta):
        return layers.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})[0]

    np.testing.assert_allclose(
        forward(x, gamma, beta), scale * (x - mean) / np.sqrt(var + 1e-5) + shift, rtol=1e-10
    )
    dout = normal(*shape, seed=3)
    _, cache = layers.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
    dx, dgamma, dbeta = layers.spatial_batchnorm_backward(dout, cache)
    assert_gradient(lambda x: forward(x, gamma, beta), x, dout, dx)
    assert_gradient(lambda gamma: forward(x, gamma, beta), gamma, dout, dgamma)
    assert_gradient(lambda beta: forward(x, gamma, beta), beta, dout, dbeta)


def test_spatial_batchnorm_keeps_running_values():
    x, ones, zeros = 1 + normal(4, 3, 2, 5), np.ones(3), np.zeros(3)
    param = {"mode": "train", "momentum": 0.75}
    layers.spatial_batchnorm_forward(x, ones, zeros, param)
    _, cache = layers.spatial_batchnorm_forward(x, ones, zeros, param)
    kept = 1 - 0.75**2
    mean, var = kept * x.mean(axis=(0, 2, 3)), kept * x.var(axis=(0, 2, 3))
    layers.spatial_batchnorm_backward(x, cache)  # which must not update them once more
    np.testing.assert_allclose(param["running_mean"], mean)
    np.testing.assert_allclose(param["running_var"], var)

    param["mode"] = "test"
    out, _ = layers.spatial_batchnorm_forward(x, 2 * ones, zeros + 3, param)
    expected = 2 * (x - mean[:, None, None]) / np.sqrt(var[:, None, None] + 1e-5) + 3
    np.testing.assert_allclose(out, expected)
    np.testing.assert_allclose(param["running_mean"], mean)


def test_spatial_batchnorm_refuses_an_unknown_mode():
    with pytest.raises(ValueError, match="'training'"):
        layers.spatial_batchnorm_forward(
            np.ones((1, 2, 3, 3)), np.ones(2), np.ones(2), {"mode": "training"}
        )


@pytest.mark.parametrize(("shape", "G"), [((2, 6, 4, 5), 2), ((3, 4, 2, 3), 4), ((1, 6, 3, 2), 1)])
def test_spatial_groupnorm(shape, G):
    x, C = 3 + 2 * normal(*shape), shape[1]
    gamma, beta = normal(1, C, 1, 1, seed=1), normal(1, C, 1, 1, seed=2)
    expected = np.empty_like(x)
    for n in range(len(x)):
        for channels in np.split(np.arange(C), G):
            group = x[n, channels]
            expected[n, channels] = (group - group.mean()) / np.sqrt(group.var() + 1e-3)

    def forward(x, gamma, beta):
        return layers.spatial_groupnorm_forward(x, gamma, beta, G, {"eps": 1e-3})[0]

    np.testing.assert_allclose(forward(x, gamma, beta), gamma * expected + beta, rtol=1e-10)
    dout = normal(*shape, seed=3)
    _, cache = layers.spatial_groupnorm_forward(x, gamma, beta, G, {"eps": 1e-3})
    dx, dgamma, dbeta = layers.spatial_groupnorm_backward(dout, cache)
    assert_gradient(lambda x: forward(x, gamma, beta), x, dout, dx)
    assert_gradient(lambda gamma: forward(x, gamma, beta), gamma, dout, dgamma)
    assert_gradient(lambda beta: forward(x, gamma, beta), beta, dout, dbeta)


def test_groups_must_be_of_equal_size():
    with pytest.raises(ValueError, match=r"C = 5 .* G = 2"):
        layers.spatial_groupnorm_forward(np.ones((1, 5, 2, 2)), 1, 0, 2, {})


PAIRS = {
    "conv": (layers.conv_forward_naive, layers.conv_backward_naive),
    "max_pool": (layers.max_pool_forward_naive, layers.max_pool_backward_naive),
    "batchnorm": (layers.spatial_batchnorm_forward, layers.spatial_batchnorm_backward),
    "groupnorm": (layers.spatial_groupnorm_forward, layers.spatial_groupnorm_backward),
}


def arguments(pair, dtype):
    x = normal(2, 4, 5, 6, dtype=dtype)
    if pair == "conv":
        return convolution(x.shape, (3, 4, 3, 3), 2, 1, dtype)
    if pair == "max_pool":
        return x, {"pool_height": 3, "pool_width": 2, "stride": 1}
    if pair == "batchnorm":
        return x, np.ones(4, dtype), np.zeros(4, dtype), {"mode": "train"}
    return x, np.ones((1, 4, 1, 1), dtype), np.zeros((1, 4, 1, 1), dtype), 2, {}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("pair", PAIRS)
def test_dtype_is_kept_and_arrays_are_not_written_to(pair, dtype):
    forward, backward = PAIRS[pair]
    args = arguments(pair, dtype)
    for value in args:
        if isinstance(value, np.ndarray):
            value.flags.writeable = False  # writing to it would raise
    out, cache = forward(*args)
    dout = np.ones_like(out)
    dout.flags.writeable = False
    gradients = backward(dout, cache)
    for array in (out, *(gradients if isinstance(gradients, tuple) else (gradients,))):
        assert array.dtype == dtype


@pytest.mark.parametrize("pair", PAIRS)
def test_memory_layout_does_not_matter(pair):
    forward, backward = PAIRS[pair]
    x, *rest = arguments(pair, np.float64)
    out, cache = forward(x, *copy.deepcopy(rest))
    strided = np.asfortranarray(x)
    out_strided, cache_strided = forward(strided, *copy.deepcopy(rest))
    np.testing.assert_allclose(out_strided, out, rtol=1e-12, atol=1e-14)
    dout = normal(*out.shape, seed=3)
    expected, found = backward(dout, cache), backward(np.asfortranarray(dout), cache_strided)
    if pair == "max_pool":  # the one with a single gradient
        expected, found = (expected,), (found,)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_cache_is_the_tuple_of_arguments(pair):
    args = arguments(pair, np.float64)
    _, cache = PAIRS[pair][0](*args)
    assert len(cache) == len(args)
    assert all(kept is given for kept, given in zip(cache, args, strict=True))
