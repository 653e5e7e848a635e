# ruff: noqa: E501 - student code has the lines that it has
"""Correct ways to write max pooling."""

from autograder.course.museum.convnets.mistakes.max_pool_backward import LOOPS as BACKWARD_LOOPS
from autograder.course.museum.convnets.mistakes.max_pool_forward import LOOPS as FORWARD_LOOPS
from autograder.course.museum.mistake import variant
from autograder.course.museum.way import Way

FORWARD, BACKWARD = "max_pool_forward_naive", "max_pool_backward_naive"

BATCHED = """
def max_pool_forward_naive(x, pool_param):
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.empty((N, C, (H - ph) // s + 1, (W - pw) // s + 1), x.dtype)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            out[:, :, i, j] = x[:, :, i * s:i * s + ph, j * s:j * s + pw].max(axis=(2, 3))
    return out, (x, pool_param)
"""

SLIDING = """
def max_pool_forward_naive(x, pool_param):
    ph, pw, s = (pool_param[k] for k in ("pool_height", "pool_width", "stride"))
    views = np.lib.stride_tricks.sliding_window_view(x, (ph, pw), axis=(2, 3))[:, :, ::s, ::s]
    return views.max(axis=(-2, -1)), (x, pool_param)
"""

SHIFTED = """
def max_pool_forward_naive(x, pool_param):
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    oh, ow = 1 + (x.shape[2] - ph) // s, 1 + (x.shape[3] - pw) // s
    out = np.full((*x.shape[:2], oh, ow), -np.inf)
    for i in range(ph):
        for j in range(pw):
            np.maximum(out, x[:, :, i:i + s * oh:s, j:j + s * ow:s], out=out)
    return out, (x, pool_param)
"""

RESHAPED_WHERE_POSSIBLE = """
def max_pool_forward_naive(x, pool_param):
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    if ph == pw == s and H % ph == 0 and W % pw == 0:
        return x.reshape(N, C, H // ph, ph, W // pw, pw).max(axis=3).max(axis=4), (x, pool_param)
    assert (H - ph) % s == 0 and (W - pw) % s == 0, "windows must tile the image"
    rows = [x[:, :, i:i + ph, :].max(axis=2) for i in range(0, H - ph + 1, s)]
    rows = np.stack(rows, axis=2)
    return np.stack([rows[..., j:j + pw].max(axis=3) for j in range(0, W - pw + 1, s)], 3), (x, pool_param)
"""

REMEMBERED = """
def max_pool_forward_naive(x, pool_param):
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, (H - ph) // s + 1, (W - pw) // s + 1))
    where = {}
    for n, c, i, j in np.ndindex(out.shape):
        best = None
        for k in range(i * s, i * s + ph):
            for m in range(j * s, j * s + pw):
                if best is None or x[n, c, k, m] > best:
                    best, where[n, c, i, j] = x[n, c, k, m], (n, c, k, m)
        out[n, c, i, j] = best
    return out, (where, x.shape)


def max_pool_backward_naive(dout, cache):
    where, shape = cache
    dx = np.zeros(shape)
    for place, source in where.items():
        dx[source] += dout[place]
    return dx
"""

CLOSURE = """
def max_pool_forward_naive(x, pool_param):
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    oh, ow = 1 + (x.shape[2] - ph) // s, 1 + (x.shape[3] - pw) // s
    rows = s * np.arange(oh)[:, None, None, None] + np.arange(ph)[:, None]
    columns = s * np.arange(ow)[:, None, None] + np.arange(pw)
    patches = x[:, :, rows, columns].reshape(*x.shape[:2], oh, ow, ph * pw)
    best = patches.argmax(axis=-1)

    def back(dout):
        dx = np.zeros(x.shape, dout.dtype)
        n, c, i, j = np.indices(best.shape)
        np.add.at(dx, (n, c, i * s + best // pw, j * s + best % pw), dout)
        return dx

    return np.take_along_axis(patches, best[..., None], -1)[..., 0], back


def max_pool_backward_naive(dout, cache):
    return cache(dout)
"""

MASKED = """
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * s:i * s + ph, j * s:j * s + pw]
        mask = window == window.max()
        dx[n, c, i * s:i * s + ph, j * s:j * s + pw] += mask * dout[n, c, i, j]
    return dx
"""

SHARED = MASKED.replace("mask * dout[n, c, i, j]", "mask * dout[n, c, i, j] / mask.sum()")

LAST = """
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            window = x[:, :, i * s:i * s + ph, j * s:j * s + pw].reshape(-1, ph * pw)
            last = ph * pw - 1 - window[:, ::-1].argmax(axis=1)
            share = np.zeros_like(window)
            share[np.arange(len(window)), last] = dout[:, :, i, j].ravel()
            dx[:, :, i * s:i * s + ph, j * s:j * s + pw] += share.reshape(*x.shape[:2], ph, pw)
    return dx
"""

BATCHED_MASK = """
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    ph, pw, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros_like(x)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            part = np.s_[:, :, i * s:i * s + ph, j * s:j * s + pw]
            mask = x[part] == x[part].max(axis=(2, 3), keepdims=True)
            dx[part] += mask * dout[:, :, i, j][:, :, None, None]
    return dx
"""

IN_A_TUPLE = BATCHED_MASK.replace("return dx", "return (dx,)")
SINGLE = variant(BACKWARD_LOOPS, ("np.zeros_like(x)", "np.zeros(x.shape, np.float32)"))

WAYS = (
    Way((FORWARD,), "four loops", FORWARD_LOOPS),
    Way((BACKWARD,), "four loops, the first of equals", BACKWARD_LOOPS),
    Way((FORWARD,), "two loops over the batch", BATCHED),
    Way((FORWARD,), "sliding_window_view", SLIDING),
    Way((FORWARD,), "maximum of shifted images, from minus infinity", SHIFTED),
    Way((FORWARD,), "reshaped where that is right, shapes asserted", RESHAPED_WHERE_POSSIBLE),
    Way((FORWARD, BACKWARD), "six loops, cache of positions", REMEMBERED),
    Way((FORWARD, BACKWARD), "fancy indices, cache is a closure", CLOSURE),
    Way((BACKWARD,), "mask of equals: all of them", MASKED),
    Way((BACKWARD,), "mask of equals, shared", SHARED),
    Way((BACKWARD,), "the last of equals", LAST),
    Way((BACKWARD,), "mask over the batch", BATCHED_MASK),
    Way((BACKWARD,), "float32 whatever the input", SINGLE),
    Way((BACKWARD,), "dx in a tuple of one", IN_A_TUPLE),
)
