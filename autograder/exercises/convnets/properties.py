"""How the cases of each layer differ, in words: "exactly those go wrong where pad is 0"."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise import Property
from autograder.judging.case import Case


def shape(case: Case, name: str) -> tuple[int, ...]:
    """Return the shape of an argument."""
    return tuple(case.args[name].shape)


def setting(case: Case, param: str, name: str, default: Any = None) -> Any:
    """Return a value of a parameter dictionary, as in ``conv_param["pad"]``."""
    return case.args[param].get(name, default)


def sides(case: Case, name: str) -> tuple[int, int]:
    """Return the height and width of an argument."""
    return shape(case, name)[2:4]  # type: ignore[return-value]


def window(case: Case) -> tuple[int, int]:
    """Return the height and width of a pooling window."""
    param = case.args["pool_param"]
    return param["pool_height"], param["pool_width"]


def not_square(pair: tuple[int, int]) -> bool:
    """Return whether height and width differ."""
    return pair[0] != pair[1]


def overlap(case: Case) -> bool:
    """Return whether windows of a pooling layer share pixels."""
    stride = setting(case, "pool_param", "stride")
    both = zip(sides(case, "x"), window(case), strict=True)
    return any(size > length > stride for size, length in both)


ANY: tuple[Property, ...] = (
    ("there is more than one image", lambda c: shape(c, "x")[0] > 1),
    ("there is more than one channel", lambda c: shape(c, "x")[1] > 1),
    ("the images are not square", lambda c: not_square(sides(c, "x"))),
    ("the images are float32", lambda c: c.args["x"].dtype == np.float32),
)

CONVOLUTION: tuple[Property, ...] = (
    ("pad is 0", lambda c: setting(c, "conv_param", "pad") == 0),
    ("pad is not 0", lambda c: setting(c, "conv_param", "pad") != 0),
    ("pad is not 1", lambda c: setting(c, "conv_param", "pad") != 1),
    ("pad is more than 1", lambda c: setting(c, "conv_param", "pad") > 1),
    ("stride is more than 1", lambda c: setting(c, "conv_param", "stride") > 1),
    ("stride is 1", lambda c: setting(c, "conv_param", "stride") == 1),
    ("stride is more than 2", lambda c: setting(c, "conv_param", "stride") > 2),
    ("stride is not 2", lambda c: setting(c, "conv_param", "stride") != 2),
    (
        "stride is more than 1 or pad is not 1",
        lambda c: c.args["conv_param"]["stride"] > 1 or c.args["conv_param"]["pad"] != 1,
    ),
    ("the filters are not square", lambda c: not_square(sides(c, "w"))),
    (
        "the images or the filters are not square",
        lambda c: not_square(sides(c, "x")) or not_square(sides(c, "w")),
    ),
    ("the filters are 1x1", lambda c: sides(c, "w") == (1, 1)),
    ("the filters are not 3x3", lambda c: sides(c, "w") != (3, 3)),
    ("there is more than one filter", lambda c: shape(c, "w")[0] > 1),
    (
        "the number of filters is not that of the channels",
        lambda c: shape(c, "w")[0] != shape(c, "w")[1],
    ),
    *ANY,
)

POOLING: tuple[Property, ...] = (
    (
        "the stride is not the size of the window",
        lambda c: window(c) != (setting(c, "pool_param", "stride"),) * 2,
    ),
    ("windows overlap", overlap),
    ("the stride is not 2", lambda c: setting(c, "pool_param", "stride") != 2),
    ("the window is not square", lambda c: not_square(window(c))),
    ("the window is not 2x2", lambda c: window(c) != (2, 2)),
    (
        "the image or the window is not square",
        lambda c: not_square(sides(c, "x")) or not_square(window(c)),
    ),
    *ANY,
)


BATCH: tuple[Property, ...] = (
    ("a running value is needed", lambda c: "steps" in c.payload),
    (
        "there is a pass in test mode",
        lambda c: any(step["mode"] == "test" for step in c.payload.get("steps", [])),
    ),
    ("bn_param has an eps of its own", lambda c: "eps" in c.args["bn_param"]),
    ("bn_param has a momentum of its own", lambda c: "momentum" in c.args["bn_param"]),
    ("an image has more than one pixel", lambda c: sides(c, "x") != (1, 1)),
    *ANY,
)

GROUPS: tuple[Property, ...] = (
    ("G is more than 1", lambda c: c.args["G"] > 1),
    ("G is not the number of channels", lambda c: c.args["G"] != shape(c, "x")[1]),
    (
        "G is neither 1 nor the number of channels",
        lambda c: c.args["G"] not in (1, shape(c, "x")[1]),
    ),
    ("a group has several channels", lambda c: c.args["G"] < shape(c, "x")[1]),
    ("gn_param has an eps of its own", lambda c: "eps" in c.args["gn_param"]),
    ("an image has more than one pixel", lambda c: sides(c, "x") != (1, 1)),
    *ANY,
)

NET: tuple[Property, ...] = (
    ("reg is not 0", lambda c: c.payload["settings"]["reg"] != 0),
    ("the filters are not 3x3", lambda c: c.payload["settings"]["filter_size"] != 3),
    ("the images are not square", lambda c: not_square(c.payload["settings"]["input_dim"][1:])),
    ("images do not have 3 channels", lambda c: c.payload["settings"]["input_dim"][0] != 3),
    ("labels are given", lambda c: c.payload["y"] is not None),
    ("dtype is float32", lambda c: c.payload["settings"]["dtype"] == "float32"),
)
