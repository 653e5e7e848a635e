# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes in other hands: the same slips in code of other styles, kept out of every pack.

The packs know the museum's own variants, so that recognizing those proves little. These are
recognized only if a mistake shows by what it returns, whatever the code looks like.
"""

from __future__ import annotations

from autograder.course.museum.convnets.ways import convolution, net, normalization, pooling
from autograder.course.museum.mistake import Unseen, changed

FLIPPED = ("turned by 180 degrees",)
PAD_ONE = ("padding is taken to be 1",)
STRIDE = ("one pixel apart",)
SQUARE = ("images' height", "images' width")

CONV_FORWARD = (
    *changed(
        "conv_forward_naive",
        convolution.BATCHED,
        {
            "batched, pad taken as 1": (
                PAD_ONE,
                [('conv_param["stride"], conv_param["pad"]', 'conv_param["stride"], 1')],
            ),
            "batched, square output": (
                SQUARE,
                [("(xp.shape[3] - WW) // s + 1", "(xp.shape[2] - HH) // s + 1")],
            ),
            "batched, stride forgotten": (
                STRIDE,
                [("i * s:i * s + HH, j * s:j * s + WW", "i:i + HH, j:j + WW")],
            ),
            "batched, one axis of stride forgotten": (
                ("down the rows",),
                [("j * s:j * s + WW", "j:j + WW")],
            ),
            "batched, mean": (("averaged",), [(".sum(axis=(2, 3, 4))", ".mean(axis=(2, 3, 4))")]),
            "batched, edge padding": (
                ("repeats the image's border",),
                [("(p, p)])", "(p, p)], 'edge')")],
            ),
        },
    ),
    *changed(
        "conv_forward_naive",
        convolution.SLIDING,
        {
            "sliding, no bias": (("bias is not added",), [(" + b[None, :, None, None]", "")]),
            "sliding, transposed filters": (
                ("rows and columns of each filter",),
                [("fcij->nfhw", "fcji->nfhw")],
            ),
        },
    ),
    *changed(
        "conv_forward_naive",
        convolution.FFT,
        {
            "fft, true convolution": (FLIPPED, [("w[:, :, ::-1, ::-1]", "w")]),
            "fft, bias subtracted": (("bias is subtracted",), [("+ b.reshape", "- b.reshape")]),
        },
    ),
    *changed(
        "conv_forward_naive",
        convolution.SIX_LOOPS,
        {
            "seven loops, bias per product": (
                ("bias is added to every product", "bias is added"),
                [
                    (
                        "total += x[n, c, row, column] * w[f, c, k, m]",
                        "total += x[n, c, row, column] * w[f, c, k, m] + b[f]",
                    )
                ],
            ),
            "seven loops, pad forgotten": (
                (
                    "not padded",
                    "not past the padding",
                    "above and to the left",
                    "below and to the right",
                ),
                [
                    ("row = i * stride + k - pad", "row = i * stride + k"),
                    ("column = j * stride + m - pad", "column = j * stride + m"),
                ],
            ),
            "seven loops, flipped": (
                FLIPPED,
                [("w[f, c, k, m]", "w[f, c, HH - 1 - k, WW - 1 - m]")],
            ),
        },
    ),
    Unseen(
        "conv_forward_naive",
        "bias inside the loop over channels",
        ("once for every channel",),
        """
def conv_forward_naive(x, w, b, conv_param):
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    stride = conv_param['stride']; pad = conv_param['pad']
    Hp = int(1 + (H + 2 * pad - HH) / stride); Wp = int(1 + (W + 2 * pad - WW) / stride)
    xp = np.pad(x, ((0,), (0,), (pad,), (pad,)), 'constant')
    out = np.zeros((N, F, Hp, Wp))
    for i in range(N):
        for f in range(F):
            for c in range(C):
                for r in range(Hp):
                    for q in range(Wp):
                        out[i, f, r, q] += np.sum(xp[i, c, r*stride:r*stride+HH, q*stride:q*stride+WW] * w[f, c]) + b[f]
    return out, (x, w, b, conv_param)
""",
    ),
)

GATHERED = """
def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    N, F, H1, W1 = dout.shape
    stride, pad = conv_param['stride'], conv_param['pad']
    x_pad = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], 'constant')
    N, C, H, W = x.shape
    HH, WW = w.shape[2:]
    dx_pad = np.zeros(x_pad.shape)
    dw = np.zeros(w.shape)
    db = dout.sum(axis=(0, 2, 3))
    for i in range(H1):
        for j in range(W1):
            xm = x_pad[:, :, i*stride:i*stride+HH, j*stride:j*stride+WW]
            for k in range(F):
                dw[k] += np.sum(xm * (dout[:, k, i, j])[:, None, None, None], axis=0)
            for n in range(N):
                dx_pad[n, :, i*stride:i*stride+HH, j*stride:j*stride+WW] += np.sum(w * (dout[n, :, i, j])[:, None, None, None], axis=0)
    dx = dx_pad[:, :, pad:pad+H, pad:pad+W]
    return dx, dw, db
"""

CROP = "dx_pad[:, :, pad:pad+H, pad:pad+W]"
INTO = "dx_pad[n, :, i*stride:i*stride+HH, j*stride:j*stride+WW] +="

CONV_BACKWARD = (
    *changed(
        "conv_backward_naive",
        GATHERED,
        {
            "gathered, negative crop": (
                ("pad:-pad",),
                [(CROP, "dx_pad[:, :, pad:-pad, pad:-pad]")],
            ),
            "gathered, negative crop into an array": (
                ("pad:-pad",),
                [
                    (
                        f"dx = {CROP}",
                        "dx = np.zeros_like(x)\n    dx[:] = dx_pad[:, :, pad:-pad, pad:-pad]",
                    )
                ],
            ),
            "gathered, crop of one": (
                ("one pixel is cut off",),
                [(CROP, "dx_pad[:, :, 1:-1, 1:-1]")],
            ),
            "gathered, assigned": (
                ("replaces what other windows gave",),
                [(INTO, INTO.replace("+=", "="))],
            ),
            "gathered, loops over the image": (
                ("rows and columns of the input",),
                [("range(H1)", "range(H)"), ("range(W1)", "range(W)")],
            ),
            "gathered, stride forgotten in dx": (
                STRIDE,
                [(INTO, "dx_pad[n, :, i:i+HH, j:j+WW] +=")],
            ),
            "gathered, stride forgotten in dw": (
                STRIDE,
                [
                    (
                        "xm = x_pad[:, :, i*stride:i*stride+HH, j*stride:j*stride+WW]",
                        "xm = x_pad[:, :, i:i+HH, j:j+WW]",
                    )
                ],
            ),
            "gathered, stride and pad taken as 1": (
                (*STRIDE, *PAD_ONE),
                [("conv_param['stride'], conv_param['pad']", "1, 1")],
            ),
            "gathered, db over the images": (
                ("not over the pixels",),
                [("axis=(0, 2, 3)", "axis=0")],
            ),
            "gathered, dw averaged": (
                ("divided by the number of images",),
                [("return dx, dw, db", "return dx, dw / N, db")],
            ),
            "gathered, dw swapped": (
                ("height and width of the filter",),
                [("np.zeros(w.shape)", "np.zeros((F, C, WW, HH))")],
            ),
        },
    ),
    *changed(
        "conv_backward_naive",
        convolution.SCATTER,
        {
            "scattered, filters turned": (
                FLIPPED,
                [("g * w[f][inner]", "g * w[f][:, ::-1, ::-1][inner]")],
            ),
            "scattered, assigned": (
                ("replaces what other windows gave",),
                [("dx[n, :, r0:r1, c0:c1] +=", "dx[n, :, r0:r1, c0:c1] =")],
            ),
            "scattered, db averaged": (
                ("db is divided by the number of images", "mean of dout"),
                [("return dx, dw, db", "return dx, dw, db / N")],
            ),
        },
    ),
)

POOL = (
    Unseen(
        "max_pool_forward_naive",
        "size by the window",
        ("divided by the window's",),
        """
def max_pool_forward_naive(x, pool_param):
    N, C, H, W = x.shape
    ph, pw, s = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    out = np.zeros((N, C, int(H/ph), int(W/pw)))
    for i in range(int(H/ph)):
        for j in range(int(W/pw)):
            out[:, :, i, j] = np.max(x[:, :, i*s:i*s+ph, j*s:j*s+pw], axis=(2, 3))
    return out, (x, pool_param)
""",
    ),
    *changed(
        "max_pool_forward_naive",
        pooling.BATCHED,
        {
            "batched, height for width": (
                ("one side of the window",),
                [('pool_param["pool_width"]', 'pool_param["pool_height"]')],
            ),
            "batched, stride forgotten": (
                STRIDE,
                [("i * s:i * s + ph, j * s:j * s + pw", "i:i + ph, j:j + pw")],
            ),
            "batched, sides exchanged": (
                ("pool_height and pool_width are exchanged",),
                [("ph, pw, s = ", "pw, ph, s = ")],
            ),
        },
    ),
    *changed(
        "max_pool_forward_naive",
        pooling.SHIFTED,
        {"shifted, from zero": (("begins with zero",), [("-np.inf", "0.0")])},
    ),
    *changed(
        "max_pool_forward_naive",
        pooling.SLIDING,
        {
            "sliding, over channels": (
                ("over all channels",),
                [
                    (
                        "views.max(axis=(-2, -1))",
                        "np.repeat(views.max(axis=(1, -2, -1))[:, None], x.shape[1], 1)",
                    )
                ],
            ),
        },
    ),
    *changed(
        "max_pool_backward_naive",
        pooling.BATCHED_MASK,
        {
            "mask assigned": (("replaces what",), [("dx[part] += mask", "dx[part] = mask")]),
            "mask, stride is two": (("stride is taken to be 2",), [('pool_param["stride"]', "2")]),
            "mask, height for width": (
                ("one side of the window",),
                [('pool_param["pool_width"]', 'pool_param["pool_height"]')],
            ),
            "all get it": (
                ("every pixel of a window",),
                [("mask * dout", "np.ones_like(mask) * dout")],
            ),
            "mask over channels": (
                ("over all channels",),
                [("max(axis=(2, 3)", "max(axis=(1, 2, 3)")],
            ),
        },
    ),
    *changed(
        "max_pool_backward_naive",
        pooling.LAST,
        {"smallest": (("smallest value",), [(".argmax(axis=1)", ".argmin(axis=1)")])},
    ),
    Unseen(
        "max_pool_backward_naive",
        "unravelled by height",
        ("with the wrong width",),
        """
def max_pool_backward_naive(dout, cache):
    x, p = cache
    hh, ww, s = p['pool_height'], p['pool_width'], p['stride']
    dx = np.zeros(x.shape)
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    a = np.argmax(x[n, c, i*s:i*s+hh, j*s:j*s+ww])
                    dx[n, c, i*s + a // hh, j*s + a % hh] += dout[n, c, i, j]
    return dx
""",
    ),
)

BATCHNORM = (
    Unseen(
        "spatial_batchnorm_forward",
        "reshaped only",
        ("without moving the channel axis",),
        """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    out, cache = batchnorm_forward(x.reshape(N * H * W, C), gamma, beta, bn_param)
    return out.reshape(x.shape), cache
""",
    ),
    Unseen(
        "spatial_batchnorm_forward",
        "no running values",
        ("not kept in bn_param", "with the batch's own statistics"),
        """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    C = x.shape[1]
    eps = bn_param.get('eps', 1e-5)
    mu = x.mean(axis=(0, 2, 3)).reshape(1, C, 1, 1)
    v = x.var(axis=(0, 2, 3)).reshape(1, C, 1, 1)
    xh = (x - mu) / np.sqrt(v + eps)
    return gamma.reshape(1, C, 1, 1) * xh + beta.reshape(1, C, 1, 1), (x, gamma, beta, bn_param)
""",
    ),
    *changed(
        "spatial_batchnorm_forward",
        normalization.IN_PLACE_RUNNING,
        {
            "momentum exchanged": (
                ("momentum weighs the new batch",),
                [
                    (
                        'bn_param["running_mean"] *= momentum',
                        'bn_param["running_mean"] *= 1 - momentum',
                    ),
                    (
                        'bn_param["running_mean"] += (1 - momentum)',
                        'bn_param["running_mean"] += momentum',
                    ),
                    (
                        'bn_param["running_var"] *= momentum',
                        'bn_param["running_var"] *= 1 - momentum',
                    ),
                    (
                        'bn_param["running_var"] += (1 - momentum)',
                        'bn_param["running_var"] += momentum',
                    ),
                ],
            ),
            "running standard deviation": (
                ("standard deviations",),
                [("+= (1 - momentum) * var", "+= (1 - momentum) * var**0.5")],
            ),
            "divided by the variance": (
                ("variance instead of the standard deviation",),
                [("** -0.5", "** -1.0")],
            ),
        },
    ),
    *changed(
        "spatial_batchnorm_forward",
        normalization.SWAPPED_AXES.split("\ndef spatial_batchnorm_backward")[0],
        {
            "beta forgotten": (
                ("beta is left out",),
                [("rows, gamma, beta, bn_param", "rows, gamma, 0 * beta, bn_param")],
            )
        },
    ),
    Unseen(
        "spatial_batchnorm_backward",
        "reshaped only",
        ("without moving the channel axis",),
        """
def spatial_batchnorm_backward(dout, cache):
    x, gamma, beta, bn_param = cache
    N, C, H, W = dout.shape
    _, again = batchnorm_forward(x.reshape(-1, C), gamma, beta, dict(bn_param))
    dx, dgamma, dbeta = batchnorm_backward(dout.reshape(-1, C), again)
    return dx.reshape(N, C, H, W), dgamma, dbeta
""",
    ),
    Unseen(
        "spatial_batchnorm_backward",
        "by formula, with the wrong count",
        ("divided by the number of images",),
        """
def spatial_batchnorm_backward(dout, cache):
    x, gamma, beta, bn_param = cache
    N, C, H, W = x.shape
    g = gamma.reshape(1, -1, 1, 1)
    mu, v = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
    inv = (v + bn_param.get('eps', 1e-5)) ** -0.5
    xh = (x - mu) * inv
    db, dg = dout.sum((0, 2, 3)), (dout * xh).sum((0, 2, 3))
    dx = g * inv / N * (N * dout - db.reshape(g.shape) - xh * dg.reshape(g.shape))
    return dx, dg, db
""",
    ),
)

GROUPNORM = (
    Unseen(
        "spatial_groupnorm_forward",
        "pixel by pixel",
        ("each pixel is normalized over the channels of its group",),
        """
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    eps = gn_param.get('eps', 1e-5)
    out = np.zeros_like(x)
    k = x.shape[1] // G
    for g in range(G):
        s = x[:, g*k:(g+1)*k]
        out[:, g*k:(g+1)*k] = (s - s.mean(axis=1, keepdims=True)) / np.sqrt(s.var(axis=1, keepdims=True) + eps)
    return out * gamma + beta, (x, gamma, beta, G, gn_param)
""",
    ),
    Unseen(
        "spatial_groupnorm_forward",
        "over the batch",
        ("over the images too", "all images share"),
        """
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    eps = gn_param.get('eps', 1e-5)
    out = np.zeros_like(x)
    k = x.shape[1] // G
    for g in range(G):
        s = x[:, g*k:(g+1)*k]
        out[:, g*k:(g+1)*k] = (s - s.mean()) / np.sqrt(s.var() + eps)
    return out * gamma + beta, (x, gamma, beta, G, gn_param)
""",
    ),
    Unseen(
        "spatial_groupnorm_forward",
        "every G-th channel",
        ("every G-th channel",),
        """
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    out = np.zeros_like(x)
    for g in range(G):
        s = x[:, g::G]
        m, v = s.mean(axis=(1, 2, 3), keepdims=True), s.var(axis=(1, 2, 3), keepdims=True)
        out[:, g::G] = (s - m) / np.sqrt(v + gn_param.get('eps', 1e-5))
    return out * gamma + beta, (x, gamma, beta, G, gn_param)
""",
    ),
    Unseen(
        "spatial_groupnorm_backward",
        "flat dgamma",
        ("another layout",),
        """
def spatial_groupnorm_backward(dout, cache):
    x, gamma, beta, G, gn_param = cache
    N, C, H, W = x.shape
    xg = x.reshape(N * G, -1)
    v = xg.var(1, keepdims=True) + gn_param.get('eps', 1e-5)
    xh = (xg - xg.mean(1, keepdims=True)) / np.sqrt(v)
    d = (dout * gamma).reshape(N * G, -1)
    D = d.shape[1]
    dx = (D * d - d.sum(1, keepdims=True) - xh * (d * xh).sum(1, keepdims=True)) / (D * np.sqrt(v))
    return dx.reshape(x.shape), (dout * xh.reshape(x.shape)).sum((0, 2, 3)), dout.sum((0, 2, 3))
""",
    ),
    *changed(
        "spatial_groupnorm_backward",
        normalization.GROUP_STEPS,
        {
            "steps, gamma forgotten": (
                ("gamma is left out",),
                [("dout[n, s] * gamma[0, s]\n", "dout[n, s]\n")],
            ),
            "steps, wrong count": (
                ("number of pixels, without the channels",),
                [("m = group.size", "m = H * W")],
            ),
            "steps, no path through the variance": (
                ("path through the variance",),
                [(" + dvar * 2 * (group - mu) / m", "")],
            ),
        },
    ),
)

NET = changed(
    "ThreeLayerConvNet",
    net.SANDWICHES,
    {
        "sandwiches, penalty without half": (
            ("lacks the factor 0.5",),
            [("loss += .5 * self.reg", "loss += self.reg")],
        ),
        "sandwiches, penalty on all": (
            ("biases are penalized",),
            [
                (
                    "            if p.startswith('W'):\n                loss",
                    "            if True:\n                loss",
                )
            ],
        ),
        "sandwiches, no penalty in gradients": (
            ("not in the gradients",),
            [("                grads[p] += self.reg * self.params[p]\n", "")],
        ),
        "sandwiches, unscaled": (
            ("without weight_scale",),
            [("np.random.normal(0, weight_scale, shape)", "np.random.normal(0, 1, shape)")],
        ),
        "sandwiches, no relu in the middle": (
            ("no ReLU after the first affine layer",),
            [
                ("z2, c2 = affine_relu_forward", "z2, c2 = affine_forward"),
                ("affine_relu_backward(dz2", "affine_backward(dz2"),
            ],
        ),
        "sandwiches, dtype forgotten": (
            ("stay float64",),
            [("self.params[k].astype(dtype)", "self.params[k]")],
        ),
        "sandwiches, W2 for the full image": (
            ("rows that does not fit",),
            [("num_filters * H // 2 * (W // 2)", "num_filters * H * W")],
        ),
        "sandwiches, zero weights": (
            ("start at zero",),
            [("np.random.normal(0, weight_scale, shape)", "np.zeros(shape)")],
        ),
    },
)

UNSEEN: tuple[Unseen, ...] = (
    *CONV_FORWARD,
    *CONV_BACKWARD,
    *POOL,
    *BATCHNORM,
    *GROUPNORM,
    *NET,
)
