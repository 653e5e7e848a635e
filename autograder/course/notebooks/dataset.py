"""The data set of the notebooks of a class: prepared once on a machine, and mapped by all workers.

Loaded by a notebook alone it is 600 MB of floats, which each worker would make for itself.
"""

from __future__ import annotations

import atexit
import contextlib
import shutil
import sys
import zipfile
import zlib
from functools import cache
from pathlib import Path

import numpy as np

from autograder.exercises.images import mean_of, save
from autograder.locate import given_module
from autograder.sandbox import scratch
from autograder.sandbox.worker.mapped import RAW, stored

SHARED = "notebooks"  # names the folder that processes share
TRAIN, VAL, TEST = 49_000, 1_000, 1_000  # images that `get_CIFAR10_data` returns if not told
BLOCK = 1_000  # images that are prepared at once


def cached() -> Path:
    """Return the file with the default data set, which is made if it is not there."""
    synthetic = given_module("synthetic")
    kept: Path = synthetic.cache_path()
    path = kept.parent.resolve() / kept.name
    if not path.is_file():
        synthetic.load()
    return path


@cache
def mapped() -> Path | None:
    """Return a folder with the arrays that workers map; it is there while this process lives.

    All processes of this user on this machine share it: ``raw.npz`` is the data set, and in
    ``prepared`` is what `get_CIFAR10_data` makes of them if it is not told otherwise. None where
    the system shares no such folder, or has no room for it; then each worker reads what is
    `cached`.
    """
    if sys.platform in ("win32", "emscripten"):
        return None
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch.together(SHARED))
            with scratch.locked(folder / "lock"):
                if not (folder / "prepared").is_dir():
                    write(folder)
        except OSError:
            return None
        atexit.register(stack.pop_all().close)
    return folder


def write(folder: Path) -> None:
    """Write the arrays that are prepared, all at once at the end."""
    raw = images(folder / RAW)
    X, y = raw["X_train"], raw["y_train"]
    mean = mean_of(X[:TRAIN])
    rest = slice(TRAIN, TRAIN + VAL)
    for name, part, labels in (
        ("val", X[rest], y[rest]),
        ("test", raw["X_test"][:TEST], raw["y_test"][:TEST]),
        ("train", X[:TRAIN], y[:TRAIN]),
    ):
        blocks = (part[n : n + BLOCK] - mean for n in range(0, len(part), BLOCK))
        save(folder / "half" / f"X_{name}.npy", part.shape, mean.dtype, blocks)
        save(folder / "half" / f"y_{name}.npy", labels.shape, labels.dtype, [labels])
    (folder / "half").rename(folder / "prepared")


def images(raw: Path) -> dict[str, np.ndarray]:
    """Map the default data set from the file `raw`, which is the one that is cached, or a copy."""
    synthetic, kept = given_module("synthetic"), cached()
    raw.unlink(missing_ok=True)
    if sound(kept):
        try:
            raw.hardlink_to(kept)  # it stays, whoever empties the cache
        except OSError:  # another disk
            shutil.copyfile(kept, raw)
    else:  # it was damaged, and made again, or there is no room for it
        synthetic.write_cache(raw, synthetic.load())
    return stored(raw)


def sound(archive: Path) -> bool:
    """Return whether an archive is as it was written, as its checksums say."""
    try:
        with zipfile.ZipFile(archive) as file:
            return file.testzip() is None
    except (OSError, zipfile.BadZipFile, zlib.error):
        return False
