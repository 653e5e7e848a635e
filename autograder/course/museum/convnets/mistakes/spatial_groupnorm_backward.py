# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes in ``spatial_groupnorm_backward``."""

from autograder.course.museum.mistake import variants

FUNCTION = "spatial_groupnorm_backward"

DIRECT = """
def spatial_groupnorm_backward(dout, cache):
    x, gamma, beta, G, gn_param = cache
    eps = gn_param.get("eps", 1e-5)
    N, C, H, W = x.shape
    M = C // G * H * W
    axes = (2, 3, 4)
    groups = x.reshape(N, G, C // G, H, W)
    mean = groups.mean(axis=axes, keepdims=True)
    var = groups.var(axis=axes, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (groups - mean) / std
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dgamma = np.sum(dout * x_hat.reshape(x.shape), axis=(0, 2, 3), keepdims=True)
    dx_hat = (dout * gamma).reshape(N, G, C // G, H, W)
    sum_dx_hat = dx_hat.sum(axis=axes, keepdims=True)
    sum_along_x_hat = (dx_hat * x_hat).sum(axis=axes, keepdims=True)
    dx = (dx_hat - sum_dx_hat / M - x_hat * sum_along_x_hat / M) / std
    dx = dx.reshape(x.shape)
    return dx, dgamma, dbeta
"""

M = "M = C // G * H * W"
AXES = "axes = (2, 3, 4)"
DBETA = "dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)"
DGAMMA = "dgamma = np.sum(dout * x_hat.reshape(x.shape), axis=(0, 2, 3), keepdims=True)"
DX_HAT = "dx_hat = (dout * gamma).reshape(N, G, C // G, H, W)"
DX = "dx = (dx_hat - sum_dx_hat / M - x_hat * sum_along_x_hat / M) / std"
RETURN = "return dx, dgamma, dbeta"
GROUPS = "groups = x.reshape(N, G, C // G, H, W)"

PIXEL = "each pixel is normalized over the channels of its group, not over the whole group"
LAYOUT = "dgamma and dbeta are returned in another layout than gamma and beta have"

MISTAKES = variants(
    FUNCTION,
    DIRECT,
    {
        "dgamma_flat": (
            LAYOUT,
            [
                (DBETA, "dbeta = np.sum(dout, axis=(0, 2, 3))"),
                (DGAMMA, "dgamma = np.sum(dout * x_hat.reshape(x.shape), axis=(0, 2, 3))"),
            ],
        ),
        "dgamma_as_column": (
            LAYOUT,
            [(RETURN, "return dx, dgamma.reshape(C, 1, 1), dbeta.reshape(C, 1, 1)")],
        ),
        "dgamma_as_row": (
            LAYOUT,
            [(RETURN, "return dx, dgamma.reshape(1, C), dbeta.reshape(1, C)")],
        ),
        "dgamma_at_the_end": (
            LAYOUT,
            [(RETURN, "return dx, dgamma.reshape(1, 1, 1, C), dbeta.reshape(1, 1, 1, C)")],
        ),
        "dgamma_over_images": (
            "dgamma is summed over the images, but not over the pixels",
            [(DGAMMA, DGAMMA.replace("(0, 2, 3)", "0"))],
        ),
        "dbeta_over_images": (
            "dbeta is summed over the images, but not over the pixels",
            [(DBETA, DBETA.replace("(0, 2, 3)", "0"))],
        ),
        "dgamma_per_image": (
            "dgamma is summed over the pixels, but not over the images",
            [(DGAMMA, DGAMMA.replace("(0, 2, 3)", "(2, 3)"))],
        ),
        "dbeta_per_image": (
            "dbeta is summed over the pixels, but not over the images",
            [(DBETA, DBETA.replace("(0, 2, 3)", "(2, 3)"))],
        ),
        "dgamma_per_group": (
            "dgamma is summed over the channels of each group too",
            [
                (
                    DGAMMA,
                    DGAMMA + "\n    dgamma = np.repeat(dgamma.reshape(1, G, -1).sum(2), C // G, 1)"
                    ".reshape(1, C, 1, 1)",
                )
            ],
        ),
        "dbeta_per_group": (
            "dbeta is summed over the channels of each group too",
            [
                (
                    DBETA,
                    DBETA + "\n    dbeta = np.repeat(dbeta.reshape(1, G, -1).sum(2), C // G, 1)"
                    ".reshape(1, C, 1, 1)",
                )
            ],
        ),
        "dgamma_over_channels": (
            "dgamma is summed over the channels too",
            [(DGAMMA, DGAMMA.replace("(0, 2, 3)", "(0, 1, 2, 3)"))],
        ),
        "dbeta_over_channels": (
            "dbeta is summed over the channels too",
            [(DBETA, DBETA.replace("(0, 2, 3)", "(0, 1, 2, 3)"))],
        ),
        "dgamma_by_columns": (
            "dgamma is summed over the wrong axes",
            [(DGAMMA, DGAMMA.replace("(0, 2, 3)", "(0, 1, 2)"))],
        ),
        "dbeta_by_columns": (
            "dbeta is summed over the wrong axes",
            [(DBETA, DBETA.replace("(0, 2, 3)", "(0, 1, 2)"))],
        ),
        "dgamma_mean": (
            "dgamma is averaged instead of summed",
            [(DGAMMA, DGAMMA.replace("np.sum", "np.mean"))],
        ),
        "dbeta_mean": (
            "dbeta is averaged instead of summed",
            [(DBETA, DBETA.replace("np.sum", "np.mean"))],
        ),
        "dgamma_is_dbeta": (
            "dgamma is the sum of dout: the normalized x is left out",
            [(DGAMMA, DGAMMA.replace(" * x_hat.reshape(x.shape)", ""))],
        ),
        "sums_not_divided": (
            "the sums in dx are not divided by anything",
            [(M, "M = 1")],
        ),
        "x_for_x_hat": (
            "dgamma is computed with x instead of the normalized x",
            [(DGAMMA, DGAMMA.replace("x_hat.reshape(x.shape)", "x"))],
        ),
        "dgamma_and_dbeta_swapped": (
            "dgamma and dbeta are exchanged",
            [(RETURN, "return dx, dbeta, dgamma")],
        ),
        "mean_and_variance_constant": (
            "dx treats the mean and the variance as constants",
            [(DX, "dx = dx_hat / std")],
        ),
        "path_through_mean_missing": (
            "dx leaves out the path through the mean",
            [(" - sum_dx_hat / M", "")],
        ),
        "path_through_variance_missing": (
            "dx leaves out the path through the variance",
            [(" - x_hat * sum_along_x_hat / M", "")],
        ),
        "count_of_images": (
            "the sums in dx are divided by the number of images instead of the size of a group",
            [(M, "M = N")],
        ),
        "count_of_pixels": (
            "the sums in dx are divided by the number of pixels, without the channels of the group",
            [(M, "M = H * W")],
        ),
        "count_like_batchnorm": (
            "the sums in dx are divided by the number of pixels of all images, as in batch normalization",
            [(M, "M = N * H * W")],
        ),
        "count_of_all_channels": (
            "the sums in dx are divided by the size of the whole image, not of a group",
            [(M, "M = C * H * W")],
        ),
        "count_with_groups": (
            "the sums in dx are divided by the number of groups times pixels",
            [(M, "M = G * H * W")],
        ),
        "count_of_columns": (
            "the sums in dx are divided by the channels of a group, without its pixels",
            [(M, "M = C // G")],
        ),
        "per_pixel": (PIXEL, [(AXES, "axes = (2,)"), (M, "M = C // G")]),
        "per_channel": (
            "each channel is normalized by itself on the way back",
            [(AXES, "axes = (3, 4)"), (M, "M = H * W")],
        ),
        "over_groups": (
            "all groups of an image share their statistics on the way back",
            [(AXES, "axes = (1, 2, 3, 4)"), (M, "M = C * H * W")],
        ),
        "over_images_too": (
            "the statistics are taken over the images too",
            [(AXES, "axes = (0, 2, 3, 4)"), (M, "M = N * C // G * H * W")],
        ),
        "like_batchnorm": (
            "each channel is normalized over images and pixels, as batch normalization does",
            [(AXES, "axes = (0, 3, 4)"), (M, "M = N * H * W")],
        ),
        "sums_per_channel": (
            "the sums in dx go over one channel, though the statistics are a group's",
            [
                ("sum_dx_hat = dx_hat.sum(axis=axes", "sum_dx_hat = dx_hat.sum(axis=(3, 4)"),
                ("(dx_hat * x_hat).sum(axis=axes", "(dx_hat * x_hat).sum(axis=(3, 4)"),
            ],
        ),
        "interleaved": (
            "groups are made of every G-th channel instead of neighbouring ones",
            [
                (GROUPS, "groups = x.reshape(N, C // G, G, H, W).transpose(0, 2, 1, 3, 4)"),
                (
                    DX_HAT,
                    "dx_hat = (dout * gamma).reshape(N, C // G, G, H, W).transpose(0, 2, 1, 3, 4)",
                ),
                (DGAMMA, DGAMMA.replace("x_hat.", "x_hat.transpose(0, 2, 1, 3, 4).")),
                ("dx = dx.reshape", "dx = dx.transpose(0, 2, 1, 3, 4).reshape"),
            ],
        ),
        "group_count_is_group_size": (
            "the numbers of groups and of channels in a group are exchanged",
            [
                (GROUPS, "groups = x.reshape(N, C // G, G, H, W)"),
                (DX_HAT, "dx_hat = (dout * gamma).reshape(N, C // G, G, H, W)"),
                (M, "M = G * H * W"),
            ],
        ),
        "gamma_forgotten": (
            "gamma is left out of dx",
            [(DX_HAT, DX_HAT.replace("(dout * gamma)", "dout"))],
        ),
        "not_divided": (
            "dx is not divided by the standard deviation",
            [(") / std\n    dx =", ")\n    dx =")],
        ),
        "divided_by_variance": (
            "dx is divided by the variance instead of the standard deviation",
            [(") / std\n    dx =", ") / std**2\n    dx =")],
        ),
        "plus_for_minus": (
            "what goes through the variance is added instead of taken off",
            [(DX, DX.replace("- x_hat", "+ x_hat"))],
        ),
        "dx_zero": ("dx is not computed and stays zero", [(DX, "dx = np.zeros_like(x)")]),
        "dgamma_zero": (
            "dgamma is not computed and stays zero",
            [(DGAMMA, "dgamma = np.zeros_like(gamma)")],
        ),
        "dbeta_zero": (
            "dbeta is not computed and stays zero",
            [(DBETA, "dbeta = np.zeros_like(beta)")],
        ),
        "left_in_groups": (
            "dx is left in the shape (N, G, C/G, H, W)",
            [("    dx = dx.reshape(x.shape)\n", "")],
        ),
        "eps_fixed": (
            "eps is taken to be 1e-5, whatever gn_param says",
            [('eps = gn_param.get("eps", 1e-5)', "eps = 1e-5")],
        ),
        "eps_left_out": (
            "eps is left out on the way back",
            [("np.sqrt(var + eps)", "np.sqrt(var)")],
        ),
        "whole_numbers": (
            "dx holds whole numbers, so that fractions are cut off",
            [("dx = dx.reshape(x.shape)", "dx = dx.reshape(x.shape).astype(int)")],
        ),
        "eps_outside": (
            "eps is added to the standard deviation instead of the variance on the way back",
            [("np.sqrt(var + eps)", "np.sqrt(var) + eps")],
        ),
        "variance_unbiased": (
            "the variance is unbiased: the sum is divided by one less than its count",
            [("var(axis=axes, keepdims=True)", "var(axis=axes, keepdims=True, ddof=1)")],
        ),
        "dout_overwritten": (
            "dout is multiplied by gamma in place, which also changes it for the caller",
            [(DX_HAT, "dout *= gamma\n    dx_hat = dout.reshape(N, G, C // G, H, W)")],
        ),
    },
)
