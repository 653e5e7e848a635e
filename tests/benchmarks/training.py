"""The exercise's training, by this package's Solver and by PyTorch."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from cs231n.classifiers.cnn import ThreeLayerConvNet
from cs231n.solver import Solver

try:
    import torch
except ImportError:
    torch = None

BATCH, REG, RATE = 50, 1e-3, 1e-3
Data = dict[str, np.ndarray]


def random_data() -> Data:
    """Return random images and labels: an iteration takes as long with these."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((2000, 3, 32, 32)).astype(np.float32), rng.integers(0, 10, 2000)
    return {"X_train": X, "y_train": y, "X_val": X[:100], "y_val": y[:100]}


def make_solver(data: Data) -> Solver:
    """Return the exercise's training of one epoch."""
    model = ThreeLayerConvNet(weight_scale=1e-3, hidden_dim=500, reg=REG)
    return Solver(
        model,
        data,
        update_rule="adam",
        optim_config={"learning_rate": RATE},
        batch_size=BATCH,
        num_epochs=1,
        verbose=False,
    )


class Peer:
    """The same net, start, L2 term and update rule in PyTorch, with its fused Adam."""

    def __init__(self, data: Data) -> None:
        self.X, self.y = torch.from_numpy(data["X_train"]), torch.from_numpy(data["y_train"])
        self.net = torch.nn.Sequential(
            torch.nn.Conv2d(3, 32, 7, padding=3),
            torch.nn.ReLU(),
            torch.nn.MaxPool2d(2),
            torch.nn.Flatten(),
            torch.nn.Linear(32 * 16 * 16, 500),
            torch.nn.ReLU(),
            torch.nn.Linear(500, 10),
        )
        weights = [p for p in self.net.parameters() if p.ndim > 1]
        biases = [p for p in self.net.parameters() if p.ndim == 1]
        for p in weights:
            torch.nn.init.normal_(p, std=1e-3)
        for p in biases:
            torch.nn.init.zeros_(p)
        groups = [{"params": weights, "weight_decay": REG}, {"params": biases}]
        self.rule = torch.optim.Adam(groups, lr=RATE, fused=True)

    def step(self) -> None:
        """Train on one minibatch."""
        batch = torch.randint(len(self.X), (BATCH,))
        self.rule.zero_grad()
        loss = torch.nn.functional.cross_entropy(self.net(self.X[batch]), self.y[batch])
        loss.backward()
        self.rule.step()

    def steps(self, count: int) -> None:
        """Train on `count` minibatches."""
        for _ in range(count):
            self.step()

    def accuracy(self, X: np.ndarray, y: np.ndarray) -> float:
        """Return the share of examples that the net classifies correctly."""
        with torch.no_grad():
            parts = [
                self.net(torch.from_numpy(X[i : i + 500])).argmax(1) for i in range(0, len(X), 500)
            ]
        return float(np.mean(torch.cat(parts).numpy() == y))


def iteration(name: str) -> Callable[[], Any] | None:
    """Return one training iteration, of this package ("compiled") or PyTorch ("torch")."""
    if name == "compiled":
        return make_solver(random_data())._step
    return None if torch is None else Peer(random_data()).step


def epoch(name: str, data: Data, seed: int) -> dict[str, float] | None:
    """Train one epoch from the start that `seed` gives; return its seconds and accuracies."""
    if name == "compiled":
        np.random.seed(seed)
        solver = make_solver(data)
        train, accuracy = solver.train, solver.check_accuracy
    elif torch is not None:
        torch.manual_seed(seed)
        peer = Peer(data)
        train, accuracy = partial(peer.steps, len(data["X_train"]) // BATCH), peer.accuracy
    else:
        return None
    start = time.perf_counter()
    train()
    seconds = time.perf_counter() - start
    found = {part: accuracy(data[f"X_{part}"], data[f"y_{part}"]) for part in ("train", "val")}
    return {"seconds": seconds, **found}
