"""Mistakes in ``affine_forward`` and ``affine_backward``."""

from autograder.course.museum.mistake import variants

FORWARD = """
def affine_forward(x, w, b):
    N = x.shape[0]
    rows = x.reshape(N, -1)
    out = rows.dot(w) + b
    cache = (x, w, b)
    return out, cache
"""

BACKWARD = """
def affine_backward(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    rows = x.reshape(N, -1)
    dx = dout.dot(w.T).reshape(x.shape)
    dw = rows.T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db
"""

ROWS = "rows = x.reshape(N, -1)"
OUT = "out = rows.dot(w) + b"
DX = "dx = dout.dot(w.T).reshape(x.shape)"
DW = "dw = rows.T.dot(dout)"
DB = "db = np.sum(dout, axis=0)"
RETURN = "return dx, dw, db"

MISTAKES = (
    *variants(
        "affine_forward",
        FORWARD,
        {
            "bias_forgotten": ("the bias is left out", [(" + b\n", "\n")]),
            "bias_subtracted": ("the bias is subtracted", [(" + b\n", " - b\n")]),
            "bias_twice": ("the bias is added twice", [(" + b\n", " + 2 * b\n")]),
            "bias_multiplies": (
                "the bias multiplies instead of being added",
                [(" + b\n", " * b\n")],
            ),
            "first_bias": ("the first bias is added to all units", [(" + b\n", " + b[0]\n")]),
            "bias_total": (
                "the sum of all biases is added to each unit",
                [(" + b\n", " + np.sum(b)\n")],
            ),
            "not_flattened": (
                "examples of several axes are not read as vectors first",
                [(ROWS, "rows = x")],
            ),
            "examples_mixed": (
                "the numbers of different examples are mixed, by a reshape in the wrong order",
                [(ROWS, "rows = x.reshape(-1, N).T")],
            ),
            "column_order": (
                "the axes of an example are read in reverse order",
                [(ROWS, 'rows = np.stack([example.ravel(order="F") for example in x])')],
            ),
            "transposed": ("w is transposed", [("rows.dot(w)", "rows.dot(w.T)")]),
            "mean": (
                "the output is divided by the number of examples",
                [(OUT, OUT + "\n    out = out / N")],
            ),
            "relu": (
                "a ReLU is applied to the output",
                [(OUT, "out = np.maximum(0, rows.dot(w) + b)")],
            ),
            "negative": ("the product has the wrong sign", [(OUT, "out = b - rows.dot(w)")]),
            "centred": (
                "the mean of each example is subtracted from it first",
                [(ROWS, ROWS + "\n    rows = rows - rows.mean(axis=1, keepdims=True)")],
            ),
            "first_example": (
                "all examples get the output of the first one",
                [(OUT, OUT + "\n    out = np.tile(out[:1], (N, 1))")],
            ),
            "rounded": (
                "the output is rounded to integers",
                [(OUT, OUT + "\n    out = out.astype(int)")],
            ),
        },
    ),
    *variants(
        "affine_backward",
        BACKWARD,
        {
            "dx_flat": (
                "dx is not brought back into the shape of x",
                [(DX, "dx = dout.dot(w.T)")],
            ),
            "dx_mixed": (
                "the numbers of different examples are mixed in dx",
                [(DX, "dx = dout.dot(w.T).T.reshape(x.shape)")],
            ),
            "dx_mean": ("dx is divided by the number of examples", [(DX, DX + " / N")]),
            "dx_not_transposed": ("w is not transposed for dx", [("dout.dot(w.T)", "dout.dot(w)")]),
            "dx_relu": ("the slope of a ReLU is applied to dx", [(DX, DX + " * (x > 0)")]),
            "dx_zero": ("dx is zero", [(DX, "dx = np.zeros_like(x)")]),
            "dx_negative": ("dx has the wrong sign", [(DX, DX.replace("dx = ", "dx = -"))]),
            "dw_mean": ("dw is divided by the number of examples", [(DW, DW + " / N")]),
            "dw_mixed": (
                "the numbers of different examples are mixed in dw",
                [(ROWS, "rows = x.reshape(-1, N).T")],
            ),
            "dw_transposed": ("dw is transposed", [(DW, "dw = dout.T.dot(rows)")]),
            "dw_from_w": (
                "dw is computed with w instead of x",
                [(DW, "dw = w * np.sum(dout, axis=0)")],
            ),
            "dw_zero": ("dw is zero", [(DW, "dw = np.zeros_like(w)")]),
            "dw_negative": ("dw has the wrong sign", [(DW, DW.replace("dw = ", "dw = -"))]),
            "db_mean": (
                "db is averaged over the examples instead of summed",
                [(DB, "db = np.mean(dout, axis=0)")],
            ),
            "db_over_units": (
                "db is summed over the units instead of the examples",
                [(DB, "db = np.sum(dout, axis=1)")],
            ),
            "db_total": ("db is one number, the sum of all of dout", [(DB, "db = np.sum(dout)")]),
            "db_first": ("db is that of the first example alone", [(DB, "db = dout[0]")]),
            "db_is_dout": ("db is dout, not summed over the examples", [(DB, "db = dout")]),
            "db_times_b": ("b is multiplied into db", [(DB, DB + " * b")]),
            "dw_and_dx_swapped": (
                "the gradients are returned in another order",
                [(RETURN, "return dw, dx, db")],
            ),
        },
    ),
)
