"""How the cases of each function differ, in words: "exactly those go wrong where ..."."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Property
from autograder.judging.case import Case


def shape(case: Case) -> tuple[int, ...]:
    """Return the shape of x."""
    return tuple(case.args["x"].shape)


def own(case: Case, name: str) -> bool:
    """Return whether the parameter dictionary has a setting of its own."""
    return name in case.args.get("bn_param", case.args.get("ln_param", {}))


ANY: tuple[Property, ...] = (
    ("eps is given", lambda c: own(c, "eps")),
    ("there is more than one example", lambda c: shape(c)[0] > 1),
    ("there is more than one feature", lambda c: shape(c)[1] > 1),
    ("there are as many examples as features", lambda c: shape(c)[0] == shape(c)[1]),
    ("there are more examples than features", lambda c: shape(c)[0] > shape(c)[1]),
    ("there are fewer examples than features", lambda c: shape(c)[0] < shape(c)[1]),
    ("x is float32", lambda c: c.args["x"].dtype == np.float32),
)
BATCH: tuple[Property, ...] = (
    ("a running value is needed", lambda c: "steps" in c.payload),
    (
        "there is a pass in test mode",
        lambda c: any(step["mode"] == "test" for step in c.payload.get("steps", [])),
    ),
    ("momentum is given", lambda c: own(c, "momentum")),
    *ANY,
)
