"""What the grader can ask of a student's net."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import returned
from student import find, plain, seed


def build_net(module: str, function: str, settings: dict[str, Any], draw: int) -> Any:
    """Make the student's net; `dtype`, if it has one, comes by name."""
    seed(draw)
    if "dtype" in settings:
        settings = {**settings, "dtype": np.dtype(settings["dtype"]).type}
    return find(module, function)(**settings)


def net(
    module: str,
    function: str,
    settings: dict[str, Any],
    draw: int,
    params: dict[str, np.ndarray] | None,
    X: np.ndarray | None,
    y: np.ndarray | None,
) -> dict[str, Any]:
    """Make a net, set its parameters if given, and return scores, loss and gradients."""
    model = build_net(module, function, settings, draw)
    result: dict[str, Any] = {"initial": {k: plain(v) for k, v in model.params.items()}}
    if X is None:
        return result
    if params is not None:
        for name, value in params.items():
            model.params[name] = value.copy()
    result["scores"] = plain(model.loss(X))
    if y is None:
        return result
    pair = model.loss(X, y)
    is_pair = isinstance(pair, tuple | list) and len(pair) == 2
    if not is_pair or not isinstance(pair[1], dict):
        wanted = "the pair (loss, grads)" + (" with a dict of gradients" if is_pair else "")
        wrong = returned.in_place_of(model.loss, pair, wanted)
        return {**result, "loss": wrong, "grads": {}, "after": {"X": X, "y": y}}
    result["loss"] = plain(pair[0])
    result["grads"] = {str(k): plain(v) for k, v in pair[1].items()}
    return {**result, "after": {"X": X, "y": y}}


def prepare_images(images: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Make images float32 and take the `mean` image off, as `get_CIFAR10_data` does.

    They come as uint8, a quarter of the bytes.
    """
    prepared = images.astype(np.float32)
    prepared -= mean
    return prepared


class Prepared:
    """Images that are prepared when they are taken out, a minibatch at a time.

    So many thousands of them take a quarter of the memory, or none where they lie in a file that
    many processes map.

    Parameters
    ----------
    images : ndarray, shape (N, 3, 32, 32), uint8
        All of them.
    mean : ndarray, shape (3, 32, 32), float32
        Taken off each.
    """

    def __init__(self, images: np.ndarray, mean: np.ndarray) -> None:
        self._images, self._mean = images, mean

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, which: Any) -> np.ndarray:
        return prepare_images(self._images[which], self._mean)


def images_in(X: np.ndarray | str) -> np.ndarray:
    """Return images that were sent, or that lie in the file of that name."""
    if isinstance(X, str):
        mapped: np.ndarray = np.load(X, mmap_mode="r")
        return mapped
    return X


def train(
    module: str,
    function: str,
    settings: dict[str, Any],
    draw: int,
    solver: dict[str, Any],
    mean: np.ndarray,
    train: dict[str, Any],
    val: dict[str, np.ndarray],
) -> dict[str, Any]:
    """Train the student's net with the given Solver; return its parameters and how it went.

    The images are the arrays ``"X"``; those of the training may be the name of a file instead,
    which then holds as many as there are labels, or more.
    """
    from cs231n.solver import Solver

    model = build_net(module, function, settings, draw)
    data = {
        "X_train": images_in(train["X"])[: len(train["y"])],
        "y_train": train["y"],
        "X_val": prepare_images(val["X"], mean),
        "y_val": val["y"],
    }
    history: Any = Solver(model, data, verbose=False, **solver)
    history.X_train = Prepared(history.X_train, mean)
    history.train()
    return {
        "params": {str(k): plain(v) for k, v in model.params.items()},
        "history": {
            "loss": np.array(history.loss_history, dtype=np.float64),
            "train": np.array(history.train_acc_history, dtype=np.float64),
            "val": np.array(history.val_acc_history, dtype=np.float64),
        },
    }


def stop_trainings() -> None:
    """Have the given Solver stop after as many iterations as the grader has set, if it has."""
    if most := int(os.environ.get("CONVNETS_MOST_ITERATIONS", 0)):
        from cs231n.solver import Solver

        Solver.at_most = most


def predict(
    module: str,
    function: str,
    settings: dict[str, Any],
    draw: int,
    params: dict[str, np.ndarray],
    mean: np.ndarray,
    unlabelled: np.ndarray,
) -> dict[str, Any]:
    """Make a net with trained parameters; return the class that it predicts for each image."""
    model = build_net(module, function, settings, draw)
    for name, value in params.items():
        model.params[name] = value
    scores = [
        np.asarray(model.loss(prepare_images(unlabelled[i : i + 500], mean)))
        for i in range(0, len(unlabelled), 500)
    ]
    return {"predicted": plain(np.argmax(np.concatenate(scores), axis=1))}
