"""A whole round, as its users go through it: release, hand in, grade, feedback, export, regrade."""

import csv
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder import locate
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import read_course
from autograder.course.pages.report import page_of
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS

DUE = "2026-12-01 12:00 UTC"
ON_TIME, LATE = "2026-12-01 11:00:00 UTC", "2026-12-01 13:30:00 UTC"


def command(*arguments, folder=None):
    """Run a command of the autograder in a folder that holds it; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        cwd=folder or locate.root(),
        env={**os.environ, "CONVNETS_COURSE_SEED": "a seed for the whole round"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def student_copy(tmp_path_factory, unpacked_release):
    """Return the unpacked archive that students get."""
    return shutil.copytree(unpacked_release, tmp_path_factory.mktemp("student") / "exercise")


@pytest.fixture(scope="module")
def course(tmp_path_factory, student_copy, solution):
    """Return a course to which mia (a mistake), leo (late) and nora (nothing) have handed in."""
    root = tmp_path_factory.mktemp("course")
    # No net, which would have to be trained: that takes most of a minute.
    layers = {"leo": solution.files[LAYERS], "mia": with_a_mistake(solution.files[LAYERS])}
    for name, code in layers.items():
        work = root / "homes" / name
        shutil.copytree(student_copy, work)
        (work / "assignment" / LAYERS).write_bytes(code)
        told = command("submit", folder=work)
        assert "Still to be written: ThreeLayerConvNet" in told
        assert ("Not right yet: max_pool_backward_naive" in told) == (name == "mia")
        zipfile.ZipFile(work / "submission.zip").extractall(handed_in(root, name))
    handed_in(root, "nora").mkdir(parents=True)
    for name, when in {"mia": ON_TIME, "leo": LATE, "nora": ON_TIME}.items():
        (handed_in(root, name) / "timestamp.txt").write_text(when)
    return root


def handed_in(root, name):
    """Return where nbgrader keeps what a student handed in."""
    return root / "submitted" / name / EXERCISE.assignment


def with_a_mistake(layers):
    """Return layers in which a window's gradient replaces that of another one."""
    text = layers.decode()
    begin = text.index("def max_pool_backward_naive")
    head, tail = text[:begin], text[begin:]
    assert "+= " in tail
    return (head + tail.replace("+= ", "= ", 1)).encode()


def points(root):
    return {
        name: score.points for name, score in gradebook.scores(read_course(EXERCISE, root)).items()
    }


@pytest.mark.soak
def test_a_round(course):
    # Grade.
    told = command("grade", "--course", course, "--due", DUE, "--notebook-seconds", 60)
    assert "3 students in" in told
    assert "leo has 78: late by 1:30:00, without a penalty" in told
    assert points(course) == {"leo": 78, "mia": 75, "nora": 0}

    # Feedback: the mistake by name and with a picture, the notebook as it ran.
    mia = (course / page_of(EXERCISE, "mia")).read_text(encoding="utf-8")
    assert "a window&#39;s gradient replaces what another window gave" in mia
    assert mia.count('<img src="data:image/png') >= 3
    assert "X_train  (49000, 3, 32, 32)" in mia
    assert "NotImplementedError" in mia  # of the net, in the notebook
    assert "after it was due" in (course / page_of(EXERCISE, "leo")).read_text(encoding="utf-8")
    assert "could not be read" in (course / page_of(EXERCISE, "nora")).read_text(encoding="utf-8")
    class_page = (course / "report.html").read_text(encoding="utf-8")
    assert "a window&#39;s gradient replaces" in class_page

    # The instructor decides something in the formgrader.
    with Gradebook(read_course(EXERCISE, course).url) as book:
        grade = book.find_grade(
            "ThreeLayerConvNet", EXERCISE.assignment, EXERCISE.assignment, "mia"
        )
        grade.manual_score = 4.0
        book.db.commit()
    assert points(course)["mia"] == 79

    # mia hands in again: nothing changes unasked, and what a person decided stays.
    shutil.copy(handed_in(course, "leo") / LAYERS, handed_in(course, "mia") / LAYERS)
    told = command("grade", "--course", course)
    assert "mia. These grades stay; --regrade replaces them" in told
    assert points(course)["mia"] == 79
    command("grade", "--course", course, "--regrade", "--only", "mia", "--notebook-seconds", 0)
    assert points(course) == {"leo": 78, "mia": 82, "nora": 0}
    rows = list(csv.DictReader((course / "history.csv").open(encoding="utf-8")))
    assert [(r["student"], r["event"], r["score"]) for r in rows if r["student"] == "mia"] == [
        ("mia", "graded", "75"),
        ("mia", "graded again", "82"),
    ]

    # Export: nbgrader's own file has the same scores.
    told = command("export", "nbgrader", "--from", course, "--out", course / "nbgrader.csv")
    exported = csv.DictReader((course / "nbgrader.csv").open(encoding="utf-8"))
    assert {row["student_id"]: float(row["score"]) for row in exported} == points(course)


def test_the_skeleton_of_the_release_is_worth_nothing(student_copy):
    assert (student_copy / "assignment" / CNN).is_file()
    assert not (student_copy / "solutions").exists()
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "check", "conv_forward_naive"],
        cwd=student_copy,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "0 of 12 points" in done.stdout
    assert Path(student_copy / "README.md").is_file()
