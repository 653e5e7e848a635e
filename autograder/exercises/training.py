"""What a net is trained on, and by what it is judged.

The images are not stored in a pack but made from its recipe. The student's process gets those that
the net is trained and validated on, with their labels; in a class run those of the training lie in
a file that all processes share (`images`). What the recipe says of the others, from which these
cannot be told, stays with the grader.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.exercises.images import images, known
from autograder.judging.case import Spec
from autograder.judging.operation import Payload

SEED_BYTES = 16


def training(
    module: str,
    function: str,
    images: tuple[int, int, int],
    settings: Payload,
    solver: Payload,
) -> Spec:
    """Return the case of a training.

    Parameters
    ----------
    module, function : str
        Where the student's net is, and what it is called.
    images : tuple of int
        How many are for training, for validation, and held out; with none held out, the net is
        judged by those that it was trained on.
    settings : dict
        With which the net is made.
    solver : dict
        Those of the `Solver`.
    """

    def draw(rng: np.random.Generator) -> Payload:
        return {
            "module": module,
            "function": function,
            "recipe": recipe(rng, *images),
            "settings": dict(settings),
            "draw": int(rng.integers(1 << 31)),
            "solver": dict(solver),
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
    X, y, mean, file = known(payload, count, num_train)
    # Solver keeps the parameters that were best on the validation set. What overfits is best on
    # the training images themselves.
    validation = slice(0, num_train) if overfitting else slice(num_train, count)
    arguments: dict[str, Any] = {
        **{key: payload[key] for key in ("module", "function", "settings", "draw", "solver")},
        "mean": mean,
        "train": {"X": str(file) if file else X[:num_train], "y": y[:num_train]},
        "val": {"X": np.array(X[validation]), "y": y[validation]},
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
