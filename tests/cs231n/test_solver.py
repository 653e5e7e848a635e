"""cs231n/solver.py: what is printed, what is kept, and going on after a stop."""

import io
import re
import sys

import numpy as np
import pytest

from cs231n import optim
from cs231n.checkpoint import CheckpointError
from cs231n.solver import Solver


class Linear:
    """Softmax regression, to be trained in no time."""

    def __init__(self, dim=4, classes=3):
        self.params = {"W": np.zeros((dim, classes)), "b": np.zeros(classes)}
        self.stop_at = None
        self.calls = 0

    def loss(self, X, y=None):
        scores = X @ self.params["W"] + self.params["b"]
        if y is None:
            return scores
        self.calls += 1
        if self.calls == self.stop_at:
            raise KeyboardInterrupt
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        rows = np.arange(len(X))
        loss = -np.log(p[rows, y]).mean()
        p[rows, y] -= 1
        return loss, {"W": X.T @ p / len(X), "b": p.mean(axis=0)}


def make_data(n=60):
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=n)
    X = rng.normal(size=(n, 4))
    X[np.arange(n), y] += 3.0
    return {"X_train": X[:40], "y_train": y[:40], "X_val": X[40:], "y_val": y[40:]}


def make_solver(**options):
    settings = {"update_rule": "adam", "batch_size": 10, "num_epochs": 3, "verbose": False}
    model = options.pop("model", None) or Linear()
    return Solver(model, make_data(), **{**settings, **options})


def test_it_learns_and_keeps_records():
    np.random.seed(0)
    solver = make_solver(num_epochs=20, optim_config={"learning_rate": 0.1})
    solver.train()
    assert len(solver.loss_history) == 20 * 4
    assert len(solver.train_acc_history) == len(solver.val_acc_history) == 21
    assert solver.loss_history[-1] < 0.5 * solver.loss_history[0]
    assert solver.best_val_acc == max(solver.val_acc_history) > 0.8
    assert solver.check_accuracy(solver.X_val, solver.y_val) == solver.best_val_acc


def test_what_it_prints(capsys):
    np.random.seed(0)
    make_solver(verbose=True, print_every=5, num_epochs=2).train()
    out = capsys.readouterr().out
    number = r"\d\.\d{6}"
    patterns = [
        rf"\(Iteration 1 / 8\) loss: {number}",
        rf"\(Epoch 0 / 2\) train acc: {number}; val_acc: {number}",
        rf"\(Epoch 1 / 2\) train acc: {number}; val_acc: {number}",
        rf"\(Iteration 6 / 8\) loss: {number}",
        rf"\(Epoch 2 / 2\) train acc: {number}; val_acc: {number}",
    ]
    assert len(out.splitlines()) == len(patterns)
    for line, pattern in zip(out.splitlines(), patterns, strict=True):
        assert re.fullmatch(pattern, line)


def test_exact_line_of_an_untrained_model(capsys):
    make_solver(verbose=True, num_epochs=1, batch_size=40).train()
    assert capsys.readouterr().out.splitlines()[0] == "(Iteration 1 / 1) loss: 1.098612"  # log(3)


def test_a_bar_shows_in_a_terminal_and_in_a_notebook(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    class Notebook(io.StringIO):
        __module__ = "ipykernel.iostream"

    for stdout, stderr, shown in [
        (io.StringIO(), Terminal(), "stderr"),
        (Notebook(), io.StringIO(), "stdout"),
        (Notebook(), Terminal(), "stdout"),
    ]:
        monkeypatch.setattr(sys, "stdout", stdout)
        monkeypatch.setattr(sys, "stderr", stderr)
        make_solver(verbose=True).train()
        written = {"stdout": stdout.getvalue(), "stderr": stderr.getvalue()}
        assert re.search(r"\d+%\|", written.pop(shown))
        assert "%|" not in "".join(written.values())
        assert "(Epoch 3 / 3)" in stdout.getvalue()


def test_a_training_that_is_only_to_begin_stops_and_says_so(capsys, monkeypatch):
    whole, begun = make_solver(num_epochs=2, verbose=True), make_solver(num_epochs=2, verbose=True)
    np.random.seed(1)
    whole.train()
    capsys.readouterr()
    monkeypatch.setattr(Solver, "at_most", 3)
    np.random.seed(1)
    begun.train()
    assert begun.loss_history == whole.loss_history[:3]
    assert "(Stopped after iteration 3 / " in capsys.readouterr().out
    monkeypatch.setattr(Solver, "at_most", 1000)
    make_solver(num_epochs=2, verbose=True).train()
    assert "Stopped" not in capsys.readouterr().out


def test_quiet_prints_nothing(capsys):
    make_solver().train()
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_learning_rate_decays():
    solver = make_solver(lr_decay=0.5, optim_config={"learning_rate": 0.8}, num_epochs=3)
    solver.train()
    assert [c["learning_rate"] for c in solver.optim_configs.values()] == [0.1, 0.1]
    assert solver.optim_config == {"learning_rate": 0.8}


def assert_same(a, b):
    assert a.loss_history == b.loss_history
    assert a.val_acc_history == b.val_acc_history
    for name, w in a.model.params.items():
        np.testing.assert_array_equal(w, b.model.params[name])


@pytest.mark.parametrize("rule", ["sgd", "sgd_momentum", "rmsprop", "adam"])
def test_resuming_is_as_if_nothing_had_happened(rule, tmp_path):
    np.random.seed(1)
    whole = make_solver(update_rule=rule, num_epochs=4, lr_decay=0.9)
    whole.train()

    np.random.seed(1)
    half = make_solver(update_rule=rule, num_epochs=2, lr_decay=0.9, checkpoint_name=tmp_path / "c")
    half.train()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c_epoch_1.npz", "c_epoch_2.npz"]

    np.random.seed(99)
    resumed = make_solver(update_rule=rule, num_epochs=4, lr_decay=0.9)
    resumed.resume(tmp_path / "c_epoch_2.npz")
    resumed.train()
    assert_same(whole, resumed)


def interrupt_at(n):
    """Return an update rule that is interrupted, once, at its n-th call."""
    calls = 0

    def rule(w, dw, config):
        nonlocal calls
        result = optim.adam(w, dw, config)
        calls += 1
        if calls == n:
            raise KeyboardInterrupt
        return result

    return rule


def test_an_interrupted_training_goes_on():
    np.random.seed(2)
    model = Linear()
    model.stop_at = 7
    solver = make_solver(model=model)
    with pytest.raises(KeyboardInterrupt):
        solver.train()
    assert len(solver.loss_history) == 6
    solver.train()
    assert len(solver.loss_history) == 12
    assert len(solver.val_acc_history) == 4


@pytest.mark.parametrize("n", [7, 8])  # the fourth step's two parameters
def test_an_interrupted_step_counts_as_not_done(n):
    solver = make_solver(update_rule=interrupt_at(n))
    with pytest.raises(KeyboardInterrupt):
        solver.train()
    before = {name: w.copy() for name, w in solver.model.params.items()}
    assert len(solver.loss_history) == 3
    assert {config["t"] for config in solver.optim_configs.values()} == {3}
    solver.train()
    assert {config["t"] for config in solver.optim_configs.values()} == {12}
    assert (solver.model.params["W"] != before["W"]).any()


def test_an_interrupted_measurement_is_made_up_for(monkeypatch):
    np.random.seed(3)
    whole = make_solver(lr_decay=0.5)
    whole.train()

    np.random.seed(3)
    solver = make_solver(lr_decay=0.5)
    original, calls = solver.check_accuracy, 0

    def check_accuracy(*arguments):
        nonlocal calls
        calls += 1
        if calls == 4:  # validation, after the first epoch
            raise KeyboardInterrupt
        return original(*arguments)

    monkeypatch.setattr(solver, "check_accuracy", check_accuracy)
    with pytest.raises(KeyboardInterrupt):
        solver.train()
    assert (solver.epoch, len(solver.val_acc_history)) == (1, 1)
    solver.train()
    assert_same(whole, solver)
    assert whole.train_acc_history == solver.train_acc_history


def test_one_minibatch_to_an_epoch():
    solver = make_solver(batch_size=100, num_epochs=3, lr_decay=0.5)
    solver.train()
    assert len(solver.loss_history) == 3
    assert len(solver.val_acc_history) == 4
    assert solver.epoch == 3
    assert solver.optim_configs["W"]["learning_rate"] == pytest.approx(1e-3 / 8)


def test_a_missing_gradient_is_named():
    class Forgetful(Linear):
        def loss(self, X, y=None):
            result = super().loss(X, y)
            if y is not None:
                del result[1]["b"]
            return result

    with pytest.raises(KeyError, match="no gradient for b"):
        make_solver(model=Forgetful()).train()


def test_a_fresh_solver_can_be_saved(tmp_path):
    solver = make_solver(optim_config={"learning_rate": np.float32(0.5)})
    solver.save(tmp_path / "start.npz")
    other = make_solver()
    other.resume(tmp_path / "start.npz")
    assert other.optim_configs["b"] == {"learning_rate": 0.5}
    other.train()
    assert len(other.loss_history) == 12


def test_a_broken_checkpoint_changes_nothing(tmp_path):
    solver = make_solver(checkpoint_name=tmp_path / "c", num_epochs=1)
    solver.train()
    before = {k: v.copy() for k, v in solver.model.params.items()}
    path = tmp_path / "c_epoch_1.npz"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(CheckpointError, match="cannot be read"):
        solver.resume(path)
    with pytest.raises(CheckpointError, match="cannot be read"):
        solver.resume(tmp_path / "nowhere.npz")
    for name, w in before.items():
        np.testing.assert_array_equal(solver.model.params[name], w)


def test_another_models_checkpoint_is_refused(tmp_path):
    make_solver(checkpoint_name=tmp_path / "c", num_epochs=1).train()
    path = tmp_path / "c_epoch_1.npz"
    with pytest.raises(CheckpointError, match=r"its W is \(4, 3\) .* this model's is \(4, 5\)"):
        make_solver(model=Linear(classes=5)).resume(path)
    more = Linear()
    more.params["W2"] = np.zeros(2)
    with pytest.raises(CheckpointError, match="its W2 is missing"):
        make_solver(model=more).resume(path)
    single = Linear()
    single.params["b"] = single.params["b"].astype(np.float32)
    with pytest.raises(CheckpointError, match=r"this model's is .* float32"):
        make_solver(model=single).resume(path)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"X_val": None}, "no 'X_val'"),
        ({"y_train": np.zeros(3, int)}, "3 labels"),
        ({"X_val": np.zeros((0, 4)), "y_val": np.zeros(0, int)}, "at least one"),
        ({"y_val": np.zeros(20)}, "integers"),
        ({"y_val": np.zeros((20, 1), int)}, r"shape \(N,\)"),
    ],
)
def test_data_that_do_not_fit(change, match):
    data = {k: v for k, v in {**make_data(), **change}.items() if v is not None}
    with pytest.raises(ValueError, match=match):
        Solver(Linear(), data)


def test_unknown_settings():
    with pytest.raises(ValueError, match=r"sgd, sgd_momentum, rmsprop, adam; got 'adamw'"):
        make_solver(update_rule="adamw")
    with pytest.raises(TypeError, match=r"no setting learning_rate; it has .*optim_config"):
        make_solver(learning_rate=1.0)
    for name in ("batch_size", "print_every"):
        with pytest.raises(ValueError, match=f"{name} must be at least 1"):
            make_solver(**{name: 0})


def test_accuracy_on_a_sample():
    solver = make_solver()
    solver.train()
    X, y = solver.X_train, solver.y_train
    exact = solver.check_accuracy(X, y)
    assert exact == solver.check_accuracy(X, y, batch_size=7)
    assert solver.check_accuracy(X, y, num_samples=len(X)) == exact
    assert 0 <= solver.check_accuracy(X, y, num_samples=5) <= 1
