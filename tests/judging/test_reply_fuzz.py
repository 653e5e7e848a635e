"""Any reply of the form that it should have leads to a verdict: the checks and the words hold."""

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import Phase, example, given
from hypothesis import strategies as st

import fuzzing
from autograder.diagnosis.fingerprint import Known, from_plain, to_plain
from autograder.diagnosis.ladder import Climber
from autograder.engine import messages
from autograder.engine.messages import Messages
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import all_checks, ids
from autograder.judging.exam import CheckFailed, Exam, NotWritten
from autograder.judging.operation import Answer, arrays_of
from autograder.judging.operations import OPERATIONS
from autograder.judging.pack import Pack, public
from autograder.sandbox.errors import Died, WorkerError
from autograder.submission import Submission
from fuzzing import fuzzed

RIGHT = "right"
KINDS = ["f8", "f4", "f2", "g", "c16", "c8", "i8", "u1", "u8", "?", ">f8"]
EXTREME = [np.nan, np.inf, -np.inf, 1e308, -1e308, 1e200, 5e-324, 0.0, -0.0, 1.0, 2.0**63]

FEW = fuzzed(
    1,
    phases=[Phase.explicit, Phase.generate],  # a case is small; to make it smaller takes minutes
)
MOST = 2 * fuzzing.TIMES[0]  # cases of each check


def filled(shape, kind, value):
    """Return an array with one value, as far as its type can hold it."""
    with np.errstate(all="ignore"):
        return np.full(shape, value).astype(kind)


# What stands for an output: a value, or (kind, value) for an array of the shape expected.
scalars = st.sampled_from([None, True, 0, 2**62, *EXTREME])
arrays = st.builds(
    filled,
    st.sampled_from([(), (0,), (1,), (3, 0), (0, 3, 2, 2), (2, 3), (1, 1, 1, 1), (1,) * 32]),
    st.sampled_from(KINDS),
    st.sampled_from(EXTREME),
)
others = st.sampled_from([{"$object": "list"}, {"$object": "x" * 2000}, (), (None, (1, ()))])
shaped = st.tuples(st.just("shaped"), st.sampled_from(KINDS), st.sampled_from(EXTREME))
values = st.lists(
    st.just(RIGHT) | shaped | shaped | arrays | scalars | others, min_size=1, max_size=6
)


class Forger:
    """A session whose student code returns what it likes, in the right form."""

    def __init__(self, cases, values, name):
        self.stuck, self.given, self.budget, self.printed = {}, (), None, ""
        self._cases, self._name = cases, name
        self._values = itertools.cycle(values)

    def ask(self, op, payload, seconds):
        return OPERATIONS[op].run(self, payload, seconds)

    def request(self, name, module, arguments, seconds, fits, most):
        reply = getattr(self, name)(arguments)
        if not fits(reply):
            raise Died("what came back was not a reply to what was asked")
        return Answer(reply, "", 0.001)

    def renew(self, module):
        pass

    def value(self, right=None):
        """Return the next value, in place of a right one."""
        found = next(self._values)
        if isinstance(found, str):
            return right
        if isinstance(found, tuple) and found[:1] == ("shaped",):
            return filled(np.shape(right), *found[1:])
        return found

    def array(self, right):
        found = self.value(right)
        return found if isinstance(found, np.ndarray) else np.asarray(right)

    def expected(self, arguments):
        """Return what the solution replied, where the case can be told from what is sent."""
        for case in self._cases:
            if case.expected and all(
                case.payload.get(k) is arguments[k] for k in ("args", "X") if k in arguments
            ):
                return case.expected
        return {}

    def forward(self, arguments):
        right, args = self.expected(arguments), arguments["args"]
        after = {name: self.array(args[name]) for name in arrays_of(args)}
        return {"out": self.value(right.get("out")), "after": after}

    def prepare(self, arguments):
        return self.value() is not None

    def backward(self, arguments):
        right = self.expected(arguments)
        found = {name: self.value(right.get(name)) for name in arguments["names"]}
        return {**found, "after": {"dout": self.array(arguments["dout"])}}

    def numeric_gradient(self, arguments):
        args, wrt = arguments["args"], arguments["wrt"]
        return {name: self.array(args[argument]) for name, argument in wrt.items()}

    def sequence(self, arguments):
        right = self.expected(arguments)
        steps = range(len(arguments["steps"]))
        outs = [self.value(right["outs"][i] if right else None) for i in steps]
        running = [
            {
                name: self.value(right["running"][i][name] if right else None)
                for name in ("running_mean", "running_var")
            }
            for i in steps
        ]
        return {"outs": outs, "running": running}

    def net(self, arguments):
        right = self.expected(arguments)
        names = {**(arguments["params"] or {}), self._name: np.zeros(3)}
        reply = {"initial": {name: self.value(v) for name, v in names.items()}}
        if arguments["X"] is not None:
            reply["scores"] = self.value(right.get("scores"))
            if arguments["y"] is not None:
                grads = right.get("grads", names)
                reply["loss"] = self.value(right.get("loss"))
                reply["grads"] = {name: self.value(v) for name, v in grads.items()}
                reply["after"] = {name: self.array(arguments[name]) for name in ("X", "y")}
        return reply

    def train(self, arguments):
        params = {name: self.value(np.zeros((2, 3, 2, 2))) for name in ("W1", self._name)}
        curves = {name: self.array(np.zeros(9)) for name in ("loss", "train", "val")}
        return {"params": params, "history": curves}

    def predict(self, arguments):
        return {"predicted": self.value(np.zeros(len(arguments["unlabelled"]), int))}


def judge(declared, forger, pack, words, shown):
    """Run one check as the engine does; return its message, or None if it passed."""
    info = declared.info
    function = EXERCISE.by_name[info.function]
    exam = Exam(declared, function, pack.cases[info.id], forger, shown.append)
    try:
        declared.test(exam)
    except NotWritten as error:
        return str(error)
    except CheckFailed as error:
        return words.explain(error, exam)[0]
    except WorkerError as error:
        return words.describe(error, exam)[1]
    return None


@cache
def small(function):
    """Return a pack with some cases of one function, and with a few of its known mistakes.

    A training has a few images: to make all of them takes half a minute.
    """
    pack = public(EXERCISE.name, ids(EXERCISE))
    cases = {
        check: [with_few_images(case) for case in (own[:MOST] if "args" in own[0].payload else own)]
        for check, own in pack.cases.items()
        if check.startswith(f"{function}/")
    }
    if function not in pack.known:
        return Pack(pack.id, cases)
    known = from_plain(pack.known[function])
    few = {
        check: [case[:3] for case in own[: len(cases[check])]] for check, own in known.cases.items()
    }
    return Pack(pack.id, cases, {function: to_plain(Known(known.names[:3], few))})


def with_few_images(case):
    """Return a case whose training, if it is one, has few images."""
    recipe = case.payload.get("recipe")
    if recipe is None:
        return case
    few = {name: min(value, 30) if "num" in name else value for name, value in recipe.items()}
    return replace(case, payload={**case.payload, "recipe": few})


CHECKS = all_checks(EXERCISE)
FUNCTIONS = list(dict.fromkeys(declared.info.function for declared in CHECKS))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.usefixtures("public_pack")  # as an argument, it would be printed for each example
@FEW
@given(values, st.sampled_from(["W1", "", "\N{REPLACEMENT CHARACTER}" * 2000, "$tuple"]))
@example([("shaped", "f8", -1e308)], "W1")
@example([RIGHT, ("shaped", "f8", np.nan), RIGHT, ("shaped", "c16", 1.0)], "b1")
def test_any_reply_leads_to_a_verdict(monkeypatch, function, values, name):
    # A failing explanation is logged and left out for students; here it is to be seen.
    monkeypatch.setattr(messages, "attempt", lambda call, otherwise: call())
    pack = small(function)
    forger = Forger([case for cases in pack.cases.values() for case in cases], values, name)
    shown = []
    climber = Climber(EXERCISE, Submission("nobody", {}), pack)
    words = Messages(
        EXERCISE, forger, pack, lambda evidence: shown.append(evidence.worst()), climber
    )
    for declared in CHECKS:
        if declared.info.function == function:
            message = judge(declared, forger, pack, words, shown)
            assert message is None or 0 < len(message) < 10_000
