"""The exercise's training, by this package's Solver, by PyTorch and by JAX."""

from __future__ import annotations

import functools
import shutil
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from peers import jax, torch

from cs231n.classifiers.cnn import ThreeLayerConvNet
from cs231n.solver import Solver

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
    """The same net, start, L2 term and update rule in PyTorch, with its fused Adam.

    Parameters
    ----------
    data : dict
        As the Solver's.
    last : bool
        Whether images and filters are laid out as `channels_last`.
    compiled : bool
        Whether `torch.compile` makes one function of the loss.
    """

    def __init__(self, data: Data, last: bool = False, compiled: bool = False) -> None:
        layout = torch.channels_last if last else torch.contiguous_format
        self.X = torch.from_numpy(data["X_train"]).contiguous(memory_format=layout)
        self.y = torch.from_numpy(data["y_train"])
        self.net = torch.nn.Sequential(
            torch.nn.Conv2d(3, 32, 7, padding=3),
            torch.nn.ReLU(),
            torch.nn.MaxPool2d(2),
            torch.nn.Flatten(),
            torch.nn.Linear(32 * 16 * 16, 500),
            torch.nn.ReLU(),
            torch.nn.Linear(500, 10),
        ).to(memory_format=layout)
        weights = [p for p in self.net.parameters() if p.ndim > 1]
        biases = [p for p in self.net.parameters() if p.ndim == 1]
        for p in weights:
            torch.nn.init.normal_(p, std=1e-3)
        for p in biases:
            torch.nn.init.zeros_(p)
        groups = [{"params": weights, "weight_decay": REG}, {"params": biases}]
        self.rule = torch.optim.Adam(groups, lr=RATE, fused=True)
        self.loss = torch.compile(self._loss) if compiled else self._loss

    def _loss(self, X: Any, y: Any) -> Any:
        return torch.nn.functional.cross_entropy(self.net(X), y)

    def step(self) -> None:
        """Train on one minibatch."""
        batch = torch.randint(len(self.X), (BATCH,))
        self.rule.zero_grad()
        self.loss(self.X[batch], self.y[batch]).backward()
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


def jax_iteration(data: Data) -> Callable[[], Any]:
    """Return a training iteration by JAX, compiled as one function that writes over its state."""
    jnp = jax.numpy
    rng = np.random.default_rng(0)
    shapes = {"W1": (32, 3, 7, 7), "W2": (32 * 16 * 16, 500), "W3": (500, 10)}
    params = {name: 1e-3 * rng.standard_normal(s).astype(np.float32) for name, s in shapes.items()}
    params |= {f"b{i}": np.zeros(n, np.float32) for i, n in ((1, 32), (2, 500), (3, 10))}

    def loss(params: Any, X: Any, y: Any) -> Any:
        a = jax.lax.conv_general_dilated(X, params["W1"], [1, 1], [(3, 3)] * 2)
        a = jnp.maximum(a + params["b1"].reshape(-1, 1, 1), 0)
        a = jax.lax.reduce_window(a, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        a = jnp.maximum(a.reshape(len(X), -1) @ params["W2"] + params["b2"], 0)
        scores = jax.nn.log_softmax(a @ params["W3"] + params["b3"])
        penalty = sum(jnp.sum(params[name] ** 2) for name in shapes)
        return -jnp.mean(scores[jnp.arange(len(X)), y]) + 0.5 * REG * penalty

    def update(state: Any, X: Any, y: Any) -> Any:
        params, m, v, t = state
        grads, t = jax.grad(loss)(params, X, y), t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
        rate = RATE * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        move = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), params, m, v)
        return move, m, v, t

    zeros = {name: np.zeros_like(p) for name, p in params.items()}
    state = jax.device_put((params, zeros, zeros, np.float32(0)))
    compiled = jax.jit(update, donate_argnums=0)

    def step() -> None:
        nonlocal state
        batch = np.random.choice(len(data["X_train"]), BATCH)
        state = jax.block_until_ready(
            compiled(state, data["X_train"][batch], data["y_train"][batch])
        )

    return step


@functools.cache  # `torch.compile` compiles for each net, which takes a minute
def iteration(name: str) -> Callable[[], Any] | None:
    """Return one training iteration by a contestant, or None if it is not here."""
    if name == "compiled":
        return make_solver(random_data())._step
    if name == "jax":
        return None if jax is None else jax_iteration(random_data())
    if torch is None or (name == "torch.compile" and shutil.which("g++") is None):
        return None
    return Peer(random_data(), name != "torch", name == "torch.compile").step


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
