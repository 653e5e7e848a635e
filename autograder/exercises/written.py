"""What shows that a part of the net is still to be written."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.judging.exam import CheckFailed, NotWritten

NOT_TRAINED = "The training was not run."


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


def expect_trainable(reply: dict[str, Any]) -> None:
    """Fail where a net cannot be trained, or would not change; say that no training was run.

    It is without parameters or scores, or gradients are missing, or all of them are zero. Nothing
    else keeps a net that raises nothing from being trained.
    """
    try:
        expect_written(reply)
        expect_gradients(reply)
    except NotWritten as error:
        raise NotWritten(f"{error} {NOT_TRAINED}") from None
    missing = [name for name in reply["initial"] if name not in reply["grads"]]
    if missing:
        text = f"grads has nothing for {', '.join(missing)}. {NOT_TRAINED}"
        raise CheckFailed(text, words=f"Some gradients are missing. {NOT_TRAINED}")
    arrays = [value for value in reply["grads"].values() if isinstance(value, np.ndarray)]
    if arrays and not any(np.any(array) for array in arrays):
        text = f"All gradients are zero, so that no step would change the net. {NOT_TRAINED}"
        raise CheckFailed(text, words=text)
