"""Mistakes that students make in FullyConnectedNets, a module for each kind of code."""

from autograder.course.museum.fully_connected_nets.mistakes import affine, losses, nets, relu, rules
from autograder.course.museum.mistake import Mistake

MISTAKES: tuple[Mistake, ...] = tuple(
    mistake for module in (affine, relu, losses, nets, rules) for mistake in module.MISTAKES
)
