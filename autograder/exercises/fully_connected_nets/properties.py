"""How the cases of each function differ, in words: "exactly those go wrong where ..."."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Property
from autograder.judging.case import Case


def shape(case: Case, name: str) -> tuple[int, ...]:
    """Return the shape of an argument."""
    return tuple(case.args[name].shape)


def setting(case: Case, name: str) -> Any:
    """Return a setting of a net, or None."""
    return case.payload["settings"].get(name)


def config(case: Case, name: str) -> Any:
    """Return what the config of an update rule has to begin with, or None."""
    return case.args["config"].get(name)


AFFINE: tuple[Property, ...] = (
    ("an example has more than one axis", lambda c: len(shape(c, "x")) > 2),
    ("there is more than one example", lambda c: shape(c, "x")[0] > 1),
    ("there is one example only", lambda c: shape(c, "x")[0] == 1),
    ("there is more than one unit", lambda c: shape(c, "w")[1] > 1),
    ("the numbers of features and of units differ", lambda c: len(set(shape(c, "w"))) > 1),
    ("the numbers of examples and of units differ", lambda c: shape(c, "x")[0] != shape(c, "w")[1]),
    ("x is float32", lambda c: c.args["x"].dtype == np.float32),
)
RELU: tuple[Property, ...] = (
    ("x has more than two axes", lambda c: len(shape(c, "x")) > 2),
    ("x has two axes", lambda c: len(shape(c, "x")) == 2),
    ("x has one axis", lambda c: len(shape(c, "x")) == 1),
    ("x is float32", lambda c: c.args["x"].dtype == np.float32),
)
LOSS: tuple[Property, ...] = (
    ("scores are large", lambda c: bool(np.abs(c.args["x"]).max() > 100)),
    ("there is more than one example", lambda c: shape(c, "x")[0] > 1),
    ("there is one example only", lambda c: shape(c, "x")[0] == 1),
    ("there are more than two classes", lambda c: shape(c, "x")[1] > 2),
    ("scores are float32", lambda c: c.args["x"].dtype == np.float32),
)
RULE: tuple[Property, ...] = (
    ("there is more than one step", lambda c: len(c.payload["gradients"]) > 1),
    ("nothing is kept from steps before", lambda c: not remembers(c)),
    ("something is kept from steps before", lambda c: remembers(c)),
    ("the config has a learning rate of its own", lambda c: config(c, "learning_rate") is not None),
    ("the config has an epsilon of its own", lambda c: config(c, "epsilon") is not None),
    ("w is float32", lambda c: c.args["w"].dtype == np.float32),
)
NET: tuple[Property, ...] = (
    ("reg is not 0", lambda c: setting(c, "reg") != 0),
    ("normalization is 'batchnorm'", lambda c: setting(c, "normalization") == "batchnorm"),
    ("normalization is 'layernorm'", lambda c: setting(c, "normalization") == "layernorm"),
    ("there is a normalization", lambda c: setting(c, "normalization") is not None),
    ("there is dropout", lambda c: setting(c, "dropout_keep_ratio") is not None),
    (
        "there is more than one hidden layer",
        lambda c: len(setting(c, "hidden_dims") or [0]) > 1,
    ),
    (
        "there are more than two hidden layers",
        lambda c: len(setting(c, "hidden_dims") or [0]) > 2,
    ),
    ("an example has more than one axis", lambda c: c.payload["X"] is not None and axes(c) > 2),
    ("labels are given", lambda c: c.payload["y"] is not None),
    ("dtype is float32", lambda c: setting(c, "dtype") == "float32"),
)


def remembers(case: Case) -> bool:
    """Return whether the config holds an array to begin with."""
    return any(isinstance(value, np.ndarray) for value in case.args["config"].values())


def axes(case: Case) -> int:
    """Return how many axes a net's input has."""
    return int(case.payload["X"].ndim)
