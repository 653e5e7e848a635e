"""cs231n/vis_utils.py: every image in its place, stretched on its own."""

import numpy as np
import pytest

from cs231n.vis_utils import visualize_grid


def test_grid():
    Xs = np.random.default_rng(0).normal(size=(5, 2, 3, 3))
    grid = visualize_grid(Xs, padding=1)
    assert grid.shape == (2 * 2 + 1, 3 * 3 + 2, 3)
    assert grid.min() == 0
    assert grid.max() == 255
    fourth = grid[3:5, 0:3]
    low, high = Xs[3].min(), Xs[3].max()
    np.testing.assert_allclose(fourth, 255 * (Xs[3] - low) / (high - low))
    assert (grid[3:5, 8:] == 0).all()


def test_a_uniform_image_is_no_division_by_zero():
    with np.errstate(all="raise"):
        assert (visualize_grid(np.ones((1, 2, 2, 1))) == 0).all()


def test_ubound():
    assert visualize_grid(np.arange(4.0).reshape(1, 2, 2, 1), ubound=1.0).max() == 1


def test_wrong_shape():
    with pytest.raises(ValueError, match=r"\(N, H, W, C\)"):
        visualize_grid(np.zeros((3, 3)))
