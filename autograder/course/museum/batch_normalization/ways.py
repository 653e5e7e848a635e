"""Correct ways to write both normalizations: each gets all points on its functions."""

from autograder.course.museum.batch_normalization import mistakes
from autograder.course.museum.way import Way

BATCH = ("batchnorm_forward", "batchnorm_backward", "batchnorm_backward_alt")
LAYER = ("layernorm_forward", "layernorm_backward")

STEP_BY_STEP = """
def batchnorm_forward(x, gamma, beta, bn_param):
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    D = x.shape[1]
    rm = bn_param.get("running_mean", np.zeros(D))
    rv = bn_param.get("running_var", np.zeros(D))
    cache = None
    if bn_param["mode"] == "train":
        mu = 1.0 / len(x) * np.sum(x, axis=0)
        xmu = x - mu
        sq = xmu ** 2
        var = 1.0 / len(x) * np.sum(sq, axis=0)
        sqrtvar = np.sqrt(var + eps)
        ivar = 1.0 / sqrtvar
        xhat = xmu * ivar
        out = gamma * xhat + beta
        cache = (xhat, gamma, xmu, ivar, sqrtvar, var, eps)
        rm = momentum * rm + (1 - momentum) * mu
        rv = momentum * rv + (1 - momentum) * var
    elif bn_param["mode"] == "test":
        out = gamma * ((x - rm) / np.sqrt(rv + eps)) + beta
    else:
        raise ValueError("Invalid mode")
    bn_param["running_mean"] = rm
    bn_param["running_var"] = rv
    return out, cache


def batchnorm_backward(dout, cache):
    xhat, gamma, xmu, ivar, sqrtvar, var, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / sqrtvar ** 2 * divar
    dvar = 0.5 / np.sqrt(var + eps) * dsqrtvar
    dsq = np.ones((N, D)) / N * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -np.sum(dx1, axis=0)
    return dx1 + np.ones((N, D)) / N * dmu, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    xhat, gamma, ivar = cache[0], cache[1], cache[3]
    g = dout * gamma
    dx = ivar * (g - np.mean(g, axis=0) - xhat * np.mean(g * xhat, axis=0))
    return dx, np.sum(dout * xhat, 0), np.sum(dout, 0)
"""

DICTIONARY = """
def batchnorm_forward(x, gamma, beta, bn_param):
    eps, m = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    for name in ("running_mean", "running_var"):
        bn_param.setdefault(name, np.zeros(x.shape[1], dtype=x.dtype))
    if bn_param["mode"] == "test":
        scale = gamma / np.sqrt(bn_param["running_var"] + eps)
        return x * scale + (beta - bn_param["running_mean"] * scale), {}
    mean, var = np.average(x, axis=0), np.square(x - np.average(x, axis=0)).mean(0)
    bn_param["running_mean"] += (1 - m) * (mean - bn_param["running_mean"])
    bn_param["running_var"] += (1 - m) * (var - bn_param["running_var"])
    hat = (x - mean) / (var + eps) ** 0.5
    return hat * gamma + beta, {"hat": hat, "scale": gamma / (var + eps) ** 0.5}


def batchnorm_backward(dout, cache):
    hat, scale, n = cache["hat"], cache["scale"], float(len(dout))
    project = np.eye(len(dout)) - 1 / n
    centred = project @ dout
    return scale * (centred - hat * (hat * dout).sum(0) / n), (hat * dout).sum(0), dout.sum(0)


def batchnorm_backward_alt(dout, cache):
    return batchnorm_backward(dout, cache)
"""

TRANSPOSED = """
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    xt = x.T
    mean, var = xt.mean(axis=0), xt.var(axis=0)
    hat = ((xt - mean) / np.sqrt(var + eps)).T
    return gamma * hat + beta, (hat, gamma, np.sqrt(var + eps))


def layernorm_backward(dout, cache):
    hat, gamma, std = cache
    g, h = (dout * gamma).T, hat.T
    D = g.shape[0]
    dx = (g - g.sum(axis=0) / D - h * (g * h).sum(axis=0) / D) / std
    return dx.T, (dout * hat).sum(axis=0), dout.sum(axis=0)
"""

ROW_BY_ROW = """
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    out, hats, stds = np.empty_like(x), [], []
    for i, row in enumerate(x):
        std = np.sqrt(np.mean((row - row.mean()) ** 2) + eps)
        hats.append((row - row.mean()) / std)
        stds.append(std)
        out[i] = gamma * hats[-1] + beta
    return out, (np.array(hats), gamma, stds)


def layernorm_backward(dout, cache):
    hats, gamma, stds = cache
    dx = np.empty_like(dout)
    for i in range(len(dout)):
        g = dout[i] * gamma
        dx[i] = (g - g.mean() - hats[i] * np.dot(g, hats[i]) / g.size) / stds[i]
    return dx, np.einsum("nd,nd->d", dout, hats), dout.sum(axis=0)
"""

WAYS: tuple[Way, ...] = (
    Way(BATCH, "a step of the graph at a time", STEP_BY_STEP),
    Way(BATCH, "running values in place, and a projection", DICTIONARY),
    Way(
        BATCH,
        "variance first, then the mean",
        mistakes.BATCH_FORWARD + mistakes.BACKWARD + mistakes.ALT,
    ),
    Way(LAYER, "by the transpose", TRANSPOSED),
    Way(LAYER, "row by row", ROW_BY_ROW),
    Way(LAYER, "sums over rows", mistakes.LAYER_FORWARD + mistakes.LAYER_BACKWARD),
)
