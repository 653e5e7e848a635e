"""A mistake fits only if it is right where student code is, and wrong in the same way elsewhere."""

import pytest

from autograder.diagnosis.fingerprint import Known, Mark
from autograder.diagnosis.fit import Fit
from autograder.judging.output import RAISED, Output

DX, DW = Output("dx"), Output("dw")
A, B, C = (Mark("(2,)", (float(n), 1.0, 2.0, 3.0, 4.0)) for n in (1, 2, 3))
ERROR = {RAISED: Mark("IndexError AugAssign")}
CHECK = "f/g"


def fit(seen, *mistakes):
    """Return how mistakes fit; each is what it gets wrong, case by case."""
    by_case = [list(case) for case in zip(*mistakes, strict=True)]
    names = [(str(n), f"{n} is done") for n in range(len(mistakes))]
    return Fit(Known(names, {CHECK: by_case}), {CHECK: seen})


@pytest.mark.parametrize(
    ("seen", "mistake", "fits"),
    [
        ([{DX: A}, {}], [{DX: A}, {}], True),
        ([{DX: A}, {DX: B}], [{DX: A}, {DX: B}], True),
        ([{DX: A}, {DX: B}], [{DX: A}, {DX: C}], False),  # other values on another case
        ([{DX: A}, {DX: B}], [{DX: A}, {}], False),  # right where student code is wrong
        ([{DX: A}, {}], [{DX: A}, {DX: B}], False),  # wrong where student code is right
        ([{DX: A}], [{DX: A, DW: B}], False),  # the same, in another output
        ([{DX: A, DW: B}], [{DX: A}], False),
        ([{DX: A}, None], [{DX: A}, {DX: B}], True),  # no answer says nothing
        ([ERROR, {}], [ERROR, {}], True),
        ([ERROR, {}], [{DX: A}, {}], False),  # an exception by itself
        ([ERROR, {}], [ERROR, ERROR], False),
        ([ERROR, {DX: A}], [{DW: C}, {DX: A}], False),  # one output alone could be chance
        ([ERROR, {DX: A}, {DX: B}], [{DW: C}, {DX: A}, {DX: B}], True),
    ],
)
def test_one_mistake(seen, mistake, fits):
    assert fit(seen, mistake).alone == ([0] if fits else [])


def test_two_mistakes_by_outputs():
    found = fit([{DX: A, DW: B}, {DX: B}], [{DX: A}, {DX: B}], [{DW: B}, {}])
    assert found.alone == []
    assert found.by_output == [0, 1]


def test_an_output_that_is_wrong_elsewhere_too_is_not_explained():
    assert fit([{DX: A, DW: B}, {DX: C}], [{DX: A}, {}], [{DW: B}, {}]).by_output == [1]


def test_two_mistakes_by_cases():
    found = fit([{DX: A}, {DX: B}, {DX: C}, {}], [{DX: A}, {}, {}, {}], [{}, {DX: B}, {DX: C}, {}])
    assert (found.alone, found.by_output) == ([], [])
    assert found.pairs == [(0, 1)]


def test_two_mistakes_that_leave_something_unexplained_are_not_named():
    assert fit([{DX: A}, {DX: B}, {DX: C}], [{DX: A}, {}, {}], [{}, {DX: B}, {}]).pairs == []


def test_two_mistakes_where_both_are_wrong_mostly_are_not_named():
    seen = [{DX: A}, {DX: B}, {DX: C}, {DX: C}]
    one, other = [{DX: A}, {}, {DX: A}, {DX: A}], [{}, {DX: B}, {DX: B}, {DX: B}]
    assert fit(seen, one, other).pairs == []
