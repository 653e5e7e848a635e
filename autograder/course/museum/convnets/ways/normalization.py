# ruff: noqa: E501 - student code has the lines that it has
"""Correct ways to write the two normalizations."""

from autograder.course.museum.convnets.mistakes import (
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)
from autograder.course.museum.mistake import variant
from autograder.course.museum.way import Way

BATCH = ("spatial_batchnorm_forward", "spatial_batchnorm_backward")
GROUP = ("spatial_groupnorm_forward", "spatial_groupnorm_backward")

PAIR_BY_ROWS = """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    out, cache = batchnorm_forward(np.moveaxis(x, 1, 3).reshape(-1, C), gamma, beta, bn_param)
    return np.moveaxis(out.reshape(N, H, W, C), 3, 1), cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dx, dgamma, dbeta = batchnorm_backward_alt(np.moveaxis(dout, 1, 3).reshape(-1, C), cache)
    return np.moveaxis(dx.reshape(N, H, W, C), 3, 1), dgamma, dbeta
"""

SWAPPED_AXES = """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    rows = np.swapaxes(x, 1, 3).reshape(N * W * H, C)  # (N, W, H, C)
    out, cache = batchnorm_forward(rows, gamma, beta, bn_param)
    return np.swapaxes(out.reshape(N, W, H, C), 1, 3), cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    rows = np.swapaxes(dout, 1, 3).reshape(N * W * H, C)
    dx, dgamma, dbeta = batchnorm_backward(rows, cache)
    return np.swapaxes(dx.reshape(N, W, H, C), 1, 3), dgamma, dbeta
"""

KEPT_DIMS = """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    shape = (1, x.shape[1], 1, 1)
    mean = bn_param.setdefault("running_mean", np.zeros(shape, dtype=x.dtype))
    var = bn_param.setdefault("running_var", np.zeros(shape, dtype=x.dtype))
    if bn_param["mode"] == "train":
        mean, var = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
        for name, value in (("running_mean", mean), ("running_var", var)):
            bn_param[name] = momentum * bn_param[name] + (1 - momentum) * value
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma[:, None, None] * x_hat + beta[:, None, None], (x_hat, gamma, np.sqrt(var + eps))


def spatial_batchnorm_backward(dout, cache):
    x_hat, gamma, std = cache
    m = dout.size // dout.shape[1]
    dgamma, dbeta = np.einsum("nchw,nchw->c", dout, x_hat), np.einsum("nchw->c", dout)
    inner = m * dout - dbeta[:, None, None] - x_hat * dgamma[:, None, None]
    return gamma[:, None, None] / (m * std) * inner, dgamma, dbeta
"""

IN_PLACE_RUNNING = """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    C = x.shape[1]
    if "running_mean" not in bn_param:
        bn_param["running_mean"] = np.zeros((1, C))
        bn_param["running_var"] = np.zeros((1, C))
    as_images = lambda a: np.reshape(a, (1, C, 1, 1))
    if mode == "train":
        mu = np.mean(np.mean(np.mean(x, axis=3), axis=2), axis=0)
        var = ((x - as_images(mu)) ** 2).sum(axis=(0, 2, 3)) / (x.size / C)
        bn_param["running_mean"] *= momentum
        bn_param["running_mean"] += (1 - momentum) * mu
        bn_param["running_var"] *= momentum
        bn_param["running_var"] += (1 - momentum) * var
    elif mode == "test":
        mu, var = bn_param["running_mean"], bn_param["running_var"]
    else:
        raise ValueError("Invalid forward batchnorm mode: %s" % mode)
    out = (x - as_images(mu)) * (as_images(gamma) * (as_images(var) + eps) ** -0.5) + as_images(beta)
    return out, (x, gamma, beta, bn_param)
"""

CHANNEL_LOOP = """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    out = np.zeros_like(x)
    old_mean = bn_param.get("running_mean", np.zeros(C))
    old_var = bn_param.get("running_var", np.zeros(C))
    new_mean, new_var, caches = [], [], []
    for c in range(C):
        param = {**bn_param, "running_mean": old_mean[c:c + 1], "running_var": old_var[c:c + 1]}
        rows, cache = batchnorm_forward(x[:, c].reshape(-1, 1), gamma[c:c + 1], beta[c:c + 1], param)
        out[:, c] = rows.reshape(N, H, W)
        new_mean.append(param["running_mean"][0])
        new_var.append(param["running_var"][0])
        caches.append(cache)
    bn_param["running_mean"], bn_param["running_var"] = np.array(new_mean), np.array(new_var)
    return out, caches


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dx, dgamma, dbeta = np.zeros(dout.shape), np.zeros(C), np.zeros(C)
    for c in range(C):
        d, dgamma[c:c + 1], dbeta[c:c + 1] = batchnorm_backward(dout[:, c].reshape(-1, 1), cache[c])
        dx[:, c] = d.reshape(N, H, W)
    return dx, dgamma, dbeta
"""

GROUPS_BY_LAYERNORM = """
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    rows = x.reshape(N * G, -1)
    width = rows.shape[1]
    out, cache = layernorm_forward(rows, np.ones(width), np.zeros(width), gn_param)
    x_hat = out.reshape(x.shape)
    return gamma * x_hat + beta, (cache, x_hat, gamma, G)


def spatial_groupnorm_backward(dout, cache):
    cache, x_hat, gamma, G = cache
    N, C, H, W = dout.shape
    dx, _, _ = layernorm_backward((dout * gamma).reshape(N * G, -1), cache)
    total = lambda a: a.sum(axis=(0, 2, 3)).reshape(1, C, 1, 1)
    return dx.reshape(N, C, H, W), total(dout * x_hat), total(dout)
"""

GROUPS_BY_BATCHNORM = """
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    columns = x.reshape(N * G, -1).T
    one, zero = np.ones(N * G), np.zeros(N * G)
    out, cache = batchnorm_forward(columns, one, zero, {"mode": "train", **gn_param})
    x_hat = out.T.reshape(N, C, H, W)
    return x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1), {"bn": cache, "x_hat": x_hat, "gamma": gamma, "G": G}


def spatial_groupnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dx_hat = (dout * cache["gamma"]).reshape(N * cache["G"], -1).T
    dx, _, _ = batchnorm_backward(dx_hat, cache["bn"])
    dgamma = np.sum(dout * cache["x_hat"], axis=(0, 2, 3), keepdims=True)
    return dx.T.reshape(N, C, H, W), dgamma, dout.sum(axis=(0, 2, 3))[None, :, None, None]
"""

GROUP_LOOPS = """
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    eps = gn_param.get("eps", 1e-5)
    size = x.shape[1] // G
    out = np.zeros(x.shape)
    for n in range(x.shape[0]):
        for g in range(G):
            group = x[n, g * size:(g + 1) * size]
            out[n, g * size:(g + 1) * size] = (group - group.mean()) / (group.var() + eps) ** 0.5
    return gamma * out + beta, (x, gamma, beta, G, gn_param)
"""

GROUP_STEPS = """
def spatial_groupnorm_backward(dout, cache):
    x, gamma, beta, G, gn_param = cache
    N, C, H, W = x.shape
    dgamma, dbeta = np.zeros((1, C, 1, 1)), np.zeros((1, C, 1, 1))
    dx = np.zeros_like(x)
    size = C // G
    for n in range(N):
        for g in range(G):
            s = slice(g * size, (g + 1) * size)
            group, d = x[n, s], dout[n, s] * gamma[0, s]
            m = group.size
            mu, var = group.mean(), group.var()
            inv = 1.0 / np.sqrt(var + gn_param.get("eps", 1e-5))
            dvar = np.sum(d * (group - mu)) * -0.5 * inv**3
            dmu = -inv * np.sum(d)
            dx[n, s] = d * inv + dvar * 2 * (group - mu) / m + dmu / m
            dgamma[0, s, 0, 0] += np.sum(dout[n, s] * (group - mu) * inv, axis=(1, 2))
    dbeta[0, :, 0, 0] = dout.sum(axis=(0, 2, 3))
    return dx, dgamma, dbeta
"""
# Groups of all images lie one after another in memory, so that the order of the first two axes
# makes no difference.
IMAGES_INSIDE = variant(
    spatial_groupnorm_forward.DIRECT,
    ("x.reshape(N, G, C // G, H, W)", "x.reshape(G, N, C // G, H, W)"),
)

WAYS = (
    Way(BATCH[:1], "direct, with axes", spatial_batchnorm_forward.DIRECT),
    Way(BATCH[:1], "by rows", spatial_batchnorm_forward.BY_ROWS),
    Way(BATCH[1:], "direct, with axes", spatial_batchnorm_backward.DIRECT),
    Way(BATCH[1:], "by rows", spatial_batchnorm_backward.BY_ROWS),
    Way(BATCH[1:], "step by step", spatial_batchnorm_backward.STEPS),
    Way(BATCH, "moveaxis, cache of the given layer", PAIR_BY_ROWS),
    Way(BATCH, "rows of (N, W, H, C)", SWAPPED_AXES),
    Way(BATCH, "running values of shape (1, C, 1, 1)", KEPT_DIMS),
    Way(BATCH[:1], "running values of shape (1, C), updated in place", IN_PLACE_RUNNING),
    Way(BATCH, "a loop over channels, cache a list", CHANNEL_LOOP),
    Way(GROUP[:1], "groups as an axis", spatial_groupnorm_forward.DIRECT),
    Way(GROUP[:1], "groups and images exchanged, both ways", IMAGES_INSIDE),
    Way(GROUP[:1], "groups as rows", spatial_groupnorm_forward.BY_ROWS),
    Way(GROUP[1:], "groups as an axis", spatial_groupnorm_backward.DIRECT),
    Way(GROUP, "by the given layer normalization", GROUPS_BY_LAYERNORM),
    Way(GROUP, "by the given batch normalization", GROUPS_BY_BATCHNORM),
    Way(GROUP[:1], "loops over images and groups", GROUP_LOOPS),
    Way(GROUP[1:], "loops over images and groups, step by step", GROUP_STEPS),
)
