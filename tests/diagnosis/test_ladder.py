"""The smallest input on which code is wrong: found for nearly all mistakes, and shown whole."""

import functools
import importlib
import inspect
import statistics

import numpy as np
import pytest

from autograder import exercises
from autograder.course.museum import museum_of, packs
from autograder.course.museum.convnets.mistakes.conv_forward import LOOPS as CONV_FORWARD
from autograder.course.museum.fingerprints import all_in_one
from autograder.course.museum.mistake import variant
from autograder.course.museum.submissions import in_the_way, with_code
from autograder.diagnosis import ladder
from autograder.diagnosis.small import wrong_here
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.judging.case import Case
from autograder.judging.ladder import packed, unpacked
from autograder.judging.session import Session
from autograder.judging.verdict import Status
from autograder.show import smallest, text

EVERY = pytest.mark.parametrize("exercise", exercises.every(), ids=lambda exercise: exercise.name)
EACH = [(e, function.name) for e in exercises.every() for function in e.functions]
FUNCTIONS = [(e, name) for e, name in EACH if not e.by_name[name].trains]
EVERY_FUNCTION = pytest.mark.parametrize(
    ("exercise", "function"), FUNCTIONS, ids=[name for _, name in FUNCTIONS]
)
MISSED = {"dropout": 0.5}
"""The share of mistakes that may show on no small input; of others than these, 5 %.

A mask is random: what is wrong with it is told by statistics, and those need many numbers.
"""


def functions_of(exercise):
    return [name for e, name in FUNCTIONS if e is exercise]


@functools.cache
def rungs(exercise, function):
    return unpacked(packs.public(exercise).ladders[function])


@EVERY
def test_every_function_has_a_ladder(exercise):
    assert list(packs.public(exercise).ladders) == functions_of(exercise)
    for function in functions_of(exercise):
        numbers = [ladder.numbers_in(case) for case in rungs(exercise, function)]
        assert numbers == sorted(numbers)
        assert 100 <= len(numbers) <= 300


def settings_of(case):
    """Return what varies from case to case, by name: settings, shapes, dictionaries."""
    found = {}
    for name, value in {**case.payload.get("args", {}), **case.payload.get("settings", {})}.items():
        if isinstance(value, dict):
            found |= value
        else:
            found[name] = value.shape if isinstance(value, np.ndarray) else value
    if "mode" in found:  # of several calls, each has its own
        found["mode"] = [step["mode"] for step in case.payload.get("steps", [found])]
    return {k: str(v) for k, v in found.items()}


@EVERY_FUNCTION
def test_every_parameter_varies(exercise, function):
    seen = [settings_of(case) for case in rungs(exercise, function)]
    names = {name for settings in seen for name in settings}
    fixed = {name for name in names if len({settings.get(name) for settings in seen}) == 1}
    assert fixed <= {"weight_scale", "dtype"} | ({"mode"} if "backward" in function else set())


@EVERY
def test_the_solution_is_right_on_all_of_it(exercise, monkeypatch):
    monkeypatch.setattr(ladder, "SECONDS", 60.0)
    with Session(packs.solution(exercise), exercise.files) as session:
        for function in functions_of(exercise):
            cases = rungs(exercise, function)
            step = ladder.climb(session, cases)
            assert step.case is None, function
            assert step.tried == len(cases)


def expected_names(case):
    """Return what is expected, by the names that the call as it is shown gives."""
    if case.op == "sequence":
        return {"out": case.expected["outs"][-1]}
    if case.op == "update":
        return {"w": case.expected["steps"][-1], **case.expected["config"]}
    if case.op == "net":
        grads = case.expected.get("grads") or {}
        scores = {"scores": case.expected["scores"]}
        return {**scores, **grads, **({"loss": case.expected["loss"]} if grads else {})}
    return case.expected


@EVERY_FUNCTION
def test_what_is_shown_runs_and_gives_what_is_expected(exercise, function):
    for case in rungs(exercise, function)[::25]:
        names = {**vars(importlib.import_module(case.payload["module"])), "np": np}
        exec("\n".join(smallest.CALLS[case.op](case.payload)), names)
        names |= names.get("config", {}) | names.get("grads", {})
        for name, value in expected_names(case).items():
            np.testing.assert_allclose(names[name], value, rtol=1e-5, atol=1e-7, err_msg=name)


@pytest.mark.soak
@EVERY
def test_no_right_way_is_wrong_on_a_small_input(exercise, monkeypatch):
    monkeypatch.setattr(ladder, "SECONDS", 60.0)
    right = packs.solution(exercise)
    for number, way in enumerate(museum_of(exercise).WAYS):
        with Session(in_the_way(exercise, right, way), exercise.files) as session:
            for function in set(way.functions) & set(functions_of(exercise)):
                some = rungs(exercise, function)[number % 4 :: 4]  # between them, ways try all
                step = ladder.climb(session, some)
                assert step.case is None, (way.name, function)


def test_roundoff_of_a_zero_is_not_wrong():
    """One number in a channel: a right gradient of gamma is zero, computed in any order."""
    payload = {"args": {}, "dout": np.ones(1), "wrt": {"dx": "x"}}
    case = Case("backward", payload, {"dx": np.full(1, 9e-16)})
    for found, is_wrong in ((-1.8e-15, False), (1e-3, True)):
        reply = {"dx": np.array([found]), "after": {}}
        assert bool(wrong_here(case, reply)) == is_wrong


def test_a_ladder_is_drawn_from_the_public_seed():
    """Whatever the seed of a pack: what is shown of it tells nothing of a class's own cases."""
    assert "seed" not in inspect.signature(packs.ladders).parameters
    function = "max_pool_forward_naive"
    for index, (spec, case) in enumerate(
        zip(EXERCISE.ladder(function), rungs(EXERCISE, function), strict=True)
    ):
        drawn = spec.draw(packs.generator(packs.PUBLIC_SEED, f"{function}/ladder", index))
        np.testing.assert_array_equal(drawn["args"]["x"], case.args["x"])


def test_cases_survive_being_packed():
    case = Case("forward", {"args": {"x": np.arange(3.0), "p": {"eps": 1.0}}}, {"out": np.ones(2)})
    (found,) = unpacked(packed([case]))
    assert found.op == "forward"
    np.testing.assert_array_equal(found.args["x"], case.args["x"])


@pytest.mark.soak
@EVERY
def test_nearly_all_mistakes_show_on_a_small_input(exercise):
    sizes, missed = [], []
    every = museum_of(exercise).MISTAKES
    for function in functions_of(exercise):
        cases = rungs(exercise, function)
        mistakes = [m for m in every if m.function == function]
        path = exercise.by_name[function].file.path
        made = all_in_one(packs.solution(exercise), path, mistakes)
        with Session(made, exercise.files) as session:
            for number, mistake in enumerate(mistakes):
                renamed = [
                    Case(c.op, {**c.payload, "function": f"mistake_{number}"}, c.expected)
                    for c in cases
                ]
                step = ladder.climb(session, renamed)
                if step.case is None:
                    missed.append((function, mistake.name))
                else:
                    sizes.append(step.numbers)
    assert len(missed) <= MISSED.get(exercise.name, 0.05) * len(every), missed
    assert statistics.median(sizes) <= 12


def checked(solution, pack, code, function="conv_forward_naive"):
    submission = with_code(EXERCISE, solution, function, code)
    return engine.run_checks(EXERCISE, submission, pack, [function])


def test_it_is_shown_once_and_whole(solution, public_pack):
    verdicts = checked(solution, public_pack, variant(CONV_FORWARD, (" + b[f]", "")))
    shown = [v.smallest for v in verdicts if v.smallest]
    assert len(shown) == 1
    lines = shown[0].splitlines()
    assert lines[0] == "The smallest input that was found to go wrong, of 3 numbers:"
    assert any(line.startswith("  b = np.array(") for line in lines)
    assert "  out, cache = conv_forward_naive(x, w, b, conv_param)" in lines
    assert "out, as it comes back:" in lines
    assert "out, as expected:" in lines
    assert lines[0] in str(text.Outcome("conv_forward_naive", verdicts))


@pytest.mark.parametrize(
    ("name", "function", "mistake", "line"),
    [
        ("fully_connected_nets", "svm_loss", "no_margin", "loss, dx = svm_loss(x, y)"),
        ("fully_connected_nets", "adam", "m_squared", "w, config = adam(w, dw, config)"),
        (
            *("batch_normalization", "layernorm_forward", "no_beta"),
            "out, cache = layernorm_forward(x, gamma, beta, ln_param)",
        ),
        (
            *("dropout", "dropout_forward", "scaled_in_test"),
            "out, cache = dropout_forward(x, dropout_param)",
        ),
    ],
)
def test_it_is_shown_in_every_exercise(name, function, mistake, line):
    exercise = exercises.find(name)
    museum = museum_of(exercise).MISTAKES
    (code,) = [m.code for m in museum if (m.function, m.name) == (function, mistake)]
    submission = with_code(exercise, packs.solution(exercise), function, code)
    verdicts = engine.run_checks(exercise, submission, packs.public(exercise), [function])
    (shown,) = [v.smallest for v in verdicts if v.smallest]
    assert shown.startswith("The smallest input that was found to go wrong, of ")
    assert f"  {line}" in shown.splitlines()
    assert "as expected:" in shown


def test_what_it_shows_is_python_that_gives_what_it_says(solution, public_pack):
    (verdict,) = [
        v
        for v in checked(solution, public_pack, variant(CONV_FORWARD, (" + b[f]", "")))
        if v.smallest
    ]
    before, _, after = verdict.smallest.partition("out, as it comes back:")
    names = {"np": np}
    exec(variant(CONV_FORWARD, (" + b[f]", "")), names)
    exec("\n".join(line[2:] for line in before.splitlines()[1:]), names)
    assert str(names["out"]) in after.partition("out, as expected:")[0]


def test_an_exception_is_shown_with_its_input(solution, public_pack):
    code = variant(CONV_FORWARD, ("out[n, f, i, j] =", "out[n, f, i, j + 1] ="))
    verdicts = checked(solution, public_pack, code)
    assert {v.status for v in verdicts} == {Status.ERROR}
    assert "IndexError" in "".join(v.smallest for v in verdicts)


def test_where_nothing_small_fails_that_is_said(solution, public_pack):
    code = variant(CONV_FORWARD, (" + b[f]", " + b[f] + (x.size > 60)"))
    (said,) = {v.smallest for v in checked(solution, public_pack, code)} - {""}
    assert "come out right" in said
    assert "larger" not in said  # it may be another for other reasons: a dtype, or chance


def test_right_code_is_not_run_up_a_ladder(solution, public_pack, monkeypatch):
    monkeypatch.setattr(ladder.Climber, "climb", lambda *_: pytest.fail("it was"))
    verdicts = engine.run_checks(EXERCISE, solution, public_pack, ["max_pool_forward_naive"])
    assert all(not v.smallest for v in verdicts)
