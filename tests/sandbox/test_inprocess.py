"""autograder/sandbox/inprocess: student code in this process, as in a browser's tab."""

import random
import sys

import numpy as np
import pytest

from autograder.course.museum import museum_of
from autograder.course.museum.submissions import with_code
from autograder.engine.run import run_checks
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from autograder.judging.session import Session
from autograder.judging.verdict import Status
from autograder.sandbox import probe
from autograder.sandbox.errors import Raised, TimedOut
from autograder.sandbox.inprocess import LEVEL
from autograder.sandbox.inprocess.stage import MOST_KEPT, Printed
from autograder.submission import Submission

FORWARD = "def conv_forward_naive(x, w, b, conv_param):\n"
PAYLOAD = {
    "module": "cs231n.layers",
    "function": "conv_forward_naive",
    "args": {"x": np.ones((1, 1, 2, 2)), "w": np.ones((1, 1, 1, 1)), "b": np.zeros(1), "p": {}},
}


def session(body, top=""):
    """Return a session on a layers.py with one function, of this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    code = f"import numpy as np\n{top}\n{FORWARD}{lines}"
    return Session(
        Submission("s", {"cs231n/layers.py": code.encode()}),
        EXERCISE.files,
        isolation=LEVEL,
        hears=True,
    )


def ask(body, top="", seconds=5.0):
    """Call the function once; return what it returned, as ``out``."""
    with session(body, top) as found:
        return found.ask("forward", PAYLOAD, seconds).reply["out"]


def test_right_code_gets_all_points(solution, public_pack):
    names = ["max_pool_forward_naive", "spatial_groupnorm_backward"]
    verdicts = run_checks(EXERCISE, solution, public_pack, names, isolation=LEVEL)
    assert {verdict.status for verdict in verdicts} == {Status.PASSED}


def test_a_mistake_is_named_as_by_a_process(solution, public_pack):
    known = museum_of(EXERCISE).MISTAKES
    mistake = next(m for m in known if m.function == "max_pool_backward_naive")
    wrong = with_code(EXERCISE, solution, mistake.function, mistake.code)
    told = []
    for level in (LEVEL, "limits"):
        verdicts = run_checks(EXERCISE, wrong, public_pack, [mistake.function], isolation=level)
        told.append([(verdict.status, verdict.mistakes) for verdict in verdicts])
    assert told[0] == told[1]
    assert any(mistakes for _, mistakes in told[0])


def test_an_endless_loop_is_stopped_and_the_next_call_works():
    body = "if conv_param.get('hang'):\n    while True:\n        pass\nreturn x, None"
    hanging = {**PAYLOAD, "args": {**PAYLOAD["args"], "p": {"hang": True}}}
    with session(body) as found:
        with pytest.raises(TimedOut, match="it had not finished"):
            found.ask("forward", hanging, 0.3)
        assert found.ask("forward", PAYLOAD, 5.0).reply["out"].shape == (1, 1, 2, 2)
    assert sys.gettrace() is None or "autograder" not in str(sys.gettrace())


def test_code_that_catches_the_deadline_is_too_late_all_the_same():
    with pytest.raises(TimedOut):
        ask(
            "try:\n    while True:\n        pass\nexcept BaseException:\n    return x, None",
            "",
            0.3,
        )


def test_the_process_is_as_it_was():
    changes = (
        "import decimal, os, sys, warnings\n"
        "np.random.seed(3); np.random.rand()\n"
        "np.seterr(all='raise'); np.set_printoptions(precision=1)\n"
        "os.environ['STUDENT'] = 'was here'\n"
        "sys.path.insert(0, '/nowhere')\n"
        "sys.meta_path.clear()\n"
        "warnings.simplefilter('error')\n"
        "return x, None"
    )
    np.random.seed(5)
    random.seed(5)
    before = (
        (dict(sys.modules), list(sys.path), list(sys.meta_path)),
        (np.geterr(), np.get_printoptions(), random.getstate(), sys.stdout),
    )
    ours = np.random.get_state()[1].tolist()
    ask(changes)
    after = (
        ({k: v for k, v in sys.modules.items() if k in before[0][0]}, sys.path, sys.meta_path),
        (np.geterr(), np.get_printoptions(), random.getstate(), sys.stdout),
    )
    assert after == before
    assert np.random.get_state()[1].tolist() == ours
    assert "serve" not in sys.modules and "operations" not in sys.modules


def test_an_edit_counts_at_once():
    assert np.all(ask("return x + 1, None") == 2)
    assert np.all(ask("return x + 2, None") == 3)


def test_what_this_process_has_loaded_is_not_there_for_student_code():
    assert "pytest" in sys.modules
    with pytest.raises(Raised, match="pytest"):
        ask("return pytest.approx(x), None", top="import pytest")
    with pytest.raises(Raised, match="for you to write"):
        ask("return conv_forward_fast(x), None", top="from cs231n.fast_layers import *")


def test_what_it_prints_is_heard():
    with session("print('shape', x.shape)\nreturn x, None") as found:
        found.ask("forward", PAYLOAD, 5.0)
        assert found.printed == "shape (1, 1, 2, 2)"


def test_much_that_is_printed_is_kept_in_part():
    printed = Printed()
    for number in range(MOST_KEPT):
        printed.write(f"line {number}\n")
    told = printed.read_back()
    assert told.startswith("line 0\n") and told.endswith(f"line {MOST_KEPT - 1}")
    assert len(told) < MOST_KEPT


def test_there_is_no_keyboard():
    with pytest.raises(Raised, match="EOFError: EOF when reading a line"):
        ask("return input(), None")


def test_nothing_is_graded_so(solution, public_pack):
    with pytest.raises(ValueError, match="no process of its own"):
        run_checks(EXERCISE, solution, public_pack, discreet=True, isolation=LEVEL)
    with pytest.raises(ValueError, match="no process of its own"):
        run_checks(EXERCISE, solution, public_pack, scores=lambda *_: None, isolation=LEVEL)


def test_a_grader_in_a_browser_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    with pytest.raises(UserError, match="Nothing is graded in a browser"):
        probe.strongest.__wrapped__()
