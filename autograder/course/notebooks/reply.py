"""Whether a worker's reply is of the form of a reply to a notebook's cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np


def fits_cell(reply: Any) -> bool:
    """Return whether there are the outputs of a notebook's cell, and its error if it had one."""
    if not has(reply, ["outputs", "error"]) or not isinstance(reply["outputs"], list):
        return False
    outputs, error = reply["outputs"], reply["error"]
    if not all(has(output, ["kind", "data"]) for output in outputs):
        return False
    if not all(isinstance(output["kind"], str) for output in outputs):
        return False
    data = [output["data"] for output in outputs]
    plain = all(isinstance(d, np.ndarray) and d.dtype == np.uint8 and d.ndim == 1 for d in data)
    return plain and (error is None or fits_error(error))


def fits_error(error: Any) -> bool:
    """Return whether an exception is described as the worker describes one in a notebook."""
    if not has(error, ["name", "message", "lines"]) or not isinstance(error["lines"], list):
        return False
    return all(isinstance(t, str) for t in (error["name"], error["message"], *error["lines"]))


def has(reply: Any, names: Iterable[str]) -> bool:
    """Return whether `reply` is a dictionary with all of `names`."""
    return isinstance(reply, Mapping) and all(name in reply for name in names)
