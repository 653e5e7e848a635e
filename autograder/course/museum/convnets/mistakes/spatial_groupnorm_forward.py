# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes in ``spatial_groupnorm_forward``."""

from autograder.course.museum.mistake import variants

FUNCTION = "spatial_groupnorm_forward"

DIRECT = """
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    eps = gn_param.get("eps", 1e-5)
    N, C, H, W = x.shape
    groups = x.reshape(N, G, C // G, H, W)
    axes = (2, 3, 4)
    mean = groups.mean(axis=axes, keepdims=True)
    var = groups.var(axis=axes, keepdims=True)
    x_hat = (groups - mean) / np.sqrt(var + eps)
    x_hat = x_hat.reshape(N, C, H, W)
    out = gamma * x_hat + beta
    return out, (x, gamma, beta, G, gn_param)
"""

BY_ROWS = """
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    eps = gn_param.get("eps", 1e-5)
    N, C, H, W = x.shape
    rows = x.reshape(N * G, C // G * H * W)
    mean = rows.mean(axis=1, keepdims=True)
    var = rows.var(axis=1, keepdims=True)
    rows = (rows - mean) / np.sqrt(var + eps)
    out = gamma * rows.reshape(N, C, H, W) + beta
    return out, (x, gamma, beta, G, gn_param)
"""

AXES = "axes = (2, 3, 4)"
GROUPS = "groups = x.reshape(N, G, C // G, H, W)"
VAR = "var = groups.var(axis=axes, keepdims=True)"
X_HAT = "x_hat = (groups - mean) / np.sqrt(var + eps)"
OUT = "out = gamma * x_hat + beta"

PIXEL = "each pixel is normalized over the channels of its group, not over the whole group"
INTERLEAVED = "groups are made of every G-th channel instead of neighbouring ones"
SPLIT = "the numbers of groups and of channels in a group are exchanged"
ORDER = "the axes are not brought back in order after the normalization"

MISTAKES = (
    *variants(
        FUNCTION,
        DIRECT,
        {
            "per_pixel": (PIXEL, [(AXES, "axes = (2,)")]),
            "per_channel": (
                "each channel is normalized by itself, as if there were as many groups as channels",
                [(AXES, "axes = (3, 4)")],
            ),
            "per_row": ("the width is left out of the statistics' axes", [(AXES, "axes = (2, 3)")]),
            "per_column": (
                "the height is left out of the statistics' axes",
                [(AXES, "axes = (2, 4)")],
            ),
            "over_groups": (
                "the statistics are taken over all groups of an image, as layer normalization does",
                [(AXES, "axes = (1, 2, 3, 4)")],
            ),
            "over_images_too": (
                "the statistics are taken over the images too",
                [(AXES, "axes = (0, 2, 3, 4)")],
            ),
            "like_batchnorm": (
                "each channel is normalized over images and pixels, as batch normalization does",
                [(AXES, "axes = (0, 3, 4)")],
            ),
            "over_everything": (
                "all values share one mean and one variance",
                [(AXES, "axes = (0, 1, 2, 3, 4)")],
            ),
            "over_groups_not_channels": (
                "the statistics are taken over the groups instead of the channels of a group",
                [(AXES, "axes = (1, 3, 4)")],
            ),
            "over_images_only": (
                "the statistics are taken over the images only",
                [(AXES, "axes = (0,)")],
            ),
            "interleaved": (
                INTERLEAVED,
                [
                    (GROUPS, "groups = x.reshape(N, C // G, G, H, W).transpose(0, 2, 1, 3, 4)"),
                    (
                        "x_hat.reshape(N, C, H, W)",
                        "x_hat.transpose(0, 2, 1, 3, 4).reshape(N, C, H, W)",
                    ),
                ],
            ),
            "interleaved_one_way": (
                ORDER,
                [(GROUPS, "groups = x.reshape(N, C // G, G, H, W).transpose(0, 2, 1, 3, 4)")],
            ),
            "group_count_is_group_size": (
                SPLIT,
                [(GROUPS, "groups = x.reshape(N, C // G, G, H, W)")],
            ),
            "one_group": (
                "the statistics are taken over all groups of an image, as layer normalization does",
                [(GROUPS, "groups = x.reshape(N, 1, C, H, W)")],
            ),
            "groups_of_rows": (
                "groups are cut along the rows of the image instead of the channels",
                [
                    (GROUPS, "groups = x.transpose(0, 2, 1, 3).reshape(N, G, C // G, H, W)"),
                    (
                        "x_hat.reshape(N, C, H, W)",
                        "x_hat.reshape(N, H, C, W).transpose(0, 2, 1, 3)",
                    ),
                ],
            ),
            "left_in_groups": (
                "the result is left in the shape (N, G, C/G, H, W)",
                [
                    (
                        "x_hat = x_hat.reshape(N, C, H, W)\n",
                        "gamma = gamma.reshape(1, G, C // G, 1, 1)\n",
                    ),
                    (
                        OUT,
                        "beta = beta.reshape(1, G, C // G, 1, 1)\n    out = gamma * x_hat + beta",
                    ),
                ],
            ),
            "not_reshaped_back": (
                "height and width are exchanged when the groups are put together",
                [("x_hat.reshape(N, C, H, W)", "x_hat.reshape(N, C, W, H)")],
            ),
            "without_gamma": ("gamma is left out", [(OUT, "out = x_hat + beta")]),
            "without_beta": ("beta is left out", [(OUT, "out = gamma * x_hat")]),
            "without_gamma_and_beta": ("gamma and beta are left out", [(OUT, "out = x_hat")]),
            "gamma_and_beta_swapped": (
                "gamma and beta are exchanged",
                [(OUT, "out = beta * x_hat + gamma")],
            ),
            "shift_before_scale": (
                "beta is added before gamma multiplies",
                [(OUT, "out = gamma * (x_hat + beta)")],
            ),
            "gamma_of_the_first_channel": (
                "all channels get gamma and beta of the first one",
                [(OUT, "out = gamma[0, 0] * x_hat + beta[0, 0]")],
            ),
            "gamma_along_rows": (
                "gamma and beta are taken as arrays of shape (C,), which go along the rows",
                [(OUT, "out = gamma.reshape(C) * x_hat + beta.reshape(C)")],
            ),
            "gamma_per_group": (
                "all channels of a group get gamma and beta of its first one",
                [
                    (
                        OUT,
                        "first = np.arange(C) // (C // G) * (C // G)\n    out = gamma[:, first] * x_hat + beta[:, first]",
                    )
                ],
            ),
            "mean_not_taken_off": ("the mean is not taken off", [("(groups - mean)", "groups")]),
            "only_centered": (
                "the mean is taken off, but nothing is divided",
                [(X_HAT, "x_hat = groups - mean")],
            ),
            "without_root": (
                "x is divided by the variance instead of the standard deviation",
                [(X_HAT, "x_hat = (groups - mean) / (var + eps)")],
            ),
            "eps_outside": (
                "eps is added to the standard deviation instead of the variance",
                [(X_HAT, "x_hat = (groups - mean) / (np.sqrt(var) + eps)")],
            ),
            "eps_left_out": (
                "eps is left out",
                [(X_HAT, "x_hat = (groups - mean) / np.sqrt(var)")],
            ),
            "eps_fixed": (
                "eps is taken to be 1e-5, whatever gn_param says",
                [('eps = gn_param.get("eps", 1e-5)', "eps = 1e-5")],
            ),
            "variance_unbiased": (
                "the variance is unbiased: the sum is divided by one less than its count",
                [(VAR, "var = groups.var(axis=axes, keepdims=True, ddof=1)")],
            ),
            "variance_without_mean": (
                "the mean of the squares is used as the variance",
                [(VAR, "var = np.mean(groups**2, axis=axes, keepdims=True)")],
            ),
            "variance_summed": (
                "the squares are summed for the variance, but not averaged",
                [(VAR, "var = np.sum((groups - mean) ** 2, axis=axes, keepdims=True)")],
            ),
            "whole_numbers": (
                "an array holds whole numbers, so that fractions are cut off",
                [(OUT, OUT + "\n    out = out.astype(int)")],
            ),
            "input_overwritten": (
                "x itself is normalized in place",
                [(X_HAT, "groups -= mean\n    x_hat = groups / np.sqrt(var + eps)")],
            ),
        },
    ),
    *variants(
        FUNCTION,
        BY_ROWS,
        {
            "rows_by_columns": (
                "the groups are rows of a matrix, but its columns are normalized",
                [
                    ("rows.mean(axis=1", "rows.mean(axis=0"),
                    ("rows.var(axis=1", "rows.var(axis=0"),
                ],
            ),
            "rows_of_images": (
                "the statistics are taken over all groups of an image, as layer normalization does",
                [("x.reshape(N * G, C // G * H * W)", "x.reshape(N, C * H * W)")],
            ),
            "rows_of_pixels": (
                "x is reshaped to rows of one group's channels without moving the channel axis to the end",
                [("x.reshape(N * G, C // G * H * W)", "x.reshape(-1, C // G)")],
            ),
            "rows_of_groups": (
                "all images share the statistics of a group",
                [("x.reshape(N * G, C // G * H * W)", "x.reshape(G, -1)")],
            ),
            "rows_moved": (
                ORDER,
                [
                    (
                        "x.reshape(N * G, C // G * H * W)",
                        "x.transpose(0, 2, 3, 1).reshape(N * G, C // G * H * W)",
                    )
                ],
            ),
            "pixels_over_group_channels": (
                PIXEL,
                [
                    (
                        "rows = x.reshape(N * G, C // G * H * W)",
                        "rows = x.transpose(0, 2, 3, 1).reshape(-1, C // G)",
                    ),
                    ("rows.reshape(N, C, H, W)", "rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)"),
                ],
            ),
        },
    ),
)
