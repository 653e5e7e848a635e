"""The images that the exercise trains on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cs231n import cifar10, synthetic


def get_CIFAR10_data(
    num_training: int = 49000,
    num_validation: int = 1000,
    num_test: int = 1000,
    subtract_mean: bool = True,
) -> dict[str, np.ndarray]:
    """Load CIFAR-10 if it is installed, else the project's default images; say which.

    Parameters
    ----------
    num_training : int
        How many images to train on: the first ones of the training set.
    num_validation : int
        How many to validate on: the ones that follow.
    num_test : int
        How many to test on: the first ones of the test set.
    subtract_mean : bool
        Whether to subtract the mean of the `num_training` images from all images.

    Returns
    -------
    data : dict
        ``X_train``, ``X_val``, ``X_test``: images of shape (N, 3, 32, 32), float32, red, green
        and blue from 0 to 255 before the mean is subtracted; ``y_train``, ``y_val``, ``y_test``:
        labels of shape (N,), int64, from 0 to 9.

    Raises
    ------
    ValueError
        If more images are asked for than there are.
    cifar10.CIFAR10Error
        If the files of CIFAR-10 are there, but damaged; says which, and what to do.
    """
    check_sizes(num_training, num_validation, num_test)
    folder = cifar10.find()
    if folder is None:
        X, y, X_test, y_test = synthetic.load()
        print("Data: the project's default ten-class images (for CIFAR-10 run: nox -s data).")
    else:
        X, y, X_test, y_test = cifar10.load(folder)
        print(f"Data: CIFAR-10 from {folder}.")

    stop = num_training + num_validation
    data = {
        "X_train": X[:num_training].astype(np.float32),
        "y_train": y[:num_training],
        "X_val": X[num_training:stop].astype(np.float32),
        "y_val": y[num_training:stop],
        "X_test": X_test[:num_test].astype(np.float32),
        "y_test": y_test[:num_test],
    }
    if subtract_mean:
        mean = X[:num_training].mean(axis=0, dtype=np.float64).astype(np.float32)
        for name in ("X_train", "X_val", "X_test"):
            data[name] -= mean  # in place: the training images alone take 600 MB
    return data


def check_sizes(num_training: int, num_validation: int, num_test: int) -> None:
    """Raise ValueError for sizes that neither data set has."""
    sizes = {"num_training": num_training, "num_validation": num_validation, "num_test": num_test}
    for name, size in sizes.items():
        if size < 0:
            raise ValueError(f"{name} must not be negative, not {size}")
    if num_training == 0:
        raise ValueError("num_training must be at least 1: the mean image is theirs")
    if num_training + num_validation > synthetic.NUM_TRAIN:
        raise ValueError(
            f"num_training + num_validation = {num_training + num_validation:,}, but there are "
            f"{synthetic.NUM_TRAIN:,} training images to share"
        )
    if num_test > synthetic.NUM_TEST:
        raise ValueError(
            f"num_test = {num_test:,}, but there are {synthetic.NUM_TEST:,} test images"
        )


def load_CIFAR10(root: str | Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Load all of CIFAR-10 from a folder, as pictures are usually kept.

    Parameters
    ----------
    root : str or Path
        The folder ``cifar-10-batches-py``.

    Returns
    -------
    X_train, y_train, X_test, y_test : ndarray
        Images (50000, 32, 32, 3) and (10000, 32, 32, 3), float64, with labels, int64.
    """
    X_train, y_train, X_test, y_test = cifar10.load(Path(root))
    X_train, X_test = (X.transpose(0, 2, 3, 1).astype(float) for X in (X_train, X_test))
    return X_train, y_train, X_test, y_test
