# ruff: noqa: E501 - student code has the lines that it has
"""A made-up class for the exercise BatchNormalization."""

from autograder.course.museum.student import Student
from autograder.exercises.batch_normalization.files import NORMALIZATION

FILE = NORMALIZATION.path

CLASS = (
    Student("ada", "everything is right", 100, archive="zip", notebook=True),
    Student(
        "ben",
        "weighs the new batch by momentum",
        86,
        edits=(
            (
                FILE,
                "momentum * running_mean + (1 - momentum) * mean",
                "(1 - momentum) * running_mean + momentum * mean",
            ),
            (
                FILE,
                "momentum * running_var + (1 - momentum) * var",
                "(1 - momentum) * running_var + momentum * var",
            ),
        ),
    ),
    Student(
        "chloe",
        "forgets the path through the mean",
        74,
        edits=((FILE, "dx = dcentered + dmean / N", "dx = dcentered"),),
        nested="homework",
    ),
    Student(
        "dmitri",
        "normalizes columns where rows are asked for",
        72,
        edits=(
            (
                FILE,
                "inv_std = 1 / np.sqrt(x.var(axis=1, keepdims=True) + eps)\n    x_hat = (x - x.mean(axis=1, keepdims=True)) * inv_std",
                "inv_std = 1 / np.sqrt(x.var(axis=0, keepdims=True) + eps)\n    x_hat = (x - x.mean(axis=0, keepdims=True)) * inv_std",
            ),
        ),
    ),
    Student("elif", "has handed in the skeleton as it was", 0, stubs=(FILE,)),
    Student(
        "farah",
        "has handed in something else altogether",
        0,
        stubs=("nothing",),
        extra={"essay.txt": "On means.\n"},
    ),
)
