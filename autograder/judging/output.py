"""The names of what student code returns, as messages call it."""

from __future__ import annotations

from dataclasses import dataclass

TEXTS = {
    "result": "{name}",
    "pass": "{name} of pass {step}",
    "step": "{name} of step {step}",
    "config": "config[{name!r}]",
    "running": "{name} after training pass {step}",
    "params": "params[{name!r}]",
    "grads": "grads[{name!r}]",
    "input": "{name} afterwards",
    "layout": "the shape of {name}",
    "raised": "an exception",
}
"""How a message names an output of each kind."""


@dataclass(frozen=True)
class Output:
    """One thing that a call gives back, or leaves behind.

    Attributes
    ----------
    name : str
        What the student calls it: ``"out"``, ``"dx"``, ``"W1"``.
    kind : str
        One of `TEXTS`.
    step : int
        Which of several calls it comes from, counted from 1; 0 where there is one only.
    """

    name: str
    kind: str = "result"
    step: int = 0

    def __str__(self) -> str:
        return TEXTS[self.kind].format(name=self.name, step=self.step)


RAISED = Output("", "raised")
"""Stands for all outputs of a call that raised an exception."""
