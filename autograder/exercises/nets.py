"""What the checks of all nets expect: parameters, scores, loss, gradients, and their dtypes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.exercises.alive import expect_alive, is_weight, loss_in
from autograder.exercises.written import expect_gradients, expect_written
from autograder.judging.case import Case
from autograder.judging.exam import DOUBLE, SINGLE, CheckFailed, Exam
from autograder.judging.output import Output


def expect_parameters(exam: Exam) -> None:
    """Fail unless a fresh net has the parameters that it should have, on every case."""
    for case in exam.cases:
        reply = exam.ask(case)
        expect_written(reply)
        for name, (shape, spread, *constant) in case.payload["initial"].items():
            value = reply["initial"].get(name)
            expect_parameter(name, value, tuple(shape), spread, *constant)


def expect_scores(exam: Exam) -> None:
    """Fail unless the scores are right on every case."""
    for case in exam.cases:
        reply = exam.ask(case)
        expect_written(reply)
        exam.expect_close(Output("scores"), reply["scores"], case.expected["scores"], DOUBLE)


def expect_penalty(exam: Exam) -> None:
    """Fail unless regularization adds what it should; the last case is of a net without."""
    *cases, alive = exam.cases
    expect_alive(exam, alive, gradients=True)
    for case in cases:
        settings = case.payload["settings"]
        reply = exam.ask(case)
        expect_written(reply)
        without = exam.ask(case, settings={**settings, "reg": 0.0})
        params, reg = case.payload["params"], settings["reg"]
        added = loss_in(reply) - loss_in(without)
        squares = (float(np.sum(params[name] ** 2)) for name in filter(is_weight, params))
        penalty = 0.5 * reg * sum(squares)
        adds = f"what reg={reg} adds to"
        exam.expect_close(Output("loss"), np.array(added), penalty, DOUBLE, f"{adds} the loss")
        expect_gradients(reply)
        for name, value in params.items():
            share = gradient(reply, name, value) - gradient(without, name, value)
            expected = reg * value if is_weight(name) else np.zeros_like(value)
            output = Output(name, "grads")
            exam.expect_close(output, share, expected, DOUBLE, f"{adds} {output}")


def expect_loss_and_gradients(exam: Exam) -> None:
    """Fail unless loss and all gradients are right on every case."""
    for case in exam.cases:
        expect_one(exam, case)


def expect_one(exam: Exam, case: Case) -> None:
    """Fail unless loss and all gradients of one case are right, and scores in test mode."""
    reply, expected = exam.ask(case), case.expected
    expect_written(reply)
    exam.expect_close(Output("scores"), reply["scores"], expected["scores"], DOUBLE)
    loss = np.array(loss_in(reply))
    exam.expect_close(Output("loss"), loss, expected["loss"], DOUBLE)
    expect_gradients(reply)
    for name, value in case.payload["params"].items():
        got = gradient(reply, name, value)
        exam.expect_close(Output(name, "grads"), got, expected["grads"][name], DOUBLE)


def expect_parameter(
    name: str, value: Any, shape: tuple[int, ...], weight_scale: float, constant: float = 0.0
) -> None:
    """Fail unless an initial parameter is as it should be.

    It is Gaussian with a standard deviation of `weight_scale` or, where that is 0, `constant`.
    """
    if not isinstance(value, np.ndarray):
        raise wrong(f"params has no array {name}.")
    if value.shape != shape:
        text = f"{name} has shape {value.shape}, expected {shape}."
        raise CheckFailed(text, words=f"The shape of {name} is not {shape}, which is expected.")
    if not weight_scale:
        if np.any(value != constant):
            raise wrong(f"{name} is not {'one' if constant else 'zero'} everywhere.")
        return
    # Six standard errors of an estimated standard deviation: a right net fails once in 10^9.
    margin = 6 / math.sqrt(2 * value.size)
    ratio = float(np.std(value)) / weight_scale
    if not abs(ratio - 1) <= margin:
        text = f"{name} has standard deviation {np.std(value):.3g}, expected about {weight_scale}."
        words = f"The standard deviation of {name} is not about {weight_scale}."
        raise CheckFailed(text, words=words)
    if not abs(float(np.mean(value))) <= 6 * weight_scale / math.sqrt(value.size):
        text = f"{name} has mean {np.mean(value):.3g}, expected about 0."
        raise CheckFailed(text, words=f"The mean of {name} is not about 0.")


def wrong(text: str) -> CheckFailed:
    """Return a failure in words that are all our own."""
    return CheckFailed(text, words=text)


def gradient(reply: dict[str, Any], name: str, like: np.ndarray) -> np.ndarray:
    """Return one gradient as float64."""
    value = reply["grads"].get(name)
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        raise wrong(f"grads has no array {name} of floating point numbers.")
    if value.shape != like.shape:
        text = f"grads[{name!r}] has shape {value.shape}, expected {like.shape}."
        raise CheckFailed(text, words=f"The shape of grads[{name!r}] is not {like.shape}.")
    return value.astype(np.float64)


def expect_both_dtypes(exam: Exam) -> None:
    """Fail unless nets keep the dtype asked for, and inputs stay; cases: float32, float64."""
    single, double = exam.cases
    fresh = exam.ask(double)
    expect_written(fresh)
    expect_dtypes(fresh["initial"], "float64")
    reply = exam.ask(single)
    expect_written(reply)
    expect_dtypes(reply["initial"], "float32")
    exam.expect_unchanged(single, reply["after"], ["X", "y"])
    exam.expect_close(Output("scores"), reply["scores"], single.expected["scores"], SINGLE)


def expect_dtypes(params: dict[str, Any], dtype: str) -> None:
    """Fail unless every parameter has `dtype`."""
    for name, value in params.items():
        found = getattr(value, "dtype", type(value).__name__)
        if found != np.dtype(dtype):
            text = f"With dtype={dtype}, params[{name!r}] has dtype {found}."
            raise CheckFailed(text, words=f"With dtype={dtype}, a parameter has another dtype.")
