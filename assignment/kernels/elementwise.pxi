# Relu, the L2 penalty and the update rules.

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
