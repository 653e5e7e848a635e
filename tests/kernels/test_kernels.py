"""The compiled kernels: every instruction set, any number of threads, any process."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs231n import numpy_kernels, optim

kernels = pytest.importorskip("cs231n_kernels", reason="the kernels are not compiled here")

DTYPES = [np.float32, np.float64]


@pytest.fixture(params=kernels.available_isas())
def isa(request):
    """Run a test with each instruction set of this machine in turn."""
    before = kernels.get_isa()
    kernels.set_isa(request.param)
    yield request.param
    kernels.set_isa(before)


@pytest.fixture(params=[1, 2, 7])
def threads(request):
    """Run a test with one thread, two, and more than there are likely to be cores."""
    before = kernels.get_threads()
    kernels.set_threads(request.param)
    yield request.param
    kernels.set_threads(before)


def assert_close(actual, expected):
    """Assert equality up to the rounding of sums in another order."""
    assert actual.dtype == expected.dtype
    scale = np.abs(expected).max(initial=1)
    tolerance = 2000 * np.finfo(expected.dtype).eps
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance * scale)


def random_convolution(rng):
    """Return arrays and sizes of a random convolution, none of the sizes round."""
    stride, pad = int(rng.integers(1, 5)), int(rng.integers(0, 5))
    HH, WW = (int(n) for n in rng.integers(1, 8, 2))
    H = int(rng.integers(max(1, HH - 2 * pad), HH + 24))
    W = int(rng.integers(max(1, WW - 2 * pad), WW + 48))
    N, C, F = (int(n) for n in rng.integers(1, (6, 7, 40)))
    dtype = DTYPES[rng.integers(2)]
    x, w, b = (
        rng.standard_normal(shape).astype(dtype) for shape in ((N, C, H, W), (F, C, HH, WW), F)
    )
    return x, w, b, stride, pad


def check_convolution(rng):
    """Compare one random convolution, and what is fused with it, to the NumPy version."""
    x, w, b, stride, pad = random_convolution(rng)
    out = kernels.conv_forward(x, w, b, stride, pad)
    expected = numpy_kernels.conv_forward(x, w, b, stride, pad)
    assert_close(out, expected)
    dout = rng.standard_normal(out.shape).astype(out.dtype)
    for mine, theirs in zip(
        kernels.conv_backward(dout, x, w, stride, pad),
        numpy_kernels.conv_backward(dout, x, w, stride, pad),
        strict=True,
    ):
        assert_close(mine, theirs)

    height, width = (int(rng.integers(1, 1 + min(4, size))) for size in out.shape[2:])
    window = height, width, int(rng.integers(1, 4))
    check_fused(x, w, b, stride, pad, window, rng)


def check_fused(x, w, b, stride, pad, window, rng):
    """The fused layers give exactly what the three layers give one after the other."""
    s = kernels.relu_forward(kernels.conv_forward(x, w, b, stride, pad))
    pooled, where = kernels.max_pool_forward(s, *window)
    fused, fused_where = kernels.conv_relu_pool_forward(x, w, b, stride, pad, *window)
    np.testing.assert_array_equal(fused, pooled)
    dout = rng.standard_normal(pooled.shape).astype(pooled.dtype)
    ds = kernels.relu_backward(kernels.max_pool_backward(dout, where, s.shape, *window), s)
    separate = kernels.conv_backward(ds, x, w, stride, pad)
    together = kernels.conv_relu_pool_backward(dout, fused_where, x, w, stride, pad, *window)
    for mine, theirs in zip(together, separate, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("weight", [np.inf, np.nan])
def test_infinite_weights_meet_the_zeros_at_the_edges(isa, weight):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 3, 9, 32)), rng.standard_normal((8, 3, 5, 5))
    w[1, 2, 0, 1], w[2, 0, 4, 3] = weight, -weight
    b = np.zeros(8)
    with np.errstate(invalid="ignore"):
        expected = numpy_kernels.conv_forward(x, w, b, 1, 2)
    out = kernels.conv_forward(x, w, b, 1, 2)
    assert np.isnan(out[0, 1, :2]).all()  # as zero times infinity is
    np.testing.assert_array_equal(np.isnan(out), np.isnan(expected))


@pytest.mark.parametrize("number", [np.inf, np.nan])
def test_infinite_gradients_meet_the_zeros_at_the_edges(isa, number):
    rng = np.random.default_rng(12)
    x, w = rng.standard_normal((2, 8, 9, 12)), rng.standard_normal((6, 8, 3, 3))
    dout = rng.standard_normal((2, 6, 9, 12))
    dout[0, 2, 0, 5], dout[1, 4, 8, 3] = number, -number
    dx, dw, db = kernels.conv_backward(dout, x, w, 1, 1)
    with np.errstate(invalid="ignore"):
        expected = numpy_kernels.conv_backward(dout, x, w, 1, 1)
    assert np.isnan(dw[2, :, 0]).all()  # the filters' first row is over the edge there
    for mine, theirs in zip((dx, dw, db), expected, strict=True):
        np.testing.assert_array_equal(np.isfinite(mine), np.isfinite(theirs))


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("name", kernels.available_isas())
def test_convolution_with_each_instruction_set(name, seed):
    before = kernels.get_isa()
    kernels.set_isa(name)
    try:
        check_convolution(np.random.default_rng(seed))
    finally:
        kernels.set_isa(before)


@pytest.mark.parametrize(
    "count",
    [200, pytest.param(10_000, marks=pytest.mark.soak)],
)
def test_many_random_shapes(count):
    rng = np.random.default_rng(0)
    before = kernels.get_isa(), kernels.get_threads()
    try:
        for i in range(count):
            kernels.set_isa(kernels.available_isas()[i % len(kernels.available_isas())])
            kernels.set_threads(1 + i % 3)
            check_convolution(rng)
    finally:
        kernels.set_isa(before[0])
        kernels.set_threads(before[1])


def test_convolution_with_any_number_of_threads(isa, threads):
    rng = np.random.default_rng(1)
    for _ in range(8):
        check_convolution(rng)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("filters", [5, 11])
def test_filters_that_would_fill_vectors_badly(isa, threads, dtype, filters):
    rng = np.random.default_rng(13)
    shapes = (28, 2, 31, 31), (filters, 2, 3, 2), filters  # 28: images for seven threads
    x, w, b = (rng.standard_normal(shape).astype(dtype) for shape in shapes)
    dout = rng.standard_normal((28, filters, 16, 16)).astype(dtype)
    for mine, theirs in zip(
        kernels.conv_backward(dout, x, w, 2, 1),
        numpy_kernels.conv_backward(dout, x, w, 2, 1),
        strict=True,
    ):
        assert_close(mine, theirs)
    check_fused(x, w, b, 2, 1, (3, 3, 2), rng)


@pytest.mark.parametrize("shape", [(3, 11, 7, 9), (28, 5, 16, 16)])
def test_gradients_of_biases_are_those_of_plain_loops(isa, threads, shape):
    N, F, H, W = shape
    dout = np.random.default_rng(14).standard_normal(shape)
    x, w = np.zeros((N, 1, 2 * H, 2 * W)), np.zeros((F, 1, 2, 2))
    in_turn = np.cumsum(dout.swapaxes(0, 1).reshape(F, -1), axis=1)[:, -1]
    np.testing.assert_array_equal(kernels.conv_backward(dout, x, w, 2, 0)[2], in_turn)


@pytest.mark.parametrize("dtype", DTYPES)
def test_matmul(isa, threads, dtype):
    rng = np.random.default_rng(2)
    sizes = [(1, 1, 1), (5, 3, 0), (0, 3, 2), (3, 0, 2), (50, 100, 700), (300, 20, 9), (7, 49, 257)]
    sizes += [(20, 61, 4000), (2100, 130, 9)]  # terms in runs; a result written past the caches
    sizes += [(50, 128, 500), (33, 80, 37), (64, 48, 20)]  # rows in vectors, and 2, 1, 0 left
    for M, N, K in sizes:
        a, b = rng.standard_normal((M, K)).astype(dtype), rng.standard_normal((K, N)).astype(dtype)
        for left in (a, np.asfortranarray(a), np.repeat(a, 2, axis=1)[:, ::2]):
            for right in (b, np.asfortranarray(b), np.repeat(b, 2, axis=0)[::2]):
                assert_close(kernels.matmul(left, right), a @ b)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("window", [(2, 2, 2), (3, 3, 3), (2, 3, 4), (3, 3, 2)])
def test_what_the_exercise_trains(isa, threads, dtype, window):
    rng = np.random.default_rng(11)
    x, w, b = (rng.standard_normal(s).astype(dtype) for s in ((5, 3, 32, 32), (32, 3, 7, 7), 32))
    check_fused(x, w, b, 1, 3, window, rng)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("name", kernels.available_isas())
def test_pooling_with_each_instruction_set(name, seed):
    rng = np.random.default_rng(seed)
    height, width, stride = (int(n) for n in rng.integers(1, 6, 3))
    N, C, H, W = (int(n) for n in rng.integers((0, 1, height, width), (3, 4, 20, 80)))
    x = rng.integers(-4, 5, (N, C, H, W)).astype(DTYPES[rng.integers(2)])
    x[rng.random(x.shape) < 0.05] = np.nan
    before = kernels.get_isa()
    kernels.set_isa(name)
    try:
        out, where = kernels.max_pool_forward(x, height, width, stride)
        expected = numpy_kernels.max_pool_forward(x, height, width, stride)
        np.testing.assert_array_equal(out, expected[0])
        np.testing.assert_array_equal(where, expected[1])
        dout = rng.integers(-9, 9, out.shape).astype(x.dtype)
        np.testing.assert_array_equal(
            kernels.max_pool_backward(dout, where, x.shape, height, width, stride),
            numpy_kernels.max_pool_backward(dout, where, x.shape, height, width, stride),
        )
    finally:
        kernels.set_isa(before)


def test_windows_of_more_positions_than_a_byte_can_tell_apart(isa):
    x = np.random.default_rng(3).standard_normal((2, 2, 20, 40))
    out, where = kernels.max_pool_forward(x, 16, 17, 2)
    expected = numpy_kernels.max_pool_forward(x, 16, 17, 2)
    np.testing.assert_array_equal(out, expected[0])
    np.testing.assert_array_equal(where, expected[1])
    assert where.dtype == np.uint32
    w, b = np.ones((2, 2, 1, 1)), np.full(2, -1.0)
    check_fused(x, w, b, 1, 0, (16, 17, 2), np.random.default_rng(4))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (1,), (37,), (3, 5, 7), (40_000,)])
def test_update_rules_are_the_numpy_text(isa, monkeypatch, dtype, shape):
    rng = np.random.default_rng(5)
    w, grads = rng.standard_normal(shape).astype(dtype), rng.standard_normal((4, *shape))
    for rule in (optim.sgd_momentum, optim.rmsprop, optim.adam):
        results = []
        for backend in ("compiled", "numpy"):
            monkeypatch.setattr(optim, "BACKEND", backend)
            monkeypatch.setattr(optim, "kernels", kernels)
            value, config = w, None
            for dw in grads.astype(dtype):
                value, config = rule(value, dw, config)
            results.append([value] + [np.asarray(config[key], dtype) for key in sorted(config)])
        for fused, numpy in zip(*results, strict=True):
            np.testing.assert_allclose(fused, numpy, rtol=200 * np.finfo(dtype).eps, atol=1e-7)


def test_an_infinite_weight_of_an_affine_layer_meets_no_zeros(isa):
    a, w = np.ones((50, 37), np.float32), np.ones((64, 37), np.float32)
    for line, term in ((0, 0), (9, 22), (63, 36)):  # also where the last vector of terms overlaps
        w[line, term] = np.inf
    np.testing.assert_array_equal(kernels.matmul(a, w.T), a @ w.T)


def test_tiny_gradients_leave_the_arithmetic_of_others_as_it_is(isa, threads):
    tiny = np.full(100_000, 1e-42, np.float32)  # less than the smallest normal number
    w, m, v = kernels.adam(tiny, tiny, tiny, tiny, 1, 1e-3, 0.9, 0.999, 1e-8)
    for result in (w, m, v):
        np.testing.assert_allclose(result, 0, atol=1e-37)
    kernels.matmul(np.ones((64, 64), np.float32), np.ones((64, 64), np.float32))  # on all threads
    assert np.all(tiny * np.float32(0.5) > 0)


@pytest.mark.parametrize("dtype", DTYPES)
def test_l2_penalty(isa, threads, dtype):
    rng = np.random.default_rng(6)
    for size in (0, 1, 63, 50_001):
        w, dw = rng.standard_normal((2, size)).astype(dtype)
        expected = dw.astype(np.float64) + 0.3 * w
        loss = kernels.l2_penalty(w, dw, 0.3)
        np.testing.assert_allclose(loss, 0.15 * np.sum(w.astype(np.float64) ** 2), rtol=1e-5)
        np.testing.assert_allclose(dw, expected, rtol=1e-5, atol=1e-6)


def test_relu(isa):
    x = np.array([-np.inf, -1, -0.0, 0, 2, np.inf, np.nan] * 7)
    np.testing.assert_array_equal(kernels.relu_forward(x), np.maximum(x, 0))
    dout = np.arange(len(x)) + 1.0
    np.testing.assert_array_equal(kernels.relu_backward(dout, x), np.where(x > 0, dout, 0))


def test_inputs_in_any_layout():
    rng = np.random.default_rng(7)
    x, w = rng.standard_normal((4, 3, 9, 20)), rng.standard_normal((5, 3, 3, 3))
    b = rng.standard_normal(5)
    expected = kernels.conv_forward(x, w, b, 1, 1)
    dout = rng.standard_normal(expected.shape)
    gradients = kernels.conv_backward(dout, x, w, 1, 1)

    def disguises(array):
        yield np.asfortranarray(array)
        yield np.repeat(array, 2, axis=-1)[..., ::2]
        yield array[::-1].copy()[::-1]
        frozen = array.copy()
        frozen.flags.writeable = False
        yield frozen
        shifted = np.zeros(array.nbytes + 1, np.uint8)[1:].view(array.dtype)  # not aligned
        shifted[:] = array.ravel()
        yield shifted.reshape(array.shape)

    arrays = (disguises(array) for array in (x, w, b, dout))
    for x2, w2, b2, dout2 in zip(*arrays, strict=True):
        np.testing.assert_array_equal(kernels.conv_forward(x2, w2, b2, 1, 1), expected)
        for mine, theirs in zip(kernels.conv_backward(dout2, x2, w2, 1, 1), gradients, strict=True):
            np.testing.assert_array_equal(mine, theirs)
        out, where = kernels.max_pool_forward(x2, 2, 2, 2)
        np.testing.assert_array_equal(out, kernels.max_pool_forward(x, 2, 2, 2)[0])
        assert out.flags.c_contiguous
        kernels.max_pool_backward(out, where, x.shape, 2, 2, 2)


@pytest.mark.parametrize("zero", ["N", "C", "F"])
def test_sizes_of_zero(isa, threads, zero):
    sizes = {"N": 2, "C": 3, "F": 4} | {zero: 0}
    x, w = np.ones((sizes["N"], sizes["C"], 5, 5)), np.ones((sizes["F"], sizes["C"], 3, 3))
    b = np.ones(sizes["F"])
    out = kernels.conv_forward(x, w, b, 1, 1)
    np.testing.assert_array_equal(out, numpy_kernels.conv_forward(x, w, b, 1, 1))
    for mine, theirs in zip(
        kernels.conv_backward(out, x, w, 1, 1),
        numpy_kernels.conv_backward(out, x, w, 1, 1),
        strict=True,
    ):
        np.testing.assert_array_equal(mine, theirs)
    fused, where = kernels.conv_relu_pool_forward(x, w, b, 1, 1, 2, 2, 2)
    assert fused.shape == (sizes["N"], sizes["F"], 2, 2)
    dx, dw, db = kernels.conv_relu_pool_backward(fused, where, x, w, 1, 1, 2, 2, 2)
    assert (dx.shape, dw.shape, db.shape) == (x.shape, w.shape, b.shape)


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "stride", "pad"),
    [
        ((1, 3, 700, 900), (5, 3, 3, 3), 1, 1),  # a photograph
        ((1, 1, 3, 60_000), (1, 1, 3, 5), 3, 2),  # one long row
        ((1, 600, 6, 6), (300, 600, 3, 3), 1, 1),  # many channels and filters
        ((2, 2, 40, 40), (3, 2, 40, 40), 1, 39),  # a window as large as the image
        ((1, 2, 5, 5), (2, 2, 2, 2), 9, 30),  # mostly padding, much stepped over
    ],
)
def test_sizes_far_from_usual(isa, x_shape, w_shape, stride, pad):
    rng = np.random.default_rng(8)
    x, w = rng.standard_normal(x_shape), rng.standard_normal(w_shape)
    b = rng.standard_normal(w_shape[0])
    out = kernels.conv_forward(x, w, b, stride, pad)
    assert_close(out, numpy_kernels.conv_forward(x, w, b, stride, pad))
    for mine, theirs in zip(
        kernels.conv_backward(out, x, w, stride, pad),
        numpy_kernels.conv_backward(out, x, w, stride, pad),
        strict=True,
    ):
        assert_close(mine, theirs)


def test_nonsense_is_refused_before_it_does_harm():
    x, w, b = np.ones((1, 2, 5, 5)), np.ones((3, 2, 3, 3)), np.ones(3)
    with pytest.raises(ValueError, match="channels"):
        kernels.conv_forward(x, w[:, :1], b, 1, 1)
    with pytest.raises(ValueError, match="fit"):
        kernels.conv_forward(x[:, :, :2], w, b, 1, 0)
    with pytest.raises(ValueError, match="dout"):
        kernels.conv_backward(np.ones((1, 3, 4, 5)), x, w, 1, 1)
    with pytest.raises(TypeError, match="int64"):
        kernels.max_pool_forward(np.ones((1, 1, 4, 4), int), 2, 2, 2)
    with pytest.raises(ValueError, match="where"):
        kernels.max_pool_backward(
            np.ones((1, 1, 2, 2)), np.zeros((1, 1, 1, 2), "u1"), (1, 1, 4, 4), 2, 2, 2
        )
    for shape in ((4, 5), (3,), (), (3, 5, 1)):
        with pytest.raises(ValueError, match="no product of matrices"):
            kernels.matmul(np.ones((2, 3)), np.ones(shape))
        with pytest.raises(ValueError, match="no product of matrices"):
            kernels.matmul(np.ones(shape), np.ones((2, 3)))
    with pytest.raises(IndexError):
        kernels.max_pool_forward(np.ones(4), 2, 2, 2)
    with pytest.raises(ValueError, match="velocity"):
        kernels.sgd_momentum(b, b, np.ones(2), 0.1, 0.9)
    with pytest.raises(ValueError, match="avx9000"):
        kernels.set_isa("avx9000")
    with pytest.raises(ValueError, match="at least one thread"):
        kernels.set_threads(0)


def work(seed: int) -> list[np.ndarray]:
    """Do some of everything; the results depend on the seed alone."""
    rng = np.random.default_rng(seed)
    x, w = rng.standard_normal((9, 3, 12, 12)), rng.standard_normal((10, 3, 3, 3))
    out, where = kernels.conv_relu_pool_forward(x, w, np.zeros(10), 1, 1, 2, 2, 2)
    gradients = kernels.conv_relu_pool_backward(out, where, x, w, 1, 1, 2, 2, 2)
    return [out, *gradients, kernels.matmul(x.reshape(9, -1), x.reshape(9, -1).T)]


def test_the_same_from_run_to_run(isa, threads):
    first = work(9)
    for _ in range(5):
        for mine, theirs in zip(work(9), first, strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_python_threads_at_once():
    before = kernels.get_threads()
    kernels.set_threads(3)
    expected = [work(seed) for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            for mine, theirs in zip(pool.map(work, range(8)), expected, strict=True):
                for a, b in zip(mine, theirs, strict=True):
                    np.testing.assert_array_equal(a, b)
    kernels.set_threads(before)


def test_the_gil_is_released():
    counted = 0
    done = threading.Event()

    def count():
        nonlocal counted
        while not done.is_set():
            counted += 1

    x, w = np.ones((8, 64, 64, 64)), np.ones((64, 64, 3, 3))
    counter = threading.Thread(target=count)
    counter.start()
    before = counted
    kernels.conv_forward(x, w, np.zeros(64), 1, 1)
    during = counted - before
    done.set()
    counter.join()
    assert during > 100


def _work_in_child(seed, results):
    results.put([a.sum() for a in work(seed)])


@pytest.mark.parametrize(
    "method", sorted({"fork", "spawn"} & {*multiprocessing.get_all_start_methods()})
)
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_in_another_process(method):
    before = kernels.get_threads()
    kernels.set_threads(4)
    expected = [a.sum() for a in work(10)]  # and the pool has threads now, which a fork loses
    context = multiprocessing.get_context(method)
    results = context.Queue()
    child = context.Process(target=_work_in_child, args=(10, results))
    child.start()
    found = results.get(timeout=600)
    child.join(60)
    kernels.set_threads(before)
    assert child.exitcode == 0
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    work(10)  # the parent's pool still works


def run(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process with other environment variables."""
    path = os.pathsep.join(p for p in sys.path if p)
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path, **env},
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_the_environment_chooses():
    code = "import cs231n_kernels as k; print(k.get_threads(), k.get_isa())"
    assert run(code, CONVNETS_THREADS="3", CONVNETS_ISA="baseline").stdout == "3 baseline\n"
    assert "CONVNETS_THREADS" in run(code, CONVNETS_THREADS="many").stderr
    assert "avx9000" in run(code, CONVNETS_ISA="avx9000").stderr


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs a CPU affinity")
def test_as_many_threads_as_cores_that_may_be_used():
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "import cs231n_kernels as k; print(k.get_threads())"
    )
    assert run(code, CONVNETS_THREADS="").stdout == "1\n"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_convolution_needs_a_few_images_of_memory():
    code = """
import numpy as np, cs231n_kernels as k
def peak():
    return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmHWM"))
x, w = np.ones((256, 16, 64, 64), "f"), np.ones((16, 16, 5, 5), "f")
out, dx, dout = (np.ones_like(x) for _ in range(3))  # as much as the results take
before = peak()
del out, dx
k.conv_backward(dout, x, w, 1, 2)
y = k.conv_forward(x, w, np.zeros(16, "f"), 1, 2)
print((peak() - before) * 1024 / x[0].nbytes)
"""
    done = run(code, CONVNETS_THREADS="2")
    assert float(done.stdout) < 20, done.stderr  # images; im2col of the batch would take 6400
