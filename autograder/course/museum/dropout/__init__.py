"""The museum of Dropout."""

from autograder.course.museum.dropout.mistakes import MISTAKES
from autograder.course.museum.dropout.names import NAMES
from autograder.course.museum.dropout.sample_class import CLASS
from autograder.course.museum.dropout.unseen import UNSEEN
from autograder.course.museum.dropout.ways import WAYS

__all__ = ["CLASS", "MISTAKES", "NAMES", "UNSEEN", "WAYS"]
