"""A made-up class for the exercise Dropout."""

from autograder.course.museum.student import Student
from autograder.exercises.dropout.files import DROPOUT

FILE = DROPOUT.path
KEPT = "mask = (np.random.random(x.shape) < p) / p"

CLASS = (
    Student("ada", "everything is right", 100, archive="zip", notebook=True),
    Student(
        "ben",
        "takes p as the probability to drop",
        30,
        edits=((FILE, KEPT, KEPT.replace("< p) / p", "> p) / (1 - p)")),),
    ),
    Student(
        "chloe",
        "does not scale",
        55,
        edits=((FILE, KEPT, KEPT.replace("< p) / p", "< p) * 1.0")),),
        nested="homework",
    ),
    Student("dmitri", "has handed in the skeleton as it was", 0, stubs=(FILE,)),
    Student(
        "elif",
        "has handed in something else altogether",
        0,
        stubs=("nothing",),
        extra={"essay.txt": "On chance.\n"},
    ),
)
