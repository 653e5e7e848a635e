# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes in ``max_pool_forward_naive``."""

from autograder.course.museum.mistake import Mistake, variants

FUNCTION = "max_pool_forward_naive"

LOOPS = """
def max_pool_forward_naive(x, pool_param):
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    N, C, H, W = x.shape
    H_out = 1 + (H - height) // stride
    W_out = 1 + (W - width) // stride
    out = np.zeros((N, C, H_out, W_out))
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    top = i * stride
                    left = j * stride
                    window = x[n, c, top:top + height, left:left + width]
                    out[n, c, i, j] = np.max(window)
    return out, (x, pool_param)
"""

SIZES = 'height, width = pool_param["pool_height"], pool_param["pool_width"]'
STRIDE = 'stride = pool_param["stride"]'
H_OUT = "H_out = 1 + (H - height) // stride"
W_OUT = "W_out = 1 + (W - width) // stride"
TOP, LEFT = "top = i * stride", "left = j * stride"
WINDOW = "window = x[n, c, top:top + height, left:left + width]"
PUT = "out[n, c, i, j] = np.max(window)"

BY_WINDOW = "the output's size is the image's divided by the window's, whatever the stride"
SQUARE_WINDOW = "one side of the window is used for both"
PAST_THE_END = (
    "the output's size is the image's divided by the stride: the last windows are cut short"
)
IGNORED = "neighbouring windows are one pixel apart, whatever the stride"

IN_LOOPS = variants(
    FUNCTION,
    LOOPS,
    {
        "size_by_window": (
            BY_WINDOW,
            [(H_OUT, "H_out = H // height"), (W_OUT, "W_out = W // width")],
        ),
        "size_by_stride": (
            PAST_THE_END,
            [(H_OUT, "H_out = H // stride"), (W_OUT, "W_out = W // stride")],
        ),
        "size_rounded_up": (
            PAST_THE_END,
            [(H_OUT, "H_out = -(-H // stride)"), (W_OUT, "W_out = -(-W // stride)")],
        ),
        "size_without_one": (
            "the last row and the last column of windows are left out of the output's size",
            [(H_OUT, "H_out = (H - height) // stride"), (W_OUT, "W_out = (W - width) // stride")],
        ),
        "size_one_too_many": (
            "the output has one row and one column of windows too many",
            [
                (H_OUT, "H_out = 2 + (H - height) // stride"),
                (W_OUT, "W_out = 2 + (W - width) // stride"),
            ],
        ),
        "size_for_stride_one": (
            "the output's size is computed as if the stride were 1",
            [
                (H_OUT, "H_out = 1 + H - height"),
                (W_OUT, "W_out = 1 + W - width"),
                (PUT, "if window.size:\n                        " + PUT),
            ],
        ),
        "size_by_true_division": (
            "the output's size is computed with / where whole numbers are needed",
            [
                (H_OUT, "H_out = 1 + (H - height) / stride"),
                (W_OUT, "W_out = 1 + (W - width) / stride"),
            ],
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
            [("np.zeros((N, C, H_out, W_out))", "np.zeros((N, C, W_out, H_out))")],
        ),
        "allocated_square": (
            "the output array is made as wide as it is high",
            [("np.zeros((N, C, H_out, W_out))", "np.zeros((N, C, H_out, H_out))")],
        ),
        "allocated_square_from_width": (
            "the output array is made as high as it is wide",
            [("np.zeros((N, C, H_out, W_out))", "np.zeros((N, C, W_out, W_out))")],
        ),
        "width_by_pool_height": (
            "the output's width is computed with pool_height",
            [(W_OUT, W_OUT.replace("width", "height"))],
        ),
        "height_by_pool_width": (
            "the output's height is computed with pool_width",
            [(H_OUT, H_OUT.replace("height", "width"))],
        ),
        "square_output": (
            "the output's width is computed from the images' height",
            [(W_OUT, "W_out = H_out")],
        ),
        "square_output_from_width": (
            "the output's height is computed from the images' width",
            [(H_OUT, "H_out = 1 + (W - width) // stride")],
        ),
        "pool_height_for_both": (
            SQUARE_WINDOW,
            [(SIZES, 'height = width = pool_param["pool_height"]')],
        ),
        "pool_width_for_both": (
            SQUARE_WINDOW,
            [(SIZES, 'height = width = pool_param["pool_width"]')],
        ),
        "pool_height_for_both_in_windows": (
            SQUARE_WINDOW,
            [(WINDOW, WINDOW.replace("width]", "height]"))],
        ),
        "pool_width_for_both_in_windows": (
            SQUARE_WINDOW,
            [(WINDOW, WINDOW.replace("top + height", "top + width"))],
        ),
        "pool_sides_swapped": (
            "pool_height and pool_width are exchanged",
            [(SIZES, 'width, height = pool_param["pool_height"], pool_param["pool_width"]')],
        ),
        "image_sides_swapped": (
            "height and width are mixed up when the shape of x is read",
            [("N, C, H, W = x.shape", "N, C, W, H = x.shape")],
        ),
        "window_is_two": (
            "the window is taken to be 2x2, whatever pool_param says",
            [(SIZES, "height = width = 2")],
        ),
        "stride_is_two": (
            "the stride is taken to be 2, whatever pool_param says",
            [(STRIDE, "stride = 2")],
        ),
        "stride_is_one": (IGNORED, [(STRIDE, "stride = 1")]),
        "stride_ignored_in_windows": (IGNORED, [(TOP, "top = i"), (LEFT, "left = j")]),
        "stride_in_rows_only": (
            "windows move by the stride down the rows, but by one pixel along the columns",
            [(LEFT, "left = j")],
        ),
        "stride_in_columns_only": (
            "windows move by the stride along the columns, but by one pixel down the rows",
            [(TOP, "top = i")],
        ),
        "windows_side_by_side": (
            "windows are placed side by side, whatever the stride",
            [
                (TOP, "top = i * height"),
                (LEFT, "left = j * width"),
                (PUT, "if window.size:\n                        " + PUT),
            ],
        ),
        "stride_is_the_window": (
            "the stride is taken to be the window's height",
            [(STRIDE, 'stride = pool_param["pool_height"]')],
        ),
        "window_of_stride": (
            "windows are as large as the stride, whatever pool_height and pool_width say",
            [(WINDOW, "window = x[n, c, top:top + stride, left:left + stride]")],
        ),
        "window_one_short": (
            "each window lacks its last row and column",
            [
                (
                    WINDOW,
                    "window = x[n, c, top:top + max(height - 1, 1), left:left + max(width - 1, 1)]",
                )
            ],
        ),
        "window_one_long": (
            "each window has one row and one column too many",
            [(WINDOW, "window = x[n, c, top:top + height + 1, left:left + width + 1]")],
        ),
        "loops_stop_early": (
            "the loops stop one short, so that the last row and column stay zero",
            [
                ("for i in range(H_out):", "for i in range(H_out - 1):"),
                ("for j in range(W_out):", "for j in range(W_out - 1):"),
            ],
        ),
        "loops_to_the_last_start": (
            "the loops leave the last window of each row and column out, and it stays zero",
            [
                ("for i in range(H_out):", "for i in range(0, H - height, stride):"),
                ("for j in range(W_out):", "for j in range(0, W - width, stride):"),
                (WINDOW, "window = x[n, c, i:i + height, j:j + width]"),
                (PUT, "out[n, c, i // stride, j // stride] = np.max(window)"),
            ],
        ),
        "loops_over_the_input": (
            "the loops go over the rows and columns of the input, past the last window",
            [
                ("for i in range(H_out):", "for i in range(0, H, stride):"),
                ("for j in range(W_out):", "for j in range(0, W, stride):"),
                (WINDOW, "window = x[n, c, i:i + height, j:j + width]"),
                (PUT, "out[n, c, i // stride, j // stride] = np.max(window)"),
            ],
        ),
        "output_transposed": (
            "rows and columns are exchanged when a value is put into the output",
            [(PUT, "out[n, c, j, i] = np.max(window)")],
        ),
        "flat_index_by_height": (
            "the output is filled by a flat index that multiplies the row by the output's height",
            [(PUT, "out[n, c].reshape(-1)[i * H_out + j] = np.max(window)")],
        ),
        "over_channels_too": (
            "the maximum is taken over all channels of the window",
            [(WINDOW, WINDOW.replace("x[n, c,", "x[n, :,"))],
        ),
        "over_images_too": (
            "the maximum is taken over all images",
            [(WINDOW, WINDOW.replace("x[n, c,", "x[:, c,"))],
        ),
        "whole_image": (
            "the maximum is taken over the whole image",
            [(PUT, "out[n, c, i, j] = np.max(x[n, c])")],
        ),
        "first_channel_only": (
            "the windows of every channel come from the first one",
            [(WINDOW, WINDOW.replace("x[n, c,", "x[n, 0,"))],
        ),
        "first_image_only": (
            "the windows of every image come from the first one",
            [(WINDOW, WINDOW.replace("x[n, c,", "x[0, c,"))],
        ),
        "one_image_done": (
            "only the first image of the batch is computed, and the others stay zero",
            [("for n in range(N):", "for n in range(1):")],
        ),
        "maximum_from_zero": (
            "the search for the maximum begins with zero, so that no output is negative",
            [("np.max(window)", "max(0, np.max(window))")],
        ),
        "absolute_values": (
            "the maximum is taken of absolute values",
            [("np.max(window)", "np.max(np.abs(window))")],
        ),
        "largest_magnitude": (
            "the value of the largest magnitude is taken, with its sign",
            [("np.max(window)", "window.flat[np.argmax(np.abs(window))]")],
        ),
        "minimum": (
            "the smallest value of each window is taken",
            [("np.max(window)", "np.min(window)")],
        ),
        "mean": ("each window is averaged", [("np.max(window)", "np.mean(window)")]),
        "sum": ("each window is summed", [("np.max(window)", "np.sum(window)")]),
        "median": ("the median of each window is taken", [("np.max(window)", "np.median(window)")]),
        "first_value": (
            "the first value of each window is taken",
            [("np.max(window)", "window[0, 0]")],
        ),
        "position_of_the_maximum": (
            "the position of the maximum is returned instead of its value",
            [("np.max(window)", "np.argmax(window)")],
        ),
        "whole_numbers": (
            "the output array holds whole numbers, so that fractions are cut off",
            [("np.zeros((N, C, H_out, W_out))", "np.zeros((N, C, H_out, W_out), dtype=int)")],
        ),
        "input_overwritten": (
            "the maximum is written back into x",
            [(PUT, PUT + "\n                    x[n, c, top, left] = np.max(window)")],
        ),
    },
)

RESHAPED = """
def max_pool_forward_naive(x, pool_param):
    N, C, H, W = x.shape
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    blocks = x.reshape(N, C, H // height, height, W // width, width)
    return blocks.max(axis=3).max(axis=4), (x, pool_param)
"""

EVERY_OTHER = """
def max_pool_forward_naive(x, pool_param):
    upper = np.maximum(x[:, :, ::2, ::2], x[:, :, ::2, 1::2])
    lower = np.maximum(x[:, :, 1::2, ::2], x[:, :, 1::2, 1::2])
    return np.maximum(upper, lower), (x, pool_param)
"""

MISTAKES = (
    *IN_LOOPS,
    Mistake(
        FUNCTION,
        "every_other_pixel",
        "windows of 2x2 at stride 2 are taken by ::2 and 1::2, whatever pool_param says",
        EVERY_OTHER,
    ),
    Mistake(
        FUNCTION,
        "reshaped",
        "the image is reshaped into blocks, which are windows only if they lie side by side",
        RESHAPED,
    ),
    Mistake(
        FUNCTION,
        "reshaped_cropped",
        "the image is cut into blocks, which are windows only if they lie side by side",
        RESHAPED.replace(
            "blocks = x.reshape",
            "x_cut = x[:, :, :H // height * height, :W // width * width]\n    blocks = x_cut.reshape",
        ),
    ),
)
