"""autograder/judging/trials.py: facts that hold of a right layer however it draws."""

import numpy as np
import pytest

from autograder.judging.output import Output
from autograder.judging.trials import Trials

RNG = np.random.default_rng(0)
X, DOUT = RNG.uniform(1, 2, size=(120, 150)), RNG.uniform(1, 2, size=(120, 150))
PAYLOAD = {
    "forward": "layer_forward",
    "args": {"x": X, "param": {"p": 0.3}},
    "dout": DOUT,
    "count": 3,
}
RIGHT = {
    "kept": 0.3,
    "scale": pytest.approx(1 / 0.3),
    "same_each_call": 0.0,
    "whole_rows": 0.0,
    "whole_columns": 0.0,
    "dx_masked": 1.0,
    "dx_scale": pytest.approx(1 / 0.3),
}


def facts(masks, backwards=None):
    """Return what is found of these masks, forwards and backwards."""
    backwards = masks if backwards is None else backwards
    reply = {"outs": [X * m for m in masks], "dxs": [DOUT * m for m in backwards], "after": {}}
    return {output.name: value for output, value in Trials().outputs(PAYLOAD, reply).items()}


@pytest.mark.parametrize(
    "draw",
    [
        lambda: (RNG.random(X.shape) < 0.3) / 0.3,
        lambda: RNG.binomial(1, 0.3, X.shape) / 0.3,
        lambda: RNG.choice([0.0, 1 / 0.3], X.shape, p=[0.7, 0.3]).astype(np.float32),
    ],
    ids=["uniform", "binomial", "choice"],
)
def test_a_right_mask_may_be_drawn_in_any_way(draw):
    assert facts([draw() for _ in range(3)]) == RIGHT


@pytest.mark.parametrize(
    ("draw", "wrong"),
    [
        (lambda: RNG.random(X.shape) < 0.3, {"scale": 1.0, "dx_scale": 1.0}),
        (lambda: (RNG.random(X.shape) < 0.7) / 0.3, {"kept": 0.7}),
        (lambda: (RNG.random((1, 150)) < 0.3) / 0.3, {"whole_columns": 1.0}),
        (lambda: (RNG.random((120, 1)) < 0.3) / 0.3, {"whole_rows": 1.0}),
        (lambda: np.ones(X.shape), {"kept": 1.0, "scale": 1.0, "same_each_call": 1.0}),
        (lambda: RNG.random(X.shape), {"kept": 1.0, "scale": -1.0}),
    ],
    ids=["not scaled", "dropped", "by column", "by row", "nothing", "noise"],
)
def test_other_masks_are_seen(draw, wrong):
    found = facts([draw() for _ in range(3)])
    assert {name: found[name] for name in wrong} == wrong


def test_a_mask_that_is_used_again_is_seen():
    mask = (RNG.random(X.shape) < 0.3) / 0.3
    assert facts([mask] * 3) == {**RIGHT, "same_each_call": 1.0}


def test_another_mask_on_the_way_back_is_seen():
    masks = [(RNG.random(X.shape) < 0.3) / 0.3 for _ in range(3)]
    assert facts(masks, masks[::-1])["dx_masked"] == 0.0


def test_what_is_no_such_array_is_told():
    reply = {"outs": [X, None, X], "dxs": [DOUT] * 3, "after": {}}
    assert Trials().outputs(PAYLOAD, reply) == {Output("out"): None}
    reply["outs"] = [X[:5]] * 3
    assert list(Trials().outputs(PAYLOAD, reply)[Output("out")]) == [5, 150]


def test_the_solution_is_asked_for_facts_alone():
    def ask(op, payload):
        masks = [(RNG.random(X.shape) < 0.3) / 0.3 for _ in range(3)]
        return {"outs": [X * m for m in masks], "dxs": [DOUT * m for m in masks], "after": {}}

    assert Trials().reference(PAYLOAD, ask) == {"facts": RIGHT}


def test_the_forward_pass_is_looked_at_without_the_backward_pass():
    masks = [(RNG.random(X.shape) < 0.3) / 0.3 for _ in range(3)]
    payload = {**PAYLOAD, "forward": ""}
    reply = {"outs": [X * m for m in masks], "dxs": [], "after": {"x": X, "dout": DOUT}}
    assert Trials().fits(payload, reply) and not Trials().fits(PAYLOAD, reply)
    found = {output.name: value for output, value in Trials().outputs(payload, reply).items()}
    assert found == {
        **{name: value for name, value in RIGHT.items() if not name.startswith("dx")},
        "x": pytest.approx(X),
        "dout": pytest.approx(DOUT),
    }
