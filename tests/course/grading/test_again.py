"""A part of a grading made anew: another notebook beside the same files, or a single check."""

import csv
import io
import json
import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook
from rich.console import Console

from autograder import __main__ as cli
from autograder import locate
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.history import Event, note_history
from autograder.course.grading import checking, spread
from autograder.course.grading.classroom import Settings
from autograder.course.grading.classroom import run as run_class
from autograder.course.museum import packs
from autograder.course.pages.report import page_of
from autograder.course.record import load, save
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from made_up import course_at

NAME = EXERCISE.assignment
NET = "ThreeLayerConvNet"
POOL = "max_pool_backward_naive"


def hand_in(folder, solution):
    """Hand in right layers, but for one, with a notebook."""
    (folder / "cs231n" / "classifiers").mkdir(parents=True)
    text = solution.files[LAYERS].decode()
    head, name, tail = text.partition(f"def {POOL}")
    (folder / LAYERS).write_text(head + name + tail.replace("] += dout", "] = dout", 1))
    (folder / CNN).write_text("raise NotImplementedError\n")
    write_notebook(folder, "first")


def write_notebook(folder, answer, output=""):
    """Hand in the notebook with an answer to the last question, and as good as no other cells."""
    notebook = nbformat.read(locate.root() / EXERCISE.notebook, as_version=4)
    keep = ("answer", "check-")
    notebook.cells = [cell for cell in notebook.cells if cell.id.startswith(keep)]
    notebook.cells[-1].source = answer
    notebook.cells.insert(0, nbformat.v4.new_code_cell(f"print({output!r})", id="own"))
    nbformat.write(notebook, folder / f"{NAME}.ipynb")


def grade(folder, out, pack, **options):
    """Grade, with a pack; return what is said, which checks are asked of whom, and the course."""
    judged = []
    checks = checking.run_checks

    def noted(*arguments, **options):
        judged.append(options["names"])
        return checks(*arguments, **options)

    def here(todo, cases, jobs, grade, *_):
        for submission in todo:
            yield submission.student, grade(submission, cases)

    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "run_checks", noted)
        patch.setattr(packs, "build", lambda *_: pack)
        patch.setattr(packs, "identify", lambda *_: pack.id)
        patch.setattr(spread, "grade_all", here)
        course = course_at(out)
        run_class([folder], course, Settings("seed", **options), Console(file=output, width=200))
    return output.getvalue(), judged, course


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory, solution, public_pack):
    """Grade a submission, for copies of it; return the folder and what was asked of whom."""
    base = tmp_path_factory.mktemp("once")
    hand_in(base / "in" / "al", solution)
    _, asked, _ = grade(base / "in" / "al", base / "out", public_pack)
    return base, asked


@pytest.fixture
def handed(tmp_path, graded_once):
    """Return the folder of a student, who has been graded."""
    shutil.copytree(graded_once[0], tmp_path, dirs_exist_ok=True)
    return tmp_path / "in" / "al"


@pytest.fixture
def run(tmp_path, public_pack):
    """Return a function that grades again, with the public cases."""

    def again(folder, **options):
        return grade(folder, tmp_path / "out", public_pack, **options)

    return again


def answer(course):
    """Return the answer that the formgrader shows, and whether it waits to be looked at."""
    notebook = nbformat.read(course.notebook("autograded", "al"), as_version=4)
    cells = {
        cell.metadata.nbgrader.get("grade_id"): cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }
    with Gradebook(course.url, course.course_id) as book:
        grade = book.find_grade("answer_second_convolution", NAME, NAME, "al")
        return cells["answer_second_convolution"].source, grade.needs_manual_grade


def by_hand(course, cell, score):
    with Gradebook(course.url, course.course_id) as book:
        grade = book.find_grade(cell, NAME, NAME, "al")
        grade.manual_score, grade.needs_manual_grade = score, False
        book.db.commit()


@pytest.mark.soak
def test_another_notebook_reaches_the_formgrader_and_the_points_stay(
    tmp_path, graded_once, handed, run
):
    assert graded_once[1] == [None]
    course = course_at(tmp_path / "out")
    assert "first" in answer(course)[0]
    before = load(tmp_path / "out" / "students" / "al.json")
    by_hand(course, "answer_second_convolution", 0.0)
    by_hand(course, NET, 2.0)
    points = gradebook.scores(course)["al"].points

    text, asked, _ = run(handed)  # nothing is new
    assert asked == []
    assert "0 to grade" in text
    assert "another notebook" not in text
    assert not answer(course)[1]

    write_notebook(handed, "first", output="another output")
    text, asked, _ = run(handed)
    assert asked == []  # the points are not computed again
    assert "al: the notebook" in text
    assert not answer(course)[1]  # the same answer is not to be looked at again
    page = (tmp_path / "out" / page_of(EXERCISE, "al")).read_text(encoding="utf-8")
    assert "another output" in page

    write_notebook(handed, "second")
    text, asked, _ = run(handed)
    assert asked == []
    assert "second" in answer(course)[0]
    assert answer(course)[1]
    page = (tmp_path / "out" / page_of(EXERCISE, "al")).read_text(encoding="utf-8")
    assert "second" in page
    after = load(tmp_path / "out" / "students" / "al.json")
    assert (after.verdicts, after.key) == (before.verdicts, before.key)
    assert after.pictures == before.pictures
    assert gradebook.scores(course)["al"].points == points
    assert "second" in course.notebook("submitted", "al").read_text(encoding="utf-8")
    rows = list(csv.DictReader((course.root / "history.csv").open(encoding="utf-8")))
    assert [row["event"] for row in rows] == ["graded", *["notebook handed in again"] * 2]
    text, asked, _ = run(handed)
    assert (asked, "another notebook" in text) == ([], False)


def test_other_files_wait_and_line_ends_are_no_difference(handed, run):
    (handed / LAYERS).write_bytes((handed / LAYERS).read_bytes().replace(b"\n", b"\r\n"))
    text, asked, _ = run(handed)
    assert asked == []
    assert "reused" in text
    (handed / LAYERS).write_text("# other layers")
    write_notebook(handed, "second")
    text, asked, course = run(handed)
    assert asked == []
    assert "These grades stay" in text
    assert "first" in answer(course)[0]


def mend(handed, solution):
    """Mend what is wrong with the solution of a check: here, the files that were handed in."""
    (handed / LAYERS).write_bytes(solution.files[LAYERS])


def test_one_check_is_graded_again_and_all_else_stays(tmp_path, handed, run, solution):
    course = course_at(tmp_path / "out")
    by_hand(course, "conv_forward_naive", 5.0)
    path = tmp_path / "out" / "students" / "al.json"
    record = load(path)
    assert "max_pool_backward_naive/overlapping" in record.pictures
    # As if a former version had seen these very files otherwise.
    for verdict in record.verdicts:
        if verdict.function in (POOL, "conv_backward_naive"):
            object.__setattr__(verdict, "points", 0.0)
    save(record, path)
    with Gradebook(course.url) as book:
        for name in (POOL, "conv_backward_naive"):
            book.find_grade(name, NAME, NAME, "al").auto_score = 0.0
        book.db.commit()
    before = gradebook.scores(course)["al"]
    text, asked, _ = run(handed, regrade=True, checks=(POOL,), notebook_seconds=0)
    assert asked == [(POOL,)]
    after = gradebook.scores(course)["al"]
    gained = load(path).by_function()[POOL][0]
    assert 0 < gained < 10
    assert after.points == before.points + gained
    assert {n: s for n, s in after.by_cell.items() if n != POOL} == {
        n: s for n, s in before.by_cell.items() if n != POOL
    }
    line = f"{POOL} 0/10 to {gained:g}/10"
    assert f"Changed for al: {line}; the score from {before.points:g}" in text
    assert "changed by hand: conv_forward_naive" in text
    rows = list(csv.DictReader((course.root / "history.csv").open(encoding="utf-8")))
    assert (rows[-1]["event"], rows[-1]["changes"]) == (f"graded again: {POOL}", line)
    assert load(path).by_function()["conv_backward_naive"][0] == 0
    assert "max_pool_backward_naive/overlapping" in load(path).pictures
    # What a person has set stays, whatever the check says.
    by_hand(course, POOL, 1.0)
    text, _, _ = run(handed, regrade=True, checks=(POOL,), notebook_seconds=0)
    assert gradebook.scores(course)["al"].by_cell[POOL] == 1
    # Of other files, it would be half a grade.
    mend(handed, solution)
    text, asked, _ = run(handed, regrade=True, checks=(POOL,), notebook_seconds=0)
    assert asked == []
    assert "Not graded by halves: al" in text


def test_a_check_is_named_right_and_with_regrade(capsys):
    assert cli.main(["grade", "--check", "conv_forward_naive"]) == 2
    assert "give it with --regrade" in capsys.readouterr().err
    assert cli.main(["grade", "--regrade", "--check", "conv"]) == 2
    assert "There is no check 'conv'" in capsys.readouterr().err


def test_a_history_of_the_version_before_gets_its_new_column(tmp_path):
    course = course_at(tmp_path)
    path = course.root / "history.csv"
    old = "time,student,event,checks,score before,score,pack\r\n2026,al,graded,1,,1,p\r\n"
    path.write_bytes(old.encode())
    note_history(course, [Event("al", "graded again", "2", "1", "2", "p", "x 1 to 2")])
    rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    assert [row["changes"] for row in rows] == [None, "x 1 to 2"]
    assert [row["student"] for row in rows] == ["al", "al"]
    assert json.dumps(rows[0]["score"]) == '"1"'
