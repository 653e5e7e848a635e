"""A course of all exercises: released, worked on in a browser, graded, reported and exported."""

import csv
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from in_jupyterlab import NEEDED, explained, make_home, opened, run, started, write_in_the_editor

from autograder import exercises, locate, markers
from autograder.course.gradebook.course import place_of
from autograder.course.museum import museum_of
from autograder.course.pages.report import page_of
from autograder.exercises.registry import worth

pytestmark = NEEDED
COURSE = [exercise.whole for exercise in exercises.every()]
NAMES = [exercise.name for exercise in COURSE]


def python(folder, *arguments):
    """Run a command of the autograder in a folder that holds it; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "CONVNETS_COURSE_SEED": "of a whole course"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """Return a folder with the unpacked archive of each exercise, by its name."""
    folder = tmp_path_factory.mktemp("releases")
    told = python(locate.root(), "release", "--all", "--out", folder)
    assert told.count("Ready to hand out") == len(COURSE)
    for path in folder.glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        name = path.name.partition("-student-")[0]
        (folder / path.stem).rename(folder / name)
    return folder


@pytest.fixture(scope="module")
def homes(tmp_path_factory, releases):
    """Return a folder with ada's copy of each exercise."""
    folder = tmp_path_factory.mktemp("ada")
    for name in NAMES:
        shutil.copytree(releases / name, folder / name)
    return folder


def as_written(exercise):
    """Return the files as a student writes them, right, by path below the package path."""
    return {
        name: markers.answer(locate.answers(name).read_text(encoding="utf-8"), name)
        for name in exercise.editable
    }


def answer_to(exercise):
    """Return what stands in the place of the stub in the first function, and in which file."""
    function = exercise.functions[0]
    text = as_written(exercise)[function.file.path].partition(f"def {function.name}(")[2]
    region = re.search(rf"{markers.BEGIN}\n(.*?)\n *{markers.END}", text, re.DOTALL)
    return f"assignment/{function.file.path}", region.group(1) + "\n"


@pytest.mark.parametrize("exercise", COURSE, ids=NAMES)
def test_a_students_loop(exercise, homes, tmp_path):
    copy, first = homes / exercise.name, exercise.names[0]
    most, file_and_answer = worth(exercise), answer_to(exercise)
    home = make_home(tmp_path / "home")
    with (
        started(copy, home, exercise.notebook) as lab,
        opened(lab, home) as page,
        explained(page, home),
    ):
        run(page, "# Setup: run this first", number=1)
        output = run(page, f'check("{first}")', number=2)
        assert f"{first} is not written yet. Write it in" in output
        assert f"0 of 100 points. Next: {first}" in output
        write_in_the_editor(page, copy, file_and_answer[0], first, file_and_answer[1])
        page.locator(".lm-TabBar-tab", has_text=f"{exercise.assignment}.ipynb").first.click()
        output = run(page, f'check("{first}")', number=3)
        assert f"{first}: {most[first]:g} of {most[first]:g} points" in output
        assert "CheckNotPassed" not in output


@pytest.fixture(scope="module")
def course(tmp_path_factory, homes):
    """Return a course graded in all exercises: ada is right, ben has one mistake in each."""
    folder = tmp_path_factory.mktemp("course")
    whole = {name: text for exercise in COURSE for name, text in as_written(exercise).items()}
    for exercise in COURSE:
        handed = folder / "handed in" / exercise.name
        copy = homes / exercise.name
        # What another exercise asks is a stub here too: a student brings what is written already.
        for name, text in whole.items():
            (copy / "assignment" / name).write_text(text, encoding="utf-8")
        told = python(copy, "submit")
        assert "Still to be written" not in told and "Not right yet" not in told
        (handed / "ada").mkdir(parents=True)
        shutil.move(copy / "submission.zip", handed / "ada" / "submission.zip")
        for name, text in {**as_written(exercise), **wrong_files(exercise)}.items():
            (handed / "ben" / name).parent.mkdir(parents=True, exist_ok=True)
            (handed / "ben" / name).write_text(text, encoding="utf-8")
        python(
            *(locate.root(), "grade", "--exercise", exercise.name, "--class-dir", handed),
            *("--out", folder / "course", "--notebook-seconds", 0),
        )
    return folder / "course"


def wrong_files(exercise):
    """Return the file with the museum's first mistake in the exercise's first function."""
    mistake = next(m for m in museum_of(exercise).MISTAKES if m.function == exercise.names[0])
    path = exercise.functions[0].file.path
    return {path: as_written(exercise)[path] + "\n\n" + mistake.code}


def test_each_exercise_is_graded_and_reported(course):
    for exercise in COURSE:
        place = place_of(course, exercise)
        with (place / "grades.csv").open(encoding="utf-8") as file:
            points = {row["student"]: float(row["points"]) for row in csv.DictReader(file)}
        assert points["ada"] == 100
        assert 0 < points["ben"] < 100
        page = (place / "report.html").read_text(encoding="utf-8")
        assert exercise.assignment in page
        for student in ("ada", "ben"):
            assert (course / page_of(exercise, student)).is_file()
        several = exercise is not COURSE[0]  # it was alone when it was graded
        assert ("All exercises of the course" in page) == several


def test_the_whole_course_is_reported_and_exported(course):
    page = (course / "together.html").read_text(encoding="utf-8")
    roster = course / "canvas.csv"
    roster.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section\nAda,1,ada,ada,A\nBen,2,ben,ben,A\n"
    )
    for exercise in COURSE:
        python(
            *(locate.root(), "export", "canvas", "--exercise", exercise.name, "--from", course),
            *("--roster", roster),
        )
        exported = place_of(course, exercise) / "exports" / "canvas.csv"
        with exported.open(encoding="utf-8") as file:
            scores = [row[-1] for row in csv.reader(file) if row[0] in ("Ada", "Ben")]
        assert float(scores[0]) == 100 and float(scores[1]) < 100
        assert page_of(exercise, "ada") in page
    python(locate.root(), "export", "together", "--from", course, "--out", course / "all.csv")
    with (course / "all.csv").open(encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert float(rows["ada"]["points"]) == 100 * len(COURSE)
    assert all(float(rows["ada"][exercise.assignment]) == 100 for exercise in COURSE)
    assert 0 < float(rows["ben"]["points"]) < float(rows["ada"]["points"])
