"""The images of a training: made when they are first asked for, and kept for the next submission.

Where a class is graded they are made once for all processes, and lie in files that these map: a
copy in each would take 150 MB. A worker that trains may read the folder with these files. There is
nothing else in it, and the names say nothing of the seeds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from autograder.disk import whole
from autograder.judging.operation import Payload
from autograder.judging.pack import Pack
from autograder.locate import given_module
from autograder.sandbox import scratch

FOLDER = "images"  # in a payload: where its images are kept


def shared(cases: Pack, folder: Path) -> Pack:
    """Return a pack whose trainings keep their images below a folder, where workers may read them.

    The folder is there as long as the pack is used; other processes may share it.
    """
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    found = {
        check: [
            replace(case, payload={**case.payload, FOLDER: str(place)})
            if case.op == "train"
            else case
            for case in own
        ]
        for check, own in cases.cases.items()
    }
    return replace(cases, cases=found, readable=(place,))


@lru_cache(maxsize=4)  # of two trainings, each with the images that are held out
def images(world: str, seed: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Make `count` images and labels; kept for the next submission, since this takes seconds."""
    made: tuple[np.ndarray, np.ndarray] = given_module("synthetic").generate(
        count, int(seed, 16), int(world, 16)
    )
    return made


def known(
    payload: Payload, count: int, num_train: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Path | None]:
    """Return the images that a student's process is given, as the payload's recipe says.

    Parameters
    ----------
    payload : dict
        Of a training.
    count : int
        N, how many images.
    num_train : int
        How many of them, the first ones, are for the training.

    Returns
    -------
    X : ndarray, shape (N, 3, 32, 32), uint8
    y : ndarray of int, shape (N,)
    mean : ndarray, shape (3, 32, 32), float32
        The mean image of the training.
    file : Path or None
        A file of ``.npy`` bytes in which `X` is, where that is mapped from one.
    """
    world, seed = payload["recipe"]["world"], payload["recipe"]["seed"]
    if FOLDER not in payload:
        X, y = images(world, seed, count)
        return X, y, mean_of(X[:num_train]), None
    name = hashlib.sha256(f"{world} {seed} {count} {num_train}".encode()).hexdigest()[:16]
    file = Path(payload[FOLDER], f"{name}.npy")
    rest = file.with_suffix(".npz")
    with scratch.locked(Path(payload[FOLDER]).with_suffix(".lock")):
        if not rest.is_file():
            write(file, rest, world, seed, count, num_train)
    with np.load(rest) as kept:
        return np.load(file, mmap_mode="r"), kept["y"], kept["mean"], file


def write(file: Path, rest: Path, world: str, seed: str, count: int, num_train: int) -> None:
    """Write images block by block; their labels and the mean image come last."""
    made = given_module("synthetic")
    shape = (3, made.SIZE, made.SIZE)
    y, total = np.empty(count, np.int64), np.zeros(shape, np.int64)

    def blocks() -> Iterator[np.ndarray]:
        for start, X, labels in made.blocks(count, int(seed, 16), int(world, 16)):
            yield X
            y[start : start + len(X)] = labels
            total[...] += X[: max(num_train - start, 0)].sum(axis=0, dtype=np.int64)

    save(file, (count, *shape), np.uint8, blocks())
    mean = (total / num_train).astype(np.float32)  # a sum of whole numbers, as `mean_of` has it
    with whole(rest) as temporary, temporary.open("wb") as stream:
        np.savez(stream, y=y, mean=mean)


def save(
    file: Path, shape: tuple[int, ...], dtype: DTypeLike, blocks: Iterable[np.ndarray]
) -> None:
    """Write an array of that shape to a ``.npy`` file, block by block.

    It need not be whole if this process is killed, nor outlive the machine: whoever asks for it
    makes it again unless what is written last is there. To wait for the disk would take seconds.
    """
    header = np.lib.format.header_data_from_array_1_0(np.empty(0, dtype))
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, {**header, "shape": shape})
        for block in blocks:
            stream.write(np.ascontiguousarray(block).data)


def mean_of(X: np.ndarray) -> np.ndarray:
    """Return the mean of images, which all that goes into a net is without."""
    mean: np.ndarray = X.mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean
