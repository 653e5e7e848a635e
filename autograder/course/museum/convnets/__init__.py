"""The museum of ConvolutionalNetworks."""

from autograder.course.museum.convnets.mistakes import MISTAKES
from autograder.course.museum.convnets.names import LOCAL, NAMES
from autograder.course.museum.convnets.sample_class import CLASS
from autograder.course.museum.convnets.unseen import UNSEEN
from autograder.course.museum.convnets.ways import WAYS

__all__ = ["CLASS", "LOCAL", "MISTAKES", "NAMES", "UNSEEN", "WAYS"]
