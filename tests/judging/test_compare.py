"""autograder/judging/compare.py: equal is equal, and the words for what differs are true."""

import numpy as np
import pytest

from autograder.judging.compare import differences

RNG = np.random.default_rng(0)
EXPECTED = RNG.normal(size=(2, 3, 4, 5))


def text(got, expected=EXPECTED, rtol=1e-6):
    return " ".join(differences(got, expected, rtol))


@pytest.mark.parametrize("got", [EXPECTED, EXPECTED.astype(np.float32), EXPECTED + 1e-8])
def test_equal(got):
    assert differences(got, EXPECTED, 1e-6) == []


@pytest.mark.parametrize("got", [2.5, np.float64(2.5), np.array(2.5, np.float32)])
def test_a_number_of_any_kind_is_right_where_one_is_expected(got):
    value = np.array(got) if isinstance(got, np.generic) else got  # as it comes over the wire
    assert differences(value, np.array(2.5), 1e-6) == []
    assert differences(value, np.array(2.6), 1e-6) != []


def test_what_is_no_number_is_said():
    for got in (True, None, (2.5,), np.array([2.5]), 10**400, -(10**400), 3):
        assert differences(got, np.array(2.5), 1e-6) != [], got
    assert text(None, np.array(2.5)) == "It is None, expected a number."
    assert differences(3, np.array(3.0), 1e-6) == []


def test_just_outside_the_tolerance():
    got = EXPECTED.copy()
    got[0, 0, 0, 0] += 1.01e-6 * np.abs(EXPECTED).max()
    assert "1 of 120 values differ" in text(got)


def test_small_values_count_by_the_scale_of_the_whole():
    got = EXPECTED.copy()
    got[np.abs(got) < 1e-8] = 0
    assert text(got) == ""


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (None, "None"),
        (3.5, "a float"),
        ({"$object": "array of object"}, "array of object"),
        (EXPECTED[:1], "shape is (1, 3, 4, 5), expected (2, 3, 4, 5)"),
        (EXPECTED.swapaxes(2, 3), "in another order"),
        (EXPECTED.astype(np.int64), "dtype is int64"),
        (EXPECTED.astype(np.float16), "dtype is float16"),
        (EXPECTED.astype(complex), "dtype is complex128"),
        (np.full_like(EXPECTED, np.nan), "120 of 120 values are not finite"),
        (np.zeros_like(EXPECTED), "zero everywhere"),
        (2 * EXPECTED, "2 times what is expected"),
        (-EXPECTED, "-1 times what is expected"),
        (EXPECTED + 0.5, "plus 0.5, everywhere"),
    ],
)
def test_words(got, words):
    assert words in text(got)


def test_nan_does_not_pass_as_equal():
    got = EXPECTED.copy()
    got[1, 2, 3, 4] = np.nan
    assert "first is at [1, 2, 3, 4]" in text(got)


def test_infinity_does_not_pass():
    assert "not finite" in text(np.full_like(EXPECTED, np.inf))


def test_places():
    got = EXPECTED.copy()
    got[:, :, -1, :] += 1.0
    assert "only in row 3" in text(got)
    assert "border" in text(got)
    got = EXPECTED.copy()
    got[:, 1] += 1.0
    assert "only in channel 1" in text(got)
    assert "border" not in text(got)


def test_scalars():
    assert differences(np.array(1.0), np.array(1.0), 1e-6) == []
    assert "differ" in text(np.array(1.1), np.array(1.0))


def test_an_expected_array_of_zeros():
    zeros = np.zeros((2, 2))
    assert differences(zeros, zeros, 1e-6) == []
    assert differences(zeros + 1e-3, zeros, 1e-6)
