"""The two photographs for the aside on image processing."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from cs231n.photos import crop_to_square, load_photos, resize


def test_both_are_squares_of_the_size_asked_for() -> None:
    pytest.importorskip("skimage")
    photos = load_photos(size=64)
    assert [photo.shape for photo in photos] == [(64, 64, 3), (64, 64, 3)]
    for photo in photos:
        assert photo.dtype == np.uint8
        assert photo.std() > 20, "a photograph has light and shade"
        photo[0, 0] = 0  # students may write into their photographs


def test_cropping_keeps_the_middle() -> None:
    wide = np.zeros((2, 6, 3), np.uint8)
    wide[:, 2:4] = 255
    assert (crop_to_square(wide) == 255).all()
    assert crop_to_square(wide).shape == (2, 2, 3)
    assert (crop_to_square(wide.transpose(1, 0, 2)) == 255).all()


def test_resizing_keeps_a_plain_colour() -> None:
    plain = np.full((50, 50, 3), (10, 20, 30), np.uint8)
    assert (resize(plain, 7) == (10, 20, 30)).all()


def test_without_scikit_image_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "skimage.data", None)
    with pytest.raises(ModuleNotFoundError, match="python -m pip install scikit-image"):
        load_photos()


def test_a_size_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="size must be at least 1, not 0"):
        load_photos(size=0)
