"""The kinds of operation that student code can be asked for: one object each, in one table.

An operation knows how it is asked (`Operation.run`), whether what came back is a reply to it
(`fits`), what a reply holds that can be right or wrong (`outputs`), how a message names the call
(`describe`), and what part of the solution's own reply is expected (`reference`). What runs in the
worker is in ``sandbox/worker/operations.py``.

The payload of a case has the name of the student's module as ``"module"``, and what `Operation`
and the worker need besides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from autograder.judging.output import Output
from autograder.sandbox.client import Died, Raised, TimedOut, WorkerError, has, has_arrays

Payload = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What came of an operation.

    Attributes
    ----------
    reply : Any
        Of the form that the operation has; no value in it is to be believed.
    remark : str
        What the student should know about how it came about, or empty.
    seconds : float
        How long it took, without loading and preparing.
    """

    reply: Any
    remark: str = ""
    seconds: float = 0.0


class Caller(Protocol):
    """Whoever has operations carried out by workers; a `Session`.

    Attributes
    ----------
    stuck : dict of str to WorkerError
        Functions that hung or ended their worker while they only helped: they are called once.
    """

    stuck: dict[str, WorkerError]

    def request(
        self,
        name: str,
        module: str,
        arguments: Payload,
        seconds: float,
        fits: Callable[[Any], bool],
    ) -> Answer:
        """Have one thing done in the worker of a student's module."""

    def renew(self, module: str) -> None:
        """Give a student's module a worker that knows nothing yet."""


class Operation:
    """One kind of operation; here, the call of a layer's forward pass.

    Attributes
    ----------
    name : str
        In a case, and in the worker.
    sent : tuple of str
        What of a payload goes to the worker.
    compared : bool
        Its outputs are compared with what is expected, one by one.
    """

    name = "forward"
    sent: tuple[str, ...] = ("module", "function", "args")
    compared = True

    def run(self, caller: Caller, payload: Payload, seconds: float) -> Answer:
        """Carry it out, within a time limit.

        Raises
        ------
        WorkerError
            The code could not be loaded, raised, crashed, or took longer than `seconds`.
        """
        arguments = {key: payload[key] for key in self.sent}
        return caller.request(
            self.name,
            payload["module"],
            arguments,
            seconds,
            lambda reply: self.fits(payload, reply),
        )

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether `reply` has the form of a reply: checks need not ask that again."""
        return has(reply, ["out"]) and has_arrays(reply.get("after"), arrays_of(payload["args"]))

    def outputs(self, payload: Payload, reply: Any) -> dict[Output, Any]:
        """Return what a reply holds that can be right or wrong."""
        return {Output("out"): reply["out"], **inputs_after(reply)}

    def describe(self, payload: Payload) -> str:
        """Say what is called, as in ``conv_forward_naive(x (2, 3, 7, 8), ...)``."""
        return f"{payload['function']}({describe_arguments(payload['args'])})"

    def reference(self, payload: Payload, ask: Callable[[str, Payload], Any]) -> Any:
        """Return what is expected, given a way to `ask` the solution."""
        return {k: v for k, v in ask(self.name, payload).items() if k != "after"}


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
        answer = caller.request(
            self.name,
            payload["module"],
            arguments,
            seconds,
            lambda reply: self.fits(payload, reply),
        )
        return replace(answer, remark=remark)

    def prepare(self, caller: Caller, payload: Payload, seconds: float) -> tuple[bool, str]:
        """Return whether there is a cache in the worker, and why not."""
        forward, module = payload["forward"], payload["module"]
        prepared, reason = False, "returned no cache"
        try:
            if forward in caller.stuck:
                raise caller.stuck[forward]
            request = {"module": module, "forward": forward, "args": payload["args"]}
            answer = caller.request("prepare", module, request, seconds, is_bool)
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
        return has(reply, payload["wrt"]) and has_arrays(reply.get("after"), ["dout"])

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
        if not has(reply, ["outs", "running"]):
            return False
        outs, running, steps = reply["outs"], reply["running"], len(payload["steps"])
        return (
            isinstance(outs, list)
            and isinstance(running, list)
            and len(outs) == len(running) == steps
            and all(has(values, ["running_mean", "running_var"]) for values in running)
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

    def describe(self, payload: Payload) -> str:
        """Say what is called, and in which modes."""
        modes = [step["mode"] for step in payload["steps"]]
        text = super().describe(payload)
        return f"{text}, called in the modes {', '.join(modes)}" if len(modes) > 1 else text


class Net(Operation):
    """A net made, given parameters, and asked for scores, loss and gradients.

    The payload has in ``"initial"`` the shape and the standard deviation that each parameter
    should have at first; this is not sent.
    """

    name = "net"
    sent = ("module", "function", "settings", "draw", "params", "X", "y")

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there is what was asked for: parameters, scores, loss, gradients."""
        if not has(reply, ["initial"]) or not isinstance(reply["initial"], dict):
            return False
        if payload["X"] is None:
            return True
        if payload["y"] is None:
            return "scores" in reply
        wanted = has(reply, ["scores", "loss", "grads"]) and isinstance(reply["grads"], dict)
        return wanted and has_arrays(reply.get("after"), ["X", "y"])

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
    """A net trained with the given Solver, and asked to classify images it was not trained on.

    Only the parameters go from one to the other: a worker of its own predicts, so that a net
    cannot remember the images that it was trained on, instead of learning from them.
    """

    name = "train"
    sent = ("module", "function", "settings", "draw", "solver", "mean", "train", "val")
    compared = False  # judged by its accuracy

    def run(self, caller: Caller, payload: Payload, seconds: float) -> Answer:
        """Train, and have another worker predict."""
        trained = super().run(caller, payload, seconds)
        params = {k: v for k, v in trained.reply["params"].items() if isinstance(v, np.ndarray)}
        caller.renew(payload["module"])
        kept = ("module", "function", "settings", "draw", "mean", "unlabelled")
        request = {**{key: payload[key] for key in kept}, "params": params}
        left = seconds - trained.seconds
        predicted = caller.request(
            "predict", payload["module"], request, left, lambda reply: has(reply, ["predicted"])
        )
        reply = {**predicted.reply, "history": trained.reply["history"], "params": params}
        return Answer(reply, "", trained.seconds + predicted.seconds)

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there are parameters, and how the training went."""
        return (
            has(reply, ["history", "params"])
            and has_arrays(reply["history"], ["loss", "train", "val"])
            and isinstance(reply["params"], dict)
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


class NumericGradient(Operation):
    """The slopes of ``sum(out * dout)`` by centered differences of a forward pass."""

    name = "numeric_gradient"
    sent = ("module", "forward", "args", "dout", "wrt", "h")

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there is an array for each slope."""
        return has_arrays(reply, payload["wrt"])


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (Operation(), Backward(), Sequence(), Net(), Train(), NumericGradient())
}
"""Every operation, by its name."""


def is_bool(reply: Any) -> bool:
    """Return whether a reply is yes or no."""
    return isinstance(reply, bool)


def arrays_of(args: dict[str, Any]) -> list[str]:
    """Return the names of those arguments that are arrays."""
    return [name for name, value in args.items() if isinstance(value, np.ndarray)]


def inputs_after(reply: dict[str, Any]) -> dict[Output, Any]:
    """Return the inputs as student code left them."""
    return {Output(name, "input"): value for name, value in (reply.get("after") or {}).items()}


def describe_arguments(arguments: dict[str, Any]) -> str:
    """Name arguments: arrays by their shapes, numbers and dictionaries by their values."""
    parts = []
    for name, value in arguments.items():
        if isinstance(value, np.ndarray):
            single = " float32" if value.dtype == np.float32 else ""
            parts.append(f"{name} {value.shape}{single}")
        elif isinstance(value, dict):
            inside = ", ".join(
                f"{key!r}: array {item.shape}"
                if isinstance(item, np.ndarray)
                else f"{key!r}: {item!r}"
                for key, item in value.items()
            )
            parts.append(f"{name}={{{inside}}}")
        else:
            parts.append(f"{name}={value}")
    return ", ".join(parts)
