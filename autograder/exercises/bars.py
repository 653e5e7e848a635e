"""Trainings: the student's net in the given ``Solver``, held to a bar by what it has learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.exercises.learned import OTHER_SCORES, accuracy, learned, without_own_scores
from autograder.exercises.training import Judged, request
from autograder.exercises.written import NOT_TRAINED, expect_trainable
from autograder.judging.case import Case
from autograder.judging.declare import accuracy as written
from autograder.judging.exam import CheckFailed, Exam

TRIAL_SECONDS = 30.0  # for two images; a training classifies thousands


@dataclass(frozen=True)
class Net:
    """What the grader knows of a net that is trained.

    Attributes
    ----------
    shapes : callable
        Gives the shape of each parameter, from the settings with which the net was made.
    parameters, layers : str
        What they are called, and what the net does with them, for a sentence.
    """

    shapes: Callable[[Mapping[str, Any]], Mapping[str, tuple[int, ...]]]
    parameters: str
    layers: str

    @property
    def other_scores(self) -> str:
        """Return what is said where student code has computed other scores."""
        return OTHER_SCORES.format(parameters=self.parameters, layers=self.layers)


def train(exam: Exam, case: Case, net: Net) -> tuple[dict[str, Any], np.ndarray, np.ndarray, str]:
    """Train the student's net, and judge what it has learned.

    Returns
    -------
    reply : dict
        Parameters, and how the training went.
    right, held_out : ndarray of bool
        For each image, whether it is classified rightly, and whether it was in no training.
    remark : str
        What the student should know of how they were classified.
    """
    # A net that cannot be trained on two images is found before all the images are made.
    fresh = {key: case.payload[key] for key in ("module", "function", "settings", "draw")}
    trial = np.random.default_rng(0).normal(0, 50, (2, 3, 32, 32)).astype(np.float32)
    small = {"params": None, "X": trial, "y": np.array([0, 1])}
    exam.note = f"That was on two images. {NOT_TRAINED}"
    answer = exam.ask_payload("net", {**fresh, **small}, like=case, seconds=TRIAL_SECONDS)
    exam.note = ""
    expect_trainable(answer)
    arguments, judged = request(case.payload)
    reply = exam.ask_payload("train", arguments, like=case)
    if exam.scores is None:
        sent = {"params": reply["params"], "mean": arguments["mean"], "unlabelled": judged.X}
        right = own_predictions(exam, {**fresh, **sent}, judged, case)
        return reply, right, judged.held_out, ""
    params = learned(reply["params"], net.shapes(case.payload["settings"]))
    right = accuracy(exam.scores, params, judged.X, judged.y, arguments["mean"])
    val = arguments["val"]
    known = accuracy(exam.scores, params, val["X"], val["y"], arguments["mean"])
    remark = without_own_scores(reply["history"]["val"], known, net.other_scores)
    return reply, right, judged.held_out, remark


def own_predictions(exam: Exam, request: dict[str, Any], judged: Judged, case: Case) -> np.ndarray:
    """Return for each image whether the student's own net classifies it rightly."""
    predicted = exam.ask_payload("predict", request, like=case)["predicted"]
    if not isinstance(predicted, np.ndarray) or predicted.shape != judged.y.shape:
        raise CheckFailed(
            f"The net gave no class scores of shape (N, 10) for {len(judged.y)} images."
        )
    right: np.ndarray = predicted == judged.y
    return right


def expect_accuracy(exam: Exam, what: str, right: np.ndarray, remark: str) -> None:
    """Fail unless the share of right predictions reaches the bar."""
    share, bar = float(np.mean(right)), exam.declared.bar or 0.0
    if share < bar:
        least = written(bar)
        text = f"The accuracy on {what} is {share:.3f}, expected at least {least}."
        words = f"The accuracy on {what} is below {least}."
        told = remark.partition(" On the")[0]
        raise CheckFailed(f"{text}\n{remark}".strip(), words=f"{words}\n{told}".strip())
