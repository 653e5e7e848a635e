"""The exercise FullyConnectedNets: affine layers, losses, nets of them, and how they are trained.

`files` says what students write and do without, ``cases/`` on which inputs it is tried, ``checks/``
what is required (`losses`, `steps` and `judged` what several checks do), `properties` how cases
differ, `ladders` on which small inputs a mistake is shown. This is its table.
"""

from __future__ import annotations

from autograder.exercise import Exercise, Function
from autograder.exercises.fully_connected_nets.files import DENSE, FC_NET, LOSSES, OPTIM
from autograder.exercises.fully_connected_nets.ladders import ladder
from autograder.exercises.fully_connected_nets.properties import AFFINE, LOSS, NET, RELU, RULE

WEIGHTS = {f"{d}{name}": "row" for d in ("", "d") for name in ("w", "W1", "W2", "W3", "W4")}
X = {"x": "example", "dx": "example", "out": "example", "scores": "example"}

EXERCISE = Exercise(
    name="fully_connected_nets",
    assignment="FullyConnectedNets",
    files=(DENSE, LOSSES, FC_NET, OPTIM),
    functions=(
        Function("affine_forward", "affine fwd", DENSE, X, section=2, properties=AFFINE),
        Function(
            "affine_backward", "affine bwd", DENSE, {**X, **WEIGHTS}, section=3, properties=AFFINE
        ),
        Function("relu_forward", "relu fwd", DENSE, X, section=4, properties=RELU),
        Function("relu_backward", "relu bwd", DENSE, X, section=5, properties=RELU),
        Function("softmax_loss", "softmax", LOSSES, X, section=7, properties=LOSS),
        Function("svm_loss", "svm", LOSSES, X, section=8, properties=LOSS),
        Function("TwoLayerNet", "2 layers", FC_NET, {**X, **WEIGHTS}, section=9, properties=NET),
        Function("FullyConnectedNet", "net", FC_NET, {**X, **WEIGHTS}, section=11, properties=NET),
        Function("sgd_momentum", "mom", OPTIM, WEIGHTS, section=14, properties=RULE),
        Function("rmsprop", "rms", OPTIM, WEIGHTS, section=15, properties=RULE),
        Function("adam", "adam", OPTIM, WEIGHTS, section=16, properties=RULE),
        Function("overfit_three_layers", "fit 3", FC_NET, trains=True, section=12),
        Function("overfit_five_layers", "fit 5", FC_NET, trains=True, section=13),
        Function("full_training", "train", FC_NET, trains=True, section=18),
    ),
    checks=tuple(
        f"{__name__}.checks.{module}"
        for module in (
            "test_affine_forward",
            "test_affine_backward",
            "test_relu",
            "test_softmax_loss",
            "test_svm_loss",
            "test_two_layer_net",
            "test_fully_connected_net",
            "test_rules",
            "test_training",
        )
    ),
    ladder=ladder,
    aim=(
        "You are going to write nets of fully connected layers: the layers forwards and backwards, "
        "two\nlosses, a net of any depth, and the rules by which it learns, in plain NumPy."
    ),
)
