"""Cases of the two trainings: overfitting a small data set, and one epoch.

The images are not stored in a pack but made from its recipe. The student's process gets those that
the net is trained and validated on, with their labels. What the recipe says of the others, from
which these cannot be told, stays with the grader.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from autograder.exercises.convnets.cases.net import NET
from autograder.exercises.convnets.files import CNN
from autograder.judging.case import Spec
from autograder.judging.operation import Payload
from autograder.locate import given_module

SEED_BYTES = 16
FEW = 20  # images, where a browser is all that there is


def overfit(num_train: int = 100) -> Spec:
    """Return the case of overfitting `num_train` images, with the exercise's settings."""

    def draw(rng: np.random.Generator) -> Payload:
        return {
            "module": CNN.module,
            "function": NET,
            "recipe": recipe(rng, num_train, num_val=num_train, num_held_out=0),
            "settings": {"weight_scale": 1e-2, "dtype": "float32"},
            "draw": int(rng.integers(1 << 31)),
            "solver": solver_settings(num_epochs=15),
        }

    return Spec("train", draw)


def fewer_images(payload: Payload) -> Payload:
    """Return an overfitting of `FEW` images, all of them in each iteration."""
    solver = {**payload["solver"], "batch_size": FEW}
    recipe = {**payload["recipe"], "num_train": FEW, "num_val": FEW}
    return {**payload, "recipe": recipe, "solver": solver}


def one_epoch(num_train: int = 49_000) -> Spec:
    """Return the case of training for one epoch, with the exercise's settings."""

    def draw(rng: np.random.Generator) -> Payload:
        settings = {"weight_scale": 1e-3, "hidden_dim": 500, "reg": 1e-3, "dtype": "float32"}
        return {
            "module": CNN.module,
            "function": NET,
            "recipe": recipe(rng, num_train, num_val=1000, num_held_out=1000),
            "settings": settings,
            "draw": int(rng.integers(1 << 31)),
            "solver": solver_settings(num_epochs=1),
        }

    return Spec("train", draw)


def recipe(rng: np.random.Generator, num_train: int, num_val: int, num_held_out: int) -> Payload:
    """Draw which images are used: a world of classes, and two seeds within it.

    Each is of 128 bits, so that nobody who has images finds it by trying. The held-out images have
    a stream of their own: whatever becomes known of the others leads to none of them. No worker
    gets anything that is drawn from either stream.
    """
    known, held_out = rng.spawn(2)
    return {
        "world": known.bytes(SEED_BYTES).hex(),
        "seed": known.bytes(SEED_BYTES).hex(),
        "held_out": held_out.bytes(SEED_BYTES).hex(),
        "num_train": num_train,
        "num_val": num_val,
        "num_held_out": num_held_out,
    }


def solver_settings(num_epochs: int) -> Payload:
    """Return the exercise's settings of the `Solver`."""
    return {
        "num_epochs": num_epochs,
        "batch_size": 50,
        "update_rule": "adam",
        "optim_config": {"learning_rate": 1e-3},
        "num_train_samples": 1000,
    }


@lru_cache(maxsize=4)  # of two trainings, each with the images that are held out
def images(world: str, seed: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Make `count` images and labels; kept for the next submission, since this takes seconds."""
    made: tuple[np.ndarray, np.ndarray] = given_module("synthetic").generate(
        count, int(seed, 16), int(world, 16)
    )
    return made


@dataclass(frozen=True)
class Judged:
    """The images by which a trained net is judged, with their labels: the grader's own.

    Attributes
    ----------
    X : ndarray, shape (N, 3, 32, 32), uint8
        A sample of the training images and the held-out images, in random order.
    y : ndarray of int, shape (N,)
        Their classes.
    held_out : ndarray of bool, shape (N,)
        Which were in no training.
    """

    X: np.ndarray
    y: np.ndarray
    held_out: np.ndarray


def request(payload: Payload) -> tuple[Payload, Judged]:
    """Make from a case's recipe the worker's request to train, and what judges the net."""
    recipe = payload["recipe"]
    num_train, num_val = recipe["num_train"], recipe["num_val"]
    num_held_out = recipe["num_held_out"]
    overfitting = num_held_out == 0
    count = num_train + (0 if overfitting else num_val)
    X, y = images(recipe["world"], recipe["seed"], count)
    # Solver keeps the parameters that were best on the validation set. What overfits is best on
    # the training images themselves.
    validation = slice(0, num_train) if overfitting else slice(num_train, count)
    arguments: dict[str, Any] = {
        **{key: payload[key] for key in ("module", "function", "settings", "draw", "solver")},
        "mean": X[:num_train].mean(axis=0, dtype=np.float64).astype(np.float32),
        "train": {"X": X[:num_train], "y": y[:num_train]},
        "val": {"X": X[validation], "y": y[validation]},
    }
    rng = np.random.default_rng(int(recipe["held_out"], 16))
    sample = rng.permutation(num_train)[:1000]
    held_X, held_y = images(recipe["world"], recipe["held_out"], num_held_out)
    order = rng.permutation(len(sample) + num_held_out)
    return arguments, Judged(
        np.concatenate([X[sample], held_X])[order],
        np.concatenate([y[sample], held_y])[order],
        order >= len(sample),
    )


def prepared(images: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return images as a net gets them: float32, without the mean image."""
    centred: np.ndarray = images.astype(np.float32) - mean
    return centred
