"""The data set of a notebook in arrays that all workers map, where the grader has prepared them.

A page of them that a notebook changes is its own from then on.
"""

from __future__ import annotations

import functools
import inspect
import os
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

RAW = "raw.npz"  # in that folder: the data set as it is
PREPARED = ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test")
ZIP_HEADER = 30  # bytes before a file in an archive; the last four say how many more there are


def use_mapped() -> None:
    """Have the given package take its images from the grader's arrays, if there are any."""
    if not (place := os.environ.get("CONVNETS_MAPPED")):
        return
    from cs231n import data_utils, synthetic

    def load_raw() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        raw = stored(Path(place, RAW))
        return raw["X_train"], raw["y_train"], raw["X_test"], raw["y_test"]

    load = data_utils.get_CIFAR10_data
    parameters = inspect.signature(load)

    @functools.wraps(load)
    def get_CIFAR10_data(*args: Any, **named: Any) -> Any:
        asked, usual = parameters.bind(*args, **named), parameters.bind()
        asked.apply_defaults()
        usual.apply_defaults()
        if asked != usual:
            return load(*args, **named)
        load(1, 0, 0)  # which says what data it is
        return arrays(Path(place, "prepared"), PREPARED)

    synthetic.load = load_raw
    data_utils.get_CIFAR10_data = get_CIFAR10_data


def arrays(folder: Path, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Map the arrays of these names."""
    files = {name: folder / f"{name}.npy" for name in names}
    return {name: np.load(file, mmap_mode="c").view(np.ndarray) for name, file in files.items()}


def stored(archive: Path) -> dict[str, np.ndarray]:
    """Map the arrays of an ``.npz`` file that is not compressed, where each lies as it is."""
    found = {}
    with zipfile.ZipFile(archive) as names, archive.open("rb") as file:
        for member in names.infolist():
            file.seek(member.header_offset)
            file.seek(sum(struct.unpack("<2H", file.read(ZIP_HEADER)[-4:])), os.SEEK_CUR)
            np.lib.format.read_magic(file)
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            array = np.memmap(archive, dtype, "c", file.tell(), shape).view(np.ndarray)
            # A copy where the processor could not read the numbers as they lie there.
            name = member.filename.removesuffix(".npy")
            found[name] = array if array.flags.aligned else array.copy()
    return found
