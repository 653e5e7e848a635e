"""Training: minibatches, an update rule, and a record of how it goes."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from tqdm import tqdm

from cs231n import checkpoint, optim

Data = dict[str, np.ndarray]
UpdateRule = Callable[[np.ndarray, np.ndarray, dict[str, Any]], tuple[np.ndarray, dict[str, Any]]]


class Solver:
    """Trains a model by stochastic gradient descent, or a rule that improves on it.

    Parameters
    ----------
    model : object
        Has ``params``, a dictionary of arrays, and ``loss(X, y)``, which returns the loss and a
        dictionary of gradients, or scores when y is not given.
    data : dict
        ``X_train``, ``y_train``, ``X_val`` and ``y_val``: examples along the first axis, and their
        labels, integers.
    update_rule : str or callable
        A function of `cs231n.optim`: ``'sgd'``, ``'sgd_momentum'``, ``'rmsprop'``, ``'adam'``; or
        a function of your own that takes and returns the same.
    optim_config : dict
        Settings of the update rule, such as ``'learning_rate'``. Each parameter gets a copy.
    lr_decay : float
        The learning rate is multiplied by this after each epoch.
    batch_size : int
        Examples in a minibatch.
    num_epochs : int
        How often training goes through as many examples as there are.
    num_train_samples : int or None
        How many training examples to measure the accuracy on; None for all.
    num_val_samples : int or None
        How many validation examples to measure the accuracy on; None for all.
    checkpoint_name : str or Path, optional
        After each epoch, all that is needed to go on is written to
        ``{checkpoint_name}_epoch_{n}.npz``; see `resume`.
    print_every : int
        Print the loss of the first iteration, and of each so many after it.
    verbose : bool
        Print at all, and show a progress bar in a notebook or a terminal.

    Attributes
    ----------
    loss_history : list of float
        Loss of each minibatch.
    train_acc_history, val_acc_history : list of float
        Accuracies after the very first iteration ("epoch 0") and after each epoch.
    best_params : dict of str to ndarray
        The parameters with the best validation accuracy so far; the model has them after `train`.
    best_val_acc : float
        That accuracy.
    epoch : int
        Epochs done.
    optim_configs : dict of str to dict
        For each parameter, the settings and the memory of its update rule.

    Raises
    ------
    TypeError
        There is no such setting.
    ValueError
        The data do not fit together, there is no such update rule, or a number is not positive.

    Notes
    -----
    Minibatches and samples are drawn with NumPy's global generator: ``np.random.seed`` before
    `train` makes it repeatable.
    """

    at_most: int | None = None  # iterations after which `train` stops, to show how it begins

    def __init__(
        self,
        model: Any,
        data: Data,
        *,
        update_rule: str | UpdateRule = "sgd",
        optim_config: dict[str, Any] | None = None,
        lr_decay: float = 1.0,
        batch_size: int = 100,
        num_epochs: int = 10,
        num_train_samples: int | None = 1000,
        num_val_samples: int | None = None,
        checkpoint_name: str | Path | None = None,
        print_every: int = 10,
        verbose: bool = True,
        **unknown: Any,
    ) -> None:
        if unknown:
            valid = ", ".join(Solver.__init__.__kwdefaults__ or ())
            raise TypeError(f"Solver has no setting {', '.join(unknown)}; it has {valid}")
        for name, value in (("batch_size", batch_size), ("print_every", print_every)):
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value}")
        self.model = model
        self.X_train, self.y_train = examples(data, "train")
        self.X_val, self.y_val = examples(data, "val")
        self.update_rule = find_rule(update_rule)
        self.optim_config = dict(optim_config or {})
        self.lr_decay = lr_decay
        self.batch_size = batch_size
        self.num_epochs = num_epochs
        self.num_train_samples = num_train_samples
        self.num_val_samples = num_val_samples
        self.checkpoint_name = checkpoint_name
        self.print_every = print_every
        self.verbose = verbose
        self._reset()

    def _reset(self) -> None:
        """Forget all training, but for the parameters that the model has now."""
        self.epoch = 0
        self.best_val_acc = 0.0
        self.best_params: dict[str, np.ndarray] = {}
        self.loss_history: list[float] = []
        self.train_acc_history: list[float] = []
        self.val_acc_history: list[float] = []
        # Each parameter has settings and memory of its own.
        self.optim_configs = {name: copy.deepcopy(self.optim_config) for name in self.model.params}

    def train(self) -> None:
        """Train until `num_epochs` are done; after an interruption, go on from there."""
        iterations_per_epoch = max(len(self.X_train) // self.batch_size, 1)
        num_iterations = self.num_epochs * iterations_per_epoch
        done = len(self.loss_history)
        stop = num_iterations if self.at_most is None else min(num_iterations, self.at_most)
        screen = find_screen()
        with tqdm(  # below the lines that are printed
            total=num_iterations,
            initial=done,
            file=screen,
            disable=screen is None or not self.verbose,
            mininterval=0.5,
            leave=False,
        ) as bar:
            self._record_epochs(iterations_per_epoch)  # if training stopped while doing that
            for t in range(done, stop):
                self._step()
                bar.update()
                if t % self.print_every == 0:
                    loss = self.loss_history[-1]
                    self._print(f"(Iteration {t + 1} / {num_iterations}) loss: {loss:f}")
                self._record_epochs(iterations_per_epoch)
        if stop < num_iterations:  # no epoch is done, by which parameters could be the best
            self._print(f"(Stopped after iteration {stop} / {num_iterations}, as was asked here.)")
        elif self.best_params:
            self.model.params = {name: value.copy() for name, value in self.best_params.items()}

    def _step(self) -> None:
        """Draw a minibatch and update every parameter once."""
        batch = np.random.choice(len(self.X_train), self.batch_size)
        loss, grads = self.model.loss(self.X_train[batch], self.y_train[batch])
        params, configs = {}, {}
        for name, w in self.model.params.items():
            if name not in grads:
                raise KeyError(f"the model's loss returned no gradient for {name}")
            # A copy, since a rule replaces what it remembers.
            config = dict(self.optim_configs[name])
            params[name], configs[name] = self.update_rule(w, grads[name], config)
        # All at once and at the very end, so that an interrupted step counts as not done.
        self.model.params.update(params)
        self.optim_configs = configs
        self.loss_history.append(float(loss))

    def _record_epochs(self, iterations_per_epoch: int) -> None:
        """Measure what is due: after the very first iteration, and at the end of each epoch."""
        done = len(self.loss_history)
        while done and len(self.val_acc_history) <= done // iterations_per_epoch:
            if len(self.val_acc_history) > self.epoch:
                self.epoch += 1
                for config in self.optim_configs.values():
                    if "learning_rate" in config:
                        config["learning_rate"] *= self.lr_decay
            self._record_accuracy()
            if self.epoch and self.checkpoint_name is not None:
                self.save(f"{self.checkpoint_name}_epoch_{self.epoch}.npz")

    def _record_accuracy(self) -> None:
        """Measure and print the accuracies, and keep the parameters if they are the best yet."""
        train_acc = self.check_accuracy(self.X_train, self.y_train, self.num_train_samples)
        val_acc = self.check_accuracy(self.X_val, self.y_val, self.num_val_samples)
        if val_acc > self.best_val_acc or not self.best_params:
            self.best_params = {name: w.copy() for name, w in self.model.params.items()}
            self.best_val_acc = val_acc
        self.train_acc_history.append(train_acc)
        self.val_acc_history.append(val_acc)
        self._print(
            f"(Epoch {self.epoch} / {self.num_epochs}) "
            f"train acc: {train_acc:f}; val_acc: {val_acc:f}"
        )

    def _print(self, line: str) -> None:
        if self.verbose:
            tqdm.write(line, file=sys.stdout)  # clears the bar, prints, draws the bar again

    def check_accuracy(
        self,
        X: np.ndarray,
        y: np.ndarray,
        num_samples: int | None = None,
        batch_size: int = 100,
    ) -> float:
        """Return the share of examples that the model classifies correctly.

        Parameters
        ----------
        X : ndarray, shape (N, ...)
            Examples.
        y : ndarray, shape (N,)
            Labels.
        num_samples : int, optional
            Measure on so many examples, drawn at random; on all by default.
        batch_size : int
            Classify so many at a time, to save memory.

        Returns
        -------
        float
            From 0 to 1.
        """
        chosen = np.arange(len(X))
        if num_samples is not None and len(X) > num_samples:
            chosen = np.random.choice(len(X), num_samples)
        predicted = [
            np.argmax(self.model.loss(X[chosen[start : start + batch_size]]), axis=1)
            for start in range(0, len(chosen), batch_size)
        ]
        return float(np.mean(np.concatenate(predicted) == y[chosen]))

    def save(self, path: str | Path) -> None:
        """Write all that is needed to go on training; see `cs231n.checkpoint`.

        Parameters
        ----------
        path : str or Path
            An ``.npz`` file; it appears whole or not at all.
        """
        checkpoint.save(self, Path(path))

    def resume(self, path: str | Path) -> None:
        """Go back to a checkpoint: `train` then goes on just as it would have then.

        Parameters
        ----------
        path : str or Path
            A file that `save` wrote, for the same model and data.

        Raises
        ------
        CheckpointError
            The file cannot be read, or its parameters are not this model's. Nothing is changed.
        """
        checkpoint.restore(self, Path(path))


def find_screen() -> TextIO | None:
    """Return where somebody sees a bar: a notebook or a terminal, if there is one."""
    if type(sys.stdout).__module__.startswith("ipykernel"):
        return sys.stdout  # what is on standard error looks like a failure in a notebook
    return sys.stderr if sys.stderr.isatty() else None


def find_rule(rule: str | UpdateRule) -> UpdateRule:
    """Return the update rule of that name; a function is itself one."""
    if not isinstance(rule, str):
        return rule
    rules = ("sgd", "sgd_momentum", "rmsprop", "adam")
    if rule not in rules:
        raise ValueError(f"update_rule must be one of {', '.join(rules)}; got {rule!r}")
    found: UpdateRule = getattr(optim, rule)
    return found


def examples(data: Data, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return X and y of a part of the data, "train" or "val", after checking that they fit."""
    for name in (f"X_{part}", f"y_{part}"):
        if name not in data:
            raise ValueError(f"data has no {name!r}; it has {', '.join(sorted(data))}")
    X, y = np.asarray(data[f"X_{part}"]), np.asarray(data[f"y_{part}"])
    if y.ndim != 1 or y.dtype.kind not in "iu":
        raise ValueError(
            f"y_{part} must hold integers and have the shape (N,), got {y.dtype} and {y.shape}"
        )
    if len(X) != len(y) or not len(X):
        raise ValueError(
            f"X_{part} has {len(X)} examples and y_{part} {len(y)} labels; there must be at "
            "least one, and as many of each"
        )
    return X, y
