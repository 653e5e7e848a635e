"""Mistakes in ``relu_forward`` and ``relu_backward``."""

from autograder.course.museum.mistake import variants

FORWARD = """
def relu_forward(x):
    out = np.maximum(0, x)
    cache = x
    return out, cache
"""

BACKWARD = """
def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx
"""

OUT = "out = np.maximum(0, x)"
DX = "dx = dout * (x > 0)"

MISTAKES = (
    *variants(
        "relu_forward",
        FORWARD,
        {
            "identity": ("nothing is done to x", [(OUT, "out = x.copy()")]),
            "absolute": ("negative numbers lose their sign", [(OUT, "out = np.abs(x)")]),
            "minimum": (
                "negative numbers stay, and positive ones become zero",
                [(OUT, "out = np.minimum(0, x)")],
            ),
            "mask": ("positive numbers become 1", [(OUT, "out = (x > 0).astype(x.dtype)")]),
            "leaky": (
                "negative numbers are made small instead of zero",
                [(OUT, "out = np.where(x > 0, x, 0.01 * x)")],
            ),
            "clipped": ("numbers above 1 become 1", [(OUT, "out = np.clip(x, 0, 1)")]),
            "one": ("numbers below 1 become 1", [(OUT, "out = np.maximum(1, x)")]),
            "sigmoid": ("a sigmoid is applied instead", [(OUT, "out = 1 / (1 + np.exp(-x))")]),
            "tanh": ("a hyperbolic tangent is applied instead", [(OUT, "out = np.tanh(x)")]),
            "square": ("what is positive is squared", [(OUT, "out = np.maximum(0, x) ** 2")]),
            "over_rows": ("the maximum is taken along an axis", [(OUT, "out = np.max(x, axis=0)")]),
            "mean": (
                "what is below the mean of x becomes zero",
                [(OUT, "out = x * (x > x.mean())")],
            ),
            "flat": (
                "the output is flattened",
                [(OUT, "out = np.maximum(0, x).reshape(len(x), -1)")],
            ),
            "negative": ("the output has the wrong sign", [(OUT, "out = -np.maximum(0, x)")]),
            "in_place": ("x itself is changed", [(OUT, "x[x < 0] = 0\n    out = x")]),
        },
    ),
    *variants(
        "relu_backward",
        BACKWARD,
        {
            "no_mask": ("the gradient goes through everywhere", [(DX, "dx = dout.copy()")]),
            "of_dout": (
                "dout's own sign decides where it goes through",
                [(DX, "dx = dout * (dout > 0)")],
            ),
            "both": (
                "negative gradients are dropped as well",
                [(DX, "dx = np.maximum(0, dout) * (x > 0)")],
            ),
            "reversed": (
                "the gradient goes through where the input was negative",
                [(DX, "dx = dout * (x < 0)")],
            ),
            "mask_only": ("dout is left out", [(DX, "dx = (x > 0).astype(dout.dtype)")]),
            "times_x": ("dout is multiplied by the input", [(DX, "dx = dout * x")]),
            "times_out": (
                "dout is multiplied by the layer's output",
                [(DX, "dx = dout * np.maximum(0, x)")],
            ),
            "sign": (
                "dout changes its sign where the input was negative",
                [(DX, "dx = dout * np.sign(x)")],
            ),
            "leaky": (
                "a small gradient goes through where the input was negative",
                [(DX, "dx = np.where(x > 0, dout, 0.01 * dout)")],
            ),
            "negative": ("dx has the wrong sign", [(DX, "dx = -dout * (x > 0)")]),
            "above_one": (
                "the gradient goes through only where the input was above 1",
                [(DX, "dx = dout * (x > 1)")],
            ),
            "mean": ("dx is divided by the number of rows", [(DX, "dx = dout * (x > 0) / len(x)")]),
            "zero": ("dx is zero", [(DX, "dx = np.zeros_like(x)")]),
            "out_for_gradient": (
                "the output is returned in place of the gradient",
                [(DX, "dx = np.maximum(0, x)")],
            ),
            "in_place": ("dout itself is changed", [(DX, "dout[x <= 0] = 0\n    dx = dout")]),
        },
    ),
)
