"""The same slips in code of other styles, of which no pack knows anything."""

from autograder.course.museum.fully_connected_nets import ways
from autograder.course.museum.mistake import Unseen, changed

RELU = """
def relu_backward(dout, cache):
    dx = np.array(dout)
    dx[cache <= 0] = 0
    return dx
"""

UNSEEN: tuple[Unseen, ...] = (
    *changed(
        "affine_forward",
        ways.BY_LOOPS.partition("\n\n\n")[0],
        {
            "loops_without_bias": (("bias is left out",), [(" + b[m]", "")]),
            "loops_subtract_bias": (("bias is subtracted",), [(" + b[m]", " - b[m]")]),
            "loops_first_bias": (("first bias",), [(" + b[m]", " + b[0]")]),
        },
    ),
    *changed(
        "affine_backward",
        "def affine_backward" + ways.BY_LOOPS.partition("def affine_backward")[2],
        {
            "loops_db_mean": (
                ("db is averaged",),
                [("db += dout[n]", "db += dout[n] / len(x)")],
            ),
            "loops_dw_mean": (
                ("dw is divided",),
                [
                    (
                        "dw += np.outer(x[n].ravel(), dout[n])",
                        "dw += np.outer(x[n], dout[n]) / len(x)",
                    )
                ],
            ),
        },
    ),
    *changed(
        "relu_backward",
        RELU,
        {"mask_reversed": (("where the input was negative",), [("<= 0", "> 0")])},
    ),
    *changed(
        "softmax_loss",
        ways.SOFTMAX_LOOP,
        {
            "loops_loss_summed": (("summed over the examples",), [("loss / x.shape[0]", "loss")]),
            "loops_gradient_summed": (
                ("not divided by the number of examples",),
                [("dx / x.shape[0]", "dx")],
            ),
            "loops_no_label": (("not taken off dx",), [(" - (1 if j == y[i] else 0)", "")]),
        },
    ),
    *changed(
        "svm_loss",
        ways.SVM_LOOP,
        {
            "loops_no_margin": (("margin of 1 is left out",), [(" + 1\n", "\n")]),
            "loops_label_counts": (("own class costs",), [("j != label and ", "")]),
            "loops_no_label_slope": (
                ("no slope",),
                [("                dx[i, label] -= 1\n", "")],
            ),
        },
    ),
    *changed(
        "sgd_momentum",
        ways.MOMENTUM_IN_PLACE,
        {
            "in_place_uphill": (("added to the velocity",), [("v -= rate", "v += rate")]),
            "in_place_not_kept": (("not put back",), [('    config["velocity"] = v\n', "")]),
        },
    ),
    *changed(
        "rmsprop",
        ways.RMSPROP_OTHER,
        {
            "other_no_epsilon": (("epsilon is left out",), [(' + config["epsilon"]', "")]),
            "other_no_root": (("root is left out",), [(" ** 0.5", "")]),
        },
    ),
    *changed(
        "adam",
        ways.ADAM_OTHER,
        {
            "other_v_not_squared": (("not of its square",), [("dw * dw", "dw")]),
        },
    ),
    *changed(
        "TwoLayerNet",
        ways.TWO_BY_HAND,
        {
            "by_hand_penalty": (("factor of 0.5",), [("self.reg / 2", "self.reg")]),
            "by_hand_relu": (("on the way back",), [(" * (hidden > 0)", "")]),
        },
    ),
)
