"""What the checks of both nets expect."""

from __future__ import annotations

import numpy as np

from autograder.exercises.alive import expect_alive, is_weight, loss_in
from autograder.exercises.nets import expect_parameter, gradient
from autograder.exercises.written import expect_gradients, expect_written
from autograder.judging.case import Case
from autograder.judging.exam import DOUBLE, Exam
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
