"""Cases of the three trainings: two that overfit, and a longer one."""

from __future__ import annotations

from autograder.exercises.fully_connected_nets.cases.net import MANY
from autograder.exercises.fully_connected_nets.files import FC_NET
from autograder.exercises.training import training
from autograder.judging.case import Spec

FEW = 50  # images to be learned by heart


def overfit(hidden_dims: list[int]) -> Spec:
    """Return the case of learning a few images by heart, with a net of these hidden layers."""
    return training(
        FC_NET.module,
        MANY,
        (FEW, FEW, 0),
        {"hidden_dims": hidden_dims, "weight_scale": 3e-2, "dtype": "float32"},
        {
            "num_epochs": 20,
            "batch_size": 25,
            "update_rule": "adam",
            "optim_config": {"learning_rate": 1e-3},
            "num_train_samples": FEW,
        },
    )


def longer(num_train: int = 30_000) -> Spec:
    """Return the case of a training on many images, held to a bar on others."""
    return training(
        FC_NET.module,
        MANY,
        (num_train, 1000, 1000),
        {
            "hidden_dims": [200, 100],
            "weight_scale": 2e-2,
            "reg": 1e-3,
            "dtype": "float32",
        },
        {
            "num_epochs": 5,
            "batch_size": 100,
            "update_rule": "adam",
            "optim_config": {"learning_rate": 1e-3},
            "lr_decay": 0.8,
            "num_train_samples": 1000,
        },
    )
