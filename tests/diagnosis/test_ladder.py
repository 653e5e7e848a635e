"""The smallest input on which code is wrong: found for nearly all mistakes, and shown whole."""

import inspect
import statistics

import numpy as np
import pytest

from autograder.course.museum import packs
from autograder.course.museum.convnets.mistakes import MISTAKES
from autograder.course.museum.convnets.mistakes.conv_forward import LOOPS as CONV_FORWARD
from autograder.course.museum.fingerprints import all_in_one
from autograder.course.museum.mistake import variant
from autograder.course.museum.submissions import with_code
from autograder.diagnosis import ladder
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.judging.case import Case
from autograder.judging.ladder import packed, unpacked
from autograder.judging.session import Session
from autograder.judging.verdict import Status
from autograder.show import text

FUNCTIONS = [function.name for function in EXERCISE.functions if not function.trains]


def rungs(pack, function):
    return unpacked(pack.ladders[function])


def test_every_function_has_a_ladder(public_pack):
    assert list(public_pack.ladders) == FUNCTIONS
    for function in FUNCTIONS:
        numbers = [ladder.numbers_in(case) for case in rungs(public_pack, function)]
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
    return {k: str(v) for k, v in found.items()}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_parameter_varies(function, public_pack):
    seen = [settings_of(case) for case in rungs(public_pack, function)]
    names = {name for settings in seen for name in settings}
    fixed = {name for name in names if len({settings.get(name) for settings in seen}) == 1}
    assert fixed <= {"weight_scale", "dtype"} | ({"mode"} if "backward" in function else set())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_solution_is_right_on_all_of_it(function, public_pack, solution):
    with Session(solution, EXERCISE.files) as session:
        step = ladder.climb(session, rungs(public_pack, function))
    assert step.case is None


def test_a_ladder_is_drawn_from_the_public_seed(public_pack):
    """Whatever the seed of a pack: what is shown of it tells nothing of a class's own cases."""
    assert "seed" not in inspect.signature(packs.ladders).parameters
    function = "max_pool_forward_naive"
    for index, (spec, case) in enumerate(
        zip(EXERCISE.ladder(function), rungs(public_pack, function), strict=True)
    ):
        drawn = spec.draw(packs.generator(packs.PUBLIC_SEED, f"{function}/ladder", index))
        np.testing.assert_array_equal(drawn["args"]["x"], case.args["x"])


def test_cases_survive_being_packed():
    case = Case("forward", {"args": {"x": np.arange(3.0), "p": {"eps": 1.0}}}, {"out": np.ones(2)})
    (found,) = unpacked(packed([case]))
    assert found.op == "forward"
    np.testing.assert_array_equal(found.args["x"], case.args["x"])


@pytest.mark.soak
def test_nearly_all_mistakes_show_on_a_small_input(public_pack, solution):
    sizes, missed = [], []
    for function in FUNCTIONS:
        cases = rungs(public_pack, function)
        mistakes = [m for m in MISTAKES if m.function == function]
        made = all_in_one(solution, EXERCISE.by_name[function].file.path, mistakes)
        with Session(made, EXERCISE.files) as session:
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
    assert len(missed) <= 0.05 * len(MISTAKES), missed
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


def test_right_code_is_not_run_up_a_ladder(solution, public_pack, monkeypatch):
    monkeypatch.setattr(ladder.Climber, "climb", lambda *_: pytest.fail("it was"))
    verdicts = engine.run_checks(EXERCISE, solution, public_pack, ["max_pool_forward_naive"])
    assert all(not v.smallest for v in verdicts)
