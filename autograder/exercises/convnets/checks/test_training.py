"""The two training bars: the student's net in the given ``Solver``, as the exercise has it."""

from typing import Any

import numpy as np

from autograder.exercises.convnets.cases.training import one_epoch, overfit, request
from autograder.exercises.convnets.written import expect_gradients, expect_written
from autograder.judging.case import Case
from autograder.judging.declare import check
from autograder.judging.exam import CheckFailed, Exam
from autograder.judging.trained import trained

TRIAL_SECONDS = 30.0  # for two images; a training classifies thousands


@check(
    "overfit_small_data",
    points=4,
    cases=[overfit()],
    seconds=120,
    hint="A net that cannot learn 100 images by heart has a wrong gradient somewhere.",
)
def test_accuracy(exam: Exam) -> None:
    """Reach 0.95 on 100 training images in 15 epochs."""
    (case,) = exam.cases
    reply, right, _ = train(exam, case)
    exam.show_training(trained("overfit_small_data", reply))
    expect_accuracy("its 100 training images", right, 0.95)


@check(
    "one_epoch",
    points=4,
    cases=[one_epoch()],
    seconds=900,
    hint="If overfitting 100 images works and this does not, look at the regularization and scale.",
)
def test_training_and_held_out(exam: Exam) -> None:
    """Reach 0.40 after one epoch, on training images and on images never seen."""
    (case,) = exam.cases
    reply, right, held_out = train(exam, case)
    exam.show_training(trained("one_epoch", reply, validated=True, filters="W1"))
    expect_accuracy("training images", right[~held_out], 0.40)
    expect_accuracy("images that it has never seen", right[held_out], 0.40)


def train(exam: Exam, case: Case) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """Train the student's net; return the reply, which predictions are right, which held out."""
    # A net that cannot even classify two images is found before all the images are made.
    fresh = {key: case.payload[key] for key in ("module", "function", "settings", "draw")}
    trial = np.zeros((2, 3, 32, 32), dtype=np.float32)
    small = {"params": None, "X": trial, "y": np.array([0, 1])}
    answer = exam.ask_payload("net", {**fresh, **small}, like=case, seconds=TRIAL_SECONDS)
    expect_written(answer)
    expect_gradients(answer)
    arguments, labels = request(case.payload)
    reply = exam.ask_payload("train", arguments, like=case)
    predicted = reply["predicted"]
    expected = labels["label"]
    if not isinstance(predicted, np.ndarray) or predicted.shape != expected.shape:
        raise CheckFailed(
            f"The net gave no class scores of shape (N, 10) for {len(expected)} images."
        )
    return reply, predicted == expected, labels["held_out"]


def expect_accuracy(what: str, right: np.ndarray, bar: float) -> None:
    """Fail unless the share of right predictions reaches the bar."""
    accuracy = float(np.mean(right))
    if accuracy < bar:
        raise CheckFailed(f"The accuracy on {what} is {accuracy:.3f}, expected at least {bar}.")
