"""The compiled kernels against the definition in float64, and against PyTorch where it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

kernels = pytest.importorskip("cs231n_kernels", reason="the kernels are not compiled here")

SEEDS = st.integers(0, 2**32 - 1)


def draw(seed):
    """Return x, w, b, dout, stride and pad of a random convolution, in float32 or float64."""
    rng = np.random.default_rng(seed)
    stride, pad = int(rng.integers(1, 4)), int(rng.integers(0, 4))
    N, C, F, HH, WW = (int(n) for n in rng.integers(1, (4, 6, 20, 6, 6)))
    H, W = (int(rng.integers(max(1, size - 2 * pad), size + 20)) for size in (HH, WW))
    OH, OW = 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride
    dtype = (np.float32, np.float64)[rng.integers(2)]
    shapes = (N, C, H, W), (F, C, HH, WW), (F,), (N, F, OH, OW)
    return *(rng.standard_normal(shape).astype(dtype) for shape in shapes), stride, pad


def by_definition(x, w, b, dout, stride, pad):
    """Return out, dx, dw and db: sums over windows, written down with einsum in float64."""
    x, w, b, dout = (a.astype(np.float64) for a in (x, w, b, dout))
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    out = np.einsum("nchwij,fcij->nfhw", windows, w) + b[:, None, None]
    dw = np.einsum("nchwij,nfhw->fcij", windows, dout)
    share = np.einsum("nfhw,fcij->nchwij", dout, w)  # of each window in its inputs' gradient
    dpadded = np.zeros_like(padded)
    for h in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            top, left = h * stride, j * stride
            dpadded[:, :, top : top + w.shape[2], left : left + w.shape[3]] += share[:, :, h, j]
    dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    return out, dx, dw, dout.sum((0, 2, 3))


def assert_close(mine, reference):
    """Assert equality up to the rounding of sums in the kernels' own type."""
    tolerance = 1000 * np.finfo(mine.dtype).eps * np.abs(reference).max(initial=1)
    np.testing.assert_allclose(mine, reference, rtol=0, atol=tolerance)


@settings(deadline=None, max_examples=100)
@given(seed=SEEDS)
def test_convolution_by_its_definition(seed):
    x, w, b, dout, stride, pad = draw(seed)
    out = kernels.conv_forward(x, w, b, stride, pad)
    found = out, *kernels.conv_backward(dout, x, w, stride, pad)
    for mine, reference in zip(found, by_definition(x, w, b, dout, stride, pad), strict=True):
        assert_close(mine, reference)


@settings(deadline=None, max_examples=60)
@given(seed=SEEDS)
def test_convolution_against_pytorch(seed):
    torch = pytest.importorskip("torch")
    x, w, b, dout, stride, pad = draw(seed)
    inputs = [torch.from_numpy(a).requires_grad_() for a in (x, w, b)]
    out = torch.nn.functional.conv2d(*inputs, stride=stride, padding=pad)
    out.backward(torch.from_numpy(dout))
    assert_close(kernels.conv_forward(x, w, b, stride, pad), out.detach().numpy())
    gradients = kernels.conv_backward(dout, x, w, stride, pad)
    for mine, theirs in zip(gradients, inputs, strict=True):
        assert_close(mine, theirs.grad.numpy())


@settings(deadline=None, max_examples=60)
@given(seed=SEEDS)
def test_pooling_against_pytorch(seed):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    height, width, stride = (int(n) for n in rng.integers(1, 5, 3))
    x = rng.standard_normal((2, 3, height + int(rng.integers(20)), width + int(rng.integers(40))))
    theirs = torch.from_numpy(x).requires_grad_()
    pooled = torch.nn.functional.max_pool2d(theirs, (height, width), stride)
    dout = rng.standard_normal(tuple(pooled.shape))
    pooled.backward(torch.from_numpy(dout))
    out, where = kernels.max_pool_forward(x, height, width, stride)
    np.testing.assert_array_equal(out, pooled.detach().numpy())
    dx = kernels.max_pool_backward(dout, where, x.shape, height, width, stride)
    assert_close(dx, theirs.grad.numpy())
