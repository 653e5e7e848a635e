"""The engine on whole submissions: the solution, the skeleton, and what lies between."""

import ast
import sys
import tracemalloc

import pytest

from autograder.course.museum import packs
from autograder.engine import messages
from autograder.engine import run as engine
from autograder.engine.messages import Messages
from autograder.errors import UserError
from autograder.exercise import Changes
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.exercises.registry import list_checks
from autograder.judging import exam
from autograder.judging.verdict import Status
from autograder.submission import Submission

LAYER_FUNCTIONS = {
    "conv_forward_naive": 12,
    "conv_backward_naive": 14,
    "max_pool_forward_naive": 8,
    "max_pool_backward_naive": 10,
    "spatial_batchnorm_forward": 10,
    "spatial_batchnorm_backward": 8,
    "spatial_groupnorm_forward": 8,
    "spatial_groupnorm_backward": 8,
}
QUICK = [name for name in EXERCISE.names if name != "one_epoch"]


def points(verdicts):
    return sum(verdict.points for verdict in verdicts)


def statuses(verdicts):
    return {verdict.id: verdict.status for verdict in verdicts}


def function_text(source, name):
    """Return the lines of a top-level function."""
    node = next(n for n in ast.parse(source).body if getattr(n, "name", "") == name)
    return "\n".join(source.splitlines()[node.lineno - 1 : node.end_lineno])


def with_function(skeleton, solution, name):
    """Return the skeleton with one stub filled in."""
    stubs, answers = (s.files[LAYERS].decode() for s in (skeleton, solution))
    filled = stubs.replace(function_text(stubs, name), function_text(answers, name))
    assert filled != stubs
    return Submission("one", {**skeleton.files, LAYERS: filled.encode()})


def edited(solution, old, new, path=LAYERS):
    """Return the solution with one text replaced."""
    text = solution.files[path].decode()
    assert text.count(old) == 1, f"{text.count(old)} places read {old!r}"
    return Submission("edited", {**solution.files, path: text.replace(old, new).encode()})


def replaced(solution, name, body):
    """Return the solution with the body of one layer function replaced."""
    text = solution.files[LAYERS].decode()
    old = function_text(text, name)
    head = old[: old.index(":\n")] if "->" not in old.split(":\n")[0] else old.split(":\n")[0]
    return edited(solution, old, f"{head}:\n    {body}\n")


def test_the_checks_are_worth_100_points():
    infos = list_checks(EXERCISE)
    assert sum(info.max_points for info in infos) == 100
    assert len({info.id for info in infos}) == len(infos)
    for name, worth in {
        **LAYER_FUNCTIONS,
        "ThreeLayerConvNet": 14,
        "overfit_small_data": 4,
        "one_epoch": 4,
    }.items():
        assert sum(i.max_points for i in infos if i.function == name) == worth


@pytest.mark.soak
def test_the_solution_gets_all_points_with_a_secret_seed(solution):
    secret = packs.build(EXERCISE, "a seed that no one has seen")
    verdicts = engine.run_checks(EXERCISE, solution, secret)
    assert {v.id: v.message for v in verdicts if v.status is not Status.PASSED} == {}
    assert points(verdicts) == 100


def test_the_skeleton_gets_none(skeleton, public_pack):
    verdicts = engine.run_checks(EXERCISE, skeleton, public_pack)
    assert points(verdicts) == 0
    assert set(statuses(verdicts).values()) == {Status.MISSING}
    for verdict in verdicts:
        assert "is not written yet" in verdict.message
        assert "notebook section" in verdict.message


def test_an_empty_submission_gets_none(public_pack):
    verdicts = engine.run_checks(EXERCISE, Submission("empty", {}), public_pack, QUICK)
    assert set(statuses(verdicts).values()) == {Status.MISSING}


@pytest.mark.parametrize("name", LAYER_FUNCTIONS)
def test_each_stub_alone_gets_its_points(name, skeleton, solution, public_pack):
    verdicts = engine.run_checks(
        EXERCISE, with_function(skeleton, solution, name), public_pack, QUICK
    )
    assert points(verdicts) == LAYER_FUNCTIONS[name]
    assert {v.function for v in verdicts if v.status is Status.PASSED} == {name}


def test_the_net_alone_gets_its_points(skeleton, solution, public_pack):
    net = Submission("net", {**skeleton.files, CNN: solution.files[CNN]})
    verdicts = engine.run_checks(EXERCISE, net, public_pack, QUICK)
    assert points(verdicts) == 18


def test_a_hang_costs_its_own_function_only(solution, public_pack):
    hanging = replaced(solution, "max_pool_forward_naive", "while True: pass")
    verdicts = engine.run_checks(
        EXERCISE.changed(Changes(seconds={"max_pool_forward_naive/standard": 1.0})),
        hanging,
        public_pack,
        ["max_pool_forward_naive/standard", "max_pool_backward_naive"],
    )
    found = statuses(verdicts)
    assert found.pop("max_pool_forward_naive/standard") is Status.TIMEOUT
    assert set(found.values()) == {Status.PASSED}


@pytest.mark.parametrize("body", ["import os; os._exit(0)", "import sys; sys.exit(0)", "1 / 0"])
def test_an_exit_costs_its_own_function_only(body, solution, public_pack):
    leaving = replaced(solution, "conv_forward_naive", body)
    found = statuses(
        engine.run_checks(
            EXERCISE, leaving, public_pack, ["conv_forward_naive", "conv_backward_naive"]
        )
    )
    assert {v for k, v in found.items() if "forward" in k} == {Status.ERROR}
    assert {v for k, v in found.items() if "backward" in k} == {Status.PASSED}


def test_a_file_that_cannot_be_loaded_says_why(solution, public_pack):
    broken = Submission("broken", {**solution.files, LAYERS: b"import numpy as np\ndef f(:\n"})
    verdicts = engine.run_checks(
        EXERCISE, broken, public_pack, ["conv_forward_naive", "ThreeLayerConvNet"]
    )
    layers = [v for v in verdicts if v.function == "conv_forward_naive"]
    assert {v.status for v in layers} == {Status.ERROR}
    assert "layers.py cannot be loaded" in layers[0].message
    assert "line 2" in layers[0].message
    assert {v.status for v in verdicts if v not in layers} == {Status.PASSED}


@pytest.mark.parametrize("body", ["return None, None", "return None", "pass"])
def test_a_function_that_returns_none_is_still_to_be_written(body, solution, public_pack):
    empty = replaced(solution, "max_pool_forward_naive", body)
    verdicts = engine.run_checks(EXERCISE, empty, public_pack, ["max_pool_forward_naive"])
    assert {v.status for v in verdicts} <= {Status.MISSING, Status.FAILED}
    assert points(verdicts) == 0


def test_single_checks_can_be_chosen(solution, public_pack):
    chosen = ["max_pool_forward_naive/strides", "conv_forward_naive/standard"]
    verdicts = engine.run_checks(EXERCISE, solution, public_pack, chosen)
    assert [v.id for v in verdicts] == ["conv_forward_naive/standard", chosen[0]]


def test_an_unknown_check_is_refused(solution, public_pack):
    with pytest.raises(UserError, match="conv_forward_naive"):
        engine.run_checks(EXERCISE, solution, public_pack, ["conv_forward"])


def test_verdicts_come_as_they_are_known(solution, public_pack):
    seen = []
    verdicts = engine.run_checks(
        EXERCISE, solution, public_pack, ["max_pool_forward_naive"], on_verdict=seen.append
    )
    assert seen == verdicts


def test_same_input_same_verdicts(skeleton, public_pack):
    def plain(verdicts):
        return [{**v.as_dict(), "seconds": 0} for v in verdicts]

    first, second = (engine.run_checks(EXERCISE, skeleton, public_pack, QUICK) for _ in range(2))
    assert plain(first) == plain(second)


def test_a_defect_of_ours_is_not_the_students(solution, public_pack, monkeypatch):
    from autograder.judging.exam import Exam

    def fail(self, *args):
        raise ZeroDivisionError

    monkeypatch.setattr(Exam, "expect_close", fail)
    with pytest.raises(engine.EngineError):
        engine.run_checks(EXERCISE, solution, public_pack, ["conv_forward_naive"])


def test_ctrl_c_goes_through(solution, public_pack):
    def interrupt(verdict):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.run_checks(
            EXERCISE, solution, public_pack, ["conv_forward_naive"], on_verdict=interrupt
        )


def test_code_that_only_sleeps_ends_in_one_time(solution, public_pack, monkeypatch):
    # Enough for a busy machine to import the layers in less than half of it.
    monkeypatch.setattr(engine, "QUICK_SECONDS", 10.0)
    sleeping = replaced(solution, "max_pool_forward_naive", "import time; time.sleep(3600)")
    chosen = ["max_pool_forward_naive", "max_pool_backward_naive", "ThreeLayerConvNet/scores"]
    verdicts = engine.run_checks(EXERCISE, sleeping, public_pack, chosen)
    layers = [v for v in verdicts if v.function != "ThreeLayerConvNet"]
    assert {v.status for v in layers} == {Status.TIMEOUT}
    assert {v.status for v in verdicts if v not in layers} == {Status.PASSED}  # a file of its own
    for verdict in layers[2:]:  # the first two are stopped by their own limit, of 5 seconds
        assert "checks of cs231n/layers.py, 10 seconds, was used up" in verdict.message
        assert "most of it by max_pool_forward_naive" in verdict.message
    assert len(layers) > 2


@pytest.mark.parametrize(
    "body",
    [
        "return np.zeros(60_000_000, bool), None",
        pytest.param("return np.zeros(10_000_000, bool), None", marks=pytest.mark.soak),
        pytest.param("return np.zeros((1 << 19, 8), np.uint8), None", marks=pytest.mark.soak),
        "return np.full((2, 0, 1 << 40), 1e308), None",
        pytest.param("return [np.zeros(9)] * 9, None", marks=pytest.mark.soak),
        pytest.param("raise ValueError([np.zeros(900)] * 900)", marks=pytest.mark.soak),
        "raise ValueError('x' * (1 << 22))",
    ],
)
def test_whatever_comes_back_costs_little(body, solution, public_pack):
    odd = replaced(solution, "max_pool_forward_naive", body)
    tracemalloc.start()
    try:
        verdicts = engine.run_checks(
            EXERCISE, odd, public_pack, ["max_pool_forward_naive/standard"]
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100 << 20
    assert points(verdicts) == 0
    assert all(0 < len(v.message) < 9000 for v in verdicts)


def test_a_message_is_cut_and_says_so():
    long = messages.shortened("x" * 100_000)
    assert len(long) < messages.MAX_MESSAGE + 100
    assert long.endswith("(The other 92000 characters of this message are left out.)")


@pytest.mark.parametrize(
    "place", ["Messages._find_mistake", "Messages._pattern", "Messages._own_gradient", "as_text"]
)
def test_an_explanation_that_fails_costs_no_verdict(
    place, solution, public_pack, monkeypatch, caplog
):
    def fail(*_):
        raise FloatingPointError("a defect of ours")

    monkeypatch.setattr(f"autograder.engine.messages.{place}", fail)
    wrong = replaced(solution, "max_pool_backward_naive", "return dout * 0.5")
    (verdict,) = engine.run_checks(
        EXERCISE, wrong, public_pack, ["max_pool_backward_naive/standard"], on_failure=fail
    )
    assert verdict.status is Status.FAILED
    assert "Its shape is" in verdict.message
    assert "FloatingPointError" in caplog.text  # it is told to whoever runs the grader


def works_on(*_):
    while True:
        pass


def takes_all(*_):
    raise MemoryError


CANNOT_INTERRUPT = pytest.mark.skipif(sys.platform == "win32", reason="no timer of work")
HARM = [pytest.param(works_on, marks=CANNOT_INTERRUPT), takes_all]


@pytest.mark.parametrize("harm", HARM)
def test_judging_that_takes_too_much_costs_one_check(harm, solution, public_pack, monkeypatch):
    monkeypatch.setattr(engine, "JUDGING_SECONDS", 0.5)
    real, harmed = exam.differences, iter([True])
    monkeypatch.setattr(
        exam, "differences", lambda *given: harm() if next(harmed, False) else real(*given)
    )
    verdicts = engine.run_checks(EXERCISE, solution, public_pack, ["max_pool_forward_naive"])
    assert verdicts[0].status is Status.ERROR
    assert {v.status for v in verdicts[1:]} == {Status.PASSED}
    assert verdicts[0].message == messages.TOO_MUCH.format(0.5)
    assert verdicts[0].points == 0


@pytest.mark.parametrize("harm", HARM)
def test_an_explanation_that_takes_too_much_costs_no_verdict(
    harm, solution, public_pack, monkeypatch, caplog
):
    monkeypatch.setattr(engine, "JUDGING_SECONDS", 0.5)
    monkeypatch.setattr(Messages, "_find_mistake", harm)
    wrong = replaced(solution, "max_pool_backward_naive", "return dout * 0.5")
    verdicts = engine.run_checks(EXERCISE, wrong, public_pack, ["max_pool_backward_naive/standard"])
    assert [v.status for v in verdicts] == [Status.FAILED]
    assert "Its shape is" in verdicts[0].message
    assert not caplog.text  # no defect of ours


def test_what_is_not_the_graders_own_work_is_not_counted(solution, public_pack, monkeypatch):
    monkeypatch.setattr(engine, "JUDGING_SECONDS", 0.5)
    once = "time.sleep(0 if 'slept' in globals() else 1); globals()['slept'] = True"
    body = f"import time; {once}; return x, None"
    slow = replaced(solution, "max_pool_forward_naive", body)
    verdicts = engine.run_checks(EXERCISE, slow, public_pack, ["max_pool_forward_naive/standard"])
    assert [v.status for v in verdicts] == [Status.FAILED]
