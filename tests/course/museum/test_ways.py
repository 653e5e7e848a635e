"""autograder/course/museum: every correct way of writing a function gets all points."""

import pytest

from autograder.course.museum import meta
from autograder.course.museum.convnets.ways import WAYS
from autograder.exercises.convnets import EXERCISE


def test_there_are_enough():
    assert len(WAYS) >= 40
    assert len({(way.functions, way.name) for way in WAYS}) == len(WAYS)


@pytest.mark.parametrize("way", WAYS[::4], ids=lambda way: f"{way.functions[0]}-{way.name}")
def test_every_way_is_accepted(way):
    """One in four; ``nox -s soak -- meta`` tries all."""
    assert [result.complaint for result in meta.try_way(EXERCISE, way) if not result.passed] == []
