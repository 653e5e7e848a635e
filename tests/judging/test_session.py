"""autograder/judging/session.py and replies.py: one submission, its workers, and the form of what comes."""

import numpy as np
import pytest

from autograder.judging import session
from autograder.judging.session import Session
from autograder.sandbox.client import Died, Raised
from autograder.sandbox.replies import fits
from autograder.submission import CNN, LAYERS, Submission

X = np.arange(6.0).reshape(1, 1, 2, 3)
FORWARD = {"function": "f", "args": {"x": X, "p": {"pad": 0}}}


def student(layers="", net=""):
    return Submission("student", {LAYERS: layers.encode(), CNN: net.encode()})


def test_layers_and_the_net_have_a_worker_each():
    source = "import os\nimport numpy as np\ndef f(x, p): return np.array([os.getpid()]), None\n"
    net = (
        "import cs231n.fast_layers\n"
        "class ThreeLayerConvNet:\n"
        "    params = {}\n"
        "    def __init__(self, **k): self.params = {'fast': len(cs231n.fast_layers.BACKEND)}\n"
    )
    with Session(student(source, net)) as tried:
        first = tried.ask("forward", FORWARD, 10)["out"]
        settings = {"settings": {"dtype": "float64"}, "draw": 0, "params": None, "X": None}
        reply = tried.ask("net", {**settings, "y": None}, 20)
        assert reply["initial"]["fast"] > 3  # the real module, not a stand-in
        assert tried.ask("forward", FORWARD, 10)["out"] == first
        assert len(tried._workers) == 2
    assert not tried._workers


def test_a_worker_that_died_is_replaced():
    source = "import os\ndef f(x, p):\n    if p['pad']: os._exit(1)\n    return x, None\n"
    with Session(student(source)) as tried:
        deadly = {"function": "f", "args": {"x": X, "p": {"pad": 1}}}
        for _ in range(2):
            with pytest.raises(Died):
                tried.ask("forward", deadly, 10)
            np.testing.assert_array_equal(tried.ask("forward", FORWARD, 10)["out"], X)


def test_a_file_that_cannot_be_loaded_is_asked_once(monkeypatch):
    with Session(student("1 / 0")) as tried:
        for _ in range(2):
            with pytest.raises(session.CannotLoad, match="ZeroDivisionError"):
                tried.ask("forward", FORWARD, 10)
            monkeypatch.setattr(tried, "_request", None)


def test_a_reply_of_another_form_is_none():
    source = (
        "import operations\n"
        "operations.OPERATIONS['forward'] = lambda **_: {'out': 1}\n"
        "def f(x, p): return x, None\n"
    )
    with Session(student(source)) as tried, pytest.raises(Died, match="not a reply"):
        tried.ask("forward", FORWARD, 10)


def test_the_fast_layers_cannot_be_called():
    source = "from cs231n.fast_layers import *\ndef f(x, p): return conv_forward_fast(x, x, x, p)\n"
    with Session(student(source)) as tried, pytest.raises(Raised, match="for you to write"):
        tried.ask("forward", FORWARD, 10)


OUT = {"out": X, "after": {"x": X}}
BACKWARD = {"names": ["dx", "dw"]}
STEPS = {"steps": [{}, {}]}
RUNNING = {"running_mean": X, "running_var": X}
NET = {"X": X, "y": X}
CURVES = dict.fromkeys(("loss", "train", "val"), X)


@pytest.mark.parametrize(
    ("op", "request_", "reply", "expected"),
    [
        ("load", {}, None, True),
        ("load", {}, 1, False),
        ("prepare", {}, True, True),
        ("prepare", {}, 1, False),
        ("forward", FORWARD, OUT, True),
        ("forward", FORWARD, {"out": X}, False),
        ("forward", FORWARD, {"out": X, "after": {}}, False),
        ("forward", FORWARD, {"out": X, "after": [X]}, False),
        ("forward", FORWARD, [OUT], False),
        ("backward", BACKWARD, {"dx": X, "dw": None, "after": {"dout": X}}, True),
        ("backward", BACKWARD, {"dx": X, "after": {"dout": X}}, False),
        ("sequence", STEPS, {"outs": [X, X], "running": [RUNNING, RUNNING]}, True),
        ("sequence", STEPS, {"outs": [X], "running": [RUNNING]}, False),
        ("sequence", STEPS, {"outs": [X, X], "running": [RUNNING, {}]}, False),
        ("sequence", STEPS, {"outs": X, "running": RUNNING}, False),
        ("net", {"X": None}, {"initial": {}}, True),
        ("net", {"X": None}, {"initial": []}, False),
        ("net", {"X": X, "y": None}, {"initial": {}}, False),
        ("net", NET, {"initial": {}, "scores": 1, "loss": 1, "grads": {}, "after": NET}, True),
        ("net", NET, {"initial": {}, "scores": 1, "loss": 1, "grads": 3, "after": NET}, False),
        ("net", NET, {"initial": {}, "scores": 1, "loss": 1, "grads": {}}, False),
        ("train", {}, {"params": {}, "history": CURVES}, True),
        ("train", {}, {"params": {}, "history": {"loss": X}}, False),
        ("predict", {}, {"predicted": 1}, True),
        ("predict", {}, {}, False),
        ("numeric_gradient", {"wrt": {"dx": "x"}}, {"dx": X}, True),
        ("numeric_gradient", {"wrt": {"dx": "x"}}, {"dx": 1}, False),
        ("another", {}, {}, False),
    ],
)
def test_the_form_of_replies(op, request_, reply, expected):
    assert fits(op, request_, reply) is expected
