"""All kinds of operation: one object each, in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.judging.nets import Net, Predict, Train
from autograder.judging.operation import (
    Answer,
    Caller,
    Operation,
    Payload,
    are_values,
    arrays_of,
    describe_arguments,
    has_only,
    has_only_arrays,
    inputs_after,
    is_value,
    numbers_in,
)
from autograder.judging.output import Output
from autograder.judging.trials import Trials
from autograder.sandbox.errors import Died, Raised, TimedOut


def is_bool(reply: Any) -> bool:
    """Return whether a reply is yes or no."""
    return isinstance(reply, bool)


class Call(Operation):
    """The call of a function that returns what is asked for, and no cache.

    The payload has in ``"returns"`` what each returned value is called, in order.
    """

    name = "call"
    sent = ("module", "function", "args", "returns")

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there is something for each value."""
        return (
            has_only(reply, [*payload["returns"], "after"])
            and all(is_value(reply[name]) for name in payload["returns"])
            and has_only_arrays(reply["after"], arrays_of(payload["args"]))
        )

    def outputs(self, payload: Payload, reply: Any) -> dict[Output, Any]:
        """Return the values by name, and the inputs as they are afterwards."""
        return {**{Output(name): reply[name] for name in payload["returns"]}, **inputs_after(reply)}


class Backward(Operation):
    """The call of a layer's backward pass, with the cache that the forward pass has made.

    The payload has the name of the ``"forward"`` pass, the upstream gradient ``"dout"``, and in
    ``"wrt"`` the argument that each gradient belongs to. With ``"numeric"``, the slopes of the
    solution's forward pass are expected instead of its gradients.
    """

    name = "backward"

    def run(self, caller: Caller, payload: Payload, seconds: float) -> Answer:
        """Have the student's forward pass make the cache first; say where it cannot."""
        prepared, remark = self.prepare(caller, payload, seconds)
        arguments = {
            **{key: payload[key] for key in ("module", "function", "args", "dout")},
            "names": list(payload["wrt"]),
            "prepared": prepared,
        }
        answer = self.request(caller, payload, arguments, seconds)
        return replace(answer, remark=remark)

    def prepare(self, caller: Caller, payload: Payload, seconds: float) -> tuple[bool, str]:
        """Return whether there is a cache in the worker, and why not."""
        forward, module = payload["forward"], payload["module"]
        if forward in caller.given:
            return False, ""
        prepared, reason = False, "returned no cache"
        try:
            if forward in caller.stuck:
                raise caller.stuck[forward]
            request = {"module": module, "forward": forward, "args": payload["args"]}
            answer = caller.request("prepare", module, request, seconds, is_bool, self.most)
            prepared = answer.reply
        except (TimedOut, Died) as error:
            caller.stuck[forward] = error  # asked once: a hang costs its time limit once
            reason = f"did not return: {error}"
        except Raised as error:
            reason = "is not written yet" if error.missing else f"raised {error.summary}"
        names = ", ".join(payload["args"])
        remark = (
            f"Your {forward} {reason}. So this backward pass was given the tuple ({names}) "
            "as its cache."
        )
        return prepared, "" if prepared else remark

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there is something for each gradient."""
        return (
            has_only(reply, [*payload["wrt"], "after"])
            and all(is_value(reply[name]) for name in payload["wrt"])
            and has_only_arrays(reply["after"], ["dout"])
        )

    def outputs(self, payload: Payload, reply: Any) -> dict[Output, Any]:
        """Return the gradients, and the upstream gradient as it is afterwards."""
        gradients = {Output(name): reply[name] for name in payload["wrt"]}
        return {**gradients, **inputs_after(reply)}

    def describe(self, payload: Payload) -> str:
        """Say what is called, with the upstream gradient first."""
        arguments = {"dout": payload["dout"], **payload["args"]}
        return f"{payload['function']}({describe_arguments(arguments)})"

    def reference(self, payload: Payload, ask: Callable[[str, Payload], Any]) -> Any:
        """Return the solution's gradients, or the slopes of its forward pass."""
        if not payload["numeric"]:
            return super().reference(payload, ask)
        return ask(NumericGradient.name, {**payload, "h": 1e-5})


class Sequence(Operation):
    """Several calls of a normalization on one parameter dictionary, as in training."""

    name = "sequence"
    sent = ("module", "function", "args", "steps")

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there are an output and running values for each step."""
        if not has_only(reply, ["outs", "running"]):
            return False
        outs, running, steps = reply["outs"], reply["running"], len(payload["steps"])
        return (
            isinstance(outs, list)
            and isinstance(running, list)
            and len(outs) == len(running) == steps
            and all(is_value(out) for out in outs)
            and all(has_only(v, ["running_mean", "running_var"]) and are_values(v) for v in running)
        )

    def outputs(self, payload: Payload, reply: Any) -> dict[Output, Any]:
        """Return output and running values of each pass; these may have any shape."""
        found: dict[Output, Any] = {}
        for step, (out, running) in enumerate(
            zip(reply["outs"], reply["running"], strict=True), start=1
        ):
            found[Output("out", "pass", step)] = out
            for name, value in running.items():
                flat = value.ravel() if isinstance(value, np.ndarray) else value
                found[Output(name, "running", step)] = flat
        return found

    def numbers(self, payload: Payload) -> int:
        """Return how many numbers are given; each pass has an input of its own."""
        return numbers_in(payload) - numbers_in(payload["args"]["x"])

    def describe(self, payload: Payload) -> str:
        """Say what is called, and in which modes."""
        modes = [step["mode"] for step in payload["steps"]]
        text = super().describe(payload)
        return f"{text}, called in the modes {', '.join(modes)}" if len(modes) > 1 else text


class Update(Operation):
    """An update rule that takes several steps, each with what the one before has kept.

    The payload has in ``args`` the parameter ``w`` and the ``config`` to begin with, in
    ``"gradients"`` one for each step, and in ``"keeps"`` what is looked at in the config at the
    end, by name.
    """

    name = "update"
    sent = ("module", "function", "args", "gradients", "keeps")

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there is a parameter for each step, and what is kept."""
        return (
            has_only(reply, ["steps", "config", "after"])
            and isinstance(reply["steps"], list)
            and len(reply["steps"]) == len(payload["gradients"])
            and all(is_value(step) for step in reply["steps"])
            and has_only(reply["config"], payload["keeps"])
            and are_values(reply["config"])
            and has_only_arrays(reply["after"], ["w", "gradients"])
        )

    def outputs(self, payload: Payload, reply: Any) -> dict[Output, Any]:
        """Return the parameter after each step, and what is kept after the last."""
        found = {Output("next_w", "step", i): w for i, w in enumerate(reply["steps"], start=1)}
        found |= {Output(name, "config"): value for name, value in reply["config"].items()}
        return {**found, **inputs_after(reply)}

    def describe(self, payload: Payload) -> str:
        """Say what is called, and how often."""
        args, count = payload["args"], len(payload["gradients"])
        arguments = {"w": args["w"], "dw": payload["gradients"][0], "config": args["config"]}
        text = f"{payload['function']}({describe_arguments(arguments)})"
        return f"{text}, {count} steps" if count > 1 else text


class NumericGradient(Operation):
    """The slopes of ``sum(out * dout)`` by centered differences of a forward pass."""

    name = "numeric_gradient"
    sent = ("module", "forward", "args", "dout", "wrt", "h")

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there is an array for each slope."""
        return has_only_arrays(reply, payload["wrt"])


KINDS = (
    Operation(),
    Call(),
    Backward(),
    Sequence(),
    Update(),
    Trials(),
    Net(),
    Train(),
    Predict(),
    NumericGradient(),
)
OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in KINDS}
"""Every operation, by its name."""
