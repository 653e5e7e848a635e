"""What shows that a part of the net is still to be written."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judging.exam import NotWritten


def expect_written(reply: dict[str, Any]) -> None:
    """Fail where a net has no parameters yet, no scores, or the loss and gradients of a stub."""
    if not reply["initial"]:
        raise NotWritten("params is empty: the initialization is still to be written.")
    if "scores" in reply and reply["scores"] is None:
        raise NotWritten("scores is None: the forward pass is still to be written.")
    if "loss" not in reply or reply["grads"]:
        return
    loss = reply["loss"]
    if loss is None:
        raise NotWritten("loss is None: this part is still to be written.")
    if isinstance(loss, int | float | np.ndarray) and np.size(loss) == 1 and not np.any(loss):
        raise NotWritten("loss is 0 and grads is empty: both are still to be written.")


def expect_gradients(reply: dict[str, Any]) -> None:
    """Fail where a net computes its loss, but no gradients yet."""
    if not reply["grads"] and not isinstance(reply["loss"], dict):
        raise NotWritten("grads is empty: the backward pass is still to be written.")
