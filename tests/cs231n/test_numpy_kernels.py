"""cs231n/numpy_kernels.py: the same functions as the compiled kernels; a few images of memory.

That the numbers are right is in test_fast_layers.py, which tries both versions.
"""

import inspect
import tracemalloc

import numpy as np
import pytest

from cs231n import numpy_kernels


def test_there_is_each_kernel_that_the_package_uses():
    kernels = pytest.importorskip("cs231n_kernels", reason="the kernels are not compiled here")
    for name, function in inspect.getmembers(numpy_kernels, inspect.isfunction):
        if not name.startswith("_") and function.__module__ == numpy_kernels.__name__:
            assert callable(getattr(kernels, name))


def test_a_convolution_needs_a_few_images_of_memory():
    x, w = np.ones((64, 4, 16, 16)), np.ones((4, 4, 5, 5))
    dout = np.ones((64, 4, 16, 16))
    tracemalloc.start()
    try:
        results = [numpy_kernels.conv_forward(x, w, np.ones(4), 1, 2)]
        results += numpy_kernels.conv_backward(dout, x, w, 1, 2)
        peak = tracemalloc.get_traced_memory()[1] - sum(array.nbytes for array in results)
    finally:
        tracemalloc.stop()
    assert peak < 4 * 25 * x[0].nbytes  # im2col of one image takes 25 images; of all, 1600


def test_nothing_passes_a_gradient_where_nothing_was_above_zero():
    x, w = np.ones((1, 1, 4, 4)), -np.ones((1, 1, 1, 1))
    out, where = numpy_kernels.conv_relu_pool_forward(x, w, np.zeros(1), 1, 0, 2, 2, 2)
    assert not out.any()
    gradients = numpy_kernels.conv_relu_pool_backward(np.ones_like(out), where, x, w, 1, 0, 2, 2, 2)
    assert not any(g.any() for g in gradients)


def test_l2_penalty():
    w, dw = np.array([1.0, 2.0]), np.array([10.0, 20.0])
    assert numpy_kernels.l2_penalty(w, dw, 0.5) == 1.25
    np.testing.assert_array_equal(dw, [10.5, 21.0])


def test_relu_and_matmul():
    x = np.array([[-1.0, 2.0], [np.nan, 0.0]])
    np.testing.assert_array_equal(numpy_kernels.relu_forward(x), [[0, 2], [np.nan, 0]])
    np.testing.assert_array_equal(numpy_kernels.relu_backward(np.ones((2, 2)), x), [[0, 1], [0, 0]])
    np.testing.assert_array_equal(numpy_kernels.matmul(np.eye(2), np.ones((2, 3))), np.ones((2, 3)))
