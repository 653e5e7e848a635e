"""What the names in correct ways mean; see ``rule/source.py`` and the names of the first museum."""

from __future__ import annotations

from collections.abc import Mapping

NAMES = {
    **{name: name for name in ("x", "w", "dx", "dw", "db", "dout", "eps")},
    **dict.fromkeys(("N", "x.shape[0]", "dout.shape[0]"), "the number of examples"),
    "b": "the bias",
    "out": "the output",
    "mask": "the mask",
    "range(the number of examples)": "the example",
}
NET = {
    **{name: name for w in "Wb" for i in "123" for name in (f"{w}{i}", f"d{w}{i}")},
    **dict.fromkeys(("reg", "self.reg"), "the regularization strength"),
    "loss": "the loss",
    "scores": "the scores",
    "dscores": "the gradient of the scores",
    "grads": "the gradients",
    "weight_scale": "weight_scale",
    "hidden_dim": "hidden_dim",
    "num_classes": "num_classes",
}
LOSS = {
    "y": "the label",
    "x": "the scores",
    "loss": "the loss",
    "margins": "the margins",
    "margin": "the margin",
    "right": "the scores of the right classes",
    "K": "the number of classes",
    "x.shape[1]": "the number of classes",
    "probs": "the probabilities",
    "one_hot": "the one-hot labels",
    "hot": "the one-hot labels",
}
RULE = {
    **dict.fromkeys(("v", "velocity"), "the velocity"),
    **dict.fromkeys(("rate", "learning_rate"), "the learning rate"),
    **dict.fromkeys(("mu", "momentum"), "momentum"),
    **dict.fromkeys(("decay", "decay_rate"), "the decay rate"),
    **dict.fromkeys(("eps", "epsilon"), "epsilon"),
    **dict.fromkeys(("next_w",), "the next w"),
    **{name: name for name in ("beta1", "beta2", "t")},
    "1 - beta1": "1 less beta1",
    "1 - beta2": "1 less beta2",
    "1 - decay": "1 less the decay rate",
    "cache": "the cache",
}
ADAM = {
    **RULE,
    "m": "the first moment",
    "v": "the second moment",
    "m_hat": "the corrected first moment",
    "v_hat": "the corrected second moment",
}
LOCAL: Mapping[str, Mapping[str, str]] = {
    "softmax_": LOSS,
    "svm_": LOSS,
    "TwoLayer": NET,
    "FullyConnected": NET,
    "sgd_": RULE,
    "rmsprop": RULE,
    "adam": ADAM,
}
"""In functions whose names begin so."""
