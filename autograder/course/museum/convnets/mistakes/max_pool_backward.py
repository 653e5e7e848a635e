# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes in ``max_pool_backward_naive``."""

from autograder.course.museum.mistake import variants

FUNCTION = "max_pool_backward_naive"

LOOPS = """
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    N, C, H, W = x.shape
    N, C, H_out, W_out = dout.shape
    dx = np.zeros_like(x)
    for n in range(N):
        for c in range(C):
            for i in range(H_out):
                for j in range(W_out):
                    top = i * stride
                    left = j * stride
                    window = x[n, c, top:top + height, left:left + width]
                    row, column = np.unravel_index(np.argmax(window), window.shape)
                    dx[n, c, top + row, left + column] += dout[n, c, i, j]
    return dx
"""

SIZES = 'height, width = pool_param["pool_height"], pool_param["pool_width"]'
STRIDE = 'stride = pool_param["stride"]'
OUT_SIZES = "N, C, H_out, W_out = dout.shape"
TOP, LEFT = "top = i * stride", "left = j * stride"
WINDOW = "window = x[n, c, top:top + height, left:left + width]"
FIND = "row, column = np.unravel_index(np.argmax(window), window.shape)"
ADD = "dx[n, c, top + row, left + column] += dout[n, c, i, j]"
SLICE = "dx[n, c, top:top + height, left:left + width]"
AGAIN = "\n                    "

ASSIGNED = "a window's gradient replaces what another window gave to the same pixel"
ALL = "every pixel of a window gets the gradient"
UNRAVELLED = "the flat position of the maximum is turned into row and column with the wrong width"
WHOLE = "the maximum's position is looked for in the whole image, not in the window alone"
IGNORED = "the windows are one pixel apart, whatever the stride"
SQUARE_WINDOW = "one side of the window is used for both"
SIDE_BY_SIDE = "windows are placed side by side, whatever the stride"

IN_LOOPS = variants(
    FUNCTION,
    LOOPS,
    {
        "assigned": (ASSIGNED, [(ADD, ADD.replace("+=", "="))]),
        "assigned_columns_first": (
            ASSIGNED,
            [
                (
                    "for i in range(H_out):\n                for j in range(W_out):",
                    "for j in range(W_out):\n                for i in range(H_out):",
                ),
                (ADD, ADD.replace("+=", "=")),
            ],
        ),
        "assigned_window_columns_first": (
            "the gradient of a whole window, mostly zeros, replaces what other windows gave",
            [
                (
                    "for i in range(H_out):\n                for j in range(W_out):",
                    "for j in range(W_out):\n                for i in range(H_out):",
                ),
                (FIND, "mask = window == np.max(window)"),
                (ADD, f"{SLICE} = mask * dout[n, c, i, j]"),
            ],
        ),
        "assigned_window": (
            "the gradient of a whole window, mostly zeros, replaces what other windows gave",
            [
                (FIND, "mask = window == np.max(window)"),
                (ADD, f"{SLICE} = mask * dout[n, c, i, j]"),
            ],
        ),
        "unravelled_by_height": (
            UNRAVELLED,
            [(FIND, "row, column = divmod(np.argmax(window), height)")],
        ),
        "unravelled_by_stride": (
            UNRAVELLED,
            [(FIND, "row, column = divmod(np.argmax(window), stride)")],
        ),
        "unravelled_by_two": (UNRAVELLED, [(FIND, "row, column = divmod(np.argmax(window), 2)")]),
        "unravelled_by_image": (
            UNRAVELLED,
            [(FIND, "row, column = np.unravel_index(np.argmax(window), x[n, c].shape)")],
        ),
        "row_and_column_exchanged": (
            "row and column of the maximum are exchanged",
            [(FIND, FIND.replace("row, column", "column, row"))],
        ),
        "stride_is_two": (
            "the stride is taken to be 2, whatever pool_param says",
            [(STRIDE, "stride = 2")],
        ),
        "stride_is_one": (IGNORED, [(STRIDE, "stride = 1")]),
        "stride_is_pool_height": (
            SIDE_BY_SIDE,
            [
                (TOP, "top = i * height"),
                (LEFT, "left = j * width"),
                (FIND, "if not window.size:" + AGAIN + "    continue" + AGAIN + FIND),
            ],
        ),
        "stride_is_pool_height_raises": (
            SIDE_BY_SIDE,
            [(TOP, "top = i * height"), (LEFT, "left = j * width")],
        ),
        "stride_in_rows_only": (
            "windows move by the stride down the rows, but by one pixel along the columns",
            [(LEFT, "left = j")],
        ),
        "stride_in_columns_only": (
            "windows move by the stride along the columns, but by one pixel down the rows",
            [(TOP, "top = i")],
        ),
        "window_is_two": (
            "the window is taken to be 2x2, whatever pool_param says",
            [(SIZES, "height = width = 2")],
        ),
        "window_is_stride": (
            "the windows are taken to be as large as the stride",
            [(STRIDE, STRIDE + "\n    height = width = stride")],
        ),
        "pool_height_for_both": (
            SQUARE_WINDOW,
            [(SIZES, 'height = width = pool_param["pool_height"]')],
        ),
        "pool_width_for_both": (
            SQUARE_WINDOW,
            [(SIZES, 'height = width = pool_param["pool_width"]')],
        ),
        "pool_sides_swapped": (
            "pool_height and pool_width are exchanged",
            [(SIZES, 'width, height = pool_param["pool_height"], pool_param["pool_width"]')],
        ),
        "dout_sides_swapped": (
            "height and width of dout are exchanged",
            [(OUT_SIZES, "N, C, W_out, H_out = dout.shape")],
        ),
        "dout_transposed": (
            "rows and columns of dout are exchanged",
            [(TOP, "top = j * stride"), (LEFT, "left = i * stride")],
        ),
        "square_loops": (
            "both loops go over the height of dout",
            [("for j in range(W_out):", "for j in range(H_out):")],
        ),
        "sizes_by_window": (
            "the number of windows is the image's size divided by the window's, whatever the stride",
            [(OUT_SIZES, "H_out, W_out = H // height, W // width")],
        ),
        "sizes_without_one": (
            "the last row and the last column of windows are left out",
            [(OUT_SIZES, "H_out, W_out = (H - height) // stride, (W - width) // stride")],
        ),
        "loops_over_the_input": (
            "the loops go over the rows and columns of the input, past the last window",
            [
                ("for i in range(H_out):", "for i in range(0, H, stride):"),
                ("for j in range(W_out):", "for j in range(0, W, stride):"),
                (TOP, "top = i"),
                (LEFT, "left = j"),
                (ADD, "dx[n, c, top + row, left + column] += dout[n, c, i // stride, j // stride]"),
            ],
        ),
        "all_positions": (ALL, [(ADD, f"{SLICE} += dout[n, c, i, j]")]),
        "shared_by_all": (
            "the gradient is shared by all pixels of a window, as if they had been averaged",
            [(ADD, f"{SLICE} += dout[n, c, i, j] / (height * width)")],
        ),
        "mask_of_the_whole_image": (
            WHOLE,
            [(ADD, "dx[n, c] += dout[n, c, i, j] * (x[n, c] == np.max(window))")],
        ),
        "maximum_of_the_whole_image": (
            WHOLE,
            [
                (FIND, "row, column = np.unravel_index(np.argmax(x[n, c]), (H, W))"),
                (ADD, "dx[n, c, row, column] += dout[n, c, i, j]"),
            ],
        ),
        "mask_against_the_image_maximum": (
            "each window is compared with the maximum of the whole image",
            [(ADD, f"{SLICE} += dout[n, c, i, j] * (window == np.max(x[n, c]))")],
        ),
        "mask_of_all_channels": (
            "the maximum of a window is taken over all channels",
            [
                (
                    ADD,
                    f"{SLICE} += dout[n, c, i, j] * "
                    "(window == np.max(x[n, :, top:top + height, left:left + width]))",
                )
            ],
        ),
        "position_within_the_window": (
            "the position of the maximum within its window is used as the position in the image",
            [(ADD, "dx[n, c, row, column] += dout[n, c, i, j]")],
        ),
        "start_forgotten_for_columns": (
            "the start of the window is added to the row, but not to the column",
            [(ADD, "dx[n, c, top + row, column] += dout[n, c, i, j]")],
        ),
        "minimum": (
            "the gradient goes to the smallest value of each window",
            [("np.argmax", "np.argmin")],
        ),
        "largest_magnitude": (
            "the gradient goes to the value of the largest magnitude",
            [("np.argmax(window)", "np.argmax(np.abs(window))")],
        ),
        "first_pixel": (
            "the gradient goes to the first pixel of each window",
            [(FIND, "row, column = 0, 0")],
        ),
        "times_the_maximum": (
            "the gradient is multiplied by the value of the maximum",
            [(ADD, ADD + " * np.max(window)")],
        ),
        "maximum_kept": (
            "dx holds the maximum itself, not its gradient",
            [(ADD, ADD.replace("+= dout[n, c, i, j]", "= np.max(window)"))],
        ),
        "window_times_gradient": (
            "dx holds the window's values times dout",
            [(ADD, f"{SLICE} += dout[n, c, i, j] * window")],
        ),
        "dout_forgotten": (
            "dx is 1 where the maximum was: dout is not used",
            [(ADD, ADD.replace("dout[n, c, i, j]", "1"))],
        ),
        "zero": ("dx is not computed and stays zero", [(ADD, "pass")]),
        "one_image_done": (
            "only the first image of the batch is computed, and the others stay zero",
            [("for n in range(N):", "for n in range(1):")],
        ),
        "one_channel_done": (
            "only the first channel is computed, and the others stay zero",
            [("for c in range(C):", "for c in range(1):")],
        ),
        "first_channel_decides": (
            "the first channel decides where the maximum is, for all channels",
            [(WINDOW, WINDOW.replace("x[n, c,", "x[n, 0,"))],
        ),
        "first_image_decides": (
            "the first image decides where the maximum is, for all images",
            [(WINDOW, WINDOW.replace("x[n, c,", "x[0, c,"))],
        ),
        "mean_over_images": (
            "dx is divided by the number of images",
            [("return dx", "return dx / N")],
        ),
        "shape_of_dout": (
            "dx is made with the shape of dout",
            [("np.zeros_like(x)", "np.zeros_like(dout)")],
        ),
        "not_reset": (
            "dx begins as a copy of x instead of zeros",
            [("np.zeros_like(x)", "x.copy()")],
        ),
        "whole_numbers": (
            "dx holds whole numbers, so that fractions are cut off",
            [
                ("np.zeros_like(x)", "np.zeros(x.shape, dtype=int)"),
                (ADD, ADD.replace("dout[n, c, i, j]", "int(dout[n, c, i, j])")),
            ],
        ),
        "dout_overwritten": (
            "dout itself is written to",
            [(ADD, ADD + "\n    dout *= 0")],
        ),
        "loops_stop_early": (
            "the last row and the last column of windows are left out",
            [
                ("for i in range(H_out):", "for i in range(H_out - 1):"),
                ("for j in range(W_out):", "for j in range(W_out - 1):"),
            ],
        ),
    },
)

REPEATED = variants(
    FUNCTION,
    """
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    N, C, H, W = x.shape
    blocks = x.reshape(N, C, H // height, height, W // width, width)
    largest = blocks.max(axis=(3, 5), keepdims=True)
    dblocks = (blocks == largest) * dout[:, :, :, None, :, None]
    return dblocks.reshape(x.shape)
""",
    {
        "reshaped": (
            "the image is reshaped into blocks, which are windows only if they lie side by side",
            [],
        ),
        "repeated": (
            ALL,
            [("(blocks == largest) * dout", "np.ones_like(blocks) * dout")],
        ),
    },
)

MISTAKES = IN_LOOPS + REPEATED
