"""The default images: deterministic, balanced, cached, and hard for a linear classifier."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cs231n import synthetic
from cs231n.classifiers.cnn import ThreeLayerConvNet
from cs231n.losses import softmax_loss
from cs231n.optim import adam
from cs231n.solver import Solver
from cs231n.synthetic import generate


def test_shapes_and_types() -> None:
    X, y = generate(600, seed=3)
    assert X.shape == (600, 3, 32, 32) and X.dtype == np.uint8
    assert y.shape == (600,) and y.dtype == np.int64
    assert set(y.tolist()) == set(range(10))
    assert generate(0, seed=3)[0].shape == (0, 3, 32, 32)


def test_the_same_arguments_give_the_same_images() -> None:
    X, y = generate(60, seed=3)
    synthetic.make_world.cache_clear()
    again = generate(60, seed=3)
    assert (again[0] == X).all() and (again[1] == y).all()


def test_asking_for_more_only_adds_images() -> None:
    X, y = generate(synthetic.BLOCK + 10, seed=3)
    few, labels = generate(30, seed=3)
    assert (X[:30] == few).all() and (y[:30] == labels).all()


def test_how_many_images_are_mixed_at_once_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    X, _ = generate(60, seed=3)
    monkeypatch.setattr(synthetic, "PIECE", synthetic.BLOCK)
    assert (generate(60, seed=3)[0] == X).all()


@pytest.mark.parametrize("change", [{"seed": 4}, {"world": 1}, {"world": "another"}])
def test_another_seed_or_world_gives_other_images(change: dict[str, int | str]) -> None:
    arguments: dict[str, int | str] = {"seed": 3, "world": "default"}
    X, y = generate(60, **arguments)  # type: ignore[arg-type]
    other, labels = generate(60, **{**arguments, **change})  # type: ignore[arg-type]
    assert (other != X).mean() > 0.9
    assert (y != labels).any()


def test_no_image_is_there_twice() -> None:
    X = np.concatenate([generate(500, seed=seed)[0] for seed in (0, 1)])
    assert len(np.unique(X.reshape(len(X), -1), axis=0)) == len(X)


def test_a_world_has_all_kinds_in_an_order_of_its_own() -> None:
    worlds = [synthetic.make_world(world) for world in ("default", 1, 2, "secret")]
    for world in worlds:
        assert sorted(world.names) == sorted(kind.__name__ for kind in synthetic.KINDS)
    assert len({world.names for world in worlds}) == 4
    assert not (worlds[0].textures == worlds[1].textures).all()


def test_numpy_integers_name_the_same_world_as_pythons() -> None:
    assert (generate(5, 0, 7)[0] == generate(5, np.int64(0), np.int64(7))[0]).all()  # type: ignore[arg-type]


@pytest.mark.parametrize("world", [-1, 1.5, True, None])
def test_a_world_is_a_name_or_a_number(world: object) -> None:
    with pytest.raises(ValueError, match="world must be a name or a non-negative integer"):
        generate(1, seed=0, world=world)  # type: ignore[arg-type]


@pytest.mark.parametrize(("num_images", "seed"), [(-1, 0), (1, -1)])
def test_negative_numbers_are_refused(num_images: int, seed: int) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        generate(num_images, seed)


def test_figures_are_neither_too_bright_nor_cut_at_black_and_white() -> None:
    X, _ = generate(500, seed=0)
    assert 118 < X.mean() < 138
    assert np.isin(X, (0, 255)).mean() < 1e-4


def test_the_mean_images_of_the_classes_are_alike() -> None:
    """This is why a linear classifier finds next to nothing."""
    X, y = generate(5000, seed=0)
    means = np.stack([X[y == label].mean(axis=0) for label in range(10)])
    spread_of_means = means.std(axis=0).mean()
    by_chance = X.std(axis=0).mean() / np.sqrt(500)
    assert spread_of_means < 1.3 * by_chance


# ---- The cache ---------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own, for a default set of few images."""
    monkeypatch.setenv("CONVNETS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(synthetic, "NUM_TRAIN", 40)
    monkeypatch.setattr(synthetic, "NUM_TEST", 10)
    return tmp_path / "cache"


def same(first: tuple[np.ndarray, ...], second: tuple[np.ndarray, ...]) -> bool:
    return all((a == b).all() and a.dtype == b.dtype for a, b in zip(first, second, strict=True))


def test_the_second_time_it_is_read(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = synthetic.load()
    assert [path.name for path in cache.iterdir()] == [
        f"synthetic-v{synthetic.GENERATOR_VERSION}.npz"
    ]
    monkeypatch.setattr(synthetic, "generate", None)
    assert same(synthetic.load(), first)
    assert capsys.readouterr().out == ""


def test_training_and_test_images_are_others(cache: Path) -> None:
    X_train, _, X_test, _ = synthetic.load()
    assert (X_train[:10] != X_test).mean() > 0.9


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other sizes", "a text"])
def test_a_damaged_cache_is_made_again(
    cache: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = synthetic.load()
    (path,) = cache.iterdir()
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        content[len(content) // 3] ^= 255
        path.write_bytes(content)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "other sizes":
        synthetic.write_cache(path, tuple(array[:5] for array in first))
    else:
        path.write_text("no images")
    assert same(synthetic.load(), first)
    assert "cannot be read" in capsys.readouterr().out
    assert same(synthetic.load(), first)
    assert capsys.readouterr().out == "", "mended"


def test_without_a_place_for_the_cache_the_images_are_made_all_the_same(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.write_text("a file where the folder should be")
    assert synthetic.load()[0].shape == (40, 3, 32, 32)
    assert "could not be cached" in capsys.readouterr().out


def test_nothing_is_left_when_writing_is_interrupted(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object, **arrays: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", interrupted)
    with pytest.raises(KeyboardInterrupt):
        synthetic.load()
    assert list(cache.iterdir()) == []


# ---- How hard it is: data/make_picture.py --figures measures it in full --------------------------


def centred(num_images: int, seed: int, world: int | str) -> tuple[np.ndarray, np.ndarray]:
    """Return images as float32 less their mean image, and labels."""
    X, y = generate(num_images, seed, world)
    return X - X.mean(axis=0, dtype=np.float32), y


def solve(X: np.ndarray, y: np.ndarray, num_epochs: int, **settings: float) -> Solver:
    """Train the reference with the exercise's optimizer."""
    np.random.seed(0)
    solver = Solver(
        ThreeLayerConvNet(**settings),  # type: ignore[arg-type]
        {"X_train": X, "y_train": y, "X_val": X[:1000], "y_val": y[:1000]},
        update_rule="adam",
        optim_config={"learning_rate": 1e-3},
        batch_size=50,
        num_epochs=num_epochs,
        verbose=False,
    )
    solver.train()
    return solver


@pytest.mark.soak
def test_the_reference_is_well_on_its_way_after_200_iterations() -> None:
    X, y = centred(10_000, seed=0, world=1)
    solver = solve(X, y, num_epochs=1, weight_scale=1e-3, hidden_dim=500, reg=1e-3)
    assert 0.35 < solver.val_acc_history[-1] < 0.70


@pytest.mark.soak
@pytest.mark.parametrize("world", ["default", 1])
def test_the_reference_overfits_100_images(world: int | str) -> None:
    X, y = centred(100, seed=0, world=world)
    assert solve(X, y, num_epochs=15, weight_scale=1e-2).best_val_acc >= 0.97


def linear_softmax_accuracy(X: np.ndarray, y: np.ndarray, learning_rate: float) -> float:
    """Train a linear softmax classifier for one epoch; return its training accuracy."""
    pixels = X.reshape(len(X), -1)
    W, config = np.zeros((pixels.shape[1], 10), np.float32), {"learning_rate": learning_rate}
    for batch in np.random.default_rng(0).permutation(len(X)).reshape(-1, 50):
        _, dscores = softmax_loss(pixels[batch] @ W, y[batch])
        W, config = adam(W, pixels[batch].T @ dscores, config)
    return float(((pixels @ W).argmax(axis=1) == y).mean())


@pytest.mark.soak
def test_a_linear_classifier_learns_next_to_nothing_in_one_epoch() -> None:
    X, y = centred(49_000, seed=0, world="default")
    best = max(linear_softmax_accuracy(X, y, rate) for rate in (1e-5, 1e-4, 1e-3))
    assert 0.10 < best < 0.30
