"""autograder/course/museum: every correct way of writing a function gets all points."""

import pytest

from autograder import exercises
from autograder.course.museum import meta, museum_of

EVERY = exercises.every()
WAYS = [(exercise, way) for exercise in EVERY for way in museum_of(exercise).WAYS]


@pytest.mark.parametrize("exercise", EVERY, ids=lambda exercise: exercise.name)
def test_there_are_enough(exercise):
    ways = museum_of(exercise).WAYS
    functions = [function.name for function in exercise.functions if not function.trains]
    assert len(ways) >= len(functions)
    assert {name for way in ways for name in way.functions} == set(functions)
    assert len({(way.functions, way.name) for way in ways}) == len(ways)


@pytest.mark.parametrize(
    ("exercise", "way"), WAYS[::4], ids=[f"{way.functions[0]}-{way.name}" for _, way in WAYS[::4]]
)
def test_every_way_is_accepted(exercise, way):
    """One in four; ``nox -s soak -- meta`` tries all."""
    assert [result.complaint for result in meta.try_way(exercise, way) if not result.passed] == []
