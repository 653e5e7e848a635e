"""The fast layers against sums written out with einsum, for both versions."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from cs231n import fast_layers, numpy_kernels


def versions() -> list:
    """Return the installed versions of the kernels, as parameters of a test."""
    found = [pytest.param(numpy_kernels, id="numpy")]
    if fast_layers.BACKEND == "compiled":
        found.append(pytest.param(fast_layers.kernels, id="compiled"))
    return found


def windows(x, HH, WW, stride, pad):
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return sliding_window_view(padded, (HH, WW), axis=(2, 3))[:, :, ::stride, ::stride]


@st.composite
def convolutions(draw):
    """Draw a seed, a dtype, and the sizes of a convolution that has at least one window."""
    stride, pad = draw(st.integers(1, 4)), draw(st.integers(0, 4))
    HH, WW = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    H = draw(st.integers(max(1, HH - 2 * pad), HH + 20))
    W = draw(st.integers(max(1, WW - 2 * pad), WW + 40))
    N, C, F = draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(st.integers(1, 19))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    return draw(st.integers(0, 2**32 - 1)), dtype, (N, C, H, W), (F, C, HH, WW), stride, pad


def close(actual, expected, scale):
    """Assert that rounding in `actual` is small against the sizes of the terms, `scale`."""
    assert actual.shape == expected.shape
    assert actual.flags.c_contiguous
    bound = 40 * np.finfo(actual.dtype).eps * (scale + 1)
    np.testing.assert_array_less(np.abs(actual - expected), bound)


@pytest.mark.parametrize("kernels", versions())
@settings(deadline=None, max_examples=150)
@given(case=convolutions())
def test_convolution_is_the_sum_over_windows(kernels, case):
    seed, dtype, x_shape, w_shape, stride, pad = case
    rng = np.random.default_rng(seed)
    x, w = rng.standard_normal(x_shape), rng.standard_normal(w_shape)
    b = rng.standard_normal(w_shape[0])
    x, w, b = (array.astype(dtype) for array in (x, w, b))
    x64, w64 = x.astype(np.float64), w.astype(np.float64)

    view = windows(x64, *w_shape[2:], stride, pad)
    expected = np.einsum("nchwij,fcij->nfhw", view, w64) + b[:, None, None]
    scale = np.einsum("nchwij,fcij->nfhw", abs(view), abs(w64))
    out = kernels.conv_forward(x, w, b, stride, pad)
    assert out.dtype == dtype
    close(out, expected, scale)

    dout = rng.standard_normal(out.shape).astype(dtype)
    dx, dw, db = kernels.conv_backward(dout, x, w, stride, pad)
    d64 = dout.astype(np.float64)
    close(db, d64.sum((0, 2, 3)), abs(d64).sum((0, 2, 3)))
    close(
        dw,
        np.einsum("nfhw,nchwij->fcij", d64, view),
        np.einsum("nfhw,nchwij->fcij", abs(d64), abs(view)),
    )
    close(dx, _dx(d64, w64, x.shape, stride, pad), _dx(abs(d64), abs(w64), x.shape, stride, pad))
    without = kernels.conv_backward(dout, x, w, stride, pad, False)
    assert without[0] is None
    np.testing.assert_array_equal(without[1], dw)
    np.testing.assert_array_equal(without[2], db)


def _dx(dout, w, shape, stride, pad):
    N, C, H, W = shape
    dx = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            rows, columns = stride * i, stride * j
            dx[:, :, rows : rows + w.shape[2], columns : columns + w.shape[3]] += np.einsum(
                "nf,fcij->ncij", dout[:, :, i, j], w
            )
    return dx[:, :, pad : pad + H, pad : pad + W]


@st.composite
def poolings(draw):
    """Draw a seed, a dtype, a shape, and a window that fits."""
    height, width, stride = (draw(st.integers(1, 5)) for _ in range(3))
    H, W = draw(st.integers(height, height + 12)), draw(st.integers(width, width + 70))
    N, C = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    return draw(st.integers(0, 2**32 - 1)), dtype, (N, C, H, W), height, width, stride


@pytest.mark.parametrize("kernels", versions())
@settings(deadline=None, max_examples=150)
@given(case=poolings())
def test_pooling_takes_the_first_maximum(kernels, case):
    seed, dtype, shape, height, width, stride = case
    rng = np.random.default_rng(seed)
    x = rng.integers(-3, 4, shape).astype(dtype)  # few values: ties in most windows
    view = windows(x, height, width, stride, 0)
    out, where = kernels.max_pool_forward(x, height, width, stride)
    np.testing.assert_array_equal(out, view.max((4, 5)))
    np.testing.assert_array_equal(where, view.reshape(*out.shape, -1).argmax(-1))
    assert out.dtype == dtype
    assert out.flags.c_contiguous

    dout = rng.integers(-9, 9, out.shape).astype(dtype)
    expected = np.zeros_like(x)
    for index in np.ndindex(out.shape):
        i, j = divmod(int(where[index]), width)
        n, c, row, column = index
        expected[n, c, stride * row + i, stride * column + j] += dout[index]
    dx = kernels.max_pool_backward(dout, where, x.shape, height, width, stride)
    np.testing.assert_array_equal(dx, expected)


@pytest.mark.parametrize("kernels", versions())
def test_nan_is_a_maximum(kernels):
    x = np.array([[[[1.0, np.nan, 3.0, 4.0]]]])
    out, where = kernels.max_pool_forward(x, 1, 2, 2)
    np.testing.assert_array_equal(out, [[[[np.nan, 4.0]]]])
    np.testing.assert_array_equal(where, [[[[1, 1]]]])


def _run(code: str, **env: str) -> subprocess.CompletedProcess:
    import os

    path = os.pathsep.join(p for p in sys.path if p)
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path, **env},
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )


def test_numpy_can_be_chosen_silently():
    done = _run(
        "from cs231n import fast_layers; print(fast_layers.BACKEND)", CONVNETS_BACKEND="numpy"
    )
    assert done.stdout == "numpy\n"
    assert done.stderr == ""


def test_without_compiled_kernels_one_line_says_how_to_get_them():
    code = (
        "import sys; sys.modules['cs231n_kernels'] = None\n"
        "from cs231n import fast_layers; print(fast_layers.BACKEND)"
    )
    done = _run(code, CONVNETS_BACKEND="")
    assert done.stdout == "numpy\n"
    assert done.stderr.count("RuntimeWarning") == 1
    assert f"{sys.executable} -m pip install ." in done.stderr


def test_on_windows_nobody_is_sent_for_a_compiler_that_would_not_help():
    code = (
        "import sys; from cs231n import numpy_kernels; sys.modules['cs231n_kernels'] = None\n"
        "sys.platform = 'win32'; from cs231n import fast_layers; print(fast_layers.BACKEND)"
    )
    done = _run(code, CONVNETS_BACKEND="")
    assert done.stdout == "numpy\n"
    assert done.stderr.count("RuntimeWarning") == 1
    assert "WSL" in done.stderr
    assert "pip install" not in done.stderr


def test_the_api_is_the_naive_one():
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((2, 3, 6, 5)), rng.standard_normal((4, 3, 3, 3)), np.ones(4)
    out, cache = fast_layers.conv_forward_fast(x, w, b, {"stride": 2, "pad": 1})
    assert out.shape == (2, 4, 3, 3)
    gradients = fast_layers.conv_backward_fast(np.ones_like(out), cache)
    assert [g.shape for g in gradients] == [x.shape, w.shape, b.shape]
    pool_param = {"pool_height": 3, "pool_width": 2, "stride": 2}
    pooled, cache = fast_layers.max_pool_forward_fast(x, pool_param)
    assert pooled.shape == (2, 3, 2, 2)
    assert fast_layers.max_pool_backward_fast(np.ones_like(pooled), cache).shape == x.shape
