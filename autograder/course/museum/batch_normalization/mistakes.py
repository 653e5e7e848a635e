# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes that students make in BatchNormalization."""

from autograder.course.museum.mistake import Mistake, variants

BATCH_FORWARD = """
def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    if mode == "train":
        mu = np.mean(x, axis=0)
        var = np.var(x, axis=0)
        std = np.sqrt(var + eps)
        x_hat = (x - mu) / std
        out = gamma * x_hat + beta
        cache = (x_hat, gamma, 1 / std)
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        x_hat = (x - running_mean) / np.sqrt(running_var + eps)
        out = gamma * x_hat + beta
        cache = None
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache
"""

BACKWARD = """
def batchnorm_backward(dout, cache):
    x_hat, gamma, inv_std = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    xmu = x_hat / inv_std
    dvar = np.sum(dx_hat * xmu, axis=0) * -0.5 * inv_std**3
    dmu = np.sum(-dx_hat * inv_std, axis=0)
    dx = dx_hat * inv_std + dvar * 2 * xmu / N + dmu / N
    return dx, dgamma, dbeta
"""

ALT = """
def batchnorm_backward_alt(dout, cache):
    x_hat, gamma, inv_std = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx = gamma * inv_std / N * (N * dout - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta
"""

LAYER_FORWARD = """
def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (x - mu) * inv_std
    out = gamma * x_hat + beta
    cache = (x_hat, gamma, inv_std)
    return out, cache
"""

LAYER_BACKWARD = """
def layernorm_backward(dout, cache):
    x_hat, gamma, inv_std = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dx_hat = dout * gamma
    shift = np.sum(dx_hat, axis=1, keepdims=True)
    stretch = np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx = inv_std / D * (D * dx_hat - shift - x_hat * stretch)
    return dx, dgamma, dbeta
"""

DBETA, DGAMMA = "dbeta = np.sum(dout, axis=0)", "dgamma = np.sum(dout * x_hat, axis=0)"
RETURN = "return dx, dgamma, dbeta"
DX = "dx = dx_hat * inv_std + dvar * 2 * xmu / N + dmu / N"
FORMULA = "dx = gamma * inv_std / N * (N * dout - dbeta - x_hat * dgamma)"
ROWS = "dx = inv_std / D * (D * dx_hat - shift - x_hat * stretch)"
NORMALIZED = "        x_hat = (x - running_mean) / np.sqrt(running_var + eps)\n        out = gamma * x_hat + beta\n        cache = None"

SCALES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "dbeta_mean": (
        "dbeta is averaged instead of summed",
        [(DBETA, "dbeta = np.mean(dout, axis=0)")],
    ),
    "dgamma_mean": (
        "dgamma is averaged instead of summed",
        [(DGAMMA, "dgamma = np.mean(dout * x_hat, axis=0)")],
    ),
    "dbeta_over_features": (
        "dbeta is summed over the features instead of the examples",
        [(DBETA, "dbeta = np.sum(dout, axis=1)")],
    ),
    "dbeta_total": (
        "dbeta is one number, the sum of all of dout",
        [(DBETA, "dbeta = np.sum(dout)")],
    ),
    "dgamma_times_gamma": (
        "gamma is multiplied into dgamma",
        [(RETURN, "return dx, dgamma * gamma, dbeta")],
    ),
    "dgamma_without_x": (
        "dgamma is computed without the normalized x",
        [(RETURN, "return dx, np.sum(dout, axis=0), dbeta")],
    ),
    "dgamma_centred": (
        "dgamma is computed with x less its mean, not divided by the standard deviation",
        [(RETURN, "return dx, np.sum(dout * x_hat / inv_std, axis=0), dbeta")],
    ),
    "swapped": ("dgamma and dbeta are exchanged", [(RETURN, "return dx, dbeta, dgamma")]),
    "dx_zero": ("dx is zero", [(RETURN, "return np.zeros_like(dout), dgamma, dbeta")]),
    "dx_negative": ("dx has the wrong sign", [(RETURN, "return -dx, dgamma, dbeta")]),
}
"""What goes wrong in the same way in each of the backward passes."""

MISTAKES: tuple[Mistake, ...] = (
    *variants(
        "batchnorm_forward",
        BATCH_FORWARD,
        {
            "by_rows": (
                "mean and variance are taken over each example's features",
                [
                    ("np.mean(x, axis=0)", "np.mean(x, axis=1, keepdims=True)"),
                    ("np.var(x, axis=0)", "np.var(x, axis=1, keepdims=True)"),
                    (
                        "running_mean + (1 - momentum) * mu",
                        "running_mean + (1 - momentum) * np.mean(x, axis=0)",
                    ),
                    (
                        "running_var + (1 - momentum) * var",
                        "running_var + (1 - momentum) * np.var(x, axis=0)",
                    ),
                ],
            ),
            "over_everything": (
                "all features share one mean and one variance",
                [("np.mean(x, axis=0)", "np.mean(x)"), ("np.var(x, axis=0)", "np.var(x)")],
            ),
            "variance_for_std": (
                "x is divided by the variance instead of the standard deviation",
                [("std = np.sqrt(var + eps)", "std = var + eps")],
            ),
            "eps_outside": (
                "eps is added to the standard deviation instead of the variance",
                [("std = np.sqrt(var + eps)", "std = np.sqrt(var) + eps")],
            ),
            "no_eps": (
                "eps is left out",
                [
                    ("std = np.sqrt(var + eps)", "std = np.sqrt(var)"),
                    ("np.sqrt(running_var + eps)", "np.sqrt(running_var)"),
                ],
            ),
            "eps_ignored": (
                "the eps in bn_param is not used",
                [('bn_param.get("eps", 1e-5)', "1e-5")],
            ),
            "momentum_ignored": (
                "the momentum in bn_param is not used",
                [('bn_param.get("momentum", 0.9)', "0.9")],
            ),
            "unbiased": (
                "the variance is divided by one less than the number of examples",
                [("np.var(x, axis=0)", "np.var(x, axis=0, ddof=min(1, N - 1))")],
            ),
            "not_centred": (
                "the mean is not subtracted",
                [("x_hat = (x - mu) / std", "x_hat = x / std")],
            ),
            "not_scaled": (
                "x is not divided by the standard deviation",
                [("x_hat = (x - mu) / std", "x_hat = x - mu")],
            ),
            "no_gamma": (
                "gamma is left out in training",
                [
                    (
                        "out = gamma * x_hat + beta\n        cache = (x_hat",
                        "out = x_hat + beta\n        cache = (x_hat",
                    )
                ],
            ),
            "no_beta": (
                "beta is left out in training",
                [
                    (
                        "out = gamma * x_hat + beta\n        cache = (x_hat",
                        "out = gamma * x_hat\n        cache = (x_hat",
                    )
                ],
            ),
            "gamma_and_beta_swapped": (
                "gamma and beta have changed places",
                [
                    (
                        "out = gamma * x_hat + beta\n        cache = (x_hat",
                        "out = beta * x_hat + gamma\n        cache = (x_hat",
                    )
                ],
            ),
            "momentum_reversed": (
                "momentum weighs the new batch instead of the old running value",
                [
                    (
                        "momentum * running_mean + (1 - momentum) * mu",
                        "(1 - momentum) * running_mean + momentum * mu",
                    ),
                    (
                        "momentum * running_var + (1 - momentum) * var",
                        "(1 - momentum) * running_var + momentum * var",
                    ),
                ],
            ),
            "running_not_kept": (
                "running values are not put back into bn_param",
                [
                    (
                        '    bn_param["running_mean"] = running_mean\n    bn_param["running_var"] = running_var\n',
                        "",
                    )
                ],
            ),
            "running_overwritten": (
                "running values are those of the last batch",
                [
                    ("momentum * running_mean + (1 - momentum) * mu", "mu"),
                    ("momentum * running_var + (1 - momentum) * var", "var"),
                ],
            ),
            "running_std": (
                "the running variance is one of standard deviations",
                [("(1 - momentum) * var", "(1 - momentum) * std")],
            ),
            "running_var_one": (
                "the running variance begins with one instead of zero",
                [
                    (
                        'bn_param.get("running_var", np.zeros(D, dtype=x.dtype))',
                        'bn_param.get("running_var", np.ones(D, dtype=x.dtype))',
                    )
                ],
            ),
            "test_uses_batch": (
                "test mode uses the batch's own mean and variance",
                [
                    (
                        NORMALIZED,
                        NORMALIZED.replace("running_mean", "x.mean(axis=0)").replace(
                            "running_var", "x.var(axis=0)"
                        ),
                    )
                ],
            ),
            "test_without_gamma": (
                "test mode leaves gamma and beta out",
                [(NORMALIZED, NORMALIZED.replace("gamma * x_hat + beta", "x_hat"))],
            ),
            "test_variance": (
                "test mode divides by the running variance instead of its root",
                [("np.sqrt(running_var + eps)", "(running_var + eps)")],
            ),
            "test_without_eps": (
                "test mode leaves eps out",
                [("np.sqrt(running_var + eps)", "np.sqrt(running_var)")],
            ),
            "test_updates": (
                "test mode updates the running values too",
                [
                    (
                        "        cache = None\n",
                        "        cache = None\n        running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0)\n        running_var = momentum * running_var + (1 - momentum) * x.var(axis=0)\n",
                    )
                ],
            ),
            "in_place": (
                "x itself is changed",
                [("x_hat = (x - mu) / std", "x -= mu\n        x_hat = x / std")],
            ),
        },
    ),
    *variants(
        "batchnorm_backward",
        BACKWARD,
        {
            **SCALES,
            "constants": (
                "dx treats the mean and the variance as constants",
                [(DX, "dx = dx_hat * inv_std")],
            ),
            "no_mean": ("dx leaves out the path through the mean", [(" + dmu / N", "")]),
            "no_variance": (
                "dx leaves out the path through the variance",
                [(" + dvar * 2 * xmu / N", "")],
            ),
            "no_gamma": ("gamma is left out of dx", [("dx_hat = dout * gamma", "dx_hat = dout")]),
            "dvar_positive": (
                "the slope of the variance has the wrong sign",
                [("* -0.5 *", "* 0.5 *")],
            ),
            "dvar_no_half": (
                "the slope of the variance lacks its factor of one half",
                [("* -0.5 *", "* -1.0 *")],
            ),
            "dvar_power": (
                "the slope of the variance has the wrong power of the standard deviation",
                [("inv_std**3", "inv_std**2")],
            ),
            "no_two": (
                "the slope of a square lacks its factor of two",
                [("dvar * 2 * xmu", "dvar * xmu")],
            ),
            "not_divided": (
                "the sums in dx are not divided by the number of examples",
                [(DX, "dx = dx_hat * inv_std + dvar * 2 * xmu + dmu")],
            ),
            "by_features": (
                "the sums in dx are divided by the number of features",
                [(DX, DX.replace("/ N", "/ D"))],
            ),
            "mean_added": (
                "the path through the mean has the wrong sign",
                [("np.sum(-dx_hat * inv_std", "np.sum(dx_hat * inv_std")],
            ),
            "in_place": (
                "dout itself is changed",
                [("dx_hat = dout * gamma", "dout *= gamma\n    dx_hat = dout")],
            ),
        },
    ),
    *variants(
        "batchnorm_backward_alt",
        ALT,
        {
            **SCALES,
            "constants": (
                "dx treats the mean and the variance as constants",
                [(FORMULA, "dx = gamma * inv_std * dout")],
            ),
            "no_mean": (
                "dx leaves out the path through the mean",
                [("N * dout - dbeta -", "N * dout -")],
            ),
            "no_variance": (
                "dx leaves out the path through the variance",
                [(" - x_hat * dgamma", "")],
            ),
            "no_gamma": ("gamma is left out of dx", [("dx = gamma * inv_std", "dx = inv_std")]),
            "not_scaled": (
                "dx is not divided by the standard deviation",
                [("dx = gamma * inv_std / N", "dx = gamma / N")],
            ),
            "not_divided": (
                "dx lacks a division by the number of examples",
                [("inv_std / N", "inv_std")],
            ),
            "by_features": (
                "the sums in dx are divided by the number of features",
                [(FORMULA, FORMULA.replace("/ N", "/ D").replace("N * dout", "D * dout"))],
            ),
            "dout_not_weighed": (
                "dout is not multiplied by the number of examples before the sums are taken off",
                [("N * dout - dbeta", "dout - dbeta")],
            ),
            "plus": (
                "the path through the variance has the wrong sign",
                [("- x_hat * dgamma", "+ x_hat * dgamma")],
            ),
            "gamma_twice": (
                "gamma is multiplied into dx twice",
                [("dx = gamma * inv_std", "dx = gamma**2 * inv_std")],
            ),
        },
    ),
    *variants(
        "layernorm_forward",
        LAYER_FORWARD,
        {
            "by_columns": (
                "mean and variance are taken over the examples, as batch normalization does",
                [
                    ("np.mean(x, axis=1, keepdims=True)", "np.mean(x, axis=0, keepdims=True)"),
                    ("np.var(x, axis=1, keepdims=True)", "np.var(x, axis=0, keepdims=True)"),
                ],
            ),
            "over_everything": (
                "all examples share one mean and one variance",
                [
                    ("np.mean(x, axis=1, keepdims=True)", "np.mean(x)"),
                    ("np.var(x, axis=1, keepdims=True)", "np.var(x)"),
                ],
            ),
            "variance_for_std": (
                "x is divided by the variance instead of the standard deviation",
                [("1 / np.sqrt(var + eps)", "1 / (var + eps)")],
            ),
            "eps_outside": (
                "eps is added to the standard deviation instead of the variance",
                [("1 / np.sqrt(var + eps)", "1 / (np.sqrt(var) + eps)")],
            ),
            "eps_ignored": (
                "the eps in ln_param is not used",
                [('ln_param.get("eps", 1e-5)', "1e-5")],
            ),
            "no_eps": ("eps is left out", [("np.sqrt(var + eps)", "np.sqrt(var)")]),
            "unbiased": (
                "the variance is divided by one less than the number of features",
                [
                    (
                        "np.var(x, axis=1, keepdims=True)",
                        "np.var(x, axis=1, keepdims=True, ddof=min(1, x.shape[1] - 1))",
                    )
                ],
            ),
            "not_centred": ("the mean is not subtracted", [("(x - mu) * inv_std", "x * inv_std")]),
            "not_scaled": (
                "x is not divided by the standard deviation",
                [("(x - mu) * inv_std", "x - mu")],
            ),
            "no_gamma": ("gamma is left out", [("gamma * x_hat + beta", "x_hat + beta")]),
            "no_beta": ("beta is left out", [("gamma * x_hat + beta", "gamma * x_hat")]),
            "gamma_and_beta_swapped": (
                "gamma and beta have changed places",
                [("gamma * x_hat + beta", "beta * x_hat + gamma")],
            ),
            "mean_of_columns": (
                "the mean is that of columns, the variance that of rows",
                [("np.mean(x, axis=1, keepdims=True)", "np.mean(x, axis=0, keepdims=True)")],
            ),
            "in_place": (
                "x itself is changed",
                [("x_hat = (x - mu) * inv_std", "x -= mu\n    x_hat = x * inv_std")],
            ),
        },
    ),
    *variants(
        "layernorm_backward",
        LAYER_BACKWARD,
        {
            **SCALES,
            "constants": (
                "dx treats the mean and the variance as constants",
                [(ROWS, "dx = inv_std * dx_hat")],
            ),
            "no_mean": (
                "dx leaves out the path through the mean",
                [("D * dx_hat - shift -", "D * dx_hat -")],
            ),
            "no_variance": (
                "dx leaves out the path through the variance",
                [(" - x_hat * stretch", "")],
            ),
            "no_gamma": ("gamma is left out of dx", [("dx_hat = dout * gamma", "dx_hat = dout")]),
            "gamma_late": (
                "gamma is multiplied in after the means over a row are taken",
                [
                    ("dx_hat = dout * gamma", "dx_hat = dout"),
                    (ROWS, ROWS.replace("inv_std / D", "gamma * inv_std / D")),
                ],
            ),
            "sums_over_examples": (
                "the sums in dx go over the examples, as in batch normalization",
                [
                    (
                        "shift = np.sum(dx_hat, axis=1, keepdims=True)",
                        "shift = np.sum(dx_hat, axis=0)",
                    ),
                    (
                        "stretch = np.sum(dx_hat * x_hat, axis=1, keepdims=True)",
                        "stretch = np.sum(dx_hat * x_hat, axis=0)",
                    ),
                ],
            ),
            "by_examples": (
                "the sums in dx are divided by the number of examples",
                [(ROWS, ROWS.replace("/ D", "/ N").replace("D * dx_hat", "N * dx_hat"))],
            ),
            "not_divided": (
                "dx lacks a division by the number of features",
                [("inv_std / D", "inv_std")],
            ),
            "not_scaled": (
                "dx is not divided by the standard deviation",
                [("dx = inv_std / D", "dx = 1 / D")],
            ),
            "plus": (
                "the path through the variance has the wrong sign",
                [("- x_hat * stretch", "+ x_hat * stretch")],
            ),
            "in_place": (
                "dout itself is changed",
                [("dx_hat = dout * gamma", "dout *= gamma\n    dx_hat = dout")],
            ),
        },
    ),
)
