"""What is still to be written is "to do", whatever the stub; a missing return is said."""

import pytest

from autograder.course.museum import packs
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH, LAYERS_PATH
from autograder.judging.verdict import Status
from autograder.submission import Submission

LAYERS = [name for name in EXERCISE.names if EXERCISE.by_name[name].file.path == LAYERS_PATH]
GIVES = {
    "conv_forward_naive": ("x, w, b, conv_param", "out, (x, w, b, conv_param)"),
    "conv_backward_naive": ("dout, cache", "dx, dw, db"),
    "max_pool_forward_naive": ("x, pool_param", "out, (x, pool_param)"),
    "max_pool_backward_naive": ("dout, cache", "dx"),
    "spatial_batchnorm_forward": ("x, gamma, beta, bn_param", "out, cache"),
    "spatial_batchnorm_backward": ("dout, cache", "dx, dgamma, dbeta"),
    "spatial_groupnorm_forward": ("x, gamma, beta, G, gn_param", "out, cache"),
    "spatial_groupnorm_backward": ("dout, cache", "dx, dgamma, dbeta"),
}
NAMES = ("out", "dx", "dw", "db", "dgamma", "dbeta", "cache")


def stub(name, kind):
    """Return a function that is not written, in one of the forms that starters have."""
    arguments, result = GIVES[name]
    nothing = ", ".join(n for n in NAMES if n in result.replace("(", " ").replace(",", " ").split())
    values = f"{nothing} = {', '.join(['None'] * len(nothing.split(', ')))}"
    bodies = {
        "returns its names": f"{values}\n    return {result}",
        "pass": "pass",
        "a docstring": '"""Compute it."""',
        "returns nothing": "return",
        "no return": values,
        "work without a return": f"{values}\n    {nothing.split(', ')[0]} = 1",
    }
    return f"def {name}({arguments}):\n    {bodies[kind]}\n"


def checked(solution, path, code, names):
    files = {**solution.files, path: solution.files[path] + b"\n\n" + code.encode()}
    return engine.run_checks(
        EXERCISE, Submission("stub", files), packs.public(EXERCISE), names, isolation="limits"
    )


@pytest.mark.parametrize(
    "kind", ["returns its names", "pass", "a docstring", "returns nothing", "no return"]
)
def test_a_stub_is_to_do(kind, solution):
    code = "\n\n".join(stub(name, kind) for name in LAYERS)
    verdicts = checked(solution, LAYERS_PATH, code, LAYERS)
    assert {v.id: v.message for v in verdicts if v.status is not Status.MISSING} == {}


def test_a_missing_return_is_said(solution):
    code = "\n\n".join(stub(name, "work without a return") for name in LAYERS)
    for verdict in checked(solution, LAYERS_PATH, code, LAYERS):
        assert verdict.status is Status.FAILED
        assert f"(your {verdict.function} has no return statement. End with" in verdict.message
        names = "out, cache" if "forward" in verdict.function else "dx"
        assert f"End with `return {names}" in verdict.message


NET = """
class ThreeLayerConvNet(ThreeLayerConvNet):
    def loss(self, X, y=None):
        scores = {scores}
        if y is None:
            return scores
        loss, grads = {loss}, {{}}
        return loss, grads
"""


def test_the_placeholders_of_a_net_are_to_do(solution):
    code = NET.format(scores="None", loss="0")
    done = {
        v.id: v.status
        for v in checked(solution, CNN_PATH, code, ["ThreeLayerConvNet", "overfit_small_data"])
    }
    assert done.pop("ThreeLayerConvNet/parameters") is Status.PASSED
    assert set(done.values()) == {Status.MISSING}


def test_a_net_without_gradients_is_to_do_there(solution):
    right = "super().loss(X)", "super().loss(X, y)[0]"
    code = NET.format(scores=right[0], loss=right[1])
    status = {v.id: v.status for v in checked(solution, CNN_PATH, code, ["ThreeLayerConvNet"])}
    assert [name for name, found in status.items() if found is Status.MISSING] == [
        "ThreeLayerConvNet/regularization",
        "ThreeLayerConvNet/gradients",
    ]
    assert Status.FAILED not in status.values()


ODD_LOSS = """
right = ThreeLayerConvNet.loss
def loss(self, X, y=None):
    result = right(self, X, y)
    return result if y is None else ({returned})
ThreeLayerConvNet.loss = loss
"""


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("result[0], np.zeros(3)", "a tuple of 2 instead of the pair (loss, grads) with a dict"),
        ("result[0]", "instead of the pair (loss, grads)."),
        ("(*result, 1)", "a tuple of 3 instead of the pair (loss, grads)."),
    ],
)
def test_what_is_no_loss_with_gradients_is_called_what_it_is(solution, returned, told):
    code = ODD_LOSS.format(returned=returned)
    verdicts = checked(solution, CNN_PATH, code, ["ThreeLayerConvNet"])
    failed = [verdict for verdict in verdicts if verdict.status is Status.FAILED]
    assert len(failed) >= 3
    for verdict in failed:
        assert "loss(X, y) returned a" in verdict.message
        assert told in verdict.message
        assert "finite" not in verdict.message
        assert not verdict.mistakes
