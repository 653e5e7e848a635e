"""autograder/course/notebook.py: a student's notebook runs in the sandbox, for the page only."""

import io
import json
import os
from base64 import b64decode

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

from autograder.client import Raised
from autograder.course import nbcourse, notebook
from autograder.isolation import LEVELS
from autograder.isolation.probe import probe

KNOWN = {"USERPROFILE", "GIT_PAGER"}  # in every worker's environment, or set by IPython


def written(*cells):
    """Return a notebook as a file's content."""
    return nbformat.writes(new_notebook(cells=list(cells))).encode()


def ran(submission, *sources, seconds=60, outcomes=None, **options):
    cells = [new_code_cell(s) if isinstance(s, str) else s for s in sources]
    return notebook.execute(written(*cells), submission, outcomes or {}, seconds=seconds, **options)


def shown(executed):
    """Return what stands below each code cell, as text."""
    found = []
    for cell in executed.notebook.cells:
        texts = []
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                texts += output.traceback
            else:
                texts.append(output.get("text") or output.data["text/plain"])
        found.append("\n".join(texts))
    return found


@pytest.fixture(scope="module")
def several(solution):
    """Run several cells once, for several tests."""
    return ran(
        solution,
        "x = 3\nprint('x is', x)\nx + 1",
        "x * 2;",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "def f():\n    return 1 / 0\nf()",
        "from cs231n.layers import conv_forward_naive\nconv_forward_naive(1, 2, 3, 4)",
        "x =",
        "%load_ext autoreload\n%autoreload 2\n%matplotlib inline\nx",
        "input()",
        "from autograder import check\ncheck('conv_forward_naive')",
        "print('\\x1b[31mred\\x1b[0m', '\\x00')",
    )


def test_outputs_and_state(several):
    texts = shown(several)
    assert several.problem == ""
    assert texts[0] == "x is 3\n\n4"
    assert texts[1] == ""
    assert texts[6] == "3"
    assert "was run apart" in texts[8]
    assert texts[9] == "red \N{REPLACEMENT CHARACTER}\n"


def test_a_figure_becomes_a_picture(several):
    (output,) = several.notebook.cells[2].outputs
    with Image.open(io.BytesIO(b64decode(output.data["image/png"]))) as image:
        assert image.format == "PNG"
        assert min(image.size) > 100


def test_errors_name_the_students_lines_and_nobody_elses(several):
    texts = shown(several)
    assert texts[3].splitlines() == [
        "Cell 4, line 3, in <module>:",
        "    f()",
        "Cell 4, line 2, in f:",
        "    return 1 / 0",
        "ZeroDivisionError: division by zero",
    ]
    assert "cs231n/layers.py, line" in texts[4]
    assert texts[5].startswith("Cell 6, line 1:")
    assert texts[5].endswith("SyntaxError: invalid syntax")
    assert "EOFError" in texts[7]
    assert not any("site-packages" in text for text in texts)


def test_checks_are_not_run_and_show_what_the_grader_found(solution):
    about = {"grade": True, "grade_id": "conv_forward_naive", "points": 12, "locked": True}
    about |= {"solution": False, "task": False, "schema_version": 3, "cell_type": "code"}
    cell = new_code_cell("print('100 of 100 points')", metadata={"nbgrader": about})
    executed = ran(solution, cell, outcomes={"conv_forward_naive": "7 of 12 points\n"})
    assert shown(executed) == ["7 of 12 points\n"]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import os\nos._exit(3)", "exit code 3"),
        ("while True:\n    pass", "Its time was over in cell 2"),
        ("import ctypes\nctypes.string_at(0)", "SIGSEGV"),
    ],
)
def test_what_ends_a_notebook_is_said_and_the_rest_is_not_run(solution, source, problem):
    executed = ran(solution, "print('before')", source, "print('after')", seconds=5)
    assert problem in executed.problem
    assert shown(executed) == ["before\n", "", ""]


def test_what_is_too_much_is_cut(solution):
    draw = "from matplotlib import pyplot\nfor i in range(9):\n    pyplot.figure()"
    executed = ran(solution, "print('x' * 10**7)", draw)
    assert len(shown(executed)[0]) < 21_000
    assert "more characters" in shown(executed)[0]
    assert len(executed.notebook.cells[1].outputs) <= notebook.MAX_PICTURES


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "limits"])
def test_a_notebook_reaches_no_file_and_no_network(solution, level, tmp_path):
    if not probe(level).holds:
        pytest.skip(f"{level} does not hold here")
    secret = tmp_path / "secret.txt"
    secret.write_text("the seed")
    executed = ran(
        solution,
        f"open({str(secret)!r}).read()",
        f"open({str(nbcourse.__file__)!r}).read()",
        "import socket\nsocket.create_connection(('127.0.0.1', 22), timeout=2)",
        "import subprocess\nsubprocess.run(['ls'])",
        "import os\nprint(sorted(os.environ))",
        isolation=level,
    )
    for text in shown(executed)[:4]:
        assert text.splitlines()[-1].partition(":")[0] in (
            "FileNotFoundError", "PermissionError", "OSError", "BlockingIOError",
        ), text  # fmt: skip
    names = set(eval(shown(executed)[4]))
    assert {"CONVNETS_CACHE", "PYTHONHASHSEED"} <= names
    assert not any(name.startswith(("PYTEST", "GIT", "SSH", "USER")) for name in names - KNOWN)
    assert os.environ.get("HOME", "?") not in shown(executed)[4]


def test_the_data_set_can_be_read_and_not_changed(solution):
    executed = ran(
        solution,
        "from cs231n.data_utils import get_CIFAR10_data\nget_CIFAR10_data()['X_train'].shape",
        "import os\nopen(os.environ['CONVNETS_CACHE'] + '/mine', 'w')",
    )
    assert shown(executed)[0].endswith("(49000, 3, 32, 32)")
    assert "Error" in shown(executed)[1]


HOSTILE = {
    "no json": b"{",
    "no text": b"\xff\xfe\x00",
    "a list": b"[]",
    "another format": json.dumps({"nbformat": 99, "nbformat_minor": 0}).encode(),
    "nested": b"[" * 100_000,
    "cells of another kind": json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1, None]}
    ).encode(),
    "many cells": written(*[new_code_cell("1") for _ in range(501)]),
    "a long cell": written(new_code_cell("#" * 100_001)),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_a_problem_and_no_crash(solution, kind):
    executed = notebook.execute(HOSTILE[kind], solution, {}, seconds=5)
    assert "is none" in executed.problem
    assert executed.notebook.cells == []


def test_nothing_that_was_stored_is_kept():
    evil = nbformat.v4.new_output("display_data", data={"text/html": "<script>"})
    cells = [
        new_code_cell("1", outputs=[evil], metadata={"nbgrader": "text", "evil": 1}),
        new_markdown_cell("![x](attachment:y)", attachments={"y": {"image/png": "AA=="}}),
    ]
    data = nbformat.writes(new_notebook(cells=cells, metadata={"widgets": {"x": 1}})).encode()
    text = notebook.to_bytes(notebook.read(data)).decode()
    for gone in ("<script>", "evil", "attachments", "widgets"):
        assert gone not in text


@pytest.mark.parametrize(
    "reply",
    [
        None,
        {"text": "text", "pictures": 3, "value": 1, "error": []},
        {"pictures": [np.frombuffer(b"<svg onload=alert(1)>", np.uint8), np.zeros(3), None]},
        {"text": np.zeros((2, 2)), "error": np.array(["x"])},
    ],
)
def test_a_forged_reply_shows_nothing(reply):
    assert list(notebook.outputs(reply)) == []


def test_a_worker_without_ipython_is_a_message(solution, monkeypatch):
    def refuse(self, op, arguments, *, seconds):
        raise Raised("ModuleNotFoundError: No module named 'IPython'")

    monkeypatch.setattr(notebook.Worker, "request", refuse)
    assert "No module named 'IPython'" in shown(ran(solution, "1"))[0]


@pytest.mark.slow
def test_the_whole_notebook_runs_with_the_solution(solution):
    executed = notebook.execute(nbcourse.released_notebook(), solution, {}, seconds=600)
    assert executed.problem == ""
    kinds = [o.output_type for c in executed.notebook.cells for o in c.get("outputs", [])]
    assert "error" not in kinds
    assert kinds.count("display_data") >= 4
