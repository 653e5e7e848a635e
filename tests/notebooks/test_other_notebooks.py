"""The notebooks of all exercises: points, sections, drawings, and cells fit for nbgrader."""

import json
import re
import subprocess
import sys

import nbformat
import pytest

from autograder import exercises, locate
from autograder.course.notebooks.figures import figures
from autograder.exercises.registry import worth

EVERY = pytest.mark.parametrize("exercise", exercises.every(), ids=lambda exercise: exercise.name)


def read(exercise):
    return nbformat.read(locate.root() / exercise.notebook, as_version=4)


def graded(notebook):
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("locked")]
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells}


@EVERY
def test_points_are_those_of_the_checks(exercise):
    cells = graded(read(exercise))
    assert {name: cell.metadata.nbgrader.points for name, cell in cells.items()} == worth(exercise)
    for name, cell in cells.items():
        assert f'check("{name}")' in cell.source


@EVERY
def test_sections_are_those_of_the_table(exercise):
    notebook = read(exercise)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    titles = dict(re.findall(r"^## (\d+) (.*)$", text, re.M))
    assert [int(number) for number in titles] == list(range(1, len(titles) + 1))
    for function in exercise.functions:
        assert str(function.section) in titles
    for path in exercise.editable:
        source = locate.answers(path).read_text(encoding="utf-8")
        for number, title in re.findall(r'TODO \(notebook section (\d+), "([^"]+)"\)', source):
            assert titles[number] == title


@EVERY
def test_each_section_has_an_id_of_its_number(exercise):
    for cell in read(exercise).cells:
        found = re.match(r"## (\d+) ", cell.source) if cell.cell_type == "markdown" else None
        if found:
            assert cell.id == f"s{int(found.group(1)):02}"


@EVERY
def test_it_is_kept_without_outputs_and_fit_for_nbgrader(exercise):
    notebook = read(exercise)
    nbformat.validate(notebook)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    validator = pytest.importorskip("nbgrader.nbgraderformat").MetadataValidator()
    validator.validate_nb(notebook)
    questions = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert questions
    assert {cell.metadata.nbgrader.points for cell in questions} == {0}
    assert 'RELEASE = ""' in json.dumps(notebook).replace('\\"', '"')


@EVERY
def test_figures_exist_and_are_described(exercise):
    cells = [cell for cell in read(exercise).cells if cell.cell_type == "markdown"]
    seen = []
    for cell in cells:
        assert "<img" not in cell.source
        for description, name in re.findall(r"!\[(.*?)\]\((.*?)\)", cell.source, re.S):
            assert len(description) > 40, f"{name} needs a description for those who cannot see it"
            assert re.fullmatch(r"s\d\d(-\w+)?", cell.id), f"{name} is not in a section's text"
            seen.append(locate.root() / "notebooks" / name)
    assert seen == figures(exercise)
    assert len(set(seen)) == len(seen) > 0
    assert all(path.is_file() for path in seen)


FOLDER = locate.root() / "notebooks" / "figures"
DRAW = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import make_figures
make_figures.main(pathlib.Path(sys.argv[2]))
"""


def test_every_figure_is_shown():
    shown = {path for exercise in exercises.every() for path in figures(exercise)}
    assert shown == {*FOLDER.glob("*.svg")}


def test_the_program_draws_the_figures_that_are_kept(tmp_path):
    subprocess.run([sys.executable, "-c", DRAW, FOLDER.parent, tmp_path], check=True)
    drawn = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.svg")}
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.svg")}
    assert drawn.keys() == kept.keys()
    for name, svg in kept.items():
        made_by, makes = (re.search(r"Matplotlib v[\d.]+", each)[0] for each in (svg, drawn[name]))
        # Another version may set text by some other fraction of a point.
        same = str if made_by == makes else texts
        assert same(drawn[name]) == same(svg), f"{name}: run python notebooks/make_figures.py"


def texts(svg):
    """Return what is written in a drawing; Matplotlib says so beside the letters' outlines."""
    return re.findall(r"<!--(.*?)-->", svg)
