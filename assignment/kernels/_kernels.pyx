# cython: language_level=3, cdivision=True
"""From NumPy arrays to the C kernels and back."""

from cpython.buffer cimport (
    PyBUF_C_CONTIGUOUS,
    PyBUF_WRITABLE,
    PyBuffer_FillInfo,
    PyBuffer_Release,
    PyObject_GetBuffer,
)

import numpy as np


ISAS = ("avx512", "avx2", "baseline")
"""Instruction sets, best first, that the kernels are compiled for."""

cdef const kernels *_float = NULL
cdef const kernels *_double = NULL
cdef str _isa = ""


def available_isas():
    """Return those of `ISAS` that this machine can run, best first."""
    return tuple(isa for isa in ISAS if kernels_of(isa.encode(), 32) is not NULL)


def get_isa():
    """Return the instruction set in use."""
    return _isa


def set_isa(str isa):
    """Use the kernels for `isa`, one of `available_isas()`, from now on."""
    global _float, _double, _isa
    if isa not in available_isas():
        raise ValueError(f"this machine has {', '.join(available_isas())}, not {isa!r}")
    _float = kernels_of(isa.encode(), 32)
    _double = kernels_of(isa.encode(), 64)
    _isa = isa


def get_threads():
    """Return how many threads kernels use."""
    return threads_get()


def set_threads(int count):
    """Use `count` threads, at least 1, from now on."""
    if count < 1:
        raise ValueError(f"there must be at least one thread, got {count}")
    threads_set(count)


cdef const kernels *_for(dtype) except NULL:
    if dtype == np.float32:
        return _float
    if dtype == np.float64:
        return _double
    raise TypeError(f"the kernels take float32 or float64, got {dtype}")


include "arrays.pxi"


cdef conv _sizes(x_shape, w_shape, stride, pad):
    cdef conv s
    cdef Py_ssize_t channels
    s.N, s.C, s.H, s.W = x_shape
    s.F, channels, s.HH, s.WW = w_shape
    if channels != s.C:
        raise ValueError(f"w must have C = {s.C} channels like x, got {channels}")
    if stride < 1 or pad < 0 or min(s.HH, s.WW) < 1:
        raise ValueError("the stride and the filters' sizes must be at least 1, pad at least 0")
    s.stride = stride
    s.pad = pad
    s.H_out = (s.H + 2 * s.pad - s.HH) // s.stride + 1
    s.W_out = (s.W + 2 * s.pad - s.WW) // s.stride + 1
    if s.H + 2 * s.pad < s.HH or s.W + 2 * s.pad < s.WW:
        raise ValueError("a filter does not fit in the padded image")
    return s


def conv_forward(x, w, b, stride, pad):
    """Return the convolution of x (N, C, H, W) with w (F, C, HH, WW) plus b (F,): (N, F, H', W')."""
    dtype = np.result_type(x, w, b)
    x, w, b = _ready(x, dtype), _ready(w, dtype), _ready(b, dtype)
    cdef conv s = _sizes(x.shape, w.shape, stride, pad)
    _same_shape("b", b, (s.F,))
    out = _empty((s.N, s.F, s.H_out, s.W_out), dtype)
    cdef const kernels *k = _for(dtype)
    cdef void *xp = _data(x)
    cdef void *wp = _data(w)
    cdef void *bp = _data(b)
    cdef void *op = _data(out, True)
    cdef int failed
    with nogil:
        failed = k.conv_forward(&s, xp, wp, bp, op)
    _check(failed)
    return out


def conv_backward(dout, x, w, stride, pad, need_dx=True):
    """Return the gradients (dx, dw, db) of a convolution; dx is None unless it is needed."""
    dtype = np.result_type(dout, x, w)
    dout, x, w = _ready(dout, dtype), _ready(x, dtype), _ready(w, dtype)
    cdef conv s = _sizes(x.shape, w.shape, stride, pad)
    _same_shape("dout", dout, (s.N, s.F, s.H_out, s.W_out))
    return _backward(s, NULL, dout, None, x, w, need_dx)


cdef _backward(conv s, const pool *p, dout, where, x, w, need_dx):
    dx = _empty(x.shape, x.dtype) if need_dx else None
    dw, db = _empty(w.shape, w.dtype), _empty((s.F,), w.dtype)
    cdef const kernels *k = _for(w.dtype)
    cdef void *dp = _data(dout)
    cdef void *wherep = NULL if where is None else _data(where)
    cdef void *xp = _data(x)
    cdef void *wp = _data(w)
    cdef void *dxp = _data(dx, True) if need_dx else NULL
    cdef void *dwp = _data(dw, True)
    cdef void *dbp = _data(db, True)
    cdef int failed
    with nogil:
        failed = k.conv_dw(&s, p, dp, wherep, xp, dwp, dbp)
        if not failed and dxp is not NULL:
            failed = k.conv_dx(&s, p, dp, wherep, wp, dxp)
    _check(failed)
    return dx, dw, db


cdef pool _pool_sizes(x_shape, height, width, stride):
    cdef pool s
    s.planes = x_shape[0] * x_shape[1]
    s.H, s.W = x_shape[2:]
    s.height, s.width, s.stride = height, width, stride
    s.H_out = (s.H - s.height) // s.stride + 1
    s.W_out = (s.W - s.width) // s.stride + 1
    if min(height, width, stride) < 1 or s.H < s.height or s.W < s.width:
        raise ValueError("the window and the stride must be at least 1, and the window must fit")
    return s


def _where_dtype(height, width):
    return np.uint8 if height * width <= 255 else np.uint32


def max_pool_forward(x, height, width, stride):
    """Return the maxima of the windows of x and, for each, where in its window it was."""
    x = _ready(x, x.dtype)
    cdef pool s = _pool_sizes(x.shape, height, width, stride)
    out = _empty((*x.shape[:2], s.H_out, s.W_out), x.dtype)
    where = _empty(out.shape, _where_dtype(height, width))
    cdef const kernels *k = _for(x.dtype)
    cdef void *xp = _data(x)
    cdef void *op = _data(out, True)
    cdef void *wp = _data(where, True)
    cdef int failed
    with nogil:
        failed = k.max_pool_forward(&s, xp, op, wp)
    _check(failed)
    return out, where


def max_pool_backward(dout, where, shape, height, width, stride):
    """Return the gradient with respect to x, of the given shape: dout, sent to each maximum."""
    dout = _ready(dout, dout.dtype)
    where = _ready(where, _where_dtype(height, width))
    cdef pool s = _pool_sizes(shape, height, width, stride)
    _same_shape("dout", dout, (shape[0], shape[1], s.H_out, s.W_out))
    _same_shape("where", where, dout.shape)
    dx = _empty(shape, dout.dtype)
    cdef const kernels *k = _for(dout.dtype)
    cdef void *dp = _data(dout)
    cdef void *wp = _data(where)
    cdef void *dxp = _data(dx, True)
    cdef int failed
    with nogil:
        failed = k.max_pool_backward(&s, dp, wp, dxp)
    _check(failed)
    return dx


def conv_relu_pool_forward(x, w, b, stride, pad, height, width, pool_stride):
    """Return the pooled relu of a convolution, and what conv_relu_pool_backward needs besides."""
    dtype = np.result_type(x, w, b)
    x, w, b = _ready(x, dtype), _ready(w, dtype), _ready(b, dtype)
    cdef conv s = _sizes(x.shape, w.shape, stride, pad)
    cdef pool p = _pool_sizes((s.N, s.F, s.H_out, s.W_out), height, width, pool_stride)
    _same_shape("b", b, (s.F,))
    out = _empty((s.N, s.F, p.H_out, p.W_out), dtype)
    where = _empty(out.shape, _where_dtype(height, width))
    cdef const kernels *k = _for(dtype)
    cdef void *xp = _data(x)
    cdef void *wp = _data(w)
    cdef void *bp = _data(b)
    cdef void *op = _data(out, True)
    cdef void *wherep = _data(where, True)
    cdef int failed
    with nogil:
        failed = k.conv_relu_pool_forward(&s, &p, xp, wp, bp, op, wherep)
    _check(failed)
    return out, where


def conv_relu_pool_backward(dout, where, x, w, stride, pad, height, width, pool_stride,
                            need_dx=True):
    """Return the gradients (dx, dw, db) of conv_relu_pool_forward; dx is None unless needed."""
    dtype = np.result_type(dout, x, w)
    dout, x, w = _ready(dout, dtype), _ready(x, dtype), _ready(w, dtype)
    where = _ready(where, _where_dtype(height, width))
    cdef conv s = _sizes(x.shape, w.shape, stride, pad)
    cdef pool p = _pool_sizes((s.N, s.F, s.H_out, s.W_out), height, width, pool_stride)
    _same_shape("dout", dout, (s.N, s.F, p.H_out, p.W_out))
    _same_shape("where", where, dout.shape)
    return _backward(s, &p, dout, where, x, w, need_dx)


cdef _matrix(array, dtype):
    """Return a matrix ready for the kernel, transposed or not, and whether it is transposed."""
    if array.flags.f_contiguous and not array.flags.c_contiguous:
        return _ready(array.T, dtype), True
    return _ready(array, dtype), False


def matmul(a, b):
    """Return the matrix product of a (M, K) and b (K, N)."""
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0]:
        raise ValueError(f"no product of matrices of the shapes {a.shape} and {b.shape}")
    dtype = np.result_type(a, b)
    cdef Py_ssize_t M, N, K
    M, K = a.shape
    N = b.shape[1]
    out = _empty((M, N), dtype)
    a, a_transposed = _matrix(a, dtype)
    b, b_transposed = _matrix(b, dtype)
    cdef const kernels *k = _for(dtype)
    cdef void *ap = _data(a)
    cdef void *bp = _data(b)
    cdef void *op = _data(out, True)
    cdef int at = a_transposed
    cdef int bt = b_transposed
    cdef int failed
    with nogil:
        failed = k.matmul(M, N, K, ap, at, bp, bt, op)
    _check(failed)
    return out


include "elementwise.pxi"
