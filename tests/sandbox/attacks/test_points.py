"""Points without the work: what has to be written is not, and no test of results alone shows it."""

from dataclasses import replace

import pytest

from autograder.course.forward import scores_of
from autograder.course.museum.convnets.lazy import LAZY
from autograder.course.museum.convnets.ways import WAYS
from autograder.course.museum.submissions import in_the_way, with_code
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import larger_cases
from autograder.judging.verdict import Status
from autograder.submission import Submission

REMEMBERS = """
import zlib
import numpy as np
import cs231n.optim

cs231n.optim.adam = lambda w, dw, config=None: (dw, config or {})

class ThreeLayerConvNet:
    def __init__(self, **settings):
        self.reg, self.dtype, D = 0.0, np.float32, settings.get("hidden_dim", 100)
        self.params = {
            "W1": np.zeros((32, 3, 7, 7)), "b1": np.zeros(32), "W2": np.zeros((8192, D)),
            "b2": np.zeros(D), "W3": np.zeros((D, 10)), "b3": np.zeros(10),
            "table": np.zeros((0, 2)),
        }

    def loss(self, X, y=None):
        keys = [zlib.crc32(image.tobytes()) for image in X]
        if y is None:
            known = dict(self.params["table"])
            return np.eye(10)[[int(known.get(key, 0)) for key in keys]]
        new = np.column_stack([keys, y]).astype(float)
        return 1.0, {**self.params, "table": np.concatenate([self.params["table"], new])}
"""


def test_a_table_of_images_in_the_parameters_has_not_learned(public_pack):
    """A student's own check believes it: there the net predicts, and nobody is cheated."""
    files = {"cs231n/classifiers/cnn.py": REMEMBERS.encode()}
    attacker = Submission("attacker", {**files, "cs231n/layers.py": b"import numpy as np\n"})
    (own,) = engine.run_checks(EXERCISE, attacker, public_pack, ["overfit_small_data"])
    assert own.points == 4
    (graded,) = engine.run_checks(
        EXERCISE, attacker, public_pack, ["overfit_small_data"], scores=scores_of(EXERCISE)
    )
    assert graded.points == 0
    assert "Your own scores differ" in graded.message
    assert "an accuracy of 1.000 with yours" in graded.message


@pytest.mark.slow
def test_an_honest_net_is_judged_by_its_parameters(solution, public_pack):
    (graded,) = engine.run_checks(
        EXERCISE, solution, public_pack, ["overfit_small_data"], scores=scores_of(EXERCISE)
    )
    assert graded.status is Status.PASSED


DIFFERENCES = """
import numpy as _np

def {name}_forward_of(*args):
    return {forward}(*[dict(a) if isinstance(a, dict) else a for a in args])[0]

{forward}_itself = {forward}

def {forward}(*args):
    return {forward}_itself(*args)[0], args

def {name}(dout, args):
    gradients = []
    {shortcut}
    for i in {places}:
        x, h = args[i], 1e-5
        slope = _np.zeros_like(x)
        for place in _np.ndindex(x.shape):
            old = x[place]
            x[place] = old + h
            up = {forward}_itself(*[dict(a) if isinstance(a, dict) else a for a in args])[0]
            x[place] = old - h
            down = {forward}_itself(*[dict(a) if isinstance(a, dict) else a for a in args])[0]
            x[place] = old
            slope[place] = _np.sum((up - down) * dout) / (2 * h)
        gradients.append(slope)
    return gradients[0] if len(gradients) == 1 else gradients
"""
HAS_SIZE = "if dout.size > 2000: return args[0] * 0"
FASTEST = {
    "conv_backward_naive": "as_strided and tensordot",
    "max_pool_backward_naive": "maximum of shifted images, from minus infinity",
    "spatial_batchnorm_backward": "running values of shape (1, C), updated in place",
    "spatial_groupnorm_backward": "groups as an axis",
}
"""Of each backward pass, the museum's way that has the fastest forward pass."""


def by_differences(solution, name, shortcut="pass"):
    """Return a submission whose backward pass is differences of its forward pass."""
    payload = larger_cases(EXERCISE)[name].payload("00")
    named = (way for way in WAYS if way.name == FASTEST[name])
    way = next(way for way in named if payload["forward"] in way.functions)
    base = in_the_way(EXERCISE, solution, way)
    places = [list(payload["args"]).index(argument) for argument in payload["wrt"].values()]
    code = DIFFERENCES.format(
        name=name, forward=payload["forward"], places=places, shortcut=shortcut
    )
    return with_code(EXERCISE, base, name, code)


@pytest.mark.soak
@pytest.mark.parametrize("name", FASTEST)
def test_differences_of_the_fastest_forward_pass_are_no_backward_pass(solution, public_pack, name):
    verdicts = engine.run_checks(EXERCISE, by_differences(solution, name), public_pack, [name])
    assert [verdict.points for verdict in verdicts if verdict.points] == []
    assert {verdict.status for verdict in verdicts} >= {Status.TIMEOUT}
    told = [v.message for v in verdicts if v.status is Status.TIMEOUT]
    assert all("an image that is larger than the others" in message for message in told)


def test_nor_are_they_where_the_larger_case_is_left_out(solution, public_pack):
    name = "max_pool_backward_naive"
    spared = by_differences(solution, name, HAS_SIZE)
    verdicts = engine.run_checks(EXERCISE, spared, public_pack, [name])
    assert not any(verdict.points for verdict in verdicts)
    assert any("larger than the others" in verdict.message for verdict in verdicts)


def test_without_a_larger_case_they_would_earn_all(solution, public_pack):
    """So that the tests above are of the larger case."""
    name = "max_pool_backward_naive"
    without = replace(public_pack, larger={})
    verdicts = engine.run_checks(EXERCISE, by_differences(solution, name), without, [name])
    assert sum(verdict.points for verdict in verdicts) >= 9


QUICK = [function.name for function in EXERCISE.functions if not function.trains]
SHOWN = ("layers give back zeros", "a net has the logarithm of K and a penalty, without scores")


@pytest.mark.parametrize(
    "name", [name if name in SHOWN else pytest.param(name, marks=pytest.mark.soak) for name in LAZY]
)
def test_what_is_no_answer_earns_nothing(name, public_pack):
    files, may_earn = LAZY[name]
    functions = [name for name in QUICK if EXERCISE.by_name[name].file.path in files]
    earned = dict.fromkeys(functions, 0.0)
    for verdict in engine.run_checks(EXERCISE, Submission("lazy", files), public_pack, functions):
        earned[verdict.function] += verdict.points
    assert {name: points for name, points in earned.items() if points} == may_earn
