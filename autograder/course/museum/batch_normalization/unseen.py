"""The same slips in code of other styles, of which no pack knows anything."""

from autograder.course.museum.batch_normalization import ways
from autograder.course.museum.mistake import Unseen, changed

FORWARD, _, BOTH = ways.STEP_BY_STEP.partition("\n\n\ndef batchnorm_backward(")
ROWS_FORWARD, _, ROWS_BACKWARD = ways.ROW_BY_ROW.partition("\n\n\ndef layernorm_backward(")

UNSEEN: tuple[Unseen, ...] = (
    *changed(
        "batchnorm_forward",
        FORWARD,
        {
            "steps_momentum_reversed": (
                ("weighs the new batch",),
                [
                    ("momentum * rm + (1 - momentum) * mu", "(1 - momentum) * rm + momentum * mu"),
                    (
                        "momentum * rv + (1 - momentum) * var",
                        "(1 - momentum) * rv + momentum * var",
                    ),
                ],
            ),
            "steps_no_mean": (
                ("mean is not subtracted",),
                [("xhat = xmu * ivar", "xhat = x * ivar")],
            ),
            "steps_not_kept": (
                ("not put back",),
                [('    bn_param["running_mean"] = rm\n    bn_param["running_var"] = rv\n', "")],
            ),
            "steps_test_without_eps": (("leaves eps out",), [("np.sqrt(rv + eps)", "np.sqrt(rv)")]),
        },
    ),
    *changed(
        "layernorm_forward",
        ROWS_FORWARD,
        {
            "rows_no_root": (
                ("variance instead of",),
                [
                    (
                        "np.sqrt(np.mean((row - row.mean()) ** 2) + eps)",
                        "np.mean((row - row.mean()) ** 2) + eps",
                    )
                ],
            ),
            "rows_no_beta": (("beta is left out",), [(" + beta", "")]),
        },
    ),
)
