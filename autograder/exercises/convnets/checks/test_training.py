"""The two training bars: the student's net in the given ``Solver``, as the exercise has it."""

from autograder.exercises.bars import Net, expect_accuracy, train
from autograder.exercises.convnets.cases.net import NetSettings
from autograder.exercises.convnets.cases.training import one_epoch, overfit
from autograder.judging.declare import check
from autograder.judging.exam import Exam
from autograder.judging.trained import trained

DEFAULTS = NetSettings((3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100, num_classes=10)
NET = Net(
    lambda settings: NetSettings(**{**vars(DEFAULTS), **settings}).shapes(),
    "W1 to b3",
    "conv - relu - 2x2 max pool - affine - relu - affine",
)


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
    reply, right, _, remark = train(exam, case, NET)
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
    reply, right, held_out, remark = train(exam, case, NET)
    exam.show_training(trained("one_epoch", reply, validated=True, filters="W1"))
    expect_accuracy(exam, "training images", right[~held_out], remark)
    expect_accuracy(exam, "images that it has never seen", right[held_out], remark)
