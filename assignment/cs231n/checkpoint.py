"""Checkpoints: a solver's state in one file, from which training goes on as if never stopped.

A checkpoint is an ``.npz`` file of plain arrays, one of which holds JSON, and no pickles: reading
one runs no code.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import numpy as np

RECORDS = (
    "epoch",
    "best_val_acc",
    "loss_history",
    "train_acc_history",
    "val_acc_history",
)
"""What a checkpoint keeps of a solver, besides parameters and the update rule's memory."""


class Model(Protocol):
    """A net: what a checkpoint keeps of it is its parameters."""

    params: dict[str, np.ndarray]


class Solver(Protocol):
    """What a checkpoint reads and sets, besides `RECORDS`; the given ``Solver`` has it."""

    model: Model
    best_params: dict[str, np.ndarray]
    optim_configs: dict[str, dict[str, Any]]


class CheckpointError(Exception):
    """A checkpoint cannot be read, or belongs to another training."""


def save(solver: Solver, path: Path) -> None:
    """Write a solver's state, and that of NumPy's random generator, to `path`."""
    arrays: dict[str, np.ndarray] = {}
    settings: dict[str, dict[str, Any]] = {}
    for name, w in solver.model.params.items():
        arrays[f"params/{name}"] = w
        settings[name] = {}
        for key, value in solver.optim_configs[name].items():
            if isinstance(value, np.ndarray):
                arrays[f"optim/{name}/{key}"] = value
            else:
                settings[name][key] = value
    for name, w in solver.best_params.items():
        arrays[f"best/{name}"] = w
    kind, keys, position, has_gauss, gauss = np.random.get_state()
    arrays["random"] = np.asarray(keys)
    state = {
        **{name: getattr(solver, name) for name in RECORDS},
        "optim": settings,
        "random": [kind, position, has_gauss, gauss],
    }
    # NumPy's numbers, such as np.float32(0.1) for a learning rate, become Python's.
    arrays["state"] = np.array(json.dumps(state, default=lambda number: number.item()))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    try:
        with temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def restore(solver: Solver, path: Path) -> None:
    """Bring a solver, and NumPy's random generator, back to the state in `path`.

    Raises
    ------
    CheckpointError
        The file cannot be read, or its parameters are not this model's. Nothing is changed.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        state = json.loads(str(arrays["state"]))
        records = {name: state[name] for name in RECORDS}
        params = take(arrays, "params/")
        best = take(arrays, "best/")
        configs = {
            name: {**state["optim"][name], **take(arrays, f"optim/{name}/")} for name in params
        }
        kind, position, has_gauss, gauss = state["random"]
        random = (kind, arrays["random"], position, has_gauss, gauss)
    except Exception as error:
        raise CheckpointError(f"{path} cannot be read as a checkpoint: {error}") from error
    expected, found = describe(solver.model.params), describe(params)
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise CheckpointError(
                f"{path} belongs to another model: its {name} is {found.get(name, 'missing')}, "
                f"this model's is {expected.get(name, 'missing')}"
            )
    np.random.set_state(random)
    vars(solver).update(records)
    solver.model.params, solver.best_params, solver.optim_configs = params, best, configs


def take(arrays: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    """Return the arrays whose names begin with `prefix`, without it."""
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}


def describe(params: dict[str, np.ndarray]) -> dict[str, str]:
    """Return shape and dtype of each parameter, to compare and to show."""
    return {name: f"{w.shape} {w.dtype}" for name, w in params.items()}
