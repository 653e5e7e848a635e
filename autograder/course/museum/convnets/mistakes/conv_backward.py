# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes in ``conv_backward_naive``."""

from autograder.course.museum.mistake import variants

FUNCTION = "conv_backward_naive"

LOOPS = """
def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    N, F, H_out, W_out = dout.shape
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    dx_pad = np.zeros_like(x_pad)
    dw = np.zeros_like(w)
    db = np.zeros_like(b)
    for n in range(N):
        for f in range(F):
            db[f] += np.sum(dout[n, f])
            for i in range(H_out):
                for j in range(W_out):
                    top = i * stride
                    left = j * stride
                    dw[f] += dout[n, f, i, j] * x_pad[n, :, top:top + HH, left:left + WW]
                    dx_pad[n, :, top:top + HH, left:left + WW] += dout[n, f, i, j] * w[f]
    dx = dx_pad[:, :, pad:pad + H, pad:pad + W]
    return dx, dw, db
"""

PAD = 'stride, pad = conv_param["stride"], conv_param["pad"]'
NP_PAD = 'np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")'
CROP = "dx_pad[:, :, pad:pad + H, pad:pad + W]"
NEGATIVE = "dx_pad[:, :, pad:-pad, pad:-pad]"
DW = "dw[f] += dout[n, f, i, j] * x_pad[n, :, top:top + HH, left:left + WW]"
DX = "dx_pad[n, :, top:top + HH, left:left + WW] += dout[n, f, i, j] * w[f]"
DB = "db[f] += np.sum(dout[n, f])"
TOP, LEFT = "top = i * stride", "left = j * stride"
ROWS, COLUMNS = "for i in range(H_out):", "for j in range(W_out):"

NEGATIVE_CROP = "the padding is cut off with the slice pad:-pad, and pad is 0"
PAD_IS_ONE = "the padding is taken to be 1, whatever conv_param says"
STRIDE_IGNORED = "the windows are one pixel apart, whatever the stride"
OVER_INPUT = "the loops go over the rows and columns of the input, not over those of dout"
DX_FLIPPED = (
    "filters are turned by 180 degrees on the way back, where the loops need them as they are"
)
DX_NOT_FLIPPED = "dout is convolved with the filters as they are, where they need to be turned"
DX_STRIDE = "dx is computed as if neighbouring windows were one pixel apart, whatever the stride"
SWAPPED = "height and width of the filter are mixed up for dw"

IN_LOOPS = variants(
    FUNCTION,
    LOOPS,
    {
        "crop_negative": (NEGATIVE_CROP, [(CROP, "dx_pad[:, :, pad:-pad, pad:-pad]")]),
        "crop_negative_into_dx": (
            NEGATIVE_CROP,
            [
                (
                    f"    dx = {CROP}",
                    "    dx = np.zeros_like(x)\n"
                    "    dx[:, :, :, :] = dx_pad[:, :, pad:-pad, pad:-pad]",
                )
            ],
        ),
        "crop_negative_added": (
            NEGATIVE_CROP,
            [(f"dx = {CROP}", f"dx = np.zeros_like(x)\n    dx += {NEGATIVE}")],
        ),
        "crop_negative_into_all_of_dx": (
            NEGATIVE_CROP,
            [(f"dx = {CROP}", f"dx = np.zeros_like(x)\n    dx[:] = {NEGATIVE}")],
        ),
        "crop_from_one": (
            "dx is cut out of the padded gradient from row 1 and column 1 on, whatever pad is",
            [(CROP, "dx_pad[:, :, 1:H + 1, 1:W + 1]")],
        ),
        "crop_one_into_dx": (
            "one pixel is cut off on each side of dx, whatever pad is",
            [(f"dx = {CROP}", "dx = np.zeros_like(x)\n    dx[:] = dx_pad[:, :, 1:-1, 1:-1]")],
        ),
        "padded_twice": (
            "images that are padded already are padded once more",
            [(NP_PAD, NP_PAD.replace("(pad, pad)", "(2 * pad, 2 * pad)"))],
        ),
        "crop_one": (
            "one pixel is cut off on each side of dx, whatever pad is",
            [(CROP, "dx_pad[:, :, 1:-1, 1:-1]")],
        ),
        "crop_missing": ("dx still has the padding around it", [(CROP, "dx_pad")]),
        "crop_from_zero": (
            "dx is cut out of the padded gradient at its corner, not past the padding",
            [(CROP, "dx_pad[:, :, :H, :W]")],
        ),
        "crop_end": (
            "dx is cut out of the padded gradient with all of the padding taken off at one end",
            [(CROP, "dx_pad[:, :, 2 * pad:, 2 * pad:]")],
        ),
        "crop_too_short": (
            "the slice that cuts dx out ends at H and W, counted from the padded corner",
            [(CROP, "dx_pad[:, :, pad:H, pad:W]")],
        ),
        "crop_swapped": (
            "height and width are mixed up when dx is cut out of the padded gradient",
            [(CROP, "dx_pad[:, :, pad:pad + W, pad:pad + H]")],
        ),
        "crop_rows_only": (
            "the padding is cut off above and below, but not left and right",
            [(CROP, "dx_pad[:, :, pad:pad + H, :]")],
        ),
        "pad_is_one": (PAD_IS_ONE, [(PAD, 'stride, pad = conv_param["stride"], 1')]),
        "pad_is_one_in_np_pad": (
            PAD_IS_ONE,
            [
                (NP_PAD, "np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))"),
                (CROP, "dx_pad[:, :, 1:-1, 1:-1]"),
            ],
        ),
        "pad_missing_for_dw": (
            "dw is computed from the images without their padding",
            [
                (
                    DW,
                    "part = x[n, :, top:top + HH, left:left + WW]\n"
                    "                    rows, columns = part.shape[1:]\n"
                    "                    dw[f, :, :rows, :columns] += dout[n, f, i, j] * part",
                )
            ],
        ),
        "pad_missing": (
            "neither the images nor dx are padded in the backward pass",
            [(PAD, 'stride, pad = conv_param["stride"], 0')],
        ),
        "dx_without_padding": (
            "windows of the padded image are added into a dx that has no padding",
            [
                ("dx_pad = np.zeros_like(x_pad)", "dx_pad = np.zeros_like(x)"),
                (
                    DX,
                    "part = dx_pad[n, :, top:top + HH, left:left + WW]\n"
                    "                    rows, columns = part.shape[1:]\n"
                    "                    part += dout[n, f, i, j] * w[f, :, :rows, :columns]",
                ),
                (CROP, "dx_pad"),
            ],
        ),
        "dx_without_padding_raises": (
            "windows of the padded image are added into a dx that has no padding",
            [("dx_pad = np.zeros_like(x_pad)", "dx_pad = np.zeros_like(x)"), (CROP, "dx_pad")],
        ),
        "pad_batch_too": (
            "zeros are added along the image axis too, not only around each image",
            [
                (NP_PAD, "np.pad(x, ((pad, pad), (0, 0), (pad, pad), (pad, pad)))"),
                (CROP, "dx_pad[:N, :, pad:pad + H, pad:pad + W]"),
            ],
        ),
        "stride_is_one": (STRIDE_IGNORED, [(TOP, "top = i"), (LEFT, "left = j")]),
        "stride_ignored_in_dx": (
            DX_STRIDE,
            [(DX, "dx_pad[n, :, i:i + HH, j:j + WW] += dout[n, f, i, j] * w[f]")],
        ),
        "stride_ignored_in_dw": (
            "dw is computed as if neighbouring windows were one pixel apart, whatever the stride",
            [(DW, "dw[f] += dout[n, f, i, j] * x_pad[n, :, i:i + HH, j:j + WW]")],
        ),
        "stride_is_two": (
            "the stride is taken to be 2, whatever conv_param says",
            [(PAD, 'stride, pad = 2, conv_param["pad"]')],
        ),
        "stride_in_rows_only": (
            "windows move by the stride down the rows, but by one pixel along the columns",
            [(LEFT, "left = j")],
        ),
        "stride_in_columns_only": (
            "windows move by the stride along the columns, but by one pixel down the rows",
            [(TOP, "top = i")],
        ),
        "windows_side_by_side": (
            "windows are placed side by side, a filter's size apart, whatever the stride",
            [(TOP, "top = i * HH"), (LEFT, "left = j * WW")],
        ),
        "loops_over_the_input": (
            OVER_INPUT,
            [
                (ROWS, "for i in range(0, H, stride):"),
                (COLUMNS, "for j in range(0, W, stride):"),
                (TOP, "top, i = i, i // stride"),
                (LEFT, "left, k = j, j // stride"),
                (DW, DW.replace("i, j]", "i, k]")),
                (DX, DX.replace("i, j]", "i, k]") + "\n                    i = top // stride"),
            ],
        ),
        "loops_over_the_unpadded_image": (
            "the loops go over the windows of the image without its padding, not over dout",
            [
                (ROWS, "for i in range(1 + (H - HH) // stride):"),
                (COLUMNS, "for j in range(1 + (W - WW) // stride):"),
            ],
        ),
        "loops_stop_early": (
            "the loops stop one short, so that the last row and column of dout are not used",
            [(ROWS, "for i in range(H_out - 1):"), (COLUMNS, "for j in range(W_out - 1):")],
        ),
        "loops_square": (
            "both loops go over the height of dout",
            [(COLUMNS, "for j in range(H_out):")],
        ),
        "loops_swapped": (
            "the loop over rows has the length of one over columns, and the other way round",
            [
                ("range(H_out)", "range(H_ out)"),
                ("range(W_out)", "range(H_out)"),
                ("range(H_ out)", "range(W_out)"),
            ],
        ),
        "dx_assigned": (
            "a window's share of dx replaces what other windows gave, instead of being added",
            [(DX, DX.replace("+=", "="))],
        ),
        "dx_assigned_for_all_filters": (
            "a window's share of dx replaces what other windows gave, instead of being added",
            [
                (DX, "pass"),
                (
                    f"    dx = {CROP}",
                    "    for i in range(H_out):\n"
                    "        for j in range(W_out):\n"
                    "            place = np.s_[:, :, i * stride:i * stride + HH, j * stride:j * stride + WW]\n"
                    "            dx_pad[place] = np.tensordot(dout[:, :, i, j], w, axes=1)\n"
                    f"    dx = {CROP}",
                ),
            ],
        ),
        "dw_assigned": (
            "a window's share of dw replaces what other windows gave, instead of being added",
            [(DW, DW.replace("+=", "="))],
        ),
        "dw_assigned_for_all_images": (
            "a window's share of dw replaces what other windows gave, instead of being added",
            [
                (DW, "pass"),
                (
                    f"    dx = {CROP}",
                    "    for i in range(H_out):\n"
                    "        for j in range(W_out):\n"
                    "            place = np.s_[:, :, i * stride:i * stride + HH, j * stride:j * stride + WW]\n"
                    "            dw = np.tensordot(dout[:, :, i, j], x_pad[place], axes=(0, 0))\n"
                    f"    dx = {CROP}",
                ),
            ],
        ),
        "db_assigned": (
            "each image's share of db replaces that of the image before, instead of being added",
            [(DB, DB.replace("+=", "="))],
        ),
        "dw_of_the_last_image": (
            "each image's dw replaces that of the image before, instead of being added",
            [("        for f in range(F):\n", "        dw[...] = 0\n        for f in range(F):\n")],
        ),
        "dx_of_the_last_filter": (
            "each filter's share of dx replaces that of the filter before, instead of being added",
            [(DB, DB + "\n            dx_pad[n] = 0")],
        ),
        "dx_zero": ("dx is not computed and stays zero", [(DX, "pass")]),
        "dw_zero": ("dw is not computed and stays zero", [(DW, "pass")]),
        "db_zero": ("db is not computed and stays zero", [(DB, "pass")]),
        "x_for_dx": (
            "what is returned for dx has x's values, not its gradient",
            [(CROP, "x")],
        ),
        "dx_mean": (
            "dx is divided by the number of images",
            [(CROP, CROP + " / N")],
        ),
        "dw_mean": (
            "dw is divided by the number of images",
            [("return dx, dw, db", "return dx, dw / N, db")],
        ),
        "db_mean": (
            "db is divided by the number of images",
            [("return dx, dw, db", "return dx, dw, db / N")],
        ),
        "db_mean_of_all": (
            "db is the mean of dout over images and pixels instead of their sum",
            [("return dx, dw, db", "return dx, dw, dout.mean(axis=(0, 2, 3))")],
        ),
        "db_over_images_only": (
            "db is summed over the images, but not over the pixels",
            [("return dx, dw, db", "return dx, dw, dout.sum(axis=0)")],
        ),
        "db_total": (
            "every filter's db is the sum of all of dout",
            [("return dx, dw, db", "return dx, dw, np.full_like(b, dout.sum())")],
        ),
        "db_one_number": (
            "db is one number, the sum of all of dout",
            [("return dx, dw, db", "return dx, dw, np.sum(dout)")],
        ),
        "db_wrong_axes": (
            "db is summed over the filters and one axis of the image",
            [("return dx, dw, db", "return dx, dw, dout.sum(axis=(0, 1, 2))")],
        ),
        "db_kept_dims": (
            "db keeps the axes that were summed over, with length 1",
            [("return dx, dw, db", "return dx, dw, dout.sum(axis=(0, 2, 3), keepdims=True)")],
        ),
        "db_count": (
            "db counts the outputs of each filter, without dout",
            [(DB, "db[f] += H_out * W_out")],
        ),
        "db_for_each_window_of_each_channel": (
            "dout is added to db once for every channel of the image",
            [(DB, "db[f] += C * np.sum(dout[n, f])")],
        ),
        "db_times_bias": (
            "db is multiplied by the bias",
            [(DB, "db[f] += b[f] * np.sum(dout[n, f])")],
        ),
        "filters_flipped_in_loops": (DX_FLIPPED, [("* w[f]", "* w[f, :, ::-1, ::-1]")]),
        "windows_flipped_for_dw": (
            "the windows of the image are turned by 180 degrees for dw",
            [(DW, DW + "[:, ::-1, ::-1]")],
        ),
        "dw_sides_swapped": (
            SWAPPED,
            [("dw = np.zeros_like(w)", "dw = np.zeros((F, C, WW, HH))")],
        ),
        "filter_sides_swapped": (SWAPPED, [("F, C, HH, WW = w.shape", "F, C, WW, HH = w.shape")]),
        "window_is_high_by_high": (
            "one side of the filter is used for both sides of the window",
            [("F, C, HH, WW = w.shape", "F, C, HH, _ = w.shape\n    WW = HH")],
        ),
        "dout_transposed": (
            "rows and columns of dout are exchanged",
            [(TOP, "top = j * stride"), (LEFT, "left = i * stride")],
        ),
        "dw_first_channel": (
            "the first channel's dw is used for all channels",
            [(DW, DW.replace("x_pad[n, :,", "x_pad[n, 0,"))],
        ),
        "dw_first_image": (
            "the windows for dw always come from the first image",
            [(DW, DW.replace("x_pad[n, :,", "x_pad[0, :,"))],
        ),
        "dx_first_filter": (
            "dx is computed with the first filter for all outputs",
            [("* w[f]", "* w[0]")],
        ),
        "dx_with_sum_of_filter": (
            "every pixel of a window gets the sum over the filter",
            [("* w[f]", "* np.sum(w[f])")],
        ),
        "dout_forgotten_in_dx": (
            "dx does not depend on dout",
            [(DX, "dx_pad[n, :, top:top + HH, left:left + WW] += w[f]")],
        ),
        "dout_forgotten_in_dw": (
            "dw does not depend on dout",
            [(DW, "dw[f] += x_pad[n, :, top:top + HH, left:left + WW]")],
        ),
        "dw_and_dx_swapped": (
            "the gradients are returned in another order",
            [("return dx, dw, db", "return dw, dx, db")],
        ),
        "db_first": (
            "the gradients are returned in another order",
            [("return dx, dw, db", "return db, dx, dw")],
        ),
        "whole_numbers": (
            "an array for the gradients holds whole numbers, so that fractions are cut off",
            [
                ("dx_pad = np.zeros_like(x_pad)", "dx_pad = np.zeros(x_pad.shape, dtype=int)"),
                (
                    DX,
                    "dx_pad[n, :, top:top + HH, left:left + WW] += (dout[n, f, i, j] * w[f])"
                    ".astype(int)",
                ),
            ],
        ),
        "dw_transposed": (
            "the rows and columns of dw are exchanged",
            [("return dx, dw, db", "return dx, dw.transpose(0, 1, 3, 2), db")],
        ),
        "dout_scaled": (
            "dout is divided by the number of images in place, which also changes it for the caller",
            [("    dw = np.zeros_like(w)", "    dout /= N\n    dw = np.zeros_like(w)")],
        ),
        "dout_overwritten": (
            "dout itself is written to",
            [("    dx = dx_pad", "    dout *= 0\n    dx = dx_pad")],
        ),
    },
)

CONVOLVED = """
def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    N, F, H_out, W_out = dout.shape
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    db = dout.sum(axis=(0, 2, 3))
    dw = np.zeros_like(w)
    for i in range(HH):
        for j in range(WW):
            part = x_pad[:, :, i:i + stride * H_out:stride, j:j + stride * W_out:stride]
            dw[:, :, i, j] = np.einsum("nfhw,nchw->fc", dout, part)
    spread = np.zeros((N, F, stride * (H_out - 1) + 1, stride * (W_out - 1) + 1))
    spread[:, :, ::stride, ::stride] = dout
    spread = np.pad(spread, ((0, 0), (0, 0), (HH - 1, HH - 1), (WW - 1, WW - 1)))
    turned = w[:, :, ::-1, ::-1]
    dx_pad = np.zeros_like(x_pad)
    for i in range(spread.shape[2] - HH + 1):
        for j in range(spread.shape[3] - WW + 1):
            part = spread[:, :, i:i + HH, j:j + WW]
            dx_pad[:, :, i, j] = np.einsum("nfhw,fchw->nc", part, turned)
    dx = dx_pad[:, :, pad:pad + H, pad:pad + W]
    return dx, dw, db
"""

BY_CONVOLUTION = variants(
    FUNCTION,
    CONVOLVED,
    {
        "filters_not_turned": (DX_NOT_FLIPPED, [("turned = w[:, :, ::-1, ::-1]", "turned = w")]),
        "dout_not_spread": (
            DX_STRIDE,
            [
                (
                    "spread = np.zeros((N, F, stride * (H_out - 1) + 1, stride * (W_out - 1) + 1))\n",
                    "",
                ),
                ("    spread[:, :, ::stride, ::stride] = dout", "spread = dout"),
            ],
        ),
        "full_padding_cut_off": (
            "a slice with a negative end cuts the padding of dout off, and the filter is 1x1",
            [
                (
                    "    turned = w",
                    "    spread = spread[:, :, HH - 1:-(HH - 1), WW - 1:-(WW - 1)]\n"
                    "    spread = np.pad(spread, ((0, 0), (0, 0), (HH - 1, HH - 1), (WW - 1, WW - 1)))"
                    "\n    turned = w",
                )
            ],
        ),
        "filters_turned_vertically": (
            "the filters are turned upside down only, before dout is convolved with them",
            [("w[:, :, ::-1, ::-1]", "w[:, :, ::-1]")],
        ),
        "crop_negative_by_convolution": (
            NEGATIVE_CROP,
            [("pad:pad + H, pad:pad + W]", "pad:-pad, pad:-pad]")],
        ),
        "dw_without_stride": (
            "dw is computed as if neighbouring windows were one pixel apart, whatever the stride",
            [
                (
                    "i:i + stride * H_out:stride, j:j + stride * W_out:stride",
                    "i:i + H_out, j:j + W_out",
                )
            ],
        ),
    },
)

MISTAKES = IN_LOOPS + BY_CONVOLUTION
