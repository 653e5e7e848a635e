"""Operations on a net: asked for scores, loss and gradients, trained, and asked to classify."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.judging.operation import (
    Answer,
    Caller,
    Operation,
    Payload,
    are_values,
    has_only,
    has_only_arrays,
    inputs_after,
    is_value,
)
from autograder.judging.output import Output
from autograder.sandbox.client import MAX_REPLY


class Net(Operation):
    """A net made, given parameters, and asked for scores, loss and gradients.

    The payload has in ``"initial"`` the shape and the standard deviation that each parameter
    should have at first; this is not sent.
    """

    name = "net"
    most = MAX_REPLY  # the parameters of a net to be trained, and as many gradients
    sent = ("module", "function", "settings", "draw", "params", "X", "y")

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there is what was asked for: parameters, scores, loss, gradients."""
        names = ["initial"]
        if payload["X"] is not None:
            names += ["scores"] if payload["y"] is None else ["scores", "loss", "grads", "after"]
        return (
            has_only(reply, names)
            and are_values(reply["initial"])
            and all(is_value(reply[name]) for name in ("scores", "loss") if name in names)
            and are_values(reply.get("grads", {}))
            and ("after" not in names or has_only_arrays(reply["after"], ["X", "y"]))
        )

    def outputs(self, payload: Payload, reply: Any) -> dict[Output, Any]:
        """Return parameters, scores, loss and gradients, as far as they are there."""
        found = {Output(k, "params"): v for k, v in reply.get("initial", {}).items()}
        found |= {Output(name): reply[name] for name in ("scores", "loss") if name in reply}
        found |= {Output(k, "grads"): v for k, v in reply.get("grads", {}).items()}
        return {**found, **inputs_after(reply)}

    def describe(self, payload: Payload) -> str:
        """Say how the net is made."""
        settings = ", ".join(f"{k}={v}" for k, v in payload["settings"].items())
        return f"{payload['function']}({settings})"

    def reference(self, payload: Payload, ask: Callable[[str, Payload], Any]) -> Any:
        """Return the solution's reply without what is random in it."""
        left_out = {"initial", "after"}
        if payload["params"] is None:
            left_out |= {"scores", "grads"}
        return {k: v for k, v in ask(self.name, payload).items() if k not in left_out}


class Train(Operation):
    """A net trained with the given Solver. What is left of it are its parameters."""

    name = "train"
    sent = ("module", "function", "settings", "draw", "solver", "mean", "train", "val")
    compared = False  # judged by its accuracy
    most = MAX_REPLY

    def run(self, caller: Caller, payload: Payload, seconds: float) -> Answer:
        """Train, and end the worker that has seen the images with their labels."""
        trained = super().run(caller, payload, seconds)
        caller.renew(payload["module"])
        params = {k: v for k, v in trained.reply["params"].items() if isinstance(v, np.ndarray)}
        return replace(trained, reply={**trained.reply, "params": params})

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there are parameters, and how the training went."""
        return (
            has_only(reply, ["history", "params"])
            and has_only_arrays(reply["history"], ["loss", "train", "val"])
            and are_values(reply["params"])
        )

    def outputs(self, payload: Payload, reply: Any) -> dict[Output, Any]:
        """Return nothing: there is no array that would have to be this one."""
        return {}

    def describe(self, payload: Payload) -> str:
        """Say how a net is trained in the notebook."""
        return f"Solver({payload['function']}(...), data, ...).train()"

    def reference(self, payload: Payload, ask: Callable[[str, Payload], Any]) -> Any:
        """Return nothing."""
        return None


class Predict(Operation):
    """A net made anew, given trained parameters, and asked to classify images.

    Nothing but the parameters comes from the training, whose worker has ended: a net cannot
    remember the images that it was trained on, instead of learning from them.
    """

    name = "predict"
    sent = ("module", "function", "settings", "draw", "params", "mean", "unlabelled")
    compared = False

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there is something that can be the classes of images."""
        return has_only(reply, ["predicted"]) and is_value(reply["predicted"])

    def outputs(self, payload: Payload, reply: Any) -> dict[Output, Any]:
        """Return nothing: what is judged is how many are right."""
        return {}
