"""autograder/student/tab.py: what is otherwise in a tab of a browser."""

import sys

import pytest

from autograder import locate
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import list_checks
from autograder.judging.verdict import Status, Verdict
from autograder.sandbox import inprocess
from autograder.student import check, progress, tab
from autograder.student.commands import typed

TRAININGS = ("overfit_small_data", "one_epoch")


@pytest.fixture
def in_a_tab(monkeypatch):
    monkeypatch.setattr(tab, "here", lambda: True)


def passed(*functions):
    return [
        Verdict(i.id, i.function, i.title, Status.PASSED, i.max_points, i.max_points)
        for i in list_checks(EXERCISE)
        if i.function in functions
    ]


@pytest.fixture
def runs(monkeypatch, public_pack):
    """Return what the engine was asked to run, and how; nothing is run."""
    asked = []

    def noted(exercise, submission, pack, names, isolation=None, **_):
        asked.append((names, isolation, pack))
        return passed(*names)

    for module in (check, engine):
        monkeypatch.setattr(module, "run_checks", noted)
    monkeypatch.setattr(progress, "note", lambda exercise, folder, verdicts: asked.append(folder))
    return asked


def test_anywhere_else_nothing_changes(runs, public_pack):
    assert not tab.here()
    (verdict,) = check.run(["overfit_small_data"])
    check.run(["one_epoch"])
    first, folder, second, _ = runs
    assert first[:2] == (["overfit_small_data"], None) and first[2].id == public_pack.id
    (case,) = first[2].cases["overfit_small_data/accuracy"]
    assert case.payload["recipe"]["num_train"] == 100
    assert second[:2] == (["one_epoch"], None)
    assert folder == locate.root()
    assert verdict.points == verdict.max_points


def test_student_code_runs_in_this_process(in_a_tab, runs):
    check.run(["conv_forward_naive"])
    assert runs[0][:2] == (["conv_forward_naive"], inprocess.LEVEL)
    assert runs[1] == tab.DRIVE


def test_a_training_is_tried_on_a_few_images(in_a_tab, public_pack):
    cases = tab.cases(EXERCISE, public_pack).cases
    (whole,), (tried,) = (
        public_pack.cases["overfit_small_data/accuracy"],
        cases["overfit_small_data/accuracy"],
    )
    assert whole.payload["recipe"]["num_train"] == 100
    assert tried.payload["recipe"]["num_train"] == tried.payload["recipe"]["num_val"] == 20
    assert cases["conv_forward_naive/standard"] is public_pack.cases["conv_forward_naive/standard"]


def test_a_trial_says_so_and_gives_no_points(in_a_tab):
    (verdict,) = tab.as_tried(EXERCISE, passed("overfit_small_data"))
    assert (verdict.points, verdict.max_points) == (0.0, 4)
    assert verdict.title.endswith("in 15 epochs: here on 20 images")
    layer = passed("conv_forward_naive")
    assert tab.as_tried(EXERCISE, layer) == layer


def test_an_epoch_is_not_run_and_what_to_do_instead_is_said(in_a_tab, capsys):
    assert check.run(["one_epoch"]) == []
    told = capsys.readouterr().out
    told = " ".join(told.split())
    assert "one_epoch is not run in the browser" in told
    assert "It is judged when you hand in." in told
    assert "overfit_small_data shows here on 20 images" in told


def test_progress_does_not_wait_for_what_is_judged_later(in_a_tab, tmp_path):
    layers = [name for name in EXERCISE.names if name not in TRAININGS]
    told = progress.note(EXERCISE, tmp_path, passed(*layers[1:]))
    assert told.endswith(f"80 of 100 points. Next: {layers[0]}.")
    told = progress.note(EXERCISE, tmp_path, passed(*layers))
    assert "92 of 100 points. All done that is judged here; the other 8, of " in told
    assert "overfit_small_data and one_epoch, are when you hand in." in told


def test_a_command_is_a_call_in_a_cell(in_a_tab):
    assert typed("check", "conv_forward_naive") == "check('conv_forward_naive')"
    assert typed("submit") == "submit()"


def test_files_are_those_that_the_browser_keeps(in_a_tab, tmp_path, monkeypatch):
    given, drive = tmp_path / "assignment", tmp_path / "drive"
    for folder, text in ((given, "stub"), (drive / "assignment", "mine")):
        for name in EXERCISE.editable:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
    monkeypatch.setattr(locate, "given", lambda: given)
    monkeypatch.setattr(tab, "DRIVE", drive)
    tab.open_files()
    tab.open_files()  # the setup cell may be run again
    assert {(given / name).read_text() for name in EXERCISE.editable} == {"mine"}


def test_a_browser_that_keeps_no_files_is_told(in_a_tab, tmp_path, monkeypatch):
    monkeypatch.setattr(tab, "DRIVE", tmp_path / "nothing")
    with pytest.raises(tab.NoDrive, match="Private windows"):
        tab.open_files()


def test_the_tab_is_known_by_its_platform(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert tab.here.__wrapped__()
