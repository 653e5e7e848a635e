"""Dropout has no table of mistakes by rule, but its checks have to catch them all the same."""

import re
from dataclasses import replace
from functools import cache

import pytest

from autograder import exercises
from autograder.course.museum import museum_of, packs
from autograder.course.museum.rule.behaviour import distinct, names_of, pool_of
from autograder.course.museum.rule.mutants import mutants
from autograder.course.museum.submissions import in_the_way
from autograder.engine.run import run_checks
from autograder.judging.verdict import Status

LAYERS = ["dropout_forward", "dropout_backward"]
HARMLESS = (  # right as before: the same is done twice, or dtypes and draws are others
    "is updated twice$",
    "^equal values are taken the other way",
    "^`astype` is left out",
    "are exchanged where they are unpacked$",
)
"""Slips that change nothing that is asked."""


@cache
def mutants_of(index):
    """Return all slips in one way."""
    exercise = exercises.named("dropout").whole
    way = museum_of(exercise).WAYS[index]
    return mutants(way, names_of(exercise, way))


def slips():
    """Return all slips in the ways of Dropout's layers: the way and the number of each."""
    exercise = exercises.named("dropout").whole
    ways = museum_of(exercise).WAYS
    return [
        (index, mutant.number)
        for index in distinct(ways)
        if set(LAYERS) & set(ways[index].functions)
        for mutant in mutants_of(index)
    ]


def tried(slip):
    """Return the sentence of a slip, and whether all points are given for it."""
    exercise = exercises.named("dropout").whole
    mutant = mutants_of(slip[0])[slip[1]]
    way = replace(mutant.way, code=mutant.code)
    submission = in_the_way(exercise, packs.solution(exercise), way)
    verdicts = run_checks(exercise, submission, packs.public(exercise), LAYERS)
    return mutant.change.sentence, all(v.status is Status.PASSED for v in verdicts)


@pytest.mark.soak
def test_every_slip_that_changes_what_a_layer_does_is_caught():
    packs.public(exercises.named("dropout").whole)
    with pool_of() as pool:
        found = pool.map(tried, slips(), chunksize=4)
    assert len(found) > 250
    passed = [sentence for sentence, right in found if right]
    assert [s for s in passed if not any(re.search(words, s) for words in HARMLESS)] == []
