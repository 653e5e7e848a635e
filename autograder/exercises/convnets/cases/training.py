"""Cases of the two trainings: overfitting a small data set, and one epoch.

The images are not stored in a pack but made from its recipe, and the student's process gets
labels for those it trains on only.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from autograder.exercises.convnets.cases.net import NET
from autograder.exercises.convnets.files import CNN
from autograder.judging.case import Spec
from autograder.judging.operation import Payload
from autograder.locate import given_module


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
    """Draw which images are used: a world of classes, and a seed within it."""
    return {
        "world": int(rng.integers(1 << 31)),
        "seed": int(rng.integers(1 << 31)),
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


@lru_cache(maxsize=1)
def images(world: int, seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Make `count` images and labels; kept for the next submission, since this takes seconds."""
    made: tuple[np.ndarray, np.ndarray] = given_module("synthetic").generate(count, seed, world)
    return made


def request(payload: Payload) -> tuple[Payload, dict[str, np.ndarray]]:
    """Make the worker's request from a case's recipe, and the labels that the grader keeps.

    Returns
    -------
    request : dict
        The arguments of the operation ``train``. Its unlabelled images are a sample of the
        training images and the held-out images, in random order.
    labels : dict of str to ndarray
        ``"label"`` and ``"held_out"`` (bool), in the order of the unlabelled images.
    """
    recipe = payload["recipe"]
    num_train, num_val = recipe["num_train"], recipe["num_val"]
    num_held_out = recipe["num_held_out"]
    overfitting = num_held_out == 0
    count = num_train + num_held_out + (0 if overfitting else num_val)
    X, y = images(recipe["world"], recipe["seed"], count)
    rng = np.random.default_rng(recipe["seed"])
    # Solver keeps the parameters that were best on the validation set. What overfits is best on
    # the training images themselves.
    validation = np.arange(num_train) if overfitting else np.arange(num_train, num_train + num_val)
    sample = rng.permutation(num_train)[:1000]
    asked = rng.permutation(np.concatenate([sample, np.arange(count - num_held_out, count)]))
    arguments: dict[str, Any] = {
        **{key: payload[key] for key in ("module", "function", "settings", "draw", "solver")},
        "mean": X[:num_train].mean(axis=0, dtype=np.float64).astype(np.float32),
        "train": {"X": X[:num_train], "y": y[:num_train]},
        "val": {"X": X[validation], "y": y[validation]},
        "unlabelled": X[asked],
    }
    return arguments, {"label": y[asked], "held_out": asked >= count - num_held_out}
