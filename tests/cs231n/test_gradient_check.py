"""cs231n/gradient_check.py: slopes are right, and x is as before afterwards."""

import numpy as np
import pytest

from cs231n.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    grad_check_sparse,
    rel_error,
)

RNG = np.random.default_rng(0)


def test_gradient_of_a_number(capsys):
    x = RNG.normal(size=(3, 4))
    gradient = eval_numerical_gradient(lambda v: float(np.sum(np.sin(v))), x, verbose=False)
    np.testing.assert_allclose(gradient, np.cos(x), atol=1e-9)
    assert capsys.readouterr().out == ""
    eval_numerical_gradient(lambda v: float(v.sum()), np.zeros(2))
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_gradient_of_an_array():
    x, A, df = RNG.normal(size=4), RNG.normal(size=(3, 4)), RNG.normal(size=3)
    gradient = eval_numerical_gradient_array(lambda v: A @ v, x, df)
    np.testing.assert_allclose(gradient, df @ A, atol=1e-9)


def test_a_function_that_returns_its_input():
    x, df = RNG.normal(size=4), RNG.normal(size=4)
    np.testing.assert_allclose(eval_numerical_gradient_array(lambda v: v, x, df), df, atol=1e-9)


def test_x_is_as_before_even_after_an_error():
    x = RNG.normal(size=(2, 2))
    before = x.copy()
    eval_numerical_gradient_array(lambda v: v**2, x, np.ones((2, 2)))
    np.testing.assert_array_equal(x, before)

    def fail(v):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        eval_numerical_gradient(fail, x)
    np.testing.assert_array_equal(x, before)


def test_sparse_check_prints_both(capsys):
    x = RNG.normal(size=(3, 3))
    grad_check_sparse(lambda v: float(np.sum(v**2)), x, 2 * x, num_checks=4)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert all(float(line.split()[-1]) < 1e-7 for line in lines)


def test_sparse_check_of_a_gradient_of_another_shape():
    with pytest.raises(ValueError, match=r"shape \(3,\), x \(1, 3\)"):
        grad_check_sparse(lambda v: 0.0, np.zeros((1, 3)), np.zeros(3))


@pytest.mark.parametrize("x", [np.arange(3), [1.0, 2.0], np.broadcast_to(1.0, 3)])
def test_what_cannot_be_nudged_is_refused(x):
    with pytest.raises(TypeError):
        eval_numerical_gradient(lambda v: 0.0, x)


def test_rel_error():
    assert rel_error(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 0
    assert rel_error(np.array([1.0]), np.array([-1.0])) == 1
    assert rel_error(np.array([1.0]), np.array([3.0])) == 0.5
    assert rel_error(np.zeros(0), np.zeros(0)) == 0
