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


cdef extern from "kernels.h":
    ctypedef struct conv "struct conv":
        Py_ssize_t N, C, H, W, F, HH, WW, stride, pad, H_out, W_out

    ctypedef struct pool "struct pool":
        Py_ssize_t planes, H, W, height, width, stride, H_out, W_out

    ctypedef struct kernels "struct kernels":
        int (*conv_forward)(const conv *, const void *x, const void *w, const void *b,
                            void *out) nogil
        int (*conv_dx)(const conv *, const pool *, const void *dout, const void *where,
                       const void *w, void *dx) nogil
        int (*conv_dw)(const conv *, const pool *, const void *dout, const void *where,
                       const void *x, void *dw, void *db) nogil
        int (*conv_relu_pool_forward)(const conv *, const pool *, const void *x, const void *w,
                                      const void *b, void *out, void *where) nogil
        int (*max_pool_forward)(const pool *, const void *x, void *out, void *where) nogil
        int (*max_pool_backward)(const pool *, const void *dout, const void *where,
                                 void *dx) nogil
        int (*matmul)(Py_ssize_t M, Py_ssize_t N, Py_ssize_t K, const void *a, int a_transposed,
                      const void *b, int b_transposed, void *out) nogil
        void (*relu_forward)(Py_ssize_t size, const void *x, void *out) nogil
        void (*relu_backward)(Py_ssize_t size, const void *dout, const void *x, void *dx) nogil
        int (*l2_penalty)(Py_ssize_t size, const void *w, void *dw, double reg,
                          double *sum) nogil
        void (*momentum)(Py_ssize_t size, const void *w, const void *dw, const void *velocity,
                         void *next_w, void *next_velocity, double rate, double momentum) nogil
        void (*rmsprop)(Py_ssize_t size, const void *w, const void *dw, const void *cache,
                        void *next_w, void *next_cache, double rate, double decay,
                        double epsilon) nogil
        void (*adam)(Py_ssize_t size, const void *w, const void *dw, const void *m,
                     const void *v, void *next_w, void *next_m, void *next_v, double rate,
                     double beta1, double beta2, double epsilon, double scale1,
                     double scale2) nogil

    const kernels *kernels_of(const char *isa, int bits) nogil


cdef extern from "threads.h":
    int threads_get() nogil
    void threads_set(int count) nogil


cdef extern from "memory.h":
    void *memory_take(size_t bytes)
    void memory_give_back(void *memory, size_t bytes)


cdef enum:
    LARGE = 262144  # bytes from which on memory is worth keeping


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


cdef int _same_shape(str name, array, tuple shape) except -1:
    """A kernel would go astray in an array of another shape."""
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, got {array.shape}")
    return 0


cdef _ready(array, dtype):
    """Return `array` as the kernels want it: C-contiguous, aligned, of `dtype`."""
    if array.dtype == dtype and array.flags.c_contiguous and array.flags.aligned:
        return array
    return np.require(array, dtype, ["C", "A"])


cdef void *_data(array, bint writable=False) except? NULL:
    """Return where an array's numbers are, as long as the caller holds on to it."""
    cdef Py_buffer view
    PyObject_GetBuffer(array, &view, PyBUF_C_CONTIGUOUS | (PyBUF_WRITABLE if writable else 0))
    cdef void *data = view.buf
    PyBuffer_Release(&view)
    return data


cdef class _Block:
    """The memory of a large result; see memory.c."""

    cdef void *memory
    cdef Py_ssize_t bytes

    def __cinit__(self, Py_ssize_t bytes):
        self.memory = memory_take(bytes)
        self.bytes = bytes
        if self.memory is NULL:
            raise MemoryError(f"not enough memory for a result of {bytes} bytes")

    def __dealloc__(self):
        if self.memory is not NULL:
            memory_give_back(self.memory, self.bytes)

    def __getbuffer__(self, Py_buffer *view, int flags):
        PyBuffer_FillInfo(view, self, self.memory, self.bytes, 0, flags)


cdef _empty(shape, dtype):
    """Return a new C-contiguous array, of arbitrary contents."""
    cdef Py_ssize_t bytes = np.dtype(dtype).itemsize
    for length in shape:
        bytes *= length
    if bytes < LARGE:
        return np.empty(shape, dtype)
    return np.frombuffer(_Block(bytes), dtype).reshape(shape)


cdef int _check(int failed) except -1:
    if failed:
        raise MemoryError("not enough memory for a layer's working space")
    return 0


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


def relu_forward(x):
    """Return x with zeros instead of what is negative."""
    x = _ready(x, x.dtype)
    out = _empty(x.shape, x.dtype)
    cdef const kernels *k = _for(x.dtype)
    cdef Py_ssize_t size = x.size
    cdef void *xp = _data(x)
    cdef void *op = _data(out, True)
    with nogil:
        k.relu_forward(size, xp, op)
    return out


def relu_backward(dout, x):
    """Return dout with zeros where x is not positive."""
    dtype = np.result_type(dout, x)
    dout, x = _ready(dout, dtype), _ready(x, dtype)
    _same_shape("dout", dout, x.shape)
    dx = _empty(x.shape, dtype)
    cdef const kernels *k = _for(dtype)
    cdef Py_ssize_t size = x.size
    cdef void *dp = _data(dout)
    cdef void *xp = _data(x)
    cdef void *dxp = _data(dx, True)
    with nogil:
        k.relu_backward(size, dp, xp, dxp)
    return dx


def l2_penalty(w, dw, double reg):
    """Return 0.5 * reg * sum(w * w), and add reg * w to dw, which must be C-contiguous."""
    w = _ready(w, dw.dtype)
    _same_shape("w", w, dw.shape)
    cdef const kernels *k = _for(dw.dtype)
    cdef Py_ssize_t size = w.size
    cdef void *wp = _data(w)
    cdef void *dp = _data(dw, True)
    cdef double total = 0
    cdef int failed
    with nogil:
        failed = k.l2_penalty(size, wp, dp, reg, &total)
    _check(failed)
    return 0.5 * reg * total


cdef _like(str name, array, w):
    """Return `array` ready for a kernel that goes through it beside w."""
    array = _ready(array, w.dtype)
    _same_shape(name, array, w.shape)
    return array


def sgd_momentum(w, dw, velocity, double rate, double momentum):
    """Return the next w and the next velocity; see cs231n.optim."""
    w = _ready(w, w.dtype)
    dw, velocity = _like("dw", dw, w), _like("velocity", velocity, w)
    next_w, next_velocity = _empty(w.shape, w.dtype), _empty(w.shape, w.dtype)
    cdef const kernels *k = _for(w.dtype)
    cdef Py_ssize_t size = w.size
    cdef void *wp = _data(w)
    cdef void *dp = _data(dw)
    cdef void *vp = _data(velocity)
    cdef void *next_wp = _data(next_w, True)
    cdef void *next_vp = _data(next_velocity, True)
    with nogil:
        k.momentum(size, wp, dp, vp, next_wp, next_vp, rate, momentum)
    return next_w, next_velocity


def rmsprop(w, dw, cache, double rate, double decay, double epsilon):
    """Return the next w and the next cache; see cs231n.optim."""
    w = _ready(w, w.dtype)
    dw, cache = _like("dw", dw, w), _like("cache", cache, w)
    next_w, next_cache = _empty(w.shape, w.dtype), _empty(w.shape, w.dtype)
    cdef const kernels *k = _for(w.dtype)
    cdef Py_ssize_t size = w.size
    cdef void *wp = _data(w)
    cdef void *dp = _data(dw)
    cdef void *cp = _data(cache)
    cdef void *next_wp = _data(next_w, True)
    cdef void *next_cp = _data(next_cache, True)
    with nogil:
        k.rmsprop(size, wp, dp, cp, next_wp, next_cp, rate, decay, epsilon)
    return next_w, next_cache


def adam(w, dw, m, v, int t, double rate, double beta1, double beta2, double epsilon):
    """Return the next w, m and v after step number t; see cs231n.optim."""
    w = _ready(w, w.dtype)
    dw, m, v = _like("dw", dw, w), _like("m", m, w), _like("v", v, w)
    next_w, next_m, next_v = _empty(w.shape, w.dtype), _empty(w.shape, w.dtype), _empty(w.shape, w.dtype)
    cdef const kernels *k = _for(w.dtype)
    cdef Py_ssize_t size = w.size
    cdef double scale1 = 1 / (1 - beta1**t)
    cdef double scale2 = 1 / (1 - beta2**t)
    cdef void *wp = _data(w)
    cdef void *dp = _data(dw)
    cdef void *mp = _data(m)
    cdef void *vp = _data(v)
    cdef void *next_wp = _data(next_w, True)
    cdef void *next_mp = _data(next_m, True)
    cdef void *next_vp = _data(next_v, True)
    with nogil:
        k.adam(size, wp, dp, mp, vp, next_wp, next_mp, next_vp, rate, beta1, beta2, epsilon,
               scale1, scale2)
    return next_w, next_m, next_v
