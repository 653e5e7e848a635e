# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes in ``spatial_batchnorm_forward``."""

from autograder.course.museum.mistake import variants

FUNCTION = "spatial_batchnorm_forward"

DIRECT = """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    N, C, H, W = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(C))
    running_var = bn_param.get("running_var", np.zeros(C))
    if bn_param["mode"] == "train":
        mean = np.mean(x, axis=(0, 2, 3))
        var = np.var(x, axis=(0, 2, 3))
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        mean = running_mean
        var = running_var
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    x_hat = (x - mean.reshape(1, C, 1, 1)) / np.sqrt(var.reshape(1, C, 1, 1) + eps)
    out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)
    return out, (x, gamma, beta, bn_param)
"""

BY_ROWS = """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    rows, _ = batchnorm_forward(rows, gamma, beta, bn_param)
    out = rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return out, (x, gamma, beta, bn_param)
"""

BY_COLUMN = """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = x.reshape(N, C * H * W)
    spread = lambda values: np.repeat(values, H * W)
    out, _ = batchnorm_forward(flat, spread(gamma), spread(beta), bn_param)
    return out.reshape(N, C, H, W), (x, gamma, beta, bn_param)
"""

BY_CHANNEL = """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    out = np.zeros_like(x)
    for c in range(C):
        rows = x[:, c].reshape(-1, 1)
        normalized, _ = batchnorm_forward(rows, gamma[c], beta[c], bn_param)
        out[:, c] = normalized.reshape(N, H, W)
    return out, (x, gamma, beta, bn_param)
"""

MEAN = "mean = np.mean(x, axis=(0, 2, 3))"
VAR = "var = np.var(x, axis=(0, 2, 3))"
RUN_MEAN = "running_mean = momentum * running_mean + (1 - momentum) * mean"
RUN_VAR = "running_var = momentum * running_var + (1 - momentum) * var"
PUT_MEAN = 'bn_param["running_mean"] = running_mean'
PUT_VAR = 'bn_param["running_var"] = running_var'
TEST_MEAN, TEST_VAR = "mean = running_mean\n", "var = running_var\n"
X_HAT = "x_hat = (x - mean.reshape(1, C, 1, 1)) / np.sqrt(var.reshape(1, C, 1, 1) + eps)"
OUT = "out = gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1)"
COLUMNS = ".reshape(1, C, 1, 1)"

NOT_KEPT = "the running values are computed, but not kept in bn_param"
NOT_UPDATED = "the running values stay at their start: no training pass updates them"
OVERWRITTEN = "the running values are replaced by the batch's: the old ones do not count"
UNMOVED = "(N, C, H, W) is reshaped to rows of C values without moving the channel axis to the end"
PER_PIXEL = "each pixel position has statistics of its own, taken over the images only"

TEST_STEP = """
    if bn_param["mode"] == "test":
        x_hat = (x - mean.reshape(1, C, 1, 1)) / ({}).reshape(1, C, 1, 1)"""
TEST_EPS = {
    "left_out": ("eps is left out", "np.sqrt(var)"),
    "outside": (
        "eps is added to the standard deviation instead of the variance",
        "np.sqrt(var) + eps",
    ),
    "fixed": ("eps is taken to be 1e-5, whatever bn_param says,", "np.sqrt(var + 1e-5)"),
}

BY_AXES = {
    "per_image": ("(2, 3)", "each image is normalized by itself, channel by channel"),
    "per_row": ("(0, 3)", "each row of a channel has statistics of its own"),
    "per_column": ("(0, 2)", "each column of a channel has statistics of its own"),
    "per_pixel": ("0", PER_PIXEL),
    "over_channels": ("1", "each pixel is normalized over its channels"),
    "per_image_all_channels": (
        "(1, 2, 3)",
        "each image is normalized over all of its channels, as layer normalization does",
    ),
    "over_everything": (
        "(0, 1, 2, 3)",
        "all channels share one mean and one variance",
    ),
}

MISTAKES = (
    *variants(
        FUNCTION,
        DIRECT,
        {
            **{
                name: (
                    sentence,
                    [
                        (MEAN, f"mean = np.mean(x, axis={axes}, keepdims=True)"),
                        (VAR, f"var = np.var(x, axis={axes}, keepdims=True)"),
                        (
                            RUN_MEAN,
                            "running_mean = momentum * running_mean + (1 - momentum) * x.mean((0, 2, 3))",
                        ),
                        (
                            RUN_VAR,
                            "running_var = momentum * running_var + (1 - momentum) * x.var((0, 2, 3))",
                        ),
                        (TEST_MEAN, "mean = running_mean.reshape(1, C, 1, 1)\n"),
                        (TEST_VAR, "var = running_var.reshape(1, C, 1, 1)\n"),
                        (X_HAT, "x_hat = (x - mean) / np.sqrt(var + eps)"),
                    ],
                )
                for name, (axes, sentence) in BY_AXES.items()
            },
            "running_not_kept": (NOT_KEPT, [(PUT_MEAN, "pass"), (PUT_VAR, "pass")]),
            "running_in_a_copy": (
                NOT_KEPT,
                [("    N, C, H, W", "    bn_param = dict(bn_param)\n    N, C, H, W")],
            ),
            "running_not_updated": (NOT_UPDATED, [(RUN_MEAN, "pass"), (RUN_VAR, "pass")]),
            "running_var_not_updated": (
                "the running mean is updated, but the running variance is not",
                [(RUN_VAR, "pass")],
            ),
            "running_mean_not_updated": (
                "the running variance is updated, but the running mean is not",
                [(RUN_MEAN, "pass")],
            ),
            "running_overwritten": (
                OVERWRITTEN,
                [(RUN_MEAN, "running_mean = mean"), (RUN_VAR, "running_var = var")],
            ),
            "running_from_zero": (
                "every update of the running values begins from zero again",
                [
                    (RUN_MEAN, "running_mean = (1 - momentum) * mean"),
                    (RUN_VAR, "running_var = (1 - momentum) * var"),
                ],
            ),
            "running_without_weight": (
                "the batch's values are added to the running ones with their full weight",
                [
                    (RUN_MEAN, "running_mean = momentum * running_mean + mean"),
                    (RUN_VAR, "running_var = momentum * running_var + var"),
                ],
            ),
            "momentum_the_wrong_way": (
                "momentum weighs the new batch instead of the old running value",
                [
                    (RUN_MEAN, "running_mean = (1 - momentum) * running_mean + momentum * mean"),
                    (RUN_VAR, "running_var = (1 - momentum) * running_var + momentum * var"),
                ],
            ),
            "momentum_fixed": (
                "the momentum is taken to be 0.9, whatever bn_param says",
                [('momentum = bn_param.get("momentum", 0.9)', "momentum = 0.9")],
            ),
            "running_updated_twice": (
                "the running values are updated twice at each training pass",
                [(RUN_VAR, f"{RUN_VAR}\n        {RUN_MEAN}\n        {RUN_VAR}")],
            ),
            "running_starts_at_one": (
                "the running variance starts at one",
                [
                    (
                        'bn_param.get("running_var", np.zeros(C))',
                        'bn_param.get("running_var", np.ones(C))',
                    )
                ],
            ),
            "running_starts_with_the_batch": (
                "the running values start with those of the first batch",
                [
                    (
                        'bn_param.get("running_mean", np.zeros(C))',
                        'bn_param.get("running_mean", x.mean((0, 2, 3)))',
                    ),
                    (
                        'bn_param.get("running_var", np.zeros(C))',
                        'bn_param.get("running_var", x.var((0, 2, 3)))',
                    ),
                ],
            ),
            "running_std": (
                "the running variance is made of standard deviations",
                [(RUN_VAR, RUN_VAR.replace("* var", "* np.sqrt(var)"))],
            ),
            "running_swapped": (
                "mean and variance are exchanged in the running values",
                [
                    (PUT_MEAN, 'bn_param["running_mean"] = running_var'),
                    (PUT_VAR, 'bn_param["running_var"] = running_mean'),
                ],
            ),
            "running_mean_of_all_channels": (
                "the running mean is one number for all channels",
                [(RUN_MEAN, RUN_MEAN.replace("* mean", "* mean.mean()"))],
            ),
            "running_updated_when_testing": (
                "the running values are updated in test mode too",
                [
                    (
                        PUT_MEAN,
                        "if bn_param['mode'] == 'test':\n"
                        "        running_mean = momentum * running_mean + (1 - momentum) * x.mean((0, 2, 3))\n"
                        "        running_var = momentum * running_var + (1 - momentum) * x.var((0, 2, 3))\n"
                        "    " + PUT_MEAN,
                    )
                ],
            ),
            "running_var_unbiased": (
                "the running variance is made of unbiased variances: sums divided by one less than their count",
                [(RUN_VAR, RUN_VAR.replace("* var", "* x.var((0, 2, 3), ddof=1)"))],
            ),
            "test_with_batch_statistics": (
                "test mode normalizes with the batch's own statistics",
                [(TEST_MEAN, "mean = x.mean((0, 2, 3))\n"), (TEST_VAR, "var = x.var((0, 2, 3))\n")],
            ),
            "test_with_batch_variance": (
                "test mode takes the mean from the running values, but the variance from the batch",
                [(TEST_VAR, "var = x.var((0, 2, 3))\n")],
            ),
            "test_without_gamma_and_beta": (
                "gamma and beta are left out in test mode",
                [(OUT, OUT + "\n    if bn_param['mode'] == 'test':\n        out = x_hat")],
            ),
            "test_without_root": (
                "test mode divides by the running variance instead of the standard deviation",
                [(TEST_VAR, "var = running_var**2\n")],
            ),
            "test_returns_x": (
                "test mode returns x as it is",
                [(OUT, OUT + "\n    if bn_param['mode'] == 'test':\n        out = x")],
            ),
            "test_without_variance": (
                "test mode takes the running mean off, but does not divide",
                [(TEST_VAR, "var = np.ones(C)\n")],
            ),
            "test_with_swapped_running_values": (
                "test mode uses the running mean as the variance, and the other way round",
                [(TEST_MEAN, "mean = running_var\n"), (TEST_VAR, "var = np.abs(running_mean)\n")],
            ),
            "always_running": (
                "training normalizes with the running values instead of the batch's",
                [
                    (RUN_VAR, RUN_VAR + "\n        mean, var = running_mean, running_var"),
                ],
            ),
            "without_gamma": (
                "gamma is left out",
                [("gamma.reshape(1, C, 1, 1) * x_hat", "x_hat")],
            ),
            "without_beta": ("beta is left out", [(" + beta.reshape(1, C, 1, 1)", "")]),
            "without_gamma_and_beta": ("gamma and beta are left out", [(OUT, "out = x_hat")]),
            "gamma_and_beta_swapped": (
                "gamma and beta are exchanged",
                [(OUT, "out = beta.reshape(1, C, 1, 1) * x_hat + gamma.reshape(1, C, 1, 1)")],
            ),
            "shift_before_scale": (
                "beta is added before gamma multiplies",
                [(OUT, "out = gamma.reshape(1, C, 1, 1) * (x_hat + beta.reshape(1, C, 1, 1))")],
            ),
            "gamma_of_the_first_channel": (
                "all channels get gamma and beta of the first one",
                [(OUT, "out = gamma[0] * x_hat + beta[0]")],
            ),
            "mean_not_taken_off": (
                "the mean is not taken off",
                [("(x - mean.reshape(1, C, 1, 1))", "x")],
            ),
            "only_centered": (
                "the mean is taken off, but nothing is divided",
                [(X_HAT, "x_hat = x - mean.reshape(1, C, 1, 1)")],
            ),
            "without_root": (
                "x is divided by the variance instead of the standard deviation",
                [(X_HAT, X_HAT.replace("np.sqrt(", "("))],
            ),
            "multiplied_by_std": (
                "x is multiplied by the standard deviation instead of divided",
                [(X_HAT, X_HAT.replace(" / ", " * "))],
            ),
            "eps_outside": (
                "eps is added to the standard deviation instead of the variance",
                [(X_HAT, X_HAT.replace(" + eps)", ") + eps)").replace("/ np", "/ (np"))],
            ),
            "eps_left_out": ("eps is left out", [(" + eps)", ")")]),
            "train_eps_left_out": (
                "eps is left out in training mode",
                [(VAR, f"{VAR}\n        eps = 0.0")],
            ),
            "eps_fixed": (
                "eps is taken to be 1e-5, whatever bn_param says",
                [('eps = bn_param.get("eps", 1e-5)', "eps = 1e-5")],
            ),
            **{
                f"test_eps_{name}": (
                    f"{sentence} in test mode",
                    [(X_HAT, X_HAT + TEST_STEP.format(divisor))],
                )
                for name, (sentence, divisor) in TEST_EPS.items()
            },
            "running_var_with_eps": (
                "eps is added to the running variance, and again where that is used",
                [(RUN_VAR, RUN_VAR.replace("* var", "* (var + eps)"))],
            ),
            "running_var_with_eps_in_place": (
                "eps is added to the running variance at every pass",
                [(PUT_VAR, 'bn_param["running_var"] = running_var + eps')],
            ),
            "running_values_not_taken": (
                "the running values that bn_param brings are not used: zeros stand in their place",
                [
                    ('bn_param.get("running_mean", np.zeros(C))', "np.zeros(C)"),
                    ('bn_param.get("running_var", np.zeros(C))', "np.zeros(C)"),
                ],
            ),
            "variance_unbiased": (
                "the variance is unbiased: the sum is divided by one less than its count",
                [(VAR, "var = np.var(x, axis=(0, 2, 3), ddof=1)")],
            ),
            "variance_over_images_only": (
                "the mean is taken over all pixels, but the sum of the variance is divided by N only",
                [(VAR, "var = np.sum((x - mean.reshape(1, C, 1, 1)) ** 2, axis=(0, 2, 3)) / N")],
            ),
            "variance_without_mean": (
                "the mean of the squares is used as the variance",
                [(VAR, "var = np.mean(x**2, axis=(0, 2, 3))")],
            ),
            "variance_summed": (
                "the squares are summed for the variance, but not averaged",
                [(VAR, "var = np.sum((x - mean.reshape(1, C, 1, 1)) ** 2, axis=(0, 2, 3))")],
            ),
            "median": (
                "the median is used as the mean",
                [(MEAN, "mean = np.median(x, axis=(0, 2, 3))")],
            ),
            "returns_x_hat_squared": (
                "the normalized values are squared",
                [(OUT, OUT.replace("x_hat", "x_hat**2"))],
            ),
            "whole_numbers": (
                "an array holds whole numbers, so that fractions are cut off",
                [(X_HAT, X_HAT + "\n    x_hat = x_hat.astype(int)")],
            ),
            "input_overwritten": (
                "x itself is normalized in place",
                [
                    (
                        X_HAT,
                        "x -= mean.reshape(1, C, 1, 1)\n    x_hat = x / np.sqrt(var.reshape(1, C, 1, 1) + eps)",
                    )
                ],
            ),
        },
    ),
    *variants(
        FUNCTION,
        BY_ROWS,
        {
            "rows_unmoved": (
                UNMOVED,
                [
                    ("x.transpose(0, 2, 3, 1).reshape(-1, C)", "x.reshape(-1, C)"),
                    ("rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)", "rows.reshape(N, C, H, W)"),
                ],
            ),
            "rows_not_moved_back": (
                "the rows of the result are reshaped to (N, C, H, W) without moving the channel axis back",
                [("rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)", "rows.reshape(N, C, H, W)")],
            ),
            "rows_moved_back_transposed": (
                "height and width are exchanged when the channel axis is moved back",
                [("transpose(0, 3, 1, 2)", "transpose(0, 3, 2, 1)")],
            ),
            "rows_left_as_they_are": (
                "the result is left in the layout (N, H, W, C)",
                [(".transpose(0, 3, 1, 2)", "")],
            ),
            "rows_swapped_axes": (
                "channels and width are exchanged on the way to rows, and the order is lost on the way back",
                [
                    ("x.transpose(0, 2, 3, 1)", "x.transpose(0, 3, 2, 1)"),
                ],
            ),
            "channel_axis_first": (
                "channels become the rows of the matrix, where its columns are normalized",
                [
                    (
                        "x.transpose(0, 2, 3, 1).reshape(-1, C)",
                        "x.transpose(1, 0, 2, 3).reshape(-1, C)",
                    ),
                    (
                        "rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)",
                        "rows.reshape(C, N, H, W).transpose(1, 0, 2, 3)",
                    ),
                ],
            ),
            "rows_in_a_copy": (
                NOT_KEPT,
                [("gamma, beta, bn_param)\n    out", "gamma, beta, dict(bn_param))\n    out")],
            ),
            "layernorm_of_rows": (
                "each pixel is normalized over its channels",
                [("batchnorm_forward(rows", "layernorm_forward(rows")],
            ),
        },
    ),
    *variants(
        FUNCTION,
        BY_COLUMN,
        {"flattened": (PER_PIXEL, [])},
    ),
    *variants(
        FUNCTION,
        BY_CHANNEL,
        {
            "one_bn_param_for_all_channels": (
                "a loop over channels lets each one update the running values of the one before",
                [],
            ),
        },
    ),
)
