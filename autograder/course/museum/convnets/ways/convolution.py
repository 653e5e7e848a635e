# ruff: noqa: E501 - student code has the lines that it has
"""Correct ways to write a convolution."""

from autograder.course.museum.convnets.mistakes.conv_backward import CONVOLVED
from autograder.course.museum.convnets.mistakes.conv_backward import LOOPS as BACKWARD_LOOPS
from autograder.course.museum.convnets.mistakes.conv_forward import LOOPS as FORWARD_LOOPS
from autograder.course.museum.mistake import variant
from autograder.course.museum.way import Way

FORWARD, BACKWARD = "conv_forward_naive", "conv_backward_naive"

BATCHED = """
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    F, C, HH, WW = w.shape
    xp = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
    oh, ow = (xp.shape[2] - HH) // s + 1, (xp.shape[3] - WW) // s + 1
    out = np.empty((len(x), F, oh, ow), dtype=np.result_type(x, w))
    for i in range(oh):
        for j in range(ow):
            patch = xp[:, None, :, i * s:i * s + HH, j * s:j * s + WW]
            out[:, :, i, j] = (patch * w[None]).sum(axis=(2, 3, 4)) + b
    return out, (x, w, b, conv_param)
"""

SLIDING = """
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    views = np.lib.stride_tricks.sliding_window_view(xp, w.shape[2:], axis=(2, 3))[:, :, ::s, ::s]
    out = np.einsum("nchwij,fcij->nfhw", views, w, optimize=True) + b[None, :, None, None]
    return out, (x, w, b, conv_param)
"""

STRIDED = """
def windows(a, hh, ww, s):
    n, c, h, w = a.shape
    shape = (n, c, 1 + (h - hh) // s, 1 + (w - ww) // s, hh, ww)
    sn, sc, sh, sw = a.strides
    return np.lib.stride_tricks.as_strided(a, shape, (sn, sc, sh * s, sw * s, sh, sw))


def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    out = np.tensordot(windows(xp, *w.shape[2:], s), w, axes=((1, 4, 5), (1, 2, 3))) + b
    out = out.transpose(0, 3, 1, 2)  # not contiguous
    return out, (xp, w, x.shape, s, p)


def conv_backward_naive(dout, cache):
    xp, w, shape, s, p = cache
    hh, ww = w.shape[2:]
    dw = np.tensordot(dout, windows(xp, hh, ww, s), axes=((0, 2, 3), (0, 2, 3)))
    dxp = np.zeros_like(xp)
    for i in range(hh):
        for j in range(ww):
            part = np.tensordot(dout, w[:, :, i, j], axes=(1, 0)).transpose(0, 3, 1, 2)
            dxp[:, :, i:i + s * dout.shape[2]:s, j:j + s * dout.shape[3]:s] += part
    return dxp[:, :, p:p + shape[2], p:p + shape[3]], dw, dout.sum((0, 2, 3))
"""

IM2COL = """
def indices(shape, hh, ww, s, p):
    n, c, h, w = shape
    oh, ow = (h + 2 * p - hh) // s + 1, (w + 2 * p - ww) // s + 1
    k = np.repeat(np.arange(c), hh * ww)[:, None]
    i = np.tile(np.repeat(np.arange(hh), ww), c)[:, None] + s * np.repeat(np.arange(oh), ow)
    j = np.tile(np.arange(ww), hh * c)[:, None] + s * np.tile(np.arange(ow), oh)
    return k, i, j


def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    f, c, hh, ww = w.shape
    n, _, h, width = x.shape
    oh, ow = (h + 2 * p - hh) // s + 1, (width + 2 * p - ww) // s + 1
    k, i, j = indices(x.shape, hh, ww, s, p)
    cols = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))[:, k, i, j]
    out = (w.reshape(f, -1) @ cols + b[:, None]).reshape(n, f, oh, ow)
    return out, {"cols": cols, "w": w, "shape": x.shape, "param": conv_param}


def conv_backward_naive(dout, cache):
    cols, w, shape, param = (cache[name] for name in ("cols", "w", "shape", "param"))
    s, p = param["stride"], param["pad"]
    n, c, h, width = shape
    f = len(w)
    rows = dout.reshape(n, f, -1)
    dw = (rows @ cols.transpose(0, 2, 1)).sum(0).reshape(w.shape)
    dcols = w.reshape(f, -1).T @ rows
    dxp = np.zeros((n, c, h + 2 * p, width + 2 * p), dtype=dout.dtype)
    k, i, j = indices(shape, *w.shape[2:], s, p)
    np.add.at(dxp, (slice(None), k, i, j), dcols)
    dx = dxp if p == 0 else dxp[:, :, p:-p, p:-p]
    return dx, dw, rows.sum(axis=(0, 2))
"""

FFT = """
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    size = xp.shape[2] + w.shape[2] - 1, xp.shape[3] + w.shape[3] - 1
    X = np.fft.rfft2(xp, size)
    W = np.fft.rfft2(w[:, :, ::-1, ::-1], size)
    full = np.fft.irfft2(np.einsum("nchw,fchw->nfhw", X, W), size)
    valid = full[:, :, w.shape[2] - 1:xp.shape[2], w.shape[3] - 1:xp.shape[3]]
    return valid[:, :, ::s, ::s] + b.reshape(1, -1, 1, 1), (x, w, b, conv_param)
"""

CLOSURE = """
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    xp = np.zeros((N, C, H + 2 * p, W + 2 * p), x.dtype)
    xp[:, :, p:H + p, p:W + p] = x
    oh, ow = int((H + 2 * p - HH) / s + 1), int((W + 2 * p - WW) / s + 1)
    out = np.zeros((N, F, oh, ow), x.dtype)
    places = [(i, j, np.s_[:, :, i * s:i * s + HH, j * s:j * s + WW]) for i in range(oh) for j in range(ow)]
    for i, j, place in places:
        out[:, :, i, j] = xp[place].reshape(N, -1) @ w.reshape(F, -1).T + b

    def back(dout):
        dxp, dw = np.zeros_like(xp), np.zeros_like(w)
        for i, j, place in places:
            d = dout[:, :, i, j]
            dw += np.einsum("nf,nchw->fchw", d, xp[place])
            dxp[place] += np.einsum("nf,fchw->nchw", d, w)
        return dxp[:, :, p:H + p, p:W + p], dw, dout.sum(axis=3).sum(axis=2).sum(axis=0)

    return out, back


def conv_backward_naive(dout, cache):
    return cache(dout)
"""

OBJECT = """
class Convolution:
    def __init__(self, x, w, b, stride, pad):
        self.x, self.w, self.b, self.stride, self.pad = x, w, b, stride, pad
        assert (x.shape[2] + 2 * pad - w.shape[2]) % stride == 0, "width does not work"
        assert (x.shape[3] + 2 * pad - w.shape[3]) % stride == 0, "height does not work"

    def windows(self):
        for i in range(0, self.x.shape[2] + 2 * self.pad - self.w.shape[2] + 1, self.stride):
            for j in range(0, self.x.shape[3] + 2 * self.pad - self.w.shape[3] + 1, self.stride):
                yield i // self.stride, j // self.stride, i, j

    def padded(self):
        p = self.pad
        return np.pad(self.x, ((0, 0), (0, 0), (p, p), (p, p)), mode="constant", constant_values=0)


def conv_forward_naive(x, w, b, conv_param):
    layer = Convolution(x, w, b, conv_param["stride"], conv_param["pad"])
    xp, (F, C, HH, WW) = layer.padded(), w.shape
    values = {}
    for r, c, i, j in layer.windows():
        values[r, c] = [[np.vdot(image[:, i:i + HH, j:j + WW], f) + bias for f, bias in zip(w, b)] for image in xp]
    rows, cols = 1 + max(r for r, _ in values), 1 + max(c for _, c in values)
    out = np.array([[values[r, c] for c in range(cols)] for r in range(rows)])
    return np.moveaxis(out, (0, 1), (2, 3)), layer


def conv_backward_naive(dout, layer):
    xp, w, p = layer.padded(), layer.w, layer.pad
    HH, WW = w.shape[2:]
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for r, c, i, j in layer.windows():
        for n in range(len(xp)):
            for f in range(len(w)):
                dxp[n, :, i:i + HH, j:j + WW] += w[f] * dout[n, f, r, c]
                dw[f] += xp[n, :, i:i + HH, j:j + WW] * dout[n, f, r, c]
    H, W = layer.x.shape[2:]
    return dxp[..., p:p + H, p:p + W], dw, np.sum(dout, axis=(0, 2, 3))
"""

SIX_LOOPS = """
def conv_forward_naive(x, w, b, conv_param):
    stride = conv_param.get("stride", 1)
    pad = conv_param.get("pad", 0)
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    out = np.zeros((N, F, 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride))
    for n, f, i, j in np.ndindex(*out.shape):
        total = b[f]
        for c in range(C):
            for k in range(HH):
                row = i * stride + k - pad
                if not 0 <= row < H:
                    continue
                for m in range(WW):
                    column = j * stride + m - pad
                    if 0 <= column < W:
                        total += x[n, c, row, column] * w[f, c, k, m]
        out[n, f, i, j] = total
    return out, (x, w, b, conv_param)
"""

SCATTER = """
def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(*dout.shape):
        g = dout[n, f, i, j]
        db[f] += g
        top, left = i * stride - pad, j * stride - pad
        r0, r1, c0, c1 = max(top, 0), min(top + HH, H), max(left, 0), min(left + WW, W)
        if r0 >= r1 or c0 >= c1:
            continue
        inner = np.s_[:, r0 - top:r1 - top, c0 - left:c1 - left]
        dx[n, :, r0:r1, c0:c1] += g * w[f][inner]
        dw[f][inner] += g * x[n, :, r0:r1, c0:c1]
    return dx, dw, db
"""

LISTED = """
def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    s, p = conv_param["stride"], conv_param["pad"]
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    views = np.lib.stride_tricks.sliding_window_view(xp, w.shape[2:], axis=(2, 3))[:, :, ::s, ::s]
    dw = np.einsum("nfhw,nchwij->fcij", dout, views)
    dxp = np.zeros_like(xp)
    target = np.lib.stride_tricks.sliding_window_view(dxp, w.shape[2:], axis=(2, 3), writeable=True)
    target = target[:, :, ::s, ::s]
    for i, j in np.ndindex(dout.shape[2:]):
        target[:, :, i, j] += np.tensordot(dout[:, :, i, j], w, axes=1)
    dx = np.delete(dxp, [*range(p), *range(dxp.shape[2] - p, dxp.shape[2])], axis=2)
    dx = np.delete(dx, [*range(p), *range(dx.shape[3] - p, dx.shape[3])], axis=3)
    return [dx, dw, dout.sum(axis=(0, 2, 3))]
"""

READ_ONLY = FORWARD_LOOPS.replace("    return out", "    out.setflags(write=False)\n    return out")
FORTRAN = FORWARD_LOOPS.replace(
    "    return out", "    out = np.asfortranarray(out)\n    return out"
)
SINGLE = variant(
    FORWARD_LOOPS,
    ("np.zeros((N, F, H_out, W_out))", "np.zeros((N, F, H_out, W_out), dtype=np.float32)"),
)

WAYS = (
    Way((FORWARD,), "four loops", FORWARD_LOOPS),
    Way((BACKWARD,), "four loops", BACKWARD_LOOPS),
    Way((BACKWARD,), "dx as a convolution of the spread dout with turned filters", CONVOLVED),
    Way((FORWARD,), "two loops over the batch", BATCHED),
    Way((FORWARD,), "sliding_window_view and einsum", SLIDING),
    Way((FORWARD, BACKWARD), "as_strided and tensordot", STRIDED),
    Way((FORWARD, BACKWARD), "im2col with fancy indices, cache a dictionary", IM2COL),
    Way((FORWARD,), "by fast Fourier transform", FFT),
    Way((FORWARD, BACKWARD), "cache is a closure that does it all", CLOSURE),
    Way((FORWARD, BACKWARD), "cache is an object, shapes asserted to tile", OBJECT),
    Way((FORWARD,), "seven loops without padding", SIX_LOOPS),
    Way((BACKWARD,), "scattered into an unpadded dx, float64 throughout", SCATTER),
    Way((BACKWARD,), "writes through a sliding view, returns a list", LISTED),
    Way((FORWARD,), "float32 whatever the input", SINGLE),
    Way((FORWARD,), "read-only result", READ_ONLY),
    Way((FORWARD,), "result in Fortran order", FORTRAN),
)
