"""The museum of FullyConnectedNets."""

from autograder.course.museum.fully_connected_nets.mistakes import MISTAKES
from autograder.course.museum.fully_connected_nets.names import LOCAL, NAMES
from autograder.course.museum.fully_connected_nets.sample_class import CLASS
from autograder.course.museum.fully_connected_nets.unseen import UNSEEN
from autograder.course.museum.fully_connected_nets.ways import WAYS

__all__ = ["CLASS", "LOCAL", "MISTAKES", "NAMES", "UNSEEN", "WAYS"]
