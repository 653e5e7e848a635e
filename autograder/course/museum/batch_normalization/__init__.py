"""The museum of BatchNormalization."""

from autograder.course.museum.batch_normalization.mistakes import MISTAKES
from autograder.course.museum.batch_normalization.names import NAMES
from autograder.course.museum.batch_normalization.sample_class import CLASS
from autograder.course.museum.batch_normalization.unseen import UNSEEN
from autograder.course.museum.batch_normalization.ways import WAYS

__all__ = ["CLASS", "MISTAKES", "NAMES", "UNSEEN", "WAYS"]
