"""The notebooks of all exercises: points, sections, and cells fit for nbgrader."""

import json
import re

import nbformat
import pytest

from autograder import exercises, locate
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
