"""How the cases of each function differ, in words: "exactly those go wrong where ..."."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Property

ANY: tuple[Property, ...] = (
    ("mode is 'test'", lambda c: c.args["dropout_param"]["mode"] == "test"),
    ("mode is 'train'", lambda c: c.args["dropout_param"]["mode"] == "train"),
    ("there is a seed", lambda c: "seed" in c.args["dropout_param"]),
    ("p is below 0.5", lambda c: c.args["dropout_param"]["p"] < 0.5),
    ("p is above 0.5", lambda c: c.args["dropout_param"]["p"] > 0.5),
    ("x is float32", lambda c: c.args["x"].dtype == np.float32),
)
