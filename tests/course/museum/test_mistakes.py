"""autograder/course/museum: every known mistake is caught, and named to the student."""

from collections import Counter

import pytest

from autograder import exercises
from autograder.course.museum import meta, museum_of
from autograder.course.museum.mistake import variant
from autograder.course.museum.submissions import with_code
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE

SYMBOLS = ("(N,", "W1", "W2", "W3", "1", "L")  # what a sentence may go on with beside words
NAMELESS = {("conv_backward_naive", "gathered, dw swapped")}  # of the sample's unseen mistakes
CHANGED = {  # they raise what others raise too, and are told what makes them right
    *(("conv_backward_naive", name) for name in ("dw_sides_swapped", "filter_sides_swapped")),
    ("conv_backward_naive", "window_is_high_by_high"),
    ("ThreeLayerConvNet", "stride_is_two"),
}
EVERY = exercises.every()
FUNCTIONS = [(e, f.name) for e in EVERY for f in e.functions if not f.trains]
MISTAKES = [mistake for exercise in EVERY for mistake in museum_of(exercise).MISTAKES]
UNSEEN = [mistake for exercise in EVERY for mistake in museum_of(exercise).UNSEEN]


def test_there_are_enough():
    counts = Counter(mistake.function for mistake in MISTAKES)
    assert set(counts) == {name for _, name in FUNCTIONS}
    assert min(counts.values()) >= 10


def test_names_are_unique():
    names = [(mistake.function, mistake.name) for mistake in (*MISTAKES, *UNSEEN)]
    assert len(set(names)) == len(names)


def objections(mistake):
    """Return what keeps a sentence from ending "This is what comes out when ..."."""
    sentence = mistake.sentence
    start = sentence.split()[0]
    tests = {
        "does not go on in lower case": not start[0].islower() and start not in SYMBOLS,
        "ends with a full stop": sentence.endswith("."),
        "is too long": len(sentence) >= 130,
    }
    return [what for what, holds in tests.items() if holds]


def test_sentences_read_well():
    found = {f"{m.function}, {m.name}": objections(m) for m in MISTAKES}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_the_code_of_mistakes_can_be_read():
    for mistake in MISTAKES:
        compile(mistake.code, f"{mistake.function}, {mistake.name}", "exec")


def test_a_variant_must_find_what_it_changes():
    with pytest.raises(ValueError, match="2 times"):
        variant("a = 1\na = 1\n", ("a = 1", "a = 2"))
    with pytest.raises(ValueError, match="0 times"):
        variant("a = 1", ("b", "c"))


@pytest.mark.parametrize(("exercise", "function"), FUNCTIONS, ids=[name for _, name in FUNCTIONS])
def test_mistakes_are_caught_and_named(exercise, function):
    """One in thirty; ``nox -s soak -- meta`` tries all."""
    found = [mistake for mistake in (*MISTAKES, *UNSEEN) if mistake.function == function]
    results = [meta.try_mistake(exercise, mistake) for mistake in found[::30]]
    known = [result for result in results if result.kind == "mistake"]
    unseen = [result for result in results if result.kind == "unseen"]
    assert [r.piece for r in results if r.passed] == []
    assert [r.piece for r in results if r.misnamed] == []
    assert [r.piece for r in known if not r.named and not r.changed] == []
    assert {(function, r.piece) for r in known if not r.named} <= CHANGED
    assert {(function, r.piece) for r in unseen if not r.named} <= NAMELESS


@pytest.mark.soak
@pytest.mark.parametrize("name", ["weights_zero", "gradients_negative"])
def test_a_net_that_cannot_learn_does_not_reach_the_bar(name, solution, public_pack):
    (mistake,) = (m for m in MISTAKES if (m.function, m.name) == ("ThreeLayerConvNet", name))
    net = with_code(EXERCISE, solution, mistake.function, mistake.code)
    (verdict,) = engine.run_checks(EXERCISE, net, public_pack, ["overfit_small_data"])
    assert verdict.points == 0
