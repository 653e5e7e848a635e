"""diagnosis/pattern.py: what failing cases have in common is said only where it is exact."""

import pytest

from autograder.diagnosis.pattern import common
from autograder.exercises.convnets import EXERCISE

PROPERTIES = {f.name: f.properties for f in EXERCISE.functions if f.properties}


def cases_of(pack, function):
    return [
        case
        for check, cases in pack.cases.items()
        if check.startswith(f"{function}/")
        for case in cases
    ]


def test_every_property_holds_for_some_cases_and_not_for_others(public_pack):
    for properties in PROPERTIES.values():
        sharing = [name for name, listed in PROPERTIES.items() if listed is properties]
        cases = [case for function in sharing for case in cases_of(public_pack, function)]
        for text, holds in properties:
            assert 0 < sum(holds(case) for case in cases) < len(cases), text


@pytest.mark.parametrize("function", PROPERTIES)
def test_each_is_recognized(function, public_pack):
    cases = cases_of(public_pack, function)
    for _, holds in PROPERTIES[function]:
        tried = [(case, holds(case)) for case in cases]
        if sum(bad for _, bad in tried) > 1:
            assert "exactly those go wrong where" in common(PROPERTIES[function], tried)


def test_nothing_is_said_where_nothing_fits(public_pack):
    cases = cases_of(public_pack, "conv_forward_naive")
    convolution = PROPERTIES["conv_forward_naive"]
    assert common(convolution, [(case, True) for case in cases]) == ""
    assert common(convolution, [(case, i == 0) for i, case in enumerate(cases)]) == ""
    assert common(convolution, [(case, i % 3 == 0) for i, case in enumerate(cases)]) == ""


def test_all_functions_with_cases_of_their_own_have_properties():
    assert set(PROPERTIES) == set(EXERCISE.names) - {"overfit_small_data", "one_epoch"}


def test_one_case_is_no_pattern_and_two_are(public_pack):
    """Whatever goes wrong once has something that sets it apart; twice it hardly is by chance."""
    text, holds = PROPERTIES["conv_forward_naive"][0]
    cases = cases_of(public_pack, "conv_forward_naive")
    with_it = [case for case in cases if holds(case)]
    without = [case for case in cases if not holds(case)]

    def said(first, second):
        tried = [(case, True) for case in first] + [(case, False) for case in second]
        return common(PROPERTIES["conv_forward_naive"], tried)

    assert len(with_it) >= 2
    assert len(without) >= 2
    assert said([], without) == ""
    assert said(with_it[:1], without) == ""
    expected = f"Of all {2 + len(without)} cases tried, exactly those go wrong where {text}."
    assert said(with_it[:2], without) == expected
    assert said(with_it[:2], without[:1]) != ""
    assert said(with_it[:2], []) == ""  # what goes wrong everywhere has no pattern
