"""autograder/judging/larger.py: a case too large to be answered by a detour, and its digest."""

import numpy as np
import pytest

from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import larger_cases, list_checks
from autograder.judging.larger import Asked, Bits, Larger, digest, unlike
from autograder.sandbox.errors import Raised, TimedOut

A = np.random.default_rng(0).normal(size=(1, 3, 20, 30))


def test_numbers_are_the_same_with_every_version_of_numpy():
    assert Bits("ff").uniform(-1, 1, (2, 2)).tolist() == [
        [0.617121492128851, -0.044369809830329565],
        [0.5570544235600123, 0.162735939869872],
    ]
    values = Bits("7").uniform(2.0, 3.0, (10_000,))
    assert 2 <= values.min() < 2.01 and 2.99 < values.max() < 3
    assert len(set(values)) == values.size


@pytest.mark.parametrize("right", [A, A + 1e-7, A.astype(np.float32), np.asfortranarray(A)])
def test_a_right_array_is_known_by_its_digest(right):
    assert unlike(right, digest(A)) == ""


def one_wrong():
    wrong = A.copy()
    wrong[0, 1, 7, 7] += 0.001
    return wrong


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (one_wrong(), "values are not"),
        (0 * A, "values are not"),
        (A * 1.0001, "values are not"),
        (A[..., ::-1], "values are not"),
        (np.full_like(A, np.nan), "values are not"),
        (np.full_like(A, 1e308), "values are not"),
        (A[0], "shape"),
        (A.astype(int), "dtype"),
        (A.astype(np.float16), "dtype"),
        (None, "no array"),
        ({"$object": "list"}, "no array"),
    ],
)
def test_a_wrong_array_is_not(wrong, words):
    assert words in unlike(wrong, digest(A))


def test_every_backward_pass_has_a_larger_case_of_one_image():
    found = larger_cases(EXERCISE)
    functions = {i.function for i in list_checks(EXERCISE) if "backward" in i.function}
    assert set(found) == functions | {"conv_backward_naive/no_padding"}
    for larger in found.values():
        x = larger.payload("1")["args"]["x"]
        assert len(x) == 1
        assert x.size > 60_000


class Session:
    """Answers, or raises what it is given."""

    def __init__(self, outcome, isolation="limits"):
        self.outcome, self.asked, self.isolation = outcome, [], isolation

    def ask(self, op, payload, seconds):
        self.asked.append((op, seconds))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self


LARGER = Larger("f", "backward", lambda bits: {"x": bits.uniform(0, 1, (2,))}, seconds=7.0)
KEPT = {"seed": "1", "expected": {}}


def test_it_is_asked_once():
    asked, session = Asked(LARGER, KEPT), Session(None)
    session.reply = {"dx": A}
    assert asked.reply(session) is asked.reply(session) is session.reply
    assert session.asked == [("backward", 7.0)]


def test_in_a_browser_it_may_take_longer():
    session = Session(None, isolation="in-process")
    session.reply = {"dx": A}
    Asked(LARGER, KEPT).reply(session)
    assert session.asked == [("backward", 35.0)]


@pytest.mark.parametrize("error", [TimedOut("it had not finished after 7 seconds"), Raised("x")])
def test_what_was_raised_once_is_raised_for_every_check(error):
    asked, session = Asked(LARGER, KEPT), Session(error)
    for _ in range(2):
        with pytest.raises(type(error), match=str(error)):
            asked.reply(session)
    assert len(session.asked) == 1
