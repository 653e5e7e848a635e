"""A layer with chance in it: what can be said of it however it draws.

A right layer may draw its mask in any way. So no array is compared: it is called several times, and
looked at are facts about all calls together, each with a chance below 1e-9 to be otherwise for a
right layer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.judging.operation import (
    Operation,
    Payload,
    arrays_of,
    has_only,
    has_only_arrays,
    inputs_after,
    is_value,
)
from autograder.judging.output import Output

SIGMAS = 8.0  # from which a mean of independent draws differs less than once in 1e14
EQUAL = 1e-5  # relative difference of numbers that are one


class Trials(Operation):
    """A layer called several times; where the backward pass is looked at, with its own cache.

    The payload has in ``"function"`` the pass that is looked at; in ``"forward"`` the forward pass,
    empty where that is the one; in ``"dout"`` the upstream gradient, and in ``"count"`` the number
    of calls. No number in x or dout is 0.
    """

    name = "trials"
    sent = ("module", "function", "forward", "args", "dout", "count")

    def fits(self, payload: Payload, reply: Any) -> bool:
        """Return whether there are an output for each call, and a gradient on the way back."""
        calls = payload["count"]
        return (
            has_only(reply, ["outs", "dxs", "after"])
            and all(
                isinstance(reply[name], list)
                and len(reply[name]) == count
                and all(is_value(value) for value in reply[name])
                for name, count in (("outs", calls), ("dxs", calls if payload["forward"] else 0))
            )
            and has_only_arrays(reply["after"], [*arrays_of(payload["args"]), "dout"])
        )

    def outputs(self, payload: Payload, reply: Any) -> dict[Output, Any]:
        """Return the facts, and the inputs as they are afterwards."""
        known = reply["facts"] if "facts" in reply else facts(payload, reply)
        return {**{Output(name): fact for name, fact in known.items()}, **inputs_after(reply)}

    def reference(self, payload: Payload, ask: Callable[[str, Payload], Any]) -> Any:
        """Return the facts about the solution's replies."""
        return {"facts": facts(payload, ask(self.name, payload))}

    def describe(self, payload: Payload) -> str:
        """Say what is called, and how often."""
        return f"{super().describe(payload)}, {payload['count']} times"


def facts(payload: Payload, reply: Any) -> dict[str, Any]:
    """Return what holds of the replies to some calls.

    Returns
    -------
    dict
        ``shape`` of an output and whether all values are finite, as numbers; ``kept``, the share of
        values that are not zero, to one digit; ``scale``, what these are multiplied by, if that is
        one number; whether masks are the ``same_each_call``, or the same in ``whole_rows`` or
        ``whole_columns``; with gradients, ``dx_masked`` where out is, and ``dx_scale``. What cannot
        be computed is -1, or what came in place of an array.
    """
    x, dout = payload["args"]["x"], payload["dout"]
    for name, values, like in (("out", reply["outs"], x), ("dx", reply["dxs"], dout)):
        for value in values:
            if not is_like(value, like):
                return {name: shape_of(value)}
    outs = np.stack(reply["outs"]).astype(float)
    masks = outs != 0
    share = float(masks.mean())
    # In rows and in columns, as far as their length allows to tell.
    by_row, by_column = masks.mean(axis=2), masks.mean(axis=1)
    found = {
        "kept": round(share, 1),
        "scale": factor(outs, np.broadcast_to(x, outs.shape)),
        "same_each_call": float(len(masks) > 1 and all((m == masks[0]).all() for m in masks[1:])),
        "whole_rows": float(is_uneven(by_row, share, masks.shape[2])),
        "whole_columns": float(is_uneven(by_column, share, masks.shape[1])),
    }
    if reply["dxs"]:
        dxs = np.stack(reply["dxs"]).astype(float)
        found["dx_masked"] = float(bool(((dxs != 0) == masks).all()))
        found["dx_scale"] = factor(dxs, np.broadcast_to(dout, dxs.shape))
    return found


def is_like(value: Any, like: np.ndarray) -> bool:
    """Return whether something is an array of floats, of the shape of another, and finite."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and value.dtype.itemsize >= 4
        and value.shape == like.shape
        and bool(np.isfinite(value).all())
    )


def shape_of(value: Any) -> Any:
    """Return what there is in place of an array as it should be."""
    return np.array(value.shape, dtype=float) if isinstance(value, np.ndarray) else value


def factor(values: np.ndarray, of: np.ndarray) -> float:
    """Return the one number that those values that are not zero are multiples by, or -1."""
    there = values != 0
    if not there.any():
        return 0.0
    ratios = values[there] / of[there]
    middle = float(np.median(ratios))
    return middle if np.all(np.abs(ratios - middle) <= EQUAL * abs(middle)) else -1.0


def is_uneven(means: np.ndarray, share: float, count: int) -> bool:
    """Return whether means over `count` values each differ by more than chance allows."""
    spread = np.sqrt(share * (1 - share) / count)
    return bool(np.any(np.abs(means - share) > SIGMAS * spread + 1e-12))
