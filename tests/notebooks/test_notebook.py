"""The notebook runs with the solution, stops clearly at the first stub, and gives the points."""

import os
import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import list_checks

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "ConvolutionalNetworks.ipynb"
TITLES = [
    "Load the data",
    "Convolution: the forward pass",
    "Aside: image processing with convolutions",
    "Convolution: the backward pass",
    "Max pooling: the forward pass",
    "Max pooling: the backward pass",
    "Fast layers",
    "Sandwich layers",
    "A three-layer ConvNet",
    "Overfit a small data set",
    "Train for one epoch",
    "Spatial batch normalization: the forward pass",
    "Spatial batch normalization: the backward pass",
    "Group normalization: the forward pass",
    "Group normalization: the backward pass",
]


@pytest.fixture
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def run(notebook, monkeypatch, *layers, kernel_timeout=1200):
    """Execute a notebook with these folders of the repository, in order, on the path."""
    path = os.pathsep.join(str(ROOT / layer) for layer in layers)
    monkeypatch.setenv("PYTHONPATH", path)
    resources = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(notebook, timeout=kernel_timeout, resources=resources).execute()


def printed(cell):
    """Return what a cell printed, and what it showed, as text."""
    shown = (out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell.outputs)
    return "".join(shown)


def graded(notebook):
    """Return the cells with checks, which give points, by their nbgrader id."""
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("locked")]
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells}


@pytest.mark.soak
def test_runs_from_top_to_bottom_with_the_solution(notebook, monkeypatch):
    run(notebook, monkeypatch, "solutions", "assignment")

    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    cells = {cell.id: cell for cell in notebook.cells}
    assert f"You edit {ROOT / 'solutions'}" in printed(cells["setup"])
    assert re.search(r"X_train\s+\(49000, 3, 32, 32\)", printed(cells["s01-load"]))
    assert "shape (2, 4, 5, 6)" in printed(cells["s02-try"])
    for cell_id, bound in [
        ("s04-gradient", 1e-7),
        ("s06-gradient", 1e-10),
        ("s08-pool", 2e-7),
        ("s08-relu", 1e-7),
        ("s09-gradient", 5e-2),
        ("s13-gradient", 1e-5),
        ("s15-gradient", 1e-5),
    ]:
        output = printed(cells[cell_id])
        errors = re.findall(r"^(?:d\w+|[Wb]\d|Relative error of dx.*:) +(\S+)$", output, re.M)
        assert errors, f"{cell_id} printed no relative error: {output}"
        assert all(float(error) < bound for error in errors), f"{cell_id}: {output}"
    for name, cell in graded(notebook).items():
        assert printed(cell), f"check({name!r}) printed nothing"


@pytest.mark.slow
def test_stops_at_the_first_stub_of_the_skeleton(notebook, monkeypatch):
    with pytest.raises(CellExecutionError) as stop:
        run(notebook, monkeypatch, "assignment")

    assert stop.value.ename == "NotImplementedError"
    assert stop.value.evalue.startswith("conv_forward_naive is not written yet")
    assert "cs231n/layers.py" in stop.value.evalue
    ran = [cell.id for cell in notebook.cells if cell.get("execution_count")]
    assert ran[-1] == "s02-try"


@pytest.mark.parametrize("name", ["conv_forward_naive", "ThreeLayerConvNet"])
def test_a_check_of_the_skeleton_stops_the_notebook(name, notebook, monkeypatch):
    setup = next(cell for cell in notebook.cells if cell.id == "setup")
    notebook.cells = [setup, graded(notebook)[name]]
    with pytest.raises(CellExecutionError) as stop:
        run(notebook, monkeypatch, "assignment")
    assert stop.value.ename == "CheckNotPassed"


def test_setup_finds_the_exercise_without_a_path(notebook, monkeypatch):
    notebook.cells = [cell for cell in notebook.cells if cell.id == "setup"]
    monkeypatch.delenv("PYTHONPATH", raising=False)
    resources = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(notebook, timeout=600, resources=resources).execute()
    assert f"You edit {ROOT / 'assignment' / 'cs231n' / 'layers.py'}" in printed(notebook.cells[0])


def test_no_outputs_are_kept(notebook):
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [], cell.id
            assert cell.execution_count is None, cell.id


def test_sections(notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    titles = re.findall(r"^## (.*)$", text, re.M)
    assert titles == [f"{number} {title}" for number, title in enumerate(TITLES, 1)]


def test_points_are_those_of_the_checks(notebook):
    expected = Counter()
    for info in list_checks(EXERCISE):
        expected[info.function] += info.max_points
    points = {
        grade_id: cell.metadata.nbgrader.points for grade_id, cell in graded(notebook).items()
    }
    assert points == dict(expected)
    assert sum(points.values()) == 100


def test_graded_cells_are_locked_checks(notebook):
    metadata = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    ids = [entry.grade_id for entry in metadata]
    assert len(ids) == len(set(ids))
    for grade_id, cell in graded(notebook).items():
        assert cell.metadata.nbgrader.grade, grade_id
        assert f'check("{grade_id}")' in cell.source


def test_questions_are_for_a_person_to_read_and_give_no_points(notebook):
    questions = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert len(questions) == 2
    for cell in questions:
        assert cell.cell_type == "markdown"
        assert cell.metadata.nbgrader.grade
        assert cell.metadata.nbgrader.points == 0


def test_nbgrader_accepts_the_metadata(notebook):
    validator = pytest.importorskip("nbgrader.nbgraderformat").MetadataValidator()
    validator.validate_nb(notebook)
