"""Shared fixtures: the public pack, and submissions made from the solution."""

import pytest

from autograder import locate
from autograder.course.museum import packs
from autograder.exercises.convnets import EXERCISE
from autograder.submission import read_layer


@pytest.fixture(scope="session")
def public_pack():
    """Return the pack of the public cases."""
    return packs.public(EXERCISE)


@pytest.fixture(scope="session")
def solution():
    """Return the solution as a submission."""
    return read_layer("solution", locate.solutions(), EXERCISE.editable)


@pytest.fixture(scope="session")
def skeleton():
    """Return what students are given as a submission."""
    return read_layer("skeleton", locate.given(), EXERCISE.editable)
