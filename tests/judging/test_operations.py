"""autograder/judging/operations.py: what each operation says of its replies and of itself."""

import numpy as np
import pytest

from autograder.judging.operations import OPERATIONS
from autograder.judging.output import Output

X = np.arange(6.0).reshape(1, 1, 2, 3)
FORWARD = {"function": "f", "args": {"x": X, "p": {"pad": 0}}}
OUT = {"out": X, "after": {"x": X}}
CALL = {**FORWARD, "returns": ["loss", "dx"]}
BACKWARD = {"wrt": {"dx": "x", "dw": "w"}}
STEPS = {"steps": [{}, {}]}
RUNNING = {"running_mean": X, "running_var": X}
NET = {"X": X, "y": X}
FULL = {"initial": {}, "scores": 1, "loss": 1, "grads": {}, "after": NET}
UPDATE = {"gradients": [X, X], "keeps": ["m"], "args": {"w": X}}
UPDATED = {"steps": [X, X], "config": {"m": None}, "after": {"w": X, "gradients": X}}
TRIALS = {"forward": "f", "args": {"x": X, "p": {}}, "count": 2}
TRIED = {"outs": [X, X], "dxs": [X, None], "after": {"x": X, "dout": X}}
ODD = [X], "text", {"a": X}, {"$object": X}, {"$object": [X] * 9}, {"$object": "x", "b": 1}
CURVES = dict.fromkeys(("loss", "train", "val"), X)


@pytest.mark.parametrize(
    ("op", "payload", "reply", "expected"),
    [
        ("forward", FORWARD, OUT, True),
        ("forward", FORWARD, {"out": X}, False),
        ("forward", FORWARD, {"out": X, "after": {}}, False),
        ("forward", FORWARD, {"out": X, "after": [X]}, False),
        ("forward", FORWARD, [OUT], False),
        ("call", CALL, {"loss": 1.5, "dx": X, "after": {"x": X}}, True),
        ("call", CALL, {"loss": 1.5, "after": {"x": X}}, False),
        ("call", CALL, {"loss": 1.5, "dx": X, "after": {}}, False),
        *(("call", CALL, {"loss": odd, "dx": X, "after": {"x": X}}, False) for odd in ODD),
        ("backward", BACKWARD, {"dx": X, "dw": None, "after": {"dout": X}}, True),
        ("backward", BACKWARD, {"dx": X, "after": {"dout": X}}, False),
        ("sequence", STEPS, {"outs": [X, X], "running": [RUNNING, RUNNING]}, True),
        ("sequence", STEPS, {"outs": [X], "running": [RUNNING]}, False),
        ("sequence", STEPS, {"outs": [X, X], "running": [RUNNING, {}]}, False),
        ("sequence", STEPS, {"outs": X, "running": RUNNING}, False),
        ("net", {"X": None}, {"initial": {}}, True),
        ("net", {"X": None}, {"initial": []}, False),
        ("net", {"X": X, "y": None}, {"initial": {}}, False),
        ("net", {"X": None}, {"initial": {}, "grads": X}, False),
        ("net", {"X": X, "y": None}, {"initial": {}, "scores": X}, True),
        ("net", {"X": X, "y": None}, {"initial": {}, "scores": X, "grads": X}, False),
        ("net", NET, FULL, True),
        ("net", NET, {**FULL, "loss": X, "grads": {"W1": {"$object": "list"}}}, True),
        ("net", NET, {**FULL, "grads": X}, False),
        ("net", NET, {**FULL, "grads": 3}, False),
        ("net", NET, {**FULL, "more": 3}, False),
        ("net", NET, {**FULL, "after": {**NET, "z": X}}, False),
        *(("net", NET, {**FULL, "loss": odd}, False) for odd in ODD),
        *(("net", NET, {**FULL, "grads": {"W1": odd}}, False) for odd in ODD),
        *(("net", {"X": None}, {"initial": {"W1": odd}}, False) for odd in ODD),
        *(("forward", FORWARD, {**OUT, "out": odd}, False) for odd in ODD),
        ("forward", FORWARD, {"out": (X, (None, 1.5)), "after": {"x": X}}, True),
        ("forward", FORWARD, {"out": ((((X,),),),), "after": {"x": X}}, False),
        ("forward", FORWARD, {"out": X, "after": {"x": X, "y": X}}, False),
        *(("backward", BACKWARD, {"dx": X, "dw": odd, "after": {"dout": X}}, False) for odd in ODD),
        *(("sequence", STEPS, {"outs": [X, odd], "running": [RUNNING] * 2}, False) for odd in ODD),
        *(
            (
                "sequence",
                STEPS,
                {"outs": [X, X], "running": [{**RUNNING, "running_var": odd}] * 2},
                False,
            )
            for odd in ODD
        ),
        *(("train", {}, {"params": {"W1": odd}, "history": CURVES}, False) for odd in ODD),
        ("train", {}, {"params": X, "history": CURVES}, False),
        ("net", NET, {"initial": {}, "scores": 1, "loss": 1, "grads": {}}, False),
        ("train", {}, {"params": {}, "history": CURVES}, True),
        ("train", {}, {"params": {}, "history": {"loss": X}}, False),
        ("update", UPDATE, UPDATED, True),
        ("update", UPDATE, {**UPDATED, "steps": [X]}, False),
        ("update", UPDATE, {**UPDATED, "config": {}}, False),
        *(("update", UPDATE, {**UPDATED, "steps": [X, odd]}, False) for odd in ODD),
        *(("update", UPDATE, {**UPDATED, "config": {"m": odd}}, False) for odd in ODD),
        ("trials", TRIALS, TRIED, True),
        ("trials", TRIALS, {**TRIED, "dxs": [X]}, False),
        ("trials", TRIALS, {**TRIED, "after": {}}, False),
        ("trials", TRIALS, {**TRIED, "facts": {}}, False),
        *(("trials", TRIALS, {**TRIED, "outs": [X, odd]}, False) for odd in ODD),
        ("numeric_gradient", {"wrt": {"dx": "x"}}, {"dx": X}, True),
        ("numeric_gradient", {"wrt": {"dx": "x"}}, {"dx": 1}, False),
    ],
)
def test_the_form_of_replies(op, payload, reply, expected):
    assert OPERATIONS[op].fits(payload, reply) is expected


def test_outputs_have_the_names_that_students_know():
    reply = {"outs": [X, X], "running": [RUNNING, RUNNING]}
    texts = [str(output) for output in OPERATIONS["sequence"].outputs(STEPS, reply)]
    assert texts[3:] == [
        "out of pass 2",
        "running_mean after training pass 2",
        "running_var after training pass 2",
    ]
    reply = {"initial": {"W1": X}, "loss": 1.0, "grads": {"b1": X}, "after": {"y": X}}
    texts = [str(output) for output in OPERATIONS["net"].outputs(NET, reply)]
    assert texts == ["params['W1']", "loss", "grads['b1']", "y afterwards"]


def test_a_call_is_described_with_shapes_and_parameters():
    assert OPERATIONS["forward"].describe(FORWARD) == "f(x (1, 1, 2, 3), p={'pad': 0})"
    backward = {**FORWARD, "dout": X.astype(np.float32)}
    described = OPERATIONS["backward"].describe(backward)
    assert described == "f(dout (1, 1, 2, 3) float32, x (1, 1, 2, 3), p={'pad': 0})"
    steps = {**FORWARD, "steps": [{"mode": "train"}, {"mode": "test"}]}
    assert OPERATIONS["sequence"].describe(steps).endswith("called in the modes train, test")


def test_what_is_judged_by_accuracy_has_no_outputs_to_compare():
    assert not OPERATIONS["train"].compared
    assert OPERATIONS["train"].outputs({}, {"predicted": X}) == {}
    assert Output("out") in OPERATIONS["forward"].outputs(FORWARD, OUT)
