# ruff: noqa: E501 - student code has the lines that it has
"""Mistakes that students make in Dropout."""

from autograder.course.museum.mistake import Mistake, variants

FORWARD = """
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    if mode == "train":
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        out = x.copy()
    cache = (dropout_param, mask)
    return out.astype(x.dtype, copy=False), cache
"""

BACKWARD = """
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    mode = dropout_param["mode"]
    if mode == "train":
        dx = dout * mask
    elif mode == "test":
        dx = dout.copy()
    return dx
"""

MASK = "mask = (np.random.rand(*x.shape) < p) / p"
BACK = "dx = dout * mask"
TEST, BACK_TEST = "out = x.copy()", "dx = dout.copy()"

MISTAKES: tuple[Mistake, ...] = (
    *variants(
        "dropout_forward",
        FORWARD,
        {
            "drops_p": (
                "p is taken as the probability to drop a value",
                [("< p) / p", "> p) / (1 - p)")],
            ),
            "drops_p_scaled_by_p": (
                "p is taken as the probability to drop a value, but not in the scale",
                [("< p) / p", "> p) / p")],
            ),
            "not_scaled": ("what is kept is not scaled in training", [("< p) / p", "< p) * 1.0")]),
            "scaled_down": (
                "what is kept is multiplied by p instead of divided",
                [("< p) / p", "< p) * p")],
            ),
            "scaled_by_rest": (
                "what is kept is divided by 1 - p instead of p",
                [("< p) / p", "< p) / (1 - p)")],
            ),
            "scaled_in_test": (
                "test mode multiplies by p, though training has scaled already",
                [(TEST, "out = x * p")],
            ),
            "old_style": (
                "what is kept is scaled in test mode instead of training",
                [("< p) / p", "< p) * 1.0"), (TEST, "out = x * p")],
            ),
            "divided_in_test": ("test mode divides by p", [(TEST, "out = x / p")]),
            "drops_in_test": (
                "test mode drops values too",
                [(TEST, "out = x * ((np.random.rand(*x.shape) < p) / p)")],
            ),
            "nothing_in_train": (
                "nothing is dropped in training",
                [("out = x * mask", "out = x * 1.0")],
            ),
            "modes_swapped": (
                "the two modes are exchanged",
                [
                    ('if mode == "train":', 'if mode == "test":'),
                    ('elif mode == "test":', 'elif mode == "train":'),
                ],
            ),
            "by_row": (
                "whole rows are dropped",
                [
                    ("np.random.rand(*x.shape)", "np.random.rand(len(x), *[1] * (x.ndim - 1))"),
                    ("out = x * mask", "mask = mask * np.ones(x.shape)\n        out = x * mask"),
                ],
            ),
            "by_column": (
                "whole columns are dropped, the same in each row",
                [
                    ("np.random.rand(*x.shape)", "np.random.rand(1, *x.shape[1:])"),
                    ("out = x * mask", "mask = mask * np.ones(x.shape)\n        out = x * mask"),
                ],
            ),
            "one_mask": (
                "the mask is drawn once, and used in every call",
                [("    mask = None\n", "    np.random.seed(0)\n    mask = None\n")],
            ),
            "gaussian": (
                "the random numbers are Gaussian instead of uniform",
                [("np.random.rand(*x.shape)", "np.random.randn(*x.shape)")],
            ),
            "half": ("half of the values are kept whatever p is", [("< p) / p", "< 0.5) / p")]),
            "noise": (
                "values are multiplied by random numbers instead of being kept or dropped",
                [(MASK, "mask = np.random.rand(*x.shape) / p")],
            ),
            "seed_ignored": (
                "the seed in dropout_param is not used",
                [
                    (
                        '    if "seed" in dropout_param:\n        np.random.seed(dropout_param["seed"])\n',
                        "",
                    )
                ],
            ),
            "in_place": ("x itself is changed", [("out = x * mask", "x *= mask\n        out = x")]),
        },
    ),
    *variants(
        "dropout_backward",
        BACKWARD,
        {
            "no_mask": ("the gradient goes through everywhere", [(BACK, "dx = dout * 1.0")]),
            "mask_not_scaled": (
                "the gradient is not scaled as the values were",
                [(BACK, "dx = dout * (mask > 0)")],
            ),
            "scaled_twice": (
                "the gradient is scaled twice",
                [(BACK, 'dx = dout * mask / dropout_param["p"]')],
            ),
            "times_p": (
                "the gradient is multiplied by p",
                [(BACK, 'dx = dout * (mask > 0) * dropout_param["p"]')],
            ),
            "scaled_back": (
                "the scale of the forward pass is undone, so that the gradient has none",
                [(BACK, 'dx = dout * mask * dropout_param["p"] ** 2')],
            ),
            "reversed": (
                "the gradient goes through where values were dropped",
                [(BACK, 'dx = dout * (mask == 0) / dropout_param["p"]')],
            ),
            "new_mask": (
                "a new mask is drawn on the way back",
                [
                    (
                        BACK,
                        'p = dropout_param["p"]\n        dx = dout * (np.random.rand(*dout.shape) < p) / p',
                    )
                ],
            ),
            "squared": (
                "the mask is applied twice, with its scale",
                [(BACK, "dx = dout * mask * mask")],
            ),
            "mask_only": ("dout is left out", [(BACK, "dx = mask * 1.0")]),
            "negative": ("dx has the wrong sign in training", [(BACK, "dx = -dout * mask")]),
            "zero_in_test": ("dx is zero in test mode", [(BACK_TEST, "dx = np.zeros_like(dout)")]),
            "scaled_in_test": (
                "test mode multiplies the gradient by p",
                [(BACK_TEST, 'dx = dout * dropout_param["p"]')],
            ),
            "divided_in_test": (
                "test mode divides the gradient by p",
                [(BACK_TEST, 'dx = dout / dropout_param["p"]')],
            ),
            "drops_in_test": (
                "test mode drops gradients too",
                [(BACK_TEST, 'dx = dout * (np.random.rand(*dout.shape) < dropout_param["p"])')],
            ),
            "negative_in_test": ("dx has the wrong sign in test mode", [(BACK_TEST, "dx = -dout")]),
            "in_place": ("dout itself is changed", [(BACK, "dout *= mask\n        dx = dout")]),
        },
    ),
)
