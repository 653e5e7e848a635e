"""A course with settings of its own: its ``course.toml`` goes through everything there is."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from autograder import locate
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS

GIVEN = ("spatial_groupnorm_forward", "spatial_groupnorm_backward")
NET = "ThreeLayerConvNet"
COMMENT = "ask Jo before the exam"
SETTINGS = f"""
# {COMMENT}
given = {list(GIVEN)}
due = "2026-12-01 23:59"
timezone = "Europe/Berlin"

[points]
{NET} = 30
conv_forward_naive = 15

[bars]
one_epoch = 0.35
"""
LAYERS_WORTH = 62 + 3  # without group normalization
TOTAL = LAYERS_WORTH + 30 + 8
LEFT_OUT = (
    *(".git", ".nox", "tests", "__pycache__", "results", "dist", "build", "cache"),
    *(".*_cache", ".hypothesis"),  # other tests write there meanwhile
)
MAKE = """
from pathlib import Path
from autograder import exercises, locate
from autograder.course import settings
from autograder.course.release import archive, proof
files = list(archive.contents(exercises.default(), locate.root(), settings.of_course()))
proof.prove_secrecy(exercises.default(), files)
archive.write_archive(files, Path("student.zip"), "exercise")
"""


def python(folder, *arguments, code=0):
    """Run Python in a folder that holds the autograder; return what it printed."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(folder),
            "CONVNETS_COURSE_SEED": "a seed of this course",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def command(folder, *arguments, code=0):
    return python(folder, "-m", "autograder", *arguments, code=code)


@pytest.fixture(scope="module")
def clone(tmp_path_factory, public_pack):
    """Return a course's own copy of the project, with settings."""
    folder = tmp_path_factory.mktemp("clone") / "convnets"
    shutil.copytree(locate.root(), folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (folder / "course.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def student(clone):
    """Return the unpacked archive of that course's students."""
    python(clone, "-c", MAKE)
    with zipfile.ZipFile(clone / "student.zip") as archive:
        archive.extractall(clone / "unpacked")
    return clone / "unpacked" / "exercise"


def test_the_archive_holds_what_students_need_and_no_comment(student):
    for path in student.rglob("*"):
        if path.is_file():
            assert COMMENT.encode() not in path.read_bytes(), path
    layers = (student / "assignment" / LAYERS).read_text(encoding="utf-8")
    assert "groupnorm_forward is not written yet" not in layers
    assert "return out, (x, gamma, beta, G, gn_param)" in layers
    assert "conv_forward_naive is not written yet" in layers
    assert not re.search("(BEGIN|END) SOLUTION", layers)
    readme = (student / "README.md").read_text(encoding="utf-8")
    assert "due 2026-12-01 23:59 CET (UTC+01:00)" in readme
    assert f"worth {TOTAL} points" in readme
    assert not re.search(r"\{[{%]", readme)
    notebook = json.loads((student / EXERCISE.notebook).read_text(encoding="utf-8"))
    names = {c["metadata"].get("nbgrader", {}).get("grade_id") for c in notebook["cells"]}
    assert NET in names
    assert not names & set(GIVEN)
    text = "".join("".join(cell["source"]) for cell in notebook["cells"])
    assert f"worth {TOTAL} points in all" in text
    assert "above 0.35 on the training" in text


def test_a_students_own_check_follows(student):
    told = command(student, "check", NET, code=1)
    assert f"{NET}: 0 of 30 points" in told
    assert f"0 of {TOTAL} points. Next: conv_forward_naive" in told
    assert "is given in this course" in command(student, "check", GIVEN[0], code=2)
    # What students were given works, also under what they build on it.
    code = (
        "import numpy as np; from cs231n import layers; x = np.ones((2, 4, 3, 3)); "
        "g = np.ones((1, 4, 1, 1)); out, cache = layers.spatial_groupnorm_forward(x, g, g, 2, {}); "
        "assert len(cache) == 5; dx, dg, db = layers.spatial_groupnorm_backward(out, cache)"
    )
    python(student, "-c", f"import sys; sys.path.insert(0, 'assignment'); {code}")


@pytest.mark.soak
def test_a_class_is_graded_shown_and_exported_by_it(clone, student):
    for name in ("ada", "ben"):
        folder = clone / "in" / name
        (folder / "cs231n" / "classifiers").mkdir(parents=True)
        shutil.copy(clone / "solutions" / LAYERS, folder / LAYERS)
        shutil.copy(student / "assignment" / CNN, folder / CNN)
        shutil.copy(student / EXERCISE.notebook, folder)
    text = (clone / "in" / "ben" / LAYERS).read_text()
    (clone / "in" / "ben" / LAYERS).write_text(text.replace("groups = x.reshape", "0 / 0 #"))
    out = clone / "graded"
    told = command(
        clone, "grade", "--class-dir", clone / "in", "--out", out, "--notebook-seconds", 60
    )
    assert "Due 2026-12-01 23:59 CET (UTC+01:00) (2026-12-01 22:59 UTC), as course.toml" in told
    for name in ("ada", "ben"):  # whatever became of what is given
        record = json.loads((out / "students" / f"{name}.json").read_text(encoding="utf-8"))
        assert sum(v["points"] for v in record["verdicts"]) == LAYERS_WORTH
        assert sum(v["max_points"] for v in record["verdicts"]) == TOTAL
        assert not {v["function"] for v in record["verdicts"]} & set(GIVEN)
    page = out / "feedback" / "ada" / EXERCISE.assignment / f"{EXERCISE.assignment}.html"
    assert f"<strong>{LAYERS_WORTH}</strong> of {TOTAL} points" in page.read_text(encoding="utf-8")
    assert "Reach 0.35 after one epoch" in page.read_text(encoding="utf-8")
    class_page = (out / "report.html").read_text(encoding="utf-8")
    assert 'data-value="0.0">to do</td>' in class_page  # the net, which nobody has written
    assert "groupnorm" not in class_page
    roster = clone / "roster.csv"
    roster.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\n"
        "    Points Possible,,,,\nAda,1,ada,ada,1\nBen,2,ben,ben,1\n"
    )
    command(clone, "export", "canvas", "--from", out, "--roster", roster)
    rows = list(csv.reader((out / "exports" / "canvas.csv").open(encoding="utf-8")))
    assert [row[-1] for row in rows[1:]] == [str(TOTAL), *[str(LAYERS_WORTH)] * 2]


@pytest.mark.soak
def test_other_points_in_mid_term_are_for_all_or_for_nobody(clone, student):
    test_file = clone / "course.toml"
    if not (clone / "graded").is_dir():
        pytest.skip("nobody has been graded")
    test_file.write_text(SETTINGS.replace("= 30", "= 31"), encoding="utf-8")
    try:
        told = command(clone, "grade", clone / "in" / "ada", "--out", clone / "graded", code=2)
    finally:
        test_file.write_text(SETTINGS, encoding="utf-8")
    assert f"{NET} is worth 31 instead of 30" in told
    assert "--regrade" in told


@pytest.mark.soak
def test_gradescope_follows(clone, student, tmp_path):
    command(clone, "gradescope", "--out", tmp_path / "gradescope.zip")
    source = tmp_path / "source"
    zipfile.ZipFile(tmp_path / "gradescope.zip").extractall(source)
    for path in source.rglob("*"):
        assert not path.is_file() or COMMENT.encode() not in path.read_bytes()
    (tmp_path / "submission").mkdir()
    shutil.copy(clone / "solutions" / LAYERS, tmp_path / "submission" / "layers.py")
    python(source, "-m", "autograder.course.exports.gradescope_run", tmp_path)
    results = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert sum(test["max_score"] for test in results["tests"]) == TOTAL
    assert sum(test["score"] for test in results["tests"]) == LAYERS_WORTH


WRONG = {
    "exercise": 'exercise = "rnn"',
    "given": 'given = ["groupnorm"]',
    "points": 'points.ThreeLayerConvNet = "many"',
    "bars": "bars.one_epoch = 35",
    "seconds": "seconds.one_epoch = -1",
    "due": 'due = "1.12.2026"',
    "timezone": 'timezone = "PST"',
    "modules": 'modules.no_such_module = "no-such-module"',
    "address": 'address = "somewhere"',
}
COMMANDS = {
    "release": ("release",),
    "grade": ("grade",),
    "gradescope": ("gradescope", "--out", "gradescope.zip"),
    "extend": ("extend", "al", "--days", "1"),
    "export": ("export", "canvas"),
    "check": ("check", "conv_forward_naive"),
}


@pytest.mark.parametrize("key", WRONG)
def test_each_key_that_is_wrong_is_named_by_each_command(clone, key):
    (clone / "course.toml").write_text(WRONG[key], encoding="utf-8")
    try:
        said = {
            name: command(clone, *arguments, code=2)
            for name, arguments in COMMANDS.items()
            if key == "due" or name == "check"  # they all begin alike
        }
    finally:
        (clone / "course.toml").write_text(SETTINGS, encoding="utf-8")
    for name, text in said.items():
        assert f"course.toml: {key}" in text, name
        assert "Traceback" not in text
    assert not (clone / "dist").exists()
    assert not (clone / "results").exists()


@pytest.mark.soak
def test_the_release_is_proved_by_it(clone, tmp_path):
    """The solution gets all points, by the course's bars, and the skeleton none."""
    told = command(clone, "release", "--out", tmp_path)
    assert f"  {TOTAL} points." in told
    assert "  0 points." in told
