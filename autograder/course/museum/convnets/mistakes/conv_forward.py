"""Mistakes in ``conv_forward_naive``."""

from autograder.course.museum.mistake import variants

LOOPS = """
def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    H_out = 1 + (H + 2 * pad - HH) // stride
    W_out = 1 + (W + 2 * pad - WW) // stride
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    out = np.zeros((N, F, H_out, W_out))
    for n in range(N):
        for f in range(F):
            for i in range(H_out):
                for j in range(W_out):
                    top = i * stride
                    left = j * stride
                    window = x_pad[n, :, top:top + HH, left:left + WW]
                    out[n, f, i, j] = np.sum(window * w[f]) + b[f]
    return out, (x, w, b, conv_param)
"""

PAD = 'stride, pad = conv_param["stride"], conv_param["pad"]'
NP_PAD = 'np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")'
H_OUT = "H_out = 1 + (H + 2 * pad - HH) // stride"
W_OUT = "W_out = 1 + (W + 2 * pad - WW) // stride"
TOP, LEFT = "top = i * stride", "left = j * stride"
WINDOW = "window = x_pad[n, :, top:top + HH, left:left + WW]"
PUT = "out[n, f, i, j] = np.sum(window * w[f]) + b[f]"

PAD_IS_ONE = "the padding is taken to be 1, whatever conv_param says"
PAD_BATCH = "zeros are added along the image axis too, not only around each image"
STRIDE_IGNORED = "neighbouring windows are one pixel apart, whatever the stride"
SWAPPED = "height and width are mixed up when the shapes are read"
SQUARE = "the output's width is computed from the images' height"
SQUARE_WINDOW = "one side of the filter is used for both sides of the window"

MISTAKES = variants(
    "conv_forward_naive",
    LOOPS,
    {
        "pad_is_one": (PAD_IS_ONE, [(PAD, 'stride, pad = conv_param["stride"], 1')]),
        "pad_is_one_in_np_pad": (
            PAD_IS_ONE,
            [(NP_PAD, "np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))")],
        ),
        "pad_is_zero": (
            "the images are not padded at all",
            [(PAD, 'stride, pad = conv_param["stride"], 0')],
        ),
        "pad_only_in_size": (
            "the output's size counts the padding, but the images are not padded",
            [(NP_PAD, "x")],
        ),
        "pad_rows_only": (
            "the images are padded above and below, but not left and right",
            [
                (NP_PAD, "np.pad(x, ((0, 0), (0, 0), (pad, pad), (0, 0)))"),
                (W_OUT, "W_out = 1 + (W - WW) // stride"),
            ],
        ),
        "pad_columns_only": (
            "the images are padded left and right, but not above and below",
            [
                (NP_PAD, "np.pad(x, ((0, 0), (0, 0), (0, 0), (pad, pad)))"),
                (H_OUT, "H_out = 1 + (H - HH) // stride"),
            ],
        ),
        "pad_batch_too": (
            PAD_BATCH,
            [(NP_PAD, "np.pad(x, ((pad, pad), (0, 0), (pad, pad), (pad, pad)))")],
        ),
        "pad_all_axes": (
            "zeros are added along every axis, images and channels too",
            [(NP_PAD, "np.pad(x, pad)")],
        ),
        "pad_twice_above_and_left": (
            "all of the padding is put above and to the left of the image",
            [(NP_PAD, "np.pad(x, ((0, 0), (0, 0), (2 * pad, 0), (2 * pad, 0)))")],
        ),
        "pad_twice_below_and_right": (
            "all of the padding is put below and to the right of the image",
            [(NP_PAD, "np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))")],
        ),
        "pad_edge": (
            "the padding repeats the image's border instead of being zero",
            [('mode="constant"', 'mode="edge"')],
        ),
        "pad_reflect": (
            "the padding mirrors the image instead of being zero",
            [('mode="constant"', 'mode="reflect"')],
        ),
        "pad_symmetric": (
            "the padding mirrors the image, with its border, instead of being zero",
            [('mode="constant"', 'mode="symmetric"')],
        ),
        "pad_of_ones": (
            "the padding is filled with ones",
            [('mode="constant"', 'mode="constant", constant_values=1')],
        ),
        "pad_counted_once": (
            "the output's size counts the padding on one side only",
            [
                (H_OUT, "H_out = 1 + (H + pad - HH) // stride"),
                (W_OUT, "W_out = 1 + (W + pad - WW) // stride"),
            ],
        ),
        "stride_and_pad_swapped": (
            "the values of stride and pad are exchanged",
            [(PAD, 'pad, stride = conv_param["stride"], conv_param["pad"]')],
        ),
        "one_window_too_few": (
            "the last row and the last column of windows are left out of the output's size",
            [
                (H_OUT, "H_out = (H + 2 * pad - HH) // stride"),
                (W_OUT, "W_out = (W + 2 * pad - WW) // stride"),
            ],
        ),
        "loops_stop_early": (
            "the loops stop one short, so that the last row and column stay zero",
            [
                ("for i in range(H_out):", "for i in range(H_out - 1):"),
                ("for j in range(W_out):", "for j in range(W_out - 1):"),
            ],
        ),
        "loops_over_the_unpadded_image": (
            "the loops go over the positions in the image without its padding, not over the output",
            [
                ("for i in range(H_out):", "for i in range(1 + (H - HH) // stride):"),
                ("for j in range(W_out):", "for j in range(1 + (W - WW) // stride):"),
            ],
        ),
        "loops_over_the_input": (
            "the loops go over the rows and columns of the input, not over those of the output",
            [
                ("for i in range(H_out):", "for i in range(0, H, stride):"),
                ("for j in range(W_out):", "for j in range(0, W, stride):"),
                (WINDOW, "window = x_pad[n, :, i:i + HH, j:j + WW]"),
                (PUT, "out[n, f, i // stride, j // stride] = np.sum(window * w[f]) + b[f]"),
            ],
        ),
        "size_by_true_division": (
            "the output's size is computed with / where whole numbers are needed",
            [
                (H_OUT, "H_out = 1 + (H + 2 * pad - HH) / stride"),
                (W_OUT, "W_out = 1 + (W + 2 * pad - WW) / stride"),
            ],
        ),
        "stride_is_one": (STRIDE_IGNORED, [(PAD, 'stride, pad = 1, conv_param["pad"]')]),
        "stride_ignored_in_windows": (STRIDE_IGNORED, [(TOP, "top = i"), (LEFT, "left = j")]),
        "stride_in_rows_only": (
            "windows move by the stride down the rows, but by one pixel along the columns",
            [(LEFT, "left = j")],
        ),
        "stride_in_columns_only": (
            "windows move by the stride along the columns, but by one pixel down the rows",
            [(TOP, "top = i")],
        ),
        "stride_is_two": (
            "the stride is taken to be 2, whatever conv_param says",
            [(PAD, 'stride, pad = 2, conv_param["pad"]')],
        ),
        "windows_side_by_side": (
            "windows are placed side by side, a filter's size apart, whatever the stride",
            [(TOP, "top = i * HH"), (LEFT, "left = j * WW")],
        ),
        "square_output": (SQUARE, [(W_OUT, "W_out = H_out")]),
        "square_output_from_width": (
            "the output's height is computed from the images' width",
            [
                (H_OUT, "W_out = 1 + (W + 2 * pad - WW) // stride\n    H_out = W_out"),
                ("\n    " + W_OUT + "\n    x_pad", "\n    x_pad"),
            ],
        ),
        "allocated_square": (
            "the output array is made as wide as it is high",
            [("np.zeros((N, F, H_out, W_out))", "np.zeros((N, F, H_out, H_out))")],
        ),
        "allocated_square_from_width": (
            "the output array is made as high as it is wide",
            [("np.zeros((N, F, H_out, W_out))", "np.zeros((N, F, W_out, W_out))")],
        ),
        "width_by_height_of_filter": (
            "the output's width is computed with the filters' height",
            [(W_OUT, W_OUT.replace("WW", "HH"))],
        ),
        "height_by_width_of_filter": (
            "the output's height is computed with the filters' width",
            [(H_OUT, H_OUT.replace("HH", "WW"))],
        ),
        "loops_swapped": (
            "the loop over rows has the length of one over columns, and the other way round",
            [
                ("range(H_out)", "range(H_ out)"),
                ("range(W_out)", "range(H_out)"),
                ("range(H_ out)", "range(W_out)"),
            ],
        ),
        "size_swapped": (
            "the output's height and width are exchanged",
            [("np.zeros((N, F, H_out, W_out))", "np.zeros((N, F, W_out, H_out))")],
        ),
        "image_sides_swapped": (SWAPPED, [("N, C, H, W = x.shape", "N, C, W, H = x.shape")]),
        "filter_sides_swapped": (SWAPPED, [("F, C, HH, WW = w.shape", "F, C, WW, HH = w.shape")]),
        "window_is_high_by_high": (
            SQUARE_WINDOW,
            [("F, C, HH, WW = w.shape", "F, C, HH, _ = w.shape\n    WW = HH")],
        ),
        "window_is_wide_by_wide": (
            SQUARE_WINDOW,
            [("F, C, HH, WW = w.shape", "F, C, _, WW = w.shape\n    HH = WW")],
        ),
        "output_transposed": (
            "rows and columns are exchanged when a value is put into the output",
            [(PUT, "out[n, f, j, i] = np.sum(window * w[f]) + b[f]")],
        ),
        "flat_index_by_height": (
            "the output is filled by a flat index that multiplies the row by the output's height",
            [(PUT, "out[n, f].reshape(-1)[i * H_out + j] = np.sum(window * w[f]) + b[f]")],
        ),
        "bias_forgotten": ("the bias is not added", [(" + b[f]", "")]),
        "bias_for_each_channel": (
            "the bias is added once for every channel of the image",
            [(" + b[f]", " + C * b[f]")],
        ),
        "bias_for_each_product": (
            "the bias is added to every product, before they are summed",
            [("np.sum(window * w[f]) + b[f]", "np.sum(window * w[f] + b[f])")],
        ),
        "bias_of_the_first_filter": (
            "all filters get the bias of the first one",
            [("+ b[f]", "+ b[0]")],
        ),
        "bias_subtracted": ("the bias is subtracted", [("+ b[f]", "- b[f]")]),
        "all_biases": (
            "the sum of all biases is added to every filter's output",
            [("+ b[f]", "+ np.sum(b)")],
        ),
        "filter_flipped": (
            "each filter is turned by 180 degrees before it is applied",
            [("window * w[f]", "window * w[f, :, ::-1, ::-1]")],
        ),
        "filter_flipped_vertically": (
            "each filter is turned upside down before it is applied",
            [("window * w[f]", "window * w[f, :, ::-1]")],
        ),
        "filter_transposed": (
            "the rows and columns of each filter are exchanged",
            [("window * w[f]", "window * w[f].transpose(0, 2, 1)")],
        ),
        "channels_reversed": (
            "the image's channels meet the filter's in reverse order",
            [("window * w[f]", "window[::-1] * w[f]")],
        ),
        "first_channel_only": (
            "only the first channel of the image is used",
            [("np.sum(window * w[f])", "np.sum(window[0] * w[f, 0])")],
        ),
        "last_channel_stays": (
            "each channel's sum replaces the one before, so that the last channel's stays",
            [("np.sum(window * w[f])", "np.sum(window[-1] * w[f, -1])")],
        ),
        "first_filter_only": (
            "every output channel is made with the first filter",
            [("window * w[f]", "window * w[0]")],
        ),
        "first_image_only": (
            "the windows of every output come from the first image",
            [("x_pad[n, :,", "x_pad[0, :,")],
        ),
        "one_image_done": (
            "only the first image of the batch is computed, and the others stay zero",
            [("for n in range(N):", "for n in range(1):")],
        ),
        "sums_over_images": (
            "the sum goes over all images, not over the window of one",
            [(WINDOW, WINDOW.replace("x_pad[n, :,", "x_pad[:, :,"))],
        ),
        "mean_of_products": (
            "the products of a window and a filter are averaged instead of summed",
            [("np.sum(window * w[f])", "np.mean(window * w[f])")],
        ),
        "sums_multiplied": (
            "the sum of the window is multiplied by the sum of the filter",
            [("np.sum(window * w[f])", "np.sum(window) * np.sum(w[f])")],
        ),
        "window_overwritten": (
            "the window is multiplied by the filter in place, so that later windows see products",
            [(PUT, "window *= w[f]\n                    out[n, f, i, j] = np.sum(window) + b[f]")],
        ),
        "input_overwritten": (
            "the window is multiplied by the filter in place, so that later windows see products",
            [
                (NP_PAD, "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))) if pad else x"),
                (
                    PUT,
                    "window *= w[f]\n                    out[n, f, i, j] = np.sum(window) + b[f]",
                ),
            ],
        ),
        "window_starts_one_late": (
            "each window begins one pixel too far down and to the right",
            [
                (
                    WINDOW,
                    "window = np.roll(x_pad, (-1, -1), (2, 3))[n, :, top:top + HH, left:left + WW]",
                )
            ],
        ),
        "window_one_short": (
            "each window is one row and one column smaller than the filter",
            [
                (WINDOW, "window = x_pad[n, :, top:top + HH - 1, left:left + WW - 1]"),
                ("window * w[f]", "window * w[f, :, :HH - 1, :WW - 1]"),
            ],
        ),
        "relu_included": (
            "negative outputs are set to zero",
            [(PUT, "out[n, f, i, j] = max(0, np.sum(window * w[f]) + b[f])")],
        ),
        "whole_numbers": (
            "the output array holds whole numbers, so that fractions are cut off",
            [("np.zeros((N, F, H_out, W_out))", "np.zeros((N, F, H_out, W_out), dtype=int)")],
        ),
    },
)
