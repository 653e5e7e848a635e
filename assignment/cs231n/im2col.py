"""The windows of images as the columns of a matrix, and back: im2col and col2im.

A window of C channels, `field_height` rows and `field_width` columns is one column of the matrix.
Windows are counted along the rows of their places, then down, and at each place over all images:
the column of window (i, j) of image n is ``(i * W' + j) * N + n``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cs231n.validation import output_size

Shape = tuple[int, ...]
Indices = tuple[np.ndarray, np.ndarray, np.ndarray]


def get_im2col_indices(
    x_shape: Shape, field_height: int, field_width: int, padding: int = 1, stride: int = 1
) -> Indices:
    """Return where in a padded image each value of each window is.

    Parameters
    ----------
    x_shape : tuple of int
        ``(N, C, H, W)``, without the padding.
    field_height, field_width : int
        Size of a window.
    padding : int
        Zeros on each side of an image.
    stride : int
        Distance between windows.

    Returns
    -------
    k, i, j : ndarray
        Channels, of shape (C * field_height * field_width, 1), rows and columns, both of shape
        (C * field_height * field_width, H' * W'): as an index they give all windows.

    Raises
    ------
    ValueError
        No window fits.
    """
    _, C, H, W = x_shape
    places = (
        output_size("H", H, field_height, stride, padding),
        output_size("W", W, field_width, stride, padding),
    )
    channel, row, column = (a.reshape(-1, 1) for a in np.indices((C, field_height, field_width)))
    top, left = (stride * a.reshape(1, -1) for a in np.indices(places))
    return channel, row + top, column + left


def im2col_indices(
    x: np.ndarray, field_height: int, field_width: int, padding: int = 1, stride: int = 1
) -> np.ndarray:
    """Return the windows of images as columns.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    field_height, field_width, padding, stride : int
        As in `get_im2col_indices`.

    Returns
    -------
    ndarray, shape (C * field_height * field_width, H' * W' * N)
    """
    k, i, j = get_im2col_indices(x.shape, field_height, field_width, padding, stride)
    around = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    windows = np.pad(x, around)[:, k, i, j]
    return np.moveaxis(windows, 0, -1).reshape(len(k), -1)


def col2im_indices(
    cols: np.ndarray,
    x_shape: Shape,
    field_height: int = 3,
    field_width: int = 3,
    padding: int = 1,
    stride: int = 1,
) -> np.ndarray:
    """Add the columns up where their windows were: what `im2col_indices` does, transposed.

    Parameters
    ----------
    cols : ndarray, shape (C * field_height * field_width, H' * W' * N)
    x_shape : tuple of int
        ``(N, C, H, W)``, without the padding.
    field_height, field_width, padding, stride : int
        As in `get_im2col_indices`.

    Returns
    -------
    ndarray, shape (N, C, H, W)
        A pixel that several windows share has the sum of theirs.
    """
    N, C, H, W = x_shape
    k, i, j = get_im2col_indices(x_shape, field_height, field_width, padding, stride)
    padded = np.zeros((N, C, H + 2 * padding, W + 2 * padding), dtype=cols.dtype)
    windows: Any = (slice(None), k, i, j)
    np.add.at(padded, windows, np.moveaxis(cols.reshape(*i.shape, N), -1, 0))
    return padded[:, :, padding : padding + H, padding : padding + W]
