"""Two photographs to try convolutions on, from the package scikit-image.

Both come with scikit-image itself, without a download, and are free of copyright:

- *Chelsea* the cat, 451 x 300, by Stefan van der Walt: dedicated to the public domain (CC0 1.0).
- *Astronaut* Eileen Collins, 512 x 512, from NASA's Great Images database: in the public domain.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SMALL = Path(__file__).with_name("photos.npz")  # both as arrays, in the browser edition alone


def load_photos(size: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Load a cat and an astronaut; the cat, which is wide, is cropped to a square.

    Parameters
    ----------
    size : int
        Height and width to resize both to.

    Returns
    -------
    cat, astronaut : ndarray of shape (size, size, 3), uint8
        Red, green and blue from 0 to 255.

    Raises
    ------
    ModuleNotFoundError
        If scikit-image is not installed; says how to install it.
    """
    if size < 1:
        raise ValueError(f"size must be at least 1, not {size}")
    if SMALL.is_file():
        with np.load(SMALL) as small:
            cat, person = (resize(small[name], size) for name in small.files)
        return cat, person
    try:
        from skimage.data import astronaut, chelsea
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "The photographs come with scikit-image, which is not installed. Install it with: "
            "python -m pip install scikit-image",
            name=error.name,
        ) from error
    cat, person = (resize(crop_to_square(photo), size) for photo in (chelsea(), astronaut()))
    return cat, person


def crop_to_square(photo: np.ndarray) -> np.ndarray:
    """Cut the longer side at both ends, so that the middle remains; (H, W, 3) to (S, S, 3)."""
    H, W = photo.shape[:2]
    side = min(H, W)
    top, left = (H - side) // 2, (W - side) // 2
    return photo[top : top + side, left : left + side]


def resize(photo: np.ndarray, size: int) -> np.ndarray:
    """Resize a square photograph to `size` x `size`, averaging where pixels are merged."""
    image = Image.fromarray(photo).resize((size, size), Image.Resampling.LANCZOS)
    return np.array(image)
