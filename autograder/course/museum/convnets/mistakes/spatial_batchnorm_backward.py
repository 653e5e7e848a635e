# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes in ``spatial_batchnorm_backward``."""

from autograder.course.museum.mistake import variants

FUNCTION = "spatial_batchnorm_backward"

DIRECT = """
def spatial_batchnorm_backward(dout, cache):
    x, gamma, beta, bn_param = cache
    eps = bn_param.get("eps", 1e-5)
    N, C, H, W = x.shape
    M = N * H * W
    axes = (0, 2, 3)
    mean = x.mean(axis=axes, keepdims=True)
    var = x.var(axis=axes, keepdims=True)
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    dbeta = np.sum(dout, axis=axes)
    dgamma = np.sum(dout * x_hat, axis=axes)
    dx_hat = dout * gamma.reshape(1, C, 1, 1)
    sum_dx_hat = dx_hat.sum(axis=axes, keepdims=True)
    sum_along_x_hat = (dx_hat * x_hat).sum(axis=axes, keepdims=True)
    dx = (dx_hat - sum_dx_hat / M - x_hat * sum_along_x_hat / M) / std
    return dx, dgamma, dbeta
"""

BY_ROWS = """
def spatial_batchnorm_backward(dout, cache):
    x, gamma, beta, bn_param = cache
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    _, row_cache = batchnorm_forward(rows, gamma, beta, dict(bn_param))
    drows = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(drows, row_cache)
    dx = dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta
"""

STEPS = """
def spatial_batchnorm_backward(dout, cache):
    x, gamma, beta, bn_param = cache
    eps = bn_param.get("eps", 1e-5)
    N, C, H, W = x.shape
    M = N * H * W
    rows = x.transpose(0, 2, 3, 1).reshape(M, C)
    drows = dout.transpose(0, 2, 3, 1).reshape(M, C)
    mu = rows.mean(axis=0)
    xmu = rows - mu
    var = np.mean(xmu**2, axis=0)
    ivar = 1 / np.sqrt(var + eps)
    dbeta = drows.sum(axis=0)
    dgamma = np.sum(drows * xmu * ivar, axis=0)
    dxhat = drows * gamma
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu = dxhat * ivar
    dvar = -0.5 * ivar**3 * divar
    dxmu = dxmu + 2 * xmu * dvar / M
    dmu = -np.sum(dxmu, axis=0)
    dx = dxmu + dmu / M
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta
"""

M = "M = N * H * W"
DBETA = "dbeta = np.sum(dout, axis=axes)"
DGAMMA = "dgamma = np.sum(dout * x_hat, axis=axes)"
DX_HAT = "dx_hat = dout * gamma.reshape(1, C, 1, 1)"
DX = "dx = (dx_hat - sum_dx_hat / M - x_hat * sum_along_x_hat / M) / std"
RETURN = "return dx, dgamma, dbeta"
ROWS = "x.transpose(0, 2, 3, 1).reshape(-1, C)"
DROWS = "dout.transpose(0, 2, 3, 1).reshape(-1, C)"
BACK = "dx.reshape(N, H, W, C).transpose(0, 3, 1, 2)"

UNMOVED = "(N, C, H, W) is reshaped to rows of C values without moving the channel axis to the end"
NO_MEAN = "dx leaves out the path through the mean"
NO_VARIANCE = "dx leaves out the path through the variance"
COUNT = "the sums in dx are divided by the number of images, where statistics are over pixels too"

MISTAKES = (
    *variants(
        FUNCTION,
        DIRECT,
        {
            "mean_and_variance_constant": (
                "dx treats the mean and the variance as constants",
                [(DX, "dx = dx_hat / std")],
            ),
            "path_through_mean_missing": (NO_MEAN, [(" - sum_dx_hat / M", "")]),
            "path_through_variance_missing": (
                NO_VARIANCE,
                [(" - x_hat * sum_along_x_hat / M", "")],
            ),
            "count_of_images": (COUNT, [(M, "M = N")]),
            "count_of_pixels": (
                "the sums in dx are divided by the pixels of one image, where statistics are over images too",
                [(M, "M = H * W")],
            ),
            "count_with_channels": (
                "the sums in dx are divided by the number of all values, channels included",
                [(M, "M = x.size")],
            ),
            "count_one_less": (
                "the sums in dx are divided by one less than their count",
                [(M, "M = N * H * W - 1")],
            ),
            "per_image": (
                "each image is normalized by itself on the way back",
                [
                    (
                        "sum_dx_hat = dx_hat.sum(axis=axes",
                        "axes, M = (2, 3), H * W\n    sum_dx_hat = dx_hat.sum(axis=axes",
                    )
                ],
            ),
            "per_image_statistics": (
                "mean and variance are those of each image by itself",
                [
                    ("mean = x.mean(axis=axes", "mean = x.mean(axis=(2, 3)"),
                    ("var = x.var(axis=axes", "var = x.var(axis=(2, 3)"),
                ],
            ),
            "over_everything": (
                "all channels share one mean and one variance on the way back",
                [
                    ("mean = x.mean(axis=axes", "mean = x.mean(axis=(0, 1, 2, 3)"),
                    ("var = x.var(axis=axes", "var = x.var(axis=(0, 1, 2, 3)"),
                ],
            ),
            "gamma_forgotten": ("gamma is left out of dx", [(DX_HAT, "dx_hat = dout")]),
            "gamma_divides": ("dx is divided by gamma", [(DX_HAT, DX_HAT.replace("*", "/"))]),
            "divided_by_variance": (
                "dx is divided by the variance instead of the standard deviation",
                [(") / std\n    return", ") / std**2\n    return")],
            ),
            "not_divided": (
                "dx is not divided by the standard deviation",
                [(") / std\n    return", ")\n    return")],
            ),
            "x_for_x_hat": (
                "dgamma is computed with x instead of the normalized x",
                [(DGAMMA, "dgamma = np.sum(dout * x, axis=axes)")],
            ),
            "centered_for_x_hat": (
                "dgamma is computed with x less its mean, not divided by the standard deviation",
                [(DGAMMA, "dgamma = np.sum(dout * (x - mean), axis=axes)")],
            ),
            "dgamma_with_out": (
                "dgamma is computed with the layer's output instead of the normalized x",
                [
                    (
                        DGAMMA,
                        "dgamma = np.sum(dout * (x_hat * gamma.reshape(1, C, 1, 1) + beta.reshape(1, C, 1, 1)), axis=axes)",
                    )
                ],
            ),
            "dgamma_times_gamma": (
                "gamma is multiplied into dgamma",
                [(DGAMMA, "dgamma = gamma * np.sum(dout * x_hat, axis=axes)")],
            ),
            "dgamma_and_dbeta_swapped": (
                "dgamma and dbeta are exchanged",
                [(RETURN, "return dx, dbeta, dgamma")],
            ),
            "dx_last": (
                "the gradients are returned in another order",
                [(RETURN, "return dgamma, dbeta, dx")],
            ),
            "dgamma_mean": (
                "dgamma is averaged instead of summed",
                [(DGAMMA, "dgamma = np.mean(dout * x_hat, axis=axes)")],
            ),
            "dbeta_mean": (
                "dbeta is averaged instead of summed",
                [(DBETA, "dbeta = np.mean(dout, axis=axes)")],
            ),
            "dbeta_over_images": (
                "dbeta is summed over the images, but not over the pixels",
                [(DBETA, "dbeta = np.sum(dout, axis=0)")],
            ),
            "dbeta_per_image": (
                "dbeta is summed over the pixels, but not over the images",
                [(DBETA, "dbeta = np.sum(dout, axis=(2, 3))")],
            ),
            "dbeta_total": (
                "dbeta is one number, the sum of all of dout",
                [(DBETA, "dbeta = np.sum(dout)")],
            ),
            "dbeta_by_columns": (
                "dbeta is summed over the wrong axes",
                [(DBETA, "dbeta = np.sum(dout, axis=(0, 1, 2))")],
            ),
            "dgamma_by_columns": (
                "dgamma is summed over the wrong axes",
                [(DGAMMA, "dgamma = np.sum(dout * x_hat, axis=(0, 1, 2))")],
            ),
            "dgamma_over_images": (
                "dgamma is summed over the images, but not over the pixels",
                [(DGAMMA, "dgamma = np.sum(dout * x_hat, axis=0)")],
            ),
            "dgamma_kept_dims": (
                "dgamma keeps the axes that were summed over, with length 1",
                [(DGAMMA, "dgamma = np.sum(dout * x_hat, axis=axes, keepdims=True)")],
            ),
            "dgamma_and_dbeta_as_rows": (
                "dgamma and dbeta are returned as rows of shape (1, C)",
                [(RETURN, "return dx, dgamma.reshape(1, C), dbeta.reshape(1, C)")],
            ),
            "dgamma_is_dbeta": (
                "dgamma is the sum of dout: the normalized x is left out",
                [(DGAMMA, "dgamma = np.sum(dout, axis=axes)")],
            ),
            "sums_not_divided": (
                "the sums in dx are not divided by anything",
                [(M, "M = 1")],
            ),
            "dgamma_of_ones": (
                "dgamma is the sum of the normalized x: dout is left out",
                [(DGAMMA, "dgamma = np.sum(x_hat, axis=axes)")],
            ),
            "dx_zero": ("dx is not computed and stays zero", [(DX, "dx = np.zeros_like(x)")]),
            "dgamma_zero": (
                "dgamma is not computed and stays zero",
                [(DGAMMA, "dgamma = np.zeros(C)")],
            ),
            "dbeta_zero": (
                "dbeta is not computed and stays zero",
                [(DBETA, "dbeta = np.zeros(C)")],
            ),
            "eps_fixed": (
                "eps is taken to be 1e-5, whatever bn_param says",
                [('eps = bn_param.get("eps", 1e-5)', "eps = 1e-5")],
            ),
            "eps_left_out": (
                "eps is left out on the way back",
                [("np.sqrt(var + eps)", "np.sqrt(var)")],
            ),
            "whole_numbers": (
                "dx holds whole numbers, so that fractions are cut off",
                [(") / std\n    return", ") / std\n    dx = dx.astype(int)\n    return")],
            ),
            "eps_outside": (
                "eps is added to the standard deviation instead of the variance on the way back",
                [("np.sqrt(var + eps)", "np.sqrt(var) + eps")],
            ),
            "variance_unbiased": (
                "the variance is unbiased: the sum is divided by one less than its count",
                [
                    (
                        "var = x.var(axis=axes, keepdims=True)",
                        "var = x.var(axis=axes, keepdims=True, ddof=min(1, M - 1))",
                    )
                ],
            ),
            "mean_over_M_twice": (
                "the whole of dx is divided by the number of values once too often",
                [(DX, DX + " / M")],
            ),
            "plus_for_minus": (
                "what goes through the variance is added instead of taken off",
                [(DX, DX.replace("- x_hat", "+ x_hat"))],
            ),
            "dout_overwritten": (
                "dout is multiplied by gamma in place, which also changes it for the caller",
                [(DX_HAT, "dout *= gamma.reshape(1, C, 1, 1)\n    dx_hat = dout")],
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
                    (ROWS, "x.reshape(-1, C)"),
                    (DROWS, "dout.reshape(-1, C)"),
                    (BACK, "dx.reshape(N, C, H, W)"),
                ],
            ),
            "rows_of_dout_unmoved": (
                "dout is reshaped to rows of C values without moving the channel axis to the end",
                [(DROWS, "dout.reshape(-1, C)")],
            ),
            "rows_of_dout_and_dx_unmoved": (
                "dout and dx are reshaped without moving the channel axis, though x was moved",
                [(DROWS, "dout.reshape(-1, C)"), (BACK, "dx.reshape(N, C, H, W)")],
            ),
            "rows_not_moved_back": (
                "the rows of dx are reshaped to (N, C, H, W) without moving the channel axis back",
                [(BACK, "dx.reshape(N, C, H, W)")],
            ),
            "rows_moved_back_transposed": (
                "height and width are exchanged when the channel axis of dx is moved back",
                [(BACK, BACK.replace("0, 3, 1, 2", "0, 3, 2, 1"))],
            ),
            "rows_left_as_they_are": (
                "dx is left in the layout (N, H, W, C)",
                [(BACK, "dx.reshape(N, H, W, C)")],
            ),
            "rows_of_dout_transposed": (
                "height and width are exchanged when dout is made into rows",
                [(DROWS, DROWS.replace("0, 2, 3, 1", "0, 3, 2, 1"))],
            ),
            "dx_as_rows": ("dx is left as a matrix of rows", [(BACK, "dx")]),
        },
    ),
    *variants(
        FUNCTION,
        STEPS,
        {
            "half_forgotten": (
                "the factor -1/2 of the root's derivative is left out",
                [("dvar = -0.5 * ivar**3 * divar", "dvar = -ivar**3 * divar")],
            ),
            "two_forgotten": (
                "the factor 2 of the square's derivative is left out",
                [("2 * xmu * dvar / M", "xmu * dvar / M")],
            ),
            "root_sign": (
                "the sign of the root's derivative is wrong",
                [("dvar = -0.5", "dvar = 0.5")],
            ),
            "mean_sign": (
                "the path through the mean has the wrong sign",
                [("dmu = -np.sum", "dmu = np.sum")],
            ),
            "variance_not_averaged": (
                "the path through the variance lacks the division by the number of values",
                [("2 * xmu * dvar / M", "2 * xmu * dvar")],
            ),
            "mean_not_averaged": (
                "the path through the mean lacks the division by the number of values",
                [("dmu / M", "dmu")],
            ),
            "count_of_images_in_steps": (
                COUNT,
                [("2 * xmu * dvar / M", "2 * xmu * dvar / N"), ("dmu / M", "dmu / N")],
            ),
        },
    ),
)
