"""Cases of the update rules."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.fully_connected_nets.files import OPTIM
from autograder.exercises.passes import Shape
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

KEEPS = {"sgd_momentum": ["velocity"], "rmsprop": ["cache"], "adam": ["m", "v", "t"]}


def update(
    function: str,
    shape: Shape,
    steps: int = 1,
    dtype: str = "float64",
    *,
    remembers: bool = False,
    **config: float,
) -> Spec:
    """Return a case of an update rule.

    Parameters
    ----------
    function : str
        Its name.
    shape : tuple of int
        Of the parameter.
    steps : int
        How many it takes.
    dtype : str
        Of the parameter and its gradients.
    remembers : bool
        Something is in the config already, as after some steps.
    **config : float
        The rule's settings.
    """

    def draw(rng: np.random.Generator) -> Payload:
        made: dict[str, Any] = dict(config)
        if remembers:
            for name in KEEPS[function]:
                made[name] = rng.uniform(0.1, 1.0, size=shape).astype(dtype)
            if "t" in made:
                made["t"] = 5
        return {
            "module": OPTIM.module,
            "function": function,
            "args": {"w": rng.normal(size=shape).astype(dtype), "config": made},
            "gradients": rng.normal(size=(steps, *shape)).astype(dtype),
            "keeps": KEEPS[function],
        }

    return Spec("update", draw)
