"""course/notebooks/asked.py: the notebook of a course that changes the exercise."""

import json
import re

import nbformat
import pytest

from autograder import exercises, locate
from autograder.course.notebooks.asked import as_asked
from autograder.exercise import Changes
from autograder.exercises.convnets import EXERCISE

DATA = (locate.root() / EXERCISE.notebook).read_bytes()


def made(**changes):
    data = as_asked(exercises.named("convnets", Changes(**changes)), DATA)
    nbformat.validate(nbformat.reads(data.decode(), as_version=4))
    return {cell["id"]: cell for cell in json.loads(data)["cells"]}


def text(cell):
    return "".join(cell["source"])


def test_a_course_that_changes_nothing_has_it_byte_by_byte():
    assert as_asked(EXERCISE, DATA) == DATA


def test_points_and_bars_stand_in_it():
    cells = made(
        points={"one_epoch/training_and_held_out": 9.5}, bars={"overfit_small_data": 0.875}
    )
    assert cells["check-one_epoch"]["metadata"]["nbgrader"]["points"] == 9.5
    assert "worth 105.5 points in all" in text(cells["title"])
    assert "at least 0.875 on 100 images" in text(cells["s10-check"])
    assert "above 0.40" in text(cells["s11"])


def test_every_bar_of_the_exercise_stands_in_its_section():
    made(bars={"overfit_small_data": 0.5, "one_epoch": 0.25})


def test_what_is_given_goes_with_its_cells():
    names = ("spatial_groupnorm_forward", "spatial_groupnorm_backward")
    cells = made(given=names)
    assert not [name for name in cells if name.startswith(("s14", "s15"))]
    assert "groupnorm" not in "".join(map(text, cells.values()))
    assert "worth 84 points in all" in text(cells["title"])


@pytest.mark.parametrize("function", [f for f in EXERCISE.functions if not f.trains])
def test_no_section_that_is_referred_to_goes_and_no_text_is_on_cells_that_went(function):
    cells = made(given=(function.name,))
    sections = {int(name[1:3]) for name in cells if name[0] == "s" and name[1:3].isdigit()}
    told = "".join(text(cell) for cell in cells.values() if cell["cell_type"] == "markdown")
    assert {int(number) for number in re.findall(r"\bsection (\d+)", told)} <= sections
    assert f"check-{function.name}" not in cells
    assert f"Write `{function.name}`" not in told
    own = [cell for name, cell in cells.items() if name.startswith(f"s{function.section:02d}")]
    assert not any("the cell" in text(cell) or "check" in text(cell) for cell in own)
    assert all(cell["cell_type"] == "markdown" for cell in own)
