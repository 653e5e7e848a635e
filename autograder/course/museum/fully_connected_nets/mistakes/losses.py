"""Mistakes in ``softmax_loss`` and ``svm_loss``."""

from autograder.course.museum.mistake import variants

SOFTMAX = """
def softmax_loss(x, y):
    N, K = x.shape
    shifted = x - np.max(x, axis=1, keepdims=True)
    exps = np.exp(shifted)
    probs = exps / np.sum(exps, axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx
"""

SVM = """
def svm_loss(x, y):
    N, K = x.shape
    right = x[np.arange(N), y][:, np.newaxis]
    margins = np.maximum(0, x - right + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    dx = (margins > 0).astype(x.dtype)
    dx[np.arange(N), y] -= np.sum(margins > 0, axis=1)
    dx /= N
    return loss, dx
"""

SHIFTED = "shifted = x - np.max(x, axis=1, keepdims=True)"
PROBS = "probs = exps / np.sum(exps, axis=1, keepdims=True)"
LOSS = "loss = -np.sum(np.log(probs[np.arange(N), y])) / N"
MINUS_ONE = "dx[np.arange(N), y] -= 1"
MEAN = "    dx /= N\n"
MARGINS = "margins = np.maximum(0, x - right + 1.0)"
LABEL = "    margins[np.arange(N), y] = 0\n"
HINGE = "loss = np.sum(margins) / N"
PULL = "dx[np.arange(N), y] -= np.sum(margins > 0, axis=1)"
SLOPES = "dx = (margins > 0).astype(x.dtype)"

MISTAKES = (
    *variants(
        "softmax_loss",
        SOFTMAX,
        {
            "not_shifted": (
                "scores go into exp as they are, where large ones overflow",
                [(SHIFTED, "shifted = x")],
            ),
            "loss_summed": (
                "the loss is summed over the examples instead of averaged",
                [(LOSS, LOSS[: -len(" / N")])],
            ),
            "loss_negative": ("the loss has the wrong sign", [("loss = -np.sum", "loss = np.sum")]),
            "loss_over_classes": (
                "the loss is divided by the number of classes",
                [(LOSS, LOSS[:-1] + "K")],
            ),
            "loss_over_all": (
                "the loss is divided by the number of all scores",
                [(LOSS, LOSS[:-1] + "x.size")],
            ),
            "log_forgotten": (
                "the logarithm is left out of the loss",
                [("np.log(probs[np.arange(N), y])", "probs[np.arange(N), y]")],
            ),
            "log_two": ("the loss has a logarithm with base 2", [("np.log(", "np.log2(")]),
            "all_columns_of_loss": (
                "the loss takes the columns of all labels from every example",
                [("probs[np.arange(N), y]", "probs[:, y]")],
            ),
            "first_class": (
                "the loss takes the first class for everybody's label",
                [("np.log(probs[np.arange(N), y])", "np.log(probs[:, 0])")],
            ),
            "all_classes": (
                "the loss sums over all classes",
                [("np.log(probs[np.arange(N), y])", "np.log(probs)")],
            ),
            "over_examples": (
                "probabilities add up to 1 over the examples instead of the classes",
                [(PROBS, "probs = exps / np.sum(exps, axis=0, keepdims=True)")],
            ),
            "over_everything": (
                "probabilities add up to 1 over all examples and classes together",
                [(PROBS, "probs = exps / np.sum(exps)")],
            ),
            "gradient_summed": ("dx is not divided by the number of examples", [(MEAN, "")]),
            "gradient_over_classes": (
                "dx is divided by the number of classes",
                [(MEAN, "    dx /= K\n")],
            ),
            "label_forgotten": ("1 is not taken off dx at the label", [(MINUS_ONE + "\n    ", "")]),
            "label_added": (
                "1 is added to dx at the label instead of taken off",
                [(MINUS_ONE, MINUS_ONE.replace("-=", "+="))],
            ),
            "all_columns_of_gradient": (
                "1 is taken off dx in the columns of all labels, in every example",
                [(MINUS_ONE, "dx[:, y] -= 1")],
            ),
            "label_overwritten": (
                "dx at the label is -1 whatever the probability is",
                [(MINUS_ONE, MINUS_ONE.replace("-=", "= -"))],
            ),
            "gradient_negative": ("dx has the wrong sign", [(MEAN, "    dx /= -N\n")]),
            "gradient_of_scores": (
                "dx is made of the exponentials before they are divided by their sum",
                [("dx = probs.copy()", "dx = exps.copy()")],
            ),
        },
    ),
    *variants(
        "svm_loss",
        SVM,
        {
            "label_counts": ("the label's own class costs something too", [(LABEL, "")]),
            "no_margin": ("the margin of 1 is left out", [(" + 1.0)", ")")]),
            "margin_subtracted": (
                "the margin is subtracted instead of added",
                [(" + 1.0)", " - 1.0)")],
            ),
            "reversed": (
                "the label's score less each other one is taken, instead of the reverse",
                [("x - right + 1.0", "right - x + 1.0")],
            ),
            "not_cut": (
                "margins below zero are not cut off",
                [(MARGINS, "margins = x - right + 1.0")],
            ),
            "loss_summed": (
                "the loss is summed over the examples instead of averaged",
                [(HINGE, "loss = np.sum(margins)")],
            ),
            "loss_over_all": (
                "the loss is divided by the number of all scores",
                [(HINGE, "loss = np.mean(margins)")],
            ),
            "squared": ("margins are squared", [(HINGE, "loss = np.sum(margins**2) / N")]),
            "worst_class": (
                "only the class that costs most is counted in the loss",
                [(HINGE, "loss = np.sum(np.max(margins, axis=1)) / N")],
            ),
            "all_columns": (
                "the scores of all labels are taken from every example",
                [
                    (
                        "right = x[np.arange(N), y][:, np.newaxis]",
                        "right = np.mean(x[:, y], axis=1)[:, np.newaxis]",
                    )
                ],
            ),
            "gradient_summed": (
                "dx is not divided by the number of examples",
                [("    dx /= N\n", "")],
            ),
            "gradient_over_classes": (
                "dx is divided by the number of classes",
                [("    dx /= N\n", "    dx /= K\n")],
            ),
            "label_no_slope": ("the label's own score has no slope", [("    " + PULL + "\n", "")]),
            "label_slope_one": (
                "the label's slope is -1 however many classes cost something",
                [(PULL, "dx[np.arange(N), y] -= 1")],
            ),
            "label_slope_positive": (
                "the label's slope has the wrong sign",
                [(PULL, PULL.replace("-=", "+="))],
            ),
            "slopes_are_margins": (
                "slopes are the margins instead of 1",
                [(SLOPES, "dx = margins.copy()")],
            ),
            "slopes_everywhere": (
                "classes that cost nothing have a slope too",
                [(SLOPES, "dx = np.ones_like(x)\n    dx[np.arange(N), y] = 0")],
            ),
            "count_over_examples": (
                "the label's slope counts over the examples instead of the classes",
                [(PULL, "dx[np.arange(N), y] -= np.sum(margins > 0, axis=0)[y]")],
            ),
            "gradient_negative": ("dx has the wrong sign", [("    dx /= N\n", "    dx /= -N\n")]),
        },
    ),
)
