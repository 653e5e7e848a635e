"""Find and read CIFAR-10 in its official Python layout, trusting nothing in the files.

The data set is Alex Krizhevsky's (Learning Multiple Layers of Features from Tiny Images, 2009,
https://www.cs.toronto.edu/~kriz/cifar.html): six files, each a pickle that Python 2 wrote of a
dictionary with 10,000 images and their labels. A pickle is a program, so reading one from a
stranger with `pickle.load` means running what the stranger wrote. `read_pickle` admits plain
containers, strings and numbers, and NumPy arrays, and nothing else.
"""

from __future__ import annotations

import io
import os
import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = "cifar-10-batches-py"
TRAIN_FILES = tuple(f"data_batch_{k}" for k in range(1, 6))
TEST_FILE = "test_batch"
META_FILE = "batches.meta"
FILES = (*TRAIN_FILES, TEST_FILE, META_FILE)

IMAGES_PER_FILE = 10_000
MAX_BYTES = 64 * 2**20  # twice the size of an official file
REMEDY = "Install CIFAR-10 again: nox -s data -- --force"


class CIFAR10Error(ValueError):
    """A file of the data set is missing, damaged, or not what it should be.

    Attributes
    ----------
    path : Path
        Which file or folder.
    problem : str
        What is wrong with it, to be read after the file's name.
    """

    def __init__(self, path: Path, problem: str, remedy: str = REMEDY) -> None:
        super().__init__(f"{path} {problem}. {remedy}")
        self.path, self.problem = path, problem


def find() -> Path | None:
    """Return the folder with CIFAR-10's files, or None if it is not installed.

    Looked for in ``$CIFAR10_DIR`` (the folder itself, or the one that holds it), then in
    ``data/cifar-10-batches-py`` of the project.

    Raises
    ------
    CIFAR10Error
        If ``$CIFAR10_DIR`` is set, but CIFAR-10 is not there.
    """
    chosen = os.environ.get("CIFAR10_DIR")
    if chosen:
        for folder in (Path(chosen).expanduser(), Path(chosen).expanduser() / FOLDER):
            if (folder / TRAIN_FILES[0]).exists():
                return folder
        raise CIFAR10Error(
            Path(chosen),
            f"has no {TRAIN_FILES[0]} in it, but the environment variable CIFAR10_DIR names it",
            f"Set CIFAR10_DIR to a folder {FOLDER}, or unset it to use the default images.",
        )
    for parent in Path(__file__).resolve().parents[1:3]:
        folder = parent / "data" / FOLDER
        if folder.is_dir():
            return folder
    return None


def load(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Read the training and the test images.

    Parameters
    ----------
    folder : Path
        The folder ``cifar-10-batches-py``.

    Returns
    -------
    X_train, y_train, X_test, y_test : ndarray
        Images (50000, 3, 32, 32) and (10000, 3, 32, 32), uint8, with labels, int64.

    Raises
    ------
    CIFAR10Error
        Says which file is missing or damaged, and what to do.
    """
    N = IMAGES_PER_FILE
    X_train = np.empty((len(TRAIN_FILES) * N, 3, 32, 32), np.uint8)
    y_train = np.empty(len(TRAIN_FILES) * N, np.int64)
    for k, name in enumerate(TRAIN_FILES):
        X_train[k * N : (k + 1) * N], y_train[k * N : (k + 1) * N] = read_batch(folder / name)
    X_test, y_test = read_batch(folder / TEST_FILE)
    return X_train, y_train, X_test, y_test


def read_batch(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read one file of images.

    Returns
    -------
    X : ndarray of shape (10000, 3, 32, 32), uint8
    y : ndarray of shape (10000,), int64
    """
    batch = read_pickle(path)
    data, labels = batch.get("data"), batch.get("labels")
    if not isinstance(data, PickledArray) or not isinstance(labels, list):
        raise CIFAR10Error(
            path, "has no images: it should hold an array 'data' and a list 'labels'"
        )
    try:
        X = data.as_bytes((IMAGES_PER_FILE, 3072)).reshape(IMAGES_PER_FILE, 3, 32, 32)
    except ValueError as error:
        raise CIFAR10Error(path, f"has other images than CIFAR-10: {error}") from None
    if len(labels) != IMAGES_PER_FILE or not all(type(y) is int and 0 <= y <= 9 for y in labels):
        raise CIFAR10Error(
            path, f"has other labels than CIFAR-10: not {IMAGES_PER_FILE:,} integers from 0 to 9"
        )
    return X, np.array(labels, np.int64)


def read_label_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the ten classes, as ``batches.meta`` has them."""
    path = folder / META_FILE
    names = read_pickle(path).get("label_names")
    names = [text(name) for name in names] if isinstance(names, list) else []
    if len(names) != 10 or not all(isinstance(name, str) for name in names):
        raise CIFAR10Error(path, "does not hold the names of ten classes")
    return tuple(names)


def check(folder: Path) -> None:
    """Read every file of the data set, to see that it is whole.

    Raises
    ------
    CIFAR10Error
        Says which file is missing or damaged.
    """
    for name in (*TRAIN_FILES, TEST_FILE):
        read_batch(folder / name)
    read_label_names(folder)


# ---- Pickles from strangers --------------------------------------------------------------------


class PickledArray:
    """Stands in for a NumPy array while a pickle is read, so that NumPy never sees its contents."""

    def __init__(self, *args: object) -> None:
        self.state: object = None

    def __setstate__(self, state: object) -> None:
        self.state = state

    def as_bytes(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return the array, if it is one of uint8 of the given shape, in C order."""
        match self.state:
            case (int(), tuple() as found, PickledDtype(name="u1"), fortran, bytes() as data):
                if found != shape:
                    raise ValueError(f"they have shape {found}, not {shape}")
                if fortran or len(data) != int(np.prod(shape)):
                    raise ValueError("the array's bytes do not fit its shape")
                return np.frombuffer(data, np.uint8).reshape(shape)
        raise ValueError("they are not an array of uint8")


class PickledDtype:
    """Stands in for a NumPy dtype while a pickle is read."""

    def __init__(self, name: object = None, *args: object) -> None:
        self.name = text(name)

    def __setstate__(self, state: object) -> None:
        """Ignore byte order and fields: a dtype of another name than ``u1`` is refused later."""


class PickledBytes(bytes):
    """What ``_codecs.encode(text, 'latin1')`` gives: how Python 3 writes bytes for Python 2."""

    def __new__(cls, text: object = "", encoding: object = "latin1") -> PickledBytes:
        if not isinstance(text, str) or encoding not in ("latin1", b"latin1"):
            raise pickle.UnpicklingError("a call of _codecs.encode that NumPy does not make")
        return super().__new__(cls, text.encode("latin1"))

    def __setstate__(self, state: object) -> None:
        raise pickle.UnpicklingError("bytes have no state")


ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): PickledArray,
    ("numpy._core.multiarray", "_reconstruct"): PickledArray,
    ("numpy", "ndarray"): PickledArray,
    ("numpy", "dtype"): PickledDtype,
    ("_codecs", "encode"): PickledBytes,
}

#: The instructions of a pickle that plain containers and arrays need, protocols 2 and 3.
INSTRUCTIONS = frozenset(
    """PROTO STOP MARK NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 BINFLOAT BINSTRING
    SHORT_BINSTRING BINUNICODE BINBYTES SHORT_BINBYTES EMPTY_LIST APPEND APPENDS EMPTY_TUPLE TUPLE
    TUPLE1 TUPLE2 TUPLE3 EMPTY_DICT SETITEM SETITEMS BINGET LONG_BINGET BINPUT LONG_BINPUT GLOBAL
    REDUCE BUILD""".split()  # noqa: SIM905 (a list of them would fill the page)
)


class PlainUnpickler(pickle.Unpickler):
    """Reads plain containers, and stand-ins for NumPy arrays; refuses every other name."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return ADMITTED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}") from None


def read_pickle(path: Path) -> dict[str, Any]:
    """Read a pickled dictionary; its keys become str, other Python 2 strings stay bytes.

    Raises
    ------
    CIFAR10Error
        If there is no such file, or it is cut off, not a pickle, too large, not a dictionary, or
        asks for anything but plain containers and arrays.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise CIFAR10Error(path, "is missing") from None
    except OSError as error:
        raise CIFAR10Error(path, f"cannot be read ({error.strerror})") from error
    if len(raw) > MAX_BYTES:
        raise CIFAR10Error(
            path, f"has more than {MAX_BYTES:,} bytes: no file of CIFAR-10 is so large"
        )
    try:
        look_through(raw)
        content = PlainUnpickler(io.BytesIO(raw), encoding="bytes").load()
    except Exception as error:  # a damaged pickle can raise almost anything
        reason = str(error) or type(error).__name__
        raise CIFAR10Error(
            path, f"is not a whole file of CIFAR-10 ({reason}); nothing in it was run"
        ) from error
    if not isinstance(content, dict):
        raise CIFAR10Error(path, f"holds a {type(content).__name__}, not a dictionary")
    return {text(key): value for key, value in content.items()}


def look_through(raw: bytes) -> None:
    """Check a pickle's instructions before any is carried out: some ask for endless memory."""
    for opcode, arg, position in pickletools.genops(raw):
        if opcode.name not in INSTRUCTIONS:
            raise pickle.UnpicklingError(f"byte {position}: {opcode.name} has no place in it")
        if opcode.name == "LONG_BINPUT" and (arg or 0) > len(raw):
            raise pickle.UnpicklingError(f"byte {position}: a number out of range")


def text(value: Any) -> Any:
    """Return bytes as str, anything else as it is."""
    return value.decode("latin1") if isinstance(value, bytes) else value
