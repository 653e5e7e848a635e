"""autograder/judging/session.py: one submission and its workers."""

import numpy as np
import pytest

from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN, LAYERS
from autograder.judging import session
from autograder.judging.session import Budget, OutOfTime, Session
from autograder.sandbox import scratch
from autograder.sandbox.errors import Died, Raised, TimedOut
from autograder.submission import Submission

X = np.arange(6.0).reshape(1, 1, 2, 3)
FORWARD = {"module": LAYERS.module, "function": "f", "args": {"x": X, "p": {"pad": 0}}}


def session_of(layers="", net=""):
    submission = Submission("student", {LAYERS.path: layers.encode(), CNN.path: net.encode()})
    return Session(submission, EXERCISE.files)


@pytest.mark.parametrize(
    ("returned", "names", "reply"),
    [
        ("x.sum()", ["out"], {"out": 15.0}),
        ("float(x.sum())", ["out"], {"out": 15.0}),
        ("None", ["out"], {"out": None}),
        ("x.sum(), x.max()", ["loss", "largest"], {"loss": 15.0, "largest": 5.0}),
        ("x.sum()", ["loss", "dx"], dict.fromkeys(["loss", "dx"], "float64 instead of loss, dx")),
        ("(x, x, x)", ["loss", "dx"], dict.fromkeys(["loss", "dx"], "tuple instead of loss, dx")),
    ],
)
def test_a_function_without_a_cache_is_called(returned, names, reply):
    with session_of(f"def f(x, p): return {returned}\n") as tried:
        got = tried.ask("call", {**FORWARD, "returns": names}, 10).reply
    assert np.array_equal(got.pop("after")["x"], X)
    words = {k: v["$object"] if isinstance(v, dict) else v for k, v in got.items()}
    assert words == reply


def test_layers_and_the_net_have_a_worker_each():
    source = "import os\nimport numpy as np\ndef f(x, p): return np.array([os.getpid()]), None\n"
    net = (
        "import cs231n.fast_layers\n"
        "class ThreeLayerConvNet:\n"
        "    params = {}\n"
        "    def __init__(self, **k): self.params = {'fast': len(cs231n.fast_layers.BACKEND)}\n"
    )
    with session_of(source, net) as tried:
        first = tried.ask("forward", FORWARD, 10).reply["out"]
        settings = {"settings": {"dtype": "float64"}, "draw": 0, "params": None, "X": None}
        net = {"module": CNN.module, "function": "ThreeLayerConvNet", **settings, "y": None}
        reply = tried.ask("net", net, 20).reply
        assert reply["initial"]["fast"] > 3  # the real module, not a stand-in
        assert tried.ask("forward", FORWARD, 10).reply["out"] == first
        assert len(tried._workers) == 2
    assert not tried._workers


def test_a_worker_that_died_is_replaced():
    source = "import os\ndef f(x, p):\n    if p['pad']: os._exit(1)\n    return x, None\n"
    with session_of(source) as tried:
        deadly = {"module": LAYERS.module, "function": "f", "args": {"x": X, "p": {"pad": 1}}}
        for _ in range(2):
            with pytest.raises(Died):
                tried.ask("forward", deadly, 10)
            np.testing.assert_array_equal(tried.ask("forward", FORWARD, 10).reply["out"], X)


def test_a_file_that_cannot_be_loaded_is_asked_once(monkeypatch):
    with session_of("1 / 0") as tried:
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
    with session_of(source) as tried, pytest.raises(Died, match="not a reply"):
        tried.ask("forward", FORWARD, 10)


def test_the_fast_layers_cannot_be_called():
    source = "from cs231n.fast_layers import *\ndef f(x, p): return conv_forward_fast(x, x, x, p)\n"
    with session_of(source) as tried, pytest.raises(Raised, match="for you to write"):
        tried.ask("forward", FORWARD, 10)


def test_all_requests_together_have_one_time():
    source = "import time\ndef f(x, p): time.sleep(p['pad'])\ndef g(x, p): pass\n"
    with session_of(source) as tried:
        tried.load(LAYERS.module)
        tried.budget = Budget("the checks", 0.5)
        sleepy = {**FORWARD, "args": {"x": X, "p": {"pad": 60}}}
        for request in (sleepy, sleepy, {**FORWARD, "function": "g"}):
            with pytest.raises(OutOfTime, match=r"for the checks, 0.5 seconds, was used up, .* f$"):
                tried.ask("forward", request, 60)
        tried.budget = Budget("another check", 60)  # what was used up before is not held against it
        assert tried.ask("forward", FORWARD, 30).reply["out"] is not None


def test_a_limit_of_a_request_is_not_taken_for_that_of_all():
    with session_of("import time\ndef f(x, p): time.sleep(60)\n") as tried:
        tried.load(LAYERS.module)
        tried.budget = Budget("the checks", 60)
        with pytest.raises(TimedOut, match="had not finished") as caught:
            tried.ask("forward", FORWARD, 0.2)
        assert not isinstance(caught.value, OutOfTime)


def test_a_file_that_nobody_could_wait_for_may_be_loaded_later():
    with session_of("def f(x, p): return x, None\n") as tried:
        tried.budget = Budget("the checks", 0.0)
        with pytest.raises(OutOfTime):
            tried.ask("forward", FORWARD, 10)
        tried.budget = None
        np.testing.assert_array_equal(tried.ask("forward", FORWARD, 30).reply["out"], X)


def test_a_folder_that_the_system_removed_is_made_again(skeleton):
    scratch.remove(scratch.home())
    with Session(skeleton, EXERCISE.files):
        assert scratch.home().is_dir()
