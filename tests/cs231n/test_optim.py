"""cs231n/optim.py: each rule against its formula, and against PyTorch where that is installed."""

import numpy as np
import pytest

from cs231n import optim

RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")


@pytest.fixture(autouse=True, params=sorted({"numpy", optim.BACKEND}))
def backend(request, monkeypatch):
    """Run each test with the rules in NumPy, and in compiled code where that is installed."""
    monkeypatch.setattr(optim, "BACKEND", request.param)


def run(rule, steps=5, dtype="float64", **config):
    """Return the parameter after some steps, and the gradients used."""
    rng = np.random.default_rng(0)
    w, grads = rng.normal(size=(3, 4)).astype(dtype), rng.normal(size=(steps, 3, 4)).astype(dtype)
    start, state = w.copy(), dict(config) or None
    for dw in grads:
        w, state = getattr(optim, rule)(w, dw, state)
    return start, w, grads


def test_sgd():
    start, w, grads = run("sgd", learning_rate=0.1)
    np.testing.assert_allclose(w, start - 0.1 * grads.sum(axis=0))


def test_momentum_by_unrolling():
    start, w, grads = run("sgd_momentum", steps=3, learning_rate=0.1, momentum=0.5)
    weights = np.array([1 + 0.5 + 0.25, 1 + 0.5, 1.0])
    np.testing.assert_allclose(w, start - 0.1 * np.tensordot(weights, grads, 1))


def test_rmsprop_first_step():
    start, w, grads = run("rmsprop", steps=1, learning_rate=0.1, decay_rate=0.75)
    np.testing.assert_allclose(w, start - 0.1 * np.sign(grads[0]) / 0.5, rtol=1e-6)


def test_adams_first_step_has_the_size_of_the_learning_rate():
    start, w, grads = run("adam", steps=1, learning_rate=0.1)
    np.testing.assert_allclose(w, start - 0.1 * np.sign(grads[0]), rtol=1e-6)


@pytest.mark.parametrize("rule", RULES)
def test_against_pytorch(rule):
    torch = pytest.importorskip("torch")
    start, w, grads = run(rule, steps=20, learning_rate=0.05)
    parameter = torch.nn.Parameter(torch.tensor(start))
    peer = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.05),
        "sgd_momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
        "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.05, alpha=0.99, eps=1e-8),
        "adam": lambda p: torch.optim.Adam(p, lr=0.05),
    }[rule]([parameter])
    for dw in grads:
        parameter.grad = torch.tensor(dw)
        peer.step()
    np.testing.assert_allclose(w, parameter.detach().numpy(), rtol=1e-7)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept_and_inputs_too(rule, dtype):
    w, dw = np.ones((2, 3), dtype), np.full((2, 3), 0.5, dtype)
    next_w, config = getattr(optim, rule)(w, dw)
    next_w, config = getattr(optim, rule)(next_w, dw, config)
    assert next_w.dtype == dtype
    assert (w == 1).all()
    assert (dw == 0.5).all()
    assert "learning_rate" in config


@pytest.mark.parametrize("rule", RULES)
def test_dtype_is_kept_with_double_precision_around(rule):
    w, dw = np.ones((2, 3), np.float32), np.ones((2, 3))
    config = {"learning_rate": 10 ** np.float64(-3)}
    for _ in range(2):
        w, config = getattr(optim, rule)(w, dw, config)
    assert w.dtype == np.float32
    assert {v.dtype for v in config.values() if isinstance(v, np.ndarray)} <= {w.dtype}


def test_memory_that_was_passed_in_is_used_and_left_alone():
    velocity = np.full(2, 0.5)
    config = {"learning_rate": 0.1, "momentum": 0.5, "velocity": velocity}
    next_w, config = optim.sgd_momentum(np.zeros(2), np.ones(2), config)
    np.testing.assert_allclose(next_w, 0.15)
    np.testing.assert_allclose(config["velocity"], 0.15)
    assert (velocity == 0.5).all()

    config = {"learning_rate": 1.0, "beta1": 0.5, "beta2": 0.75, "epsilon": 0.0, "t": 1}
    config |= {"m": np.array([1.0]), "v": np.array([4.0])}
    next_w, config = optim.adam(np.zeros(1), np.array([2.0]), config)
    # t = 2: m = 1.5, v = 4; divided by 3/4 and 7/16: 2 and 64/7
    np.testing.assert_allclose(next_w, -2 / np.sqrt(64 / 7))
    assert config["t"] == 2


@pytest.mark.parametrize("rule", RULES)
def test_what_does_not_fit_is_refused(rule):
    step = getattr(optim, rule)
    with pytest.raises(ValueError, match=r"shape \(1, 3\), its parameter \(3,\)"):
        step(np.zeros(3), np.zeros((1, 3)))
    with pytest.raises(TypeError, match="floats, got int"):
        step(np.zeros(3, int), np.zeros(3))
