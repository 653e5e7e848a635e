"""The two training bars: the student's net in the given ``Solver``, as the exercise has it."""

from typing import Any

import numpy as np

from autograder.exercises.convnets.cases.training import Judged, one_epoch, overfit, request
from autograder.exercises.convnets.learned import (
    OTHER_SCORES,
    accuracy,
    learned,
    without_own_scores,
)
from autograder.exercises.convnets.written import expect_gradients, expect_written
from autograder.judging.case import Case
from autograder.judging.declare import accuracy as written
from autograder.judging.declare import check
from autograder.judging.exam import CheckFailed, Exam
from autograder.judging.trained import trained

TRIAL_SECONDS = 30.0  # for two images; a training classifies thousands


@check(
    "overfit_small_data",
    points=4,
    cases=[overfit()],
    seconds=120,
    bar=0.95,
    hint="A net that cannot learn 100 images by heart has a wrong gradient somewhere.",
)
def test_accuracy(exam: Exam) -> None:
    """Reach {bar} on 100 training images in 15 epochs."""
    (case,) = exam.cases
    reply, right, _, remark = train(exam, case)
    exam.show_training(trained("overfit_small_data", reply))
    expect_accuracy(exam, f"its {len(right)} training images", right, remark)


@check(
    "one_epoch",
    points=4,
    cases=[one_epoch()],
    seconds=900,
    bar=0.40,
    hint="If overfitting 100 images works and this does not, look at the regularization and scale.",
)
def test_training_and_held_out(exam: Exam) -> None:
    """Reach {bar} after one epoch, on training images and on images never seen."""
    (case,) = exam.cases
    reply, right, held_out, remark = train(exam, case)
    exam.show_training(trained("one_epoch", reply, validated=True, filters="W1"))
    expect_accuracy(exam, "training images", right[~held_out], remark)
    expect_accuracy(exam, "images that it has never seen", right[held_out], remark)


def train(exam: Exam, case: Case) -> tuple[dict[str, Any], np.ndarray, np.ndarray, str]:
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
    # A net that cannot even classify two images is found before all the images are made.
    fresh = {key: case.payload[key] for key in ("module", "function", "settings", "draw")}
    trial = np.zeros((2, 3, 32, 32), dtype=np.float32)
    small = {"params": None, "X": trial, "y": np.array([0, 1])}
    answer = exam.ask_payload("net", {**fresh, **small}, like=case, seconds=TRIAL_SECONDS)
    expect_written(answer)
    expect_gradients(answer)
    arguments, judged = request(case.payload)
    reply = exam.ask_payload("train", arguments, like=case)
    if exam.scores is None:
        sent = {"params": reply["params"], "mean": arguments["mean"], "unlabelled": judged.X}
        right = own_predictions(exam, {**fresh, **sent}, judged, case)
        return reply, right, judged.held_out, ""
    params = learned(reply["params"], case.payload["settings"])
    right = accuracy(exam.scores, params, judged.X, judged.y, arguments["mean"])
    val = arguments["val"]
    known = accuracy(exam.scores, params, val["X"], val["y"], arguments["mean"])
    return reply, right, judged.held_out, without_own_scores(reply["history"]["val"], known)


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
        told = OTHER_SCORES if remark else ""
        raise CheckFailed(f"{text}\n{remark}".strip(), words=f"{words}\n{told}".strip())
