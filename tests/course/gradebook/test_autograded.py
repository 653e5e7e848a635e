"""course/gradebook/autograded.py and fitted.py: whatever a notebook is, the formgrader shows it."""

import copy
import html
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder.course.gradebook import autograded
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.course import generate
from autograder.course.gradebook.entries import answered
from autograder.course.gradebook.fitted import MISSING
from autograder.course.intake import apart
from autograder.course.notebooks.picture import Picture
from autograder.exercises.convnets import EXERCISE
from made_up import course_at, enter_record, record_of

ANSWERS = ["answer_fast_layers", "answer_batchnorm"]


APART = apart.Apart()


@pytest.fixture(scope="module", autouse=True)
def ended():
    with APART:
        yield


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return course_at(tmp_path_factory.mktemp("course"))


@pytest.fixture
def book(course):
    return nbformat.reads(course.released.decode(), as_version=4)


def make(course, notebook, outcomes=None):
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return autograded.make(course, nbformat.writes(notebook).encode(), outcomes or {}, APART)


def names(notebook):
    found = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return [name for name in found if name]


def named(notebook, name):
    (cell,) = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name]
    return cell


def answers(book):
    return [name for name in names(book) if named(book, name).metadata.nbgrader.solution]


def waits(made):
    """Return whether an answer waits for a person."""
    return None in answered(made.notebook).values()


def test_a_blank_notebook_is_as_it_was_handed_out(course, book):
    made = make(course, book)
    assert [c.source for c in made.notebook.cells] == [c.source for c in book.cells]
    assert made.remarks == []
    assert not waits(made)
    assert not waits(autograded.make(course, b"", {}, APART))


def stripped(cells):
    for cell in cells:
        cell.metadata.clear()
    return cells


WITHOUT = {
    "no cells": lambda cells: [],
    "one cell": lambda cells: [new_code_cell("1")],
    "metadata stripped": stripped,
    "the first answer deleted": lambda cells: [
        c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") != ANSWERS[0]
    ],
    "all graded cells deleted": lambda cells: [c for c in cells if "nbgrader" not in c.metadata],
    "reversed": lambda cells: cells[::-1],
    "other names": lambda cells: [new_markdown_cell("x", metadata={"nbgrader": {"grade_id": "z"}})],
    "a name that is none": lambda cells: [
        *cells, new_markdown_cell("x", metadata={"nbgrader": {"grade_id": ["z"]}})
    ],
    "nbgrader's metadata gone wrong": lambda cells: [
        *cells, new_markdown_cell("x", metadata={"nbgrader": {}})
    ],
}  # fmt: skip


@pytest.mark.parametrize("how", WITHOUT)
def test_every_graded_cell_is_there_once(course, book, how):
    expected = set(names(book))
    made = make(course, new_notebook(cells=WITHOUT[how](copy.deepcopy(book.cells))))
    assert sorted(names(made.notebook)) == sorted(expected)
    assert set(answered(made.notebook)) == set(answers(book))
    for name in expected - set(answers(book)):
        assert named(made.notebook, name).source == named(book, name).source
    short = how in ("no cells", "one cell", "metadata stripped", "other names") or "deleted" in how
    assert bool(made.remarks) == short
    for remark in made.remarks:
        assert remark in made.notebook.cells[0].source


def test_who_wrote_an_answer_elsewhere_is_looked_at_and_who_wrote_none_is_not(course, book):
    cells = stripped(copy.deepcopy(book.cells))
    assert not waits(make(course, new_notebook(cells=cells)))
    cells.insert(3, new_markdown_cell("Because of BLAS."))
    made = make(course, new_notebook(cells=cells))
    assert waits(made)
    assert {named(made.notebook, name).source for name in answers(book)} == {MISSING}


@pytest.mark.parametrize(
    ("texts", "taken"),
    [
        (["THE ANSWER", "THE ANSWER"], "THE ANSWER"),
        (["THE ANSWER", None], "THE ANSWER"),
        ([None, "THE ANSWER"], "THE ANSWER"),
        (["THE ANSWER", ""], "THE ANSWER"),
        (["THE ANSWER is long.", "And here is more of it, the half."], "And here is more"),
        ([None, None], None),
        (["", "a", "THE ANSWER"], "THE ANSWER"),
    ],
)
def test_of_a_cell_that_was_copied_or_split_the_students_own_is_taken(course, book, texts, taken):
    name = answers(book)[0]
    place = book.cells.index(named(book, name))
    copies = [copy.deepcopy(book.cells[place]) for _ in texts]
    for cell, text in zip(copies, texts, strict=True):
        cell.source = cell.source if text is None else text
    book.cells[place : place + 1] = copies
    made = make(course, book)
    assert (taken or "Double-click") in named(made.notebook, name).source
    assert name in made.remarks[0]
    whole = html.unescape(" ".join(cell.source for cell in made.notebook.cells))
    assert all((text or "") in whole for text in texts)  # nothing that was written is lost
    assert waits(made) == (taken is not None)


def test_a_check_that_was_copied_is_the_one_that_was_handed_out(course, book):
    name = next(n for n in names(book) if n not in answers(book))
    place = book.cells.index(named(book, name))
    book.cells.insert(place, copy.deepcopy(book.cells[place]))
    book.cells[place].source = "check = print"
    made = make(course, book, {name: "0 of 12 points\n"})
    cell = named(made.notebook, name)
    assert "check = print" not in cell.source
    assert cell.outputs[0].text == "0 of 12 points\n"


def test_an_answer_in_a_cell_of_code_is_text_again(course, book):
    name = answers(book)[0]
    cell = named(book, name)
    book.cells[book.cells.index(cell)] = new_code_cell("my answer", metadata=cell.metadata)
    made = named(make(course, book).notebook, name)
    assert (made.cell_type, "my answer" in made.source) == ("markdown", True)


def page(notebook):
    """Return what nbconvert makes of it, as the formgrader does."""
    return HTMLExporter().from_notebook_node(notebook)[0]


def test_nothing_that_a_student_wrote_acts_in_the_formgrader(course, book):
    evil = "<img src=/logout onerror=alert(1)> ![x](/logout) [x](javascript\\:alert(2)) a < b"
    name = answers(book)[0]
    named(book, name).source = evil
    book.cells += [new_markdown_cell(evil), new_raw_cell(evil), new_code_cell(evil)]
    book.cells.append(
        new_raw_cell("<script>evil()</script>", metadata={"raw_mimetype": "text/html"})
    )
    made = make(course, book)
    shown = BeautifulSoup(page(made.notebook), "html.parser")
    assert not [image for image in shown.find_all("img") if "logout" in str(image)]
    assert not [link for link in shown.find_all("a") if "alert" in link.get("href", "")]
    assert not [script for script in shown.find_all("script") if "evil" in script.text]
    assert shown.text.count("a < b") >= 3


def test_a_picture_that_was_pasted_is_shown(course, book):
    cell = new_markdown_cell("See ![plot](attachment:a.png), ![lost](attachment:b.png).")
    cell.attachments = {"a.png": {"image/png": "iVBORw0KGgo="}}
    book.cells.append(cell)
    made = make(course, book)
    assert all("attachments" not in cell for cell in made.notebook.cells)
    shown = page(made.notebook)
    assert "data:image/png;base64,iVBORw0KGgo" in shown
    assert "[picture: lost]" in shown


SLOW = {
    "blanks": " " * 20_000,
    "lines": "x\n" + "\n" * 20_000 + "y",
    "tabs": "\t" * 20_000,
    "a long line": "a = " + "1 + " * 5000,
    "much of it": "a = 1\n" * 3000,
    "blank lines": "x = 1\n" + " \n" * 10_000,
}


@pytest.mark.parametrize("source", SLOW.values(), ids=SLOW)
def test_code_that_takes_long_to_highlight_is_shown_without(course, book, source):
    book.cells.append(new_code_cell(source))
    cell = make(course, book).notebook.cells[-1]
    assert (cell.source, cell.metadata.magics_language) == (source, "text")


def too_much(*_):
    raise apart.ApartError("takes more than 5 seconds")


def test_what_takes_too_long_to_show_is_shown_as_it_was_typed(course, book, monkeypatch):
    name = answers(book)[0]
    named(book, name).source = "**Because** of BLAS."
    book.cells.append(new_code_cell("a = 1"))
    with monkeypatch.context() as patch:
        patch.setattr(APART, "call", too_much)
        made = make(course, book).notebook
    assert made.cells[-1].metadata.magics_language == "text"
    assert "**Because** of BLAS." in BeautifulSoup(page(made), "html.parser").text
    made = make(course, book).notebook
    assert "magics_language" not in made.cells[-1].metadata
    assert "**Because**" not in BeautifulSoup(page(made), "html.parser").text


def test_all_code_together_is_bounded_and_usual_code_is_highlighted(course, book):
    book.cells += [new_code_cell("a = 1\n" * 1000) for _ in range(30)]
    cells = make(course, book).notebook.cells[-30:]
    plain = ["magics_language" in cell.metadata for cell in cells]
    assert plain[:16] == [False] * 16
    assert plain[-1]


def test_half_a_character_is_no_end(course, book, tmp_path):
    made = make(course, book)
    made.notebook.cells[0].source += "\ud800"
    autograded.keep(course, "al", made.notebook)
    assert nbformat.read(course.notebook("autograded", "al"), 4).cells[0].source.endswith("?")


def test_drawings_stand_below_their_check_and_the_source_at_the_end(course, book):
    evil = b"def f():\n    return '<script>alert(1)</script>'  # $x$ `a`\n\n\nx = 1\n"
    picture = Picture("conv_forward_naive/stride", "what <it> shows", b"PNG")
    made = autograded.make(
        course, b"", {"conv_forward_naive": "0 of 12\n"}, APART, {"conv_forward_naive": [picture]},
        {"cs231n/layers.py": evil},
    )  # fmt: skip
    stream, drawn = named(made.notebook, "conv_forward_naive").outputs
    assert (stream.text, drawn.data["image/png"]) == ("0 of 12\n", "UE5H")
    cell = made.notebook.cells[-1]
    assert cell.metadata.nbgrader.grade_id == "layers_py"
    # As the formgrader shows it: the source, line by line, and nothing that acts.
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(made.notebook)
    soup = BeautifulSoup(page, "html.parser")
    (shown,) = (pre for pre in soup.find_all("pre") if "alert(1)" in pre.get_text())
    assert "<script>alert(1)</script>" in shown.get_text()
    assert [tag["class"] for tag in shown.find_all("span", class_="linenos")] == [["linenos"]] * 5
    assert "what &lt;it&gt; shows" in page


def test_a_file_can_be_commented_on_also_in_an_older_gradebook(tmp_path):
    course = course_at(tmp_path)
    with course.gradebook() as before:  # as a course was that knew nothing of these
        before.add_student("al")
        before.add_submission(EXERCISE.assignment, "al")
    notebook = autograded.make(course, b"", {}, APART).notebook
    for student in ("al", "bo"):
        for _ in range(2):
            enter_record(course, record_of(student), notebook, replace=True)
        with course.gradebook() as book:
            (submitted,) = book.find_submission(EXERCISE.assignment, student).notebooks
            (comment,) = (c for c in submitted.comments if c.name == "layers_py")
            comment.manual_comment = "Well done."
            book.db.commit()
    assert gradebook.scores(course)["al"].comments == {"layers_py": "Well done."}
    generate(EXERCISE, course.config)  # nbgrader refuses where cells were added or removed


def test_the_figures_of_the_exercise_are_beside_what_is_kept(course, book):
    made = make(course, book)
    for _ in range(2):
        autograded.keep(course, "ada", made.notebook)
    folder = course.folder("autograded", "ada")
    named_in = re.findall(r"\(figures/([\w.]+)\)", "".join(c.source for c in book.cells))
    assert len(named_in) > 5
    assert all((folder / "figures" / name).is_file() for name in named_in)
