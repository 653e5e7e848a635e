"""`get_CIFAR10_data`: CIFAR-10 if it is there, else the default images."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from cs231n import cifar10, synthetic
from cs231n.data_utils import get_CIFAR10_data, load_CIFAR10

N = 10  # images in a file of CIFAR-10 here, instead of 10,000


@pytest.fixture(autouse=True)
def small_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar10, "IMAGES_PER_FILE", N)
    monkeypatch.setattr(synthetic, "NUM_TRAIN", 5 * N)
    monkeypatch.setattr(synthetic, "NUM_TEST", N)
    monkeypatch.setenv("CONVNETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CIFAR10_DIR", raising=False)
    monkeypatch.setattr(cifar10, "__file__", str(tmp_path / "project/assignment/cs231n/cifar10.py"))


@pytest.fixture
def official(tmp_path: Path) -> Path:
    """A data set in CIFAR-10's layout; image i of data_batch_k has the value 10 * (k - 1) + i."""
    folder = tmp_path / cifar10.FOLDER
    folder.mkdir()
    for k, name in enumerate((*cifar10.TRAIN_FILES, cifar10.TEST_FILE)):
        values = 10 * k + np.arange(N, dtype=np.uint8)
        entry = {"data": np.repeat(values[:, None], 3072, axis=1), "labels": list(range(10))}
        (folder / name).write_bytes(pickle.dumps(entry, protocol=2))
    return folder


def sizes(train: int, val: int, test: int) -> dict[str, int]:
    return {"num_training": train, "num_validation": val, "num_test": test}


@pytest.mark.parametrize("with_cifar10", [True, False])
def test_shapes_types_and_one_line(
    official: Path,
    with_cifar10: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if with_cifar10:
        monkeypatch.setenv("CIFAR10_DIR", str(official))
    data = get_CIFAR10_data(**sizes(30, 8, 5))
    assert {name: array.shape for name, array in data.items()} == {
        "X_train": (30, 3, 32, 32),
        "y_train": (30,),
        "X_val": (8, 3, 32, 32),
        "y_val": (8,),
        "X_test": (5, 3, 32, 32),
        "y_test": (5,),
    }
    for name, array in data.items():
        assert array.dtype == (np.float32 if name.startswith("X") else np.int64)
        assert array.flags.c_contiguous
    (line,) = capsys.readouterr().out.splitlines()
    assert (str(official) in line) if with_cifar10 else ("nox -s data" in line)


def test_the_split_is_the_established_one(official: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CIFAR10_DIR", str(official))
    data = get_CIFAR10_data(**sizes(33, 7, 4), subtract_mean=False)
    assert data["X_train"][:, 0, 0, 0].tolist() == list(range(33))
    assert data["X_val"][:, 0, 0, 0].tolist() == list(range(33, 40))
    assert data["X_test"][:, 0, 0, 0].tolist() == list(range(50, 54))
    assert data["y_val"].tolist() == [3, 4, 5, 6, 7, 8, 9]


def test_the_mean_of_the_training_images_is_subtracted_from_all() -> None:
    raw = get_CIFAR10_data(**sizes(30, 8, 5), subtract_mean=False)
    data = get_CIFAR10_data(**sizes(30, 8, 5))
    mean = raw["X_train"].mean(axis=0)
    for name in ("X_train", "X_val", "X_test"):
        np.testing.assert_allclose(data[name], raw[name] - mean, atol=1e-3)
    np.testing.assert_allclose(data["X_train"].mean(axis=0), 0, atol=1e-3)


def test_a_damaged_cifar10_is_an_error_and_not_passed_over(
    official: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIFAR10_DIR", str(official))
    (official / "data_batch_2").write_bytes(b"half")
    with pytest.raises(cifar10.CIFAR10Error, match="data_batch_2 is not a whole file"):
        get_CIFAR10_data(**sizes(30, 8, 5))


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (sizes(45, 6, 1), r"num_training \+ num_validation = 51, but there are 50"),
        (sizes(30, 1, 11), "num_test = 11, but there are 10 test images"),
        (sizes(30, -1, 5), "num_validation must not be negative, not -1"),
        (sizes(0, 8, 5), "num_training must be at least 1"),
    ],
)
def test_sizes_that_there_are_not(asked: dict[str, int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        get_CIFAR10_data(**asked)


def test_all_images_can_be_asked_for() -> None:
    data = get_CIFAR10_data(**sizes(50, 0, 10))
    assert len(data["X_train"]) == 50 and len(data["X_val"]) == 0


def test_all_of_cifar10_as_pictures(official: Path) -> None:
    X_train, y_train, X_test, y_test = load_CIFAR10(official)
    assert X_train.shape == (50, 32, 32, 3) and X_test.shape == (10, 32, 32, 3)
    assert X_train[42].mean() == 42
    assert y_train[42] == 2 and y_test[9] == 9
