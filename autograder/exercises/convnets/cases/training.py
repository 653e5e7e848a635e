"""Cases of the two trainings: overfitting a small data set, and one epoch."""

from __future__ import annotations

from autograder.exercises.convnets.cases.net import NET
from autograder.exercises.convnets.files import CNN
from autograder.exercises.training import training
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

FEW = 20  # images, where a browser is all that there is


def overfit(num_train: int = 100) -> Spec:
    """Return the case of overfitting `num_train` images, with the exercise's settings."""
    settings = {"weight_scale": 1e-2, "dtype": "float32"}
    images = (num_train, num_train, 0)
    return training(CNN.module, NET, images, settings, solver_settings(num_epochs=15))


def fewer_images(payload: Payload) -> Payload:
    """Return an overfitting of `FEW` images, all of them in each iteration."""
    solver = {**payload["solver"], "batch_size": FEW}
    recipe = {**payload["recipe"], "num_train": FEW, "num_val": FEW}
    return {**payload, "recipe": recipe, "solver": solver}


def one_epoch(num_train: int = 49_000) -> Spec:
    """Return the case of training for one epoch, with the exercise's settings."""
    settings = {"weight_scale": 1e-3, "hidden_dim": 500, "reg": 1e-3, "dtype": "float32"}
    images = (num_train, 1000, 1000)
    return training(CNN.module, NET, images, settings, solver_settings(num_epochs=1))


def solver_settings(num_epochs: int) -> Payload:
    """Return the exercise's settings of the `Solver`."""
    return {
        "num_epochs": num_epochs,
        "batch_size": 50,
        "update_rule": "adam",
        "optim_config": {"learning_rate": 1e-3},
        "num_train_samples": 1000,
    }
