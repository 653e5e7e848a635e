"""autograder/engine/discreet.py: what is told of secret cases says nothing of their numbers."""

import textwrap

import numpy as np
import pytest

from autograder.course.museum import packs
from autograder.engine import discreet
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH, LAYERS_PATH
from autograder.exercises.registry import all_checks
from autograder.judging.case import Case
from autograder.judging.exam import CheckFailed
from autograder.judging.output import Output
from autograder.judging.pack import Pack
from autograder.judging.session import Session
from autograder.judging.verdict import Status
from autograder.submission import Submission

POOL = "max_pool_forward_naive/standard"
CONV = "conv_backward_naive/standard"
NET = ("ThreeLayerConvNet/parameters", "ThreeLayerConvNet/contract")
CHECKS = (POOL, CONV, *NET)


@pytest.fixture(scope="module")
def secret_packs():
    """Return two packs that differ in nothing but their numbers."""
    with Session(packs.solution(EXERCISE), EXERCISE.files) as solution:
        return [made_pack(solution, seed) for seed in ("one", "another")]


def made_pack(solution, seed):
    cases = {declared.info.id: [] for declared in all_checks(EXERCISE)}
    for check, spec, payload in packs.draw(EXERCISE, seed):
        if check in CHECKS:
            expected = packs.reference(solution, spec, payload)
            cases[check].append(Case(spec.op, payload, expected))
    return Pack(seed, cases)


def told(secret_pack, files, *checks):
    """Return the messages on a submission."""
    submission = Submission("spy", {name: text.encode() for name, text in files.items()})
    verdicts = engine.run_checks(EXERCISE, submission, secret_pack, checks, discreet=True)
    assert not any(verdict.points or verdict.smallest for verdict in verdicts)
    return [verdict.message for verdict in verdicts]


TOP = """
import os, sys
import numpy as np

def right(x, pool_param):
    height, width, stride = (pool_param[k] for k in ("pool_height", "pool_width", "stride"))
    windows = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(2, 3))
    return windows[:, :, ::stride, ::stride].max(axis=(4, 5))

def number(x):
    return int(abs(x.flat[0]) * 1e6)

"""
SPIES = {
    "raises the input": "raise ValueError(repr(x))",
    "raises a type named after the input": "raise type(f'Is{number(x)}', (ValueError,), {})()",
    "raises with a note": "e = KeyError(1); e.add_note(repr(x)); raise e",
    "says that it is not written": "raise NotImplementedError(repr(x))",
    "raises at a line of another file": """
        exec(compile("\\n" * (number(x) % 9000 + 900) + "raise ValueError", __file__, "exec"))
    """,
    "has an input in the shape": "return np.zeros((number(x), 0)), None",
    "has an input as the factor": "return right(x, pool_param) * x.flat[0] * 9, None",
    "has an input as what is added": "return right(x, pool_param) + x.flat[0] * 9, None",
    "gives back the input": "return x, None",
    "is wrong by the input": """
        out = right(x, pool_param)
        return out + x.flat[: out.size].reshape(out.shape), None
    """,
    "has as many numbers that are none": """
        out = right(x, pool_param)
        out.flat[: number(x) % 5 + 1] = np.nan
        return out, None
    """,
    "gives back an object named after it": "return type(f'Is{number(x)}', (), {})(), None",
    "gives back text": "return repr(x), None",
    "prints and ends": "print(x); sys.stdout.flush(); os._exit(number(x) % 200)",
    "answers out of turn": "os.write(1, b'x'); os.close(4); os._exit(0)",
}


@pytest.mark.parametrize("spy", SPIES.values(), ids=SPIES)
def test_no_number_of_a_case_comes_out(secret_packs, spy):
    body = textwrap.indent(textwrap.dedent(spy), "    ")
    code = f"{TOP}def max_pool_forward_naive(x, pool_param):\n{body}\n"
    one, another = (told(pack, {LAYERS_PATH: code}, POOL) for pack in secret_packs)
    assert one == another
    assert one[0]


def test_nothing_comes_out_by_the_forward_pass_of_a_backward_pass(secret_packs):
    code = """
def conv_forward_naive(x, w, b, conv_param):
    raise ValueError(repr(x))

def conv_backward_naive(dout, cache):
    return cache[0] * 0, cache[1] * 0, cache[2] * 0
"""
    one, another = (told(pack, {LAYERS_PATH: code}, CONV) for pack in secret_packs)
    assert one == another
    assert "gave no cache" in one[0]
    assert "dx: The shape is right, but values differ.\nIt is zero everywhere." in one[0]


def test_nothing_comes_out_by_the_names_of_parameters(secret_packs):
    code = """
import numpy as np

class ThreeLayerConvNet:
    def __init__(self, *, dtype, **settings):
        name = f"W{np.random.rand()}"
        self.params = {name: np.zeros(int(np.random.rand() * 99), np.int8)}
"""
    one, another = (told(pack, {CNN_PATH: code}, *NET) for pack in secret_packs)
    assert one == another
    assert "params has no array W1." in one[0]


def test_a_student_is_told_the_call_the_type_and_the_own_line(secret_packs):
    code = f"{TOP}def max_pool_forward_naive(x, pool_param):\n    return x[9, 9], None  # here\n"
    (message,) = told(secret_packs[0], {LAYERS_PATH: code}, POOL)
    assert message.splitlines() == [
        "max_pool_forward_naive(x (2, 3, 4, 4), "
        "pool_param={'pool_height': 2, 'pool_width': 2, 'stride': 2})",
        "It raised IndexError.",
        "cs231n/layers.py, line 14:",
        "    return x[9, 9], None  # here",
        "Is the maximum taken over one window of one channel, also when all values are negative?",
    ]


def test_a_file_that_cannot_be_loaded(secret_packs):
    code = "import numpy as np\n\ndef f(:\n"
    (message,) = told(secret_packs[0], {LAYERS_PATH: code}, POOL)
    assert message.startswith("cs231n/layers.py cannot be loaded. It raised SyntaxError.")
    assert "line 3:\n    def f(:" in message


X = np.random.default_rng(0).normal(size=(2, 3, 5, 5))


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (3 * X, "It is a constant times what is expected, everywhere."),
        (X + 1, "It is what is expected plus a constant, everywhere."),
        (0 * X, "It is zero everywhere."),
        (1e-9 * X, "It is nearly zero everywhere."),
        (X.swapaxes(2, 3), "with rows and columns exchanged"),
        (X * (np.arange(5) > 2), "Wrong values are only in some of the columns."),
        (X[:1], "Its shape is not (2, 3, 5, 5), which is expected."),
        (X.transpose(1, 0, 2, 3), "in another order"),
        (X.astype(int), "dtype"),
        (np.full_like(X, np.inf), "not finite"),
        ({"$object": "list"}, "It is no array"),
    ],
)
def test_where_a_result_goes_wrong_is_told_in_words(got, words):
    text = discreet.in_words(CheckFailed("9", Output("out"), got, X))
    assert words in text
    assert text.startswith("out: ")


def test_a_failure_that_has_no_words_says_next_to_nothing():
    assert discreet.in_words(CheckFailed("The loss is 3.14159.")) == "What came back is not right."


def test_every_status_is_as_it_would_be(secret_packs):
    found = {}
    for name in ("says that it is not written", "raises the input", "gives back the input"):
        body = SPIES[name]
        code = f"{TOP}def max_pool_forward_naive(x, pool_param):\n    {body}\n".encode()
        verdicts = [
            engine.run_checks(
                EXERCISE, Submission("x", {LAYERS_PATH: code}), secret_packs[0], [POOL], discreet=on
            )[0].status
            for on in (False, True)
        ]
        found[name] = verdicts
    assert list(found.values()) == [
        [Status.MISSING] * 2,
        [Status.ERROR] * 2,
        [Status.FAILED] * 2,
    ]
