"""Finding and reading the official files, and refusing all others."""

from __future__ import annotations

import os
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from cs231n import cifar10
from cs231n.cifar10 import CIFAR10Error

N = 20  # images in a file here, instead of 10,000


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar10, "IMAGES_PER_FILE", N)
    monkeypatch.delenv("CIFAR10_DIR", raising=False)


def python2_pickle(data: np.ndarray, labels: list[int]) -> bytes:
    """Write a batch byte by byte as Python 2 did: strings are bytes, the array is their content."""

    def string(raw: bytes) -> bytes:
        return b"T" + struct.pack("<i", len(raw)) + raw

    def number(value: int) -> bytes:
        return b"J" + struct.pack("<i", value)

    array = (
        b"cnumpy.core.multiarray\n_reconstruct\n" + b"cnumpy\nndarray\n" + number(0) + b"\x85"
        + string(b"b") + b"\x87R"  # _reconstruct(ndarray, (0,), 'b')
        + b"(" + number(1) + number(data.shape[0]) + number(data.shape[1]) + b"\x86"
        + b"cnumpy\ndtype\n" + string(b"u1") + number(0) + number(1) + b"\x87R"
        + b"(" + number(3) + string(b"|") + b"NNN" + number(-1) + number(-1) + number(0) + b"tb"
        + b"\x89" + string(data.tobytes()) + b"tb"
    )  # fmt: skip
    listed = b"](" + b"".join(number(y) for y in labels) + b"e"
    return b"\x80\x02}(" + string(b"labels") + listed + string(b"data") + array + b"u."


def images(seed: int = 0, count: int = N) -> tuple[np.ndarray, list[int]]:
    rng = np.random.default_rng(seed)
    data = rng.integers(256, size=(count, 3072), dtype=np.uint8)
    return data, [int(y) for y in rng.integers(10, size=count)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole data set, of `N` images in each file."""
    path = tmp_path / cifar10.FOLDER
    path.mkdir()
    for k, name in enumerate((*cifar10.TRAIN_FILES, cifar10.TEST_FILE)):
        (path / name).write_bytes(python2_pickle(*images(k)))
    meta = {"label_names": [f"class {k}" for k in range(10)]}
    (path / cifar10.META_FILE).write_bytes(pickle.dumps(meta, protocol=2))
    return path


def test_all_batches_in_order(folder: Path) -> None:
    X_train, y_train, X_test, y_test = cifar10.load(folder)
    assert X_train.shape == (5 * N, 3, 32, 32)
    assert X_train.dtype == X_test.dtype == np.uint8
    assert y_train.dtype == y_test.dtype == np.int64
    data, labels = images(seed=3)  # of data_batch_4
    assert (X_train[3 * N : 4 * N].reshape(N, 3072) == data).all()
    assert y_train[3 * N : 4 * N].tolist() == labels
    assert (X_test.reshape(N, 3072) == images(seed=5)[0]).all()
    cifar10.check(folder)
    assert cifar10.read_label_names(folder)[9] == "class 9"


def test_the_first_1024_values_are_the_red_channel(tmp_path: Path) -> None:
    data = np.zeros((N, 3072), np.uint8)
    data[0, :1024] = np.arange(1024) % 256
    (tmp_path / "batch").write_bytes(python2_pickle(data, [0] * N))
    X, _ = cifar10.read_batch(tmp_path / "batch")
    assert X[0, 0, 1].tolist() == list(range(32, 64))  # its second row
    assert not X[0, 1:].any()


def test_files_that_python_3_wrote_for_python_2(tmp_path: Path) -> None:
    data, labels = images()
    entry = {b"data": data, "labels": labels, "batch_label": b"a", "filenames": ["a.png"] * N}
    (tmp_path / "batch").write_bytes(pickle.dumps(entry, protocol=2))
    X, y = cifar10.read_batch(tmp_path / "batch")
    assert (X.reshape(N, 3072) == data).all()
    assert y.tolist() == labels


# ---- Finding -----------------------------------------------------------------------------------


def test_the_environment_names_the_folder_or_the_one_above(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (folder, folder.parent):
        monkeypatch.setenv("CIFAR10_DIR", str(path))
        assert cifar10.find() == folder


def test_a_wrong_name_in_the_environment_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path))
    with pytest.raises(CIFAR10Error, match=r"has no data_batch_1 .*CIFAR10_DIR.* unset it"):
        cifar10.find()


def test_the_projects_own_folder_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = folder.parent
    (project / "data").mkdir()
    monkeypatch.setattr(cifar10, "__file__", str(project / "assignment/cs231n/cifar10.py"))
    assert cifar10.find() is None
    folder.rename(project / "data" / cifar10.FOLDER)
    assert cifar10.find() == project / "data" / cifar10.FOLDER


# ---- Refusing ----------------------------------------------------------------------------------


def refused(path: Path, content: bytes) -> str:
    """Return the message with which a file of this content is refused."""
    path.write_bytes(content)
    with pytest.raises(CIFAR10Error) as caught:
        cifar10.read_batch(path)
    message = str(caught.value)
    assert str(path) in message and "nox -s data" in message, "say which file, and what to do"
    return message


def test_a_missing_file(folder: Path) -> None:
    (folder / "data_batch_3").unlink()
    with pytest.raises(CIFAR10Error, match=r"data_batch_3 is missing.*nox -s data"):
        cifar10.load(folder)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_truncated_file(tmp_path: Path, share: float) -> None:
    whole = python2_pickle(*images())
    message = refused(tmp_path / "batch", whole[: int(share * len(whole))])
    assert "not a whole file of CIFAR-10" in message


def test_a_web_page_instead_of_the_file(tmp_path: Path) -> None:
    assert "not a whole file" in refused(tmp_path / "batch", b"<html>Log in to the Wi-Fi</html>")


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar10, "MAX_BYTES", 1000)
    assert "more than 1,000 bytes" in refused(tmp_path / "batch", bytes(1001))


class Hostile:
    """Pickles as a call that leaves a file behind."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.trace),)


@pytest.mark.parametrize("protocol", range(6))
def test_a_hostile_pickle_runs_nothing(tmp_path: Path, protocol: int) -> None:
    trace = tmp_path / "trace"
    content = pickle.dumps({"data": Hostile(trace), "labels": []}, protocol)
    message = refused(tmp_path / "batch", content)
    assert not trace.exists()
    assert "nothing in it was run" in message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x80\x02cbuiltins\neval\n.", "asks for builtins.eval"),
        (b"\x80\x02cnumpy\nsave\n.", "asks for numpy.save"),
        (b"\x80\x03cnumpy\nndarray.tofile\n.", "asks for numpy.ndarray.tofile"),
        (b"\x80\x02]r\xff\xff\xff\x7f.", "a number out of range"),
        (b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b".", "expected"),  # bytes, that many
        (b"\x80\x05\x96" + struct.pack("<Q", 1) + b"a.", "BYTEARRAY8 has no place"),
        (b"\x80\x02cnumpy\nndarray\nN}U\x01aK\x01s\x86b.", "missing 1 required"),
        (b"\x80\x02c_codecs\nencode\n)R}b.", "bytes have no state"),
        (b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aU\x04zlib\x86R.", "_codecs.encode"),
    ],
)
def test_tricks_of_pickles(tmp_path: Path, content: bytes, reason: str) -> None:
    message = refused(tmp_path / "batch", content)
    assert reason in message and "nothing in it was run" in message


def test_something_else_than_a_dictionary(tmp_path: Path) -> None:
    message = refused(tmp_path / "batch", pickle.dumps([1, 2], protocol=2))
    assert "holds a list, not a dictionary" in message


def test_other_arrays_than_cifar10s(tmp_path: Path) -> None:
    data, labels = images()
    other = {
        "has shape": (data[:, :100], "shape (20, 100), not (20, 3072)"),
        "has dtype": (data.astype(np.float32), "not an array of uint8"),
        "holds objects": (np.array([[None] * 3072] * N), "not an array of uint8"),
        "is transposed": (np.asfortranarray(data), "do not fit"),
    }
    for array, reason in other.values():
        entry = pickle.dumps({"data": array, "labels": labels}, protocol=2)
        assert reason in refused(tmp_path / "batch", entry)
    assert "has no images" in refused(tmp_path / "batch", pickle.dumps({"a": 1}, protocol=2))


@pytest.mark.parametrize("label", [10, -1, 1.0, None, "1", True])
def test_other_labels_than_cifar10s(tmp_path: Path, label: object) -> None:
    data, labels = images()
    entry = {"data": data, "labels": [*labels[1:], label]}
    message = refused(tmp_path / "batch", pickle.dumps(entry, protocol=2))
    assert "has other labels than CIFAR-10" in message
    entry = {"data": data, "labels": labels[1:]}
    assert "other labels" in refused(tmp_path / "batch", pickle.dumps(entry, protocol=2))


def test_class_names_of_another_data_set(folder: Path) -> None:
    meta = {"label_names": ["apple"] * 100}
    (folder / cifar10.META_FILE).write_bytes(pickle.dumps(meta, protocol=2))
    with pytest.raises(CIFAR10Error, match="names of ten classes"):
        cifar10.check(folder)
