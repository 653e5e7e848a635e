"""Shared fixtures: the public pack, and submissions made from the solution."""

import pytest

from autograder import locate
from autograder.judging import pack
from autograder.sandbox.overlay import read_layer


@pytest.fixture(scope="session")
def public_pack():
    """Return the pack of the public cases."""
    return pack.public()


@pytest.fixture(scope="session")
def solution():
    """Return the solution as a submission."""
    return read_layer("solution", locate.solutions())


@pytest.fixture(scope="session")
def skeleton():
    """Return what students are given as a submission."""
    return read_layer("skeleton", locate.given())
