"""Whatever is raised while one student is settled costs that student alone, and is named."""

import errno
import io

import numpy as np
import pytest
from rich.console import Console

from autograder.course import record as results
from autograder.course.gradebook import entries
from autograder.course.gradebook import scores as gradebook
from autograder.course.grading import classroom, ledger, spread, store
from autograder.course.grading.checking import Drawn
from autograder.course.grading.classroom import Settings
from autograder.course.grading.student import Graded
from autograder.course.museum import packs
from autograder.course.notebooks.file import grading_of
from autograder.course.notebooks.reply import fits_cell
from autograder.exercises.convnets import EXERCISE
from autograder.judging.pack import Pack
from autograder.judging.trained import Trained
from made_up import course_at, record_of


@pytest.fixture
def quick(monkeypatch):
    """Make grading quick: no case pack is built, and each student gets a made-up record."""

    def fake(todo, cases, jobs, grade, *_):
        for submission in todo:
            key = results.key_of(EXERCISE, submission, cases.id)
            yield submission.student, Graded(record_of(submission.student, key=key))

    monkeypatch.setattr(packs, "build", lambda _, seed: Pack(seed, {}))
    monkeypatch.setattr(packs, "identify", lambda _, seed: seed)
    monkeypatch.setattr(spread, "grade_all", fake)


def hand_in(folder, student):
    path = folder / student / "layers.py"
    path.parent.mkdir(parents=True)
    path.write_text("# layers")
    return path.parent


def run(paths, out):
    output = io.StringIO()
    console = Console(file=output, width=400)
    records, _ = classroom.run(paths, course_at(out), Settings("seed"), console)
    return records, output.getvalue()


def breaks_for(student, real, error):
    """Return a function that fails for one student, who is in one of its arguments."""

    def broken(*arguments, **options):
        if any(f"'{student}'" in repr(argument)[:2000] for argument in arguments):
            raise error
        return real(*arguments, **options)

    return broken


@pytest.mark.parametrize("error", [AttributeError("'dict' has no"), OSError(36, "too long")])
def test_one_who_cannot_be_entered_costs_nobody_else(tmp_path, quick, monkeypatch, error):
    paths = [hand_in(tmp_path / "in", name) for name in ("al", "bo", "cy")]
    with monkeypatch.context() as patch:
        patch.setattr(entries, "enter_one", breaks_for("bo", entries.enter_one, error))
        records, text = run(paths, tmp_path / "out")
    assert "bo: could not be graded" in text
    assert (tmp_path / "out" / "report.html").is_file()
    assert set(gradebook.scores(course_at(tmp_path / "out"))) == {"al", "cy"}
    records, text = run(paths, tmp_path / "out")  # what was kept is entered now
    assert "could not be" not in text
    assert [record.points for record in records] == [100, 100, 100]
    assert gradebook.scores(course_at(tmp_path / "out"))["bo"].points == 100


def test_students_are_entered_by_batches(tmp_path, quick, monkeypatch):
    paths = [hand_in(tmp_path / "in", f"s{number}") for number in range(7)]
    calls, real = [], entries.enter
    monkeypatch.setattr(ledger, "MOST_WAITING", 3)

    def counted(course, new):
        calls.append([entry.record.student for entry in new])
        return real(course, new)

    monkeypatch.setattr(entries, "enter", counted)
    run(paths, tmp_path / "out")
    assert calls == [["s0", "s1", "s2"], ["s3", "s4", "s5"], ["s6"]]
    assert len(gradebook.scores(course_at(tmp_path / "out"))) == 7


def test_nobody_waits_long_for_the_gradebook(tmp_path, quick, monkeypatch):
    monkeypatch.setattr(ledger, "MOST_SECONDS", 0.0)
    calls, real = [], entries.enter
    monkeypatch.setattr(entries, "enter", lambda *a: calls.append(len(a[1])) or real(*a))
    run([hand_in(tmp_path / "in", name) for name in ("al", "bo")], tmp_path / "out")
    assert calls == [1, 1]


def test_who_is_done_when_a_run_is_stopped_is_in_the_gradebook(tmp_path, quick, monkeypatch):
    real = spread.grade_all

    def stopped(*arguments):
        for student, outcome in real(*arguments):
            if student == "cy":
                raise KeyboardInterrupt
            yield student, outcome

    paths = [hand_in(tmp_path / "in", name) for name in ("al", "bo", "cy")]
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(spread, "grade_all", stopped)
        run(paths, tmp_path / "out")
    assert set(gradebook.scores(course_at(tmp_path / "out"))) == {"al", "bo"}


def test_a_full_disk_ends_the_run(tmp_path, quick, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store, "save", full)
    with pytest.raises(OSError, match="No space"):
        run([hand_in(tmp_path / "in", "al")], tmp_path / "out")


def test_a_damaged_notebook_in_the_results_is_named(tmp_path, quick):
    kinds = {"a": b"", "b": b"{", "c": b"[]", "d": b"\xff", "e": b'{"nbformat": 4, "cells": 3}'}
    paths = [hand_in(tmp_path / "in", name) for name in (*kinds, "whole")]
    run(paths, tmp_path / "out")
    for page in (tmp_path / "out" / "feedback").rglob("*.html"):
        page.unlink()
    for name, data in kinds.items():
        damaged = store.executed_path(tmp_path / "out", name)
        damaged.parent.mkdir(exist_ok=True)
        damaged.write_bytes(data)
    _, text = run(paths, tmp_path / "out")
    for name in kinds:
        assert f"{store.executed_path(tmp_path / 'out', name)} is no notebook" in text
    assert "whole: could" not in text
    assert len(list((tmp_path / "out" / "feedback").rglob("*.html"))) == 1


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("worst", [-1e308, 1e308, np.inf, -np.inf, np.nan])
def test_what_cannot_be_drawn_costs_no_verdict(worst):
    loss, accuracy = np.array([1e308, worst, 2.0]), np.array([0.1, worst])
    Drawn().training(Trained("one_epoch", loss, accuracy, accuracy, np.full((2, 3, 3, 3), worst)))


@pytest.mark.parametrize("kind", [np.zeros(3), ["stdout"], None, 3, {}])
def test_the_kind_of_an_output_is_a_word(kind):
    output = {"kind": kind, "data": np.zeros(3, np.uint8)}
    assert not fits_cell({"outputs": [output], "error": None})
    assert fits_cell({"outputs": [{**output, "kind": "stdout"}], "error": None})


@pytest.mark.parametrize("name", ["checksum", "cell_type", "grade_id"])
def test_half_a_character_in_nbgraders_metadata(name):
    about = {"schema_version": 3, "grade": True, "grade_id": "a", "locked": True, "solution": False}
    assert grading_of({"metadata": {"nbgrader": {**about, "checksum": "ab"}}})
    assert grading_of({"metadata": {"nbgrader": {**about, name: "\ud800"}}}) == {}
