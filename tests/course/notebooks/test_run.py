"""course/notebooks/run.py: a student's notebook runs in the sandbox, for the page only."""

import errno
import io
import json
import os
import re
import shutil
import sys
import tempfile
from base64 import b64decode, b64encode
from pathlib import Path

import machine
import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image, PngImagePlugin

from autograder import locate
from autograder.course.gradebook import course as nbcourse
from autograder.course.notebooks import dataset, picture
from autograder.course.notebooks import file as notebook_file
from autograder.course.notebooks import run as notebook
from autograder.course.notebooks.reply import fits_cell
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.sandbox import client, launch
from autograder.sandbox.errors import Raised
from autograder.sandbox.levels import LEVELS
from autograder.sandbox.probe import probe
from autograder.submission import Submission

sys.path.append(str(launch.WORKER))
import cells

KNOWN = {"USERPROFILE", "GIT_PAGER"}  # in every worker's environment, or set by IPython


def written(*cells):
    """Return a notebook as a file's content."""
    return nbformat.writes(new_notebook(cells=list(cells))).encode()


def ran(submission, *sources, seconds=600, outcomes=None, **options):
    cells = [new_code_cell(s) if isinstance(s, str) else s for s in sources]
    return notebook.execute(
        EXERCISE, written(*cells), submission, outcomes or {}, seconds=seconds, **options
    )


def text_of(output):
    """Return what an output is as text."""
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return output.get("text") or output.data["text/plain"]


def shown(executed):
    """Return what stands below each code cell, as text."""
    cells = executed.notebook.cells
    return ["\n".join(map(text_of, cell.get("outputs", []))) for cell in cells]


def skip_unless(level):
    """Skip a test of a level that does not hold on this machine."""
    if not probe(level).holds:
        pytest.skip(f"{level} does not hold here: {probe(level).reason}")


def png(colour="red", size=(8, 8), mode="RGB", **options):
    """Return a picture as a file's content."""
    stream = io.BytesIO()
    Image.new(mode, size, colour).save(stream, format="PNG", **options)
    return stream.getvalue()


def array(data):
    return np.frombuffer(data, np.uint8)


@pytest.fixture(scope="module")
def several(solution):
    """Run several cells once, for several tests; each is found by its name."""
    sources = {
        "print": "import numpy as np\nx = 3\nprint('x is', x)\nx + 1",
        "semicolon": "x * 2;  # not shown",
        "last": "_",
        "figure": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "order": "import sys\nprint(1)\nprint(2, file=sys.stderr)\ndisplay([3])\nprint(4)",
        "error": "def f():\n    return 1 / 0\nf()",
        "layer": "from cs231n.layers import conv_forward_naive\nconv_forward_naive(1, 2, 3, 4)",
        "recursion": "def deep(n):\n    return deep(n + 1)\ndeep(0)",
        "syntax": "x =",
        "lines": "raise ValueError('one\\ntwo')",
        "script": "open('script.py', 'w').write('1 / 0');\n%run script.py",
        "repr": "class Odd:\n    def __repr__(self):\n        return 1 / 0\nOdd()",
        "magics": "%load_ext autoreload\n%autoreload 2\n%matplotlib inline\nx",
        "no magic": "%nothing",
        "input": "input()",
        "exit": "exit()\nimport sys\nsys.exit(3)",
        "check": "from autograder import check\ncheck('conv_forward_naive')",
        "terminal": "print('\\x1b[31mred\\x1b[0m', '\\x00', '\\ud800')\nprint('10%\\r20%\\r')",
        "warning": "import warnings\nwarnings.warn('careful')",
        "where": "import json, cs231n, os\n"
        "print(json.__file__, np.__file__, cs231n.__path__, os.getcwd())",
        "after": "x",
    }
    executed = ran(solution, *sources.values())
    assert executed.problem == ""
    return dict(zip(sources, executed.notebook.cells, strict=True))


def below(cell):
    """Return what stands below a cell, each output as its kind and text."""
    return [(output.get("name", output.output_type), text_of(output)) for output in cell.outputs]


def test_what_is_printed_and_shown_comes_in_its_order(several):
    assert below(several["print"]) == [("stdout", "x is 3\n"), ("execute_result", "4")]
    assert below(several["order"]) == [
        ("stdout", "1\n"), ("stderr", "2\n"), ("execute_result", "[3]"), ("stdout", "4\n"),
    ]  # fmt: skip


def test_state_is_kept_from_cell_to_cell_whatever_happens_in_between(several):
    assert below(several["semicolon"]) == []
    assert below(several["last"]) == [("execute_result", "4")]
    assert below(several["after"]) == [("execute_result", "3")]


def test_cells_that_ran_are_numbered_and_timed(several):
    assert [c.execution_count for c in several.values()] == list(range(1, len(several) + 1))
    assert all(cell.metadata.seconds >= 0 for cell in several.values())


def test_a_figure_becomes_a_picture(several):
    (output,) = several["figure"].outputs
    assert set(output.data) == {"image/png", "text/plain"}
    with Image.open(io.BytesIO(b64decode(output.data["image/png"]))) as image:
        assert image.format == "PNG"
        assert min(image.size) > 100
        assert image.getpixel((0, 0)) == (255, 255, 255)


@machine.compiled
def test_errors_name_the_students_lines_and_nobody_elses(several):
    number = several["error"].execution_count
    (output,) = several["error"].outputs
    assert (output.ename, output.evalue) == ("ZeroDivisionError", "division by zero")
    assert output.traceback == [
        f"Cell {number}, line 3:",
        "    f()",
        f"Cell {number}, line 2, in f:",
        "    return 1 / 0",
        "ZeroDivisionError: division by zero",
    ]
    lines = several["layer"].outputs[0].traceback
    assert lines[0] == f"Cell {several['layer'].execution_count}, line 2:"
    assert lines[2].startswith("cs231n/layers.py, line")
    everything = json.dumps(several)
    assert "site-packages" not in everything
    assert "interactiveshell.py, line" not in everything
    assert "\\u001b" not in everything


def test_a_deep_traceback_has_its_first_and_last_lines(several):
    lines = several["recursion"].outputs[0].traceback
    assert lines[0] == f"Cell {several['recursion'].execution_count}, line 3:"
    assert lines[2] == "..."
    assert lines[-1].startswith("RecursionError")
    assert len(lines) < 15


def test_a_syntax_error_names_its_line(several):
    (output,) = several["syntax"].outputs
    number = several["syntax"].execution_count
    assert output.traceback[:2] == [f"Cell {number}, line 1:", "    x ="]
    assert output.traceback[-1] == "SyntaxError: invalid syntax"


def test_a_syntax_error_in_a_students_file_names_that_file(solution):
    broken = Submission("broken", {**solution.files, LAYERS: b"import numpy\nx = = 1\n"})
    (text,) = shown(ran(broken, "import cs231n.layers"))
    assert text.splitlines() == [
        "Cell 1, line 1:",
        "    import cs231n.layers",
        "cs231n/layers.py, line 2:",
        "    x = = 1",
        "SyntaxError: invalid syntax",
    ]


def test_a_message_of_several_lines_keeps_its_name(several):
    (output,) = several["lines"].outputs
    assert (output.ename, output.evalue) == ("ValueError", "one\ntwo")
    assert output.traceback[-2:] == ["ValueError: one", "two"]


def test_what_cannot_be_shown_says_why(several):
    ((kind, text),) = below(several["repr"])
    assert kind == "stderr"
    assert text.endswith("ZeroDivisionError: division by zero\n")
    assert below(several["script"])[0][1].endswith("ZeroDivisionError: division by zero\n")


def test_what_a_notebook_can_and_cannot_do_without_a_kernel(several):
    assert below(several["magics"]) == [("execute_result", "3")]
    assert "UsageError" in below(several["no magic"])[-1][1]
    assert "EOFError" in below(several["input"])[-1][1]
    assert below(several["exit"])[-1][1].endswith("SystemExit: 3")
    assert "was run apart" in below(several["check"])[0][1]


def test_text_is_only_text(several):
    unknown = "\N{REPLACEMENT CHARACTER}"
    assert below(several["terminal"]) == [("stdout", f"red {unknown} ?\n20%\n")]


def test_warnings_and_paths_do_not_name_our_folders(several):
    number = several["warning"].execution_count
    assert f"Cell {number}:2: UserWarning: careful" in below(several["warning"])[0][1]
    assert (
        below(several["where"])[0][1]
        == "json/__init__.py numpy/__init__.py ['cs231n', 'cs231n'] ~\n"
    )


@pytest.mark.parametrize("level", LEVELS)
@machine.compiled
def test_a_notebook_runs_under_each_level(solution, level):
    skip_unless(level)
    executed = ran(
        solution,
        "import cs231n.layers as own\nprint(own.__file__)",
        "from matplotlib import pyplot\npyplot.plot([1, 2]);",
        "from cs231n.fast_layers import conv_forward_fast\n1 / 0",
        "import os\nos._exit(3)",
        isolation=level,
    )
    texts = shown(executed)
    assert texts[:2] == ["cs231n/layers.py\n", "a picture"]
    assert texts[2].endswith("ZeroDivisionError: division by zero")
    assert executed.problem.startswith("It ended in cell 4: the Python process ended itself with")


GRADED = {"grade": True, "grade_id": "conv_forward_naive", "points": 12, "locked": True}
GRADED |= {"solution": False, "task": False, "schema_version": 3, "cell_type": "code"}


@pytest.mark.parametrize(("iterations", "most"), [(0, "None"), (7, "7")])
def test_a_training_stops_where_the_grader_says(solution, iterations, most):
    source = "from cs231n.solver import Solver\nprint(Solver.at_most)"
    (text,) = shown(ran(solution, source, iterations=iterations))
    assert text.strip() == most


def test_checks_are_not_run_and_show_what_the_grader_found(solution):
    forged = "print('100 of 100 points')"
    cells = [
        new_code_cell(forged, metadata={"nbgrader": GRADED}),
        new_code_cell(forged, metadata={"nbgrader": {**GRADED, "grade": False}}),
        new_code_cell(forged, metadata={"nbgrader": {**GRADED, "grade_id": "another"}}),
    ]
    executed = ran(solution, *cells, outcomes={"conv_forward_naive": "7 of 12 points\n"})
    assert shown(executed) == ["7 of 12 points\n", "7 of 12 points\n", ""]
    assert executed.notebook.cells[0].source == forged
    assert executed.notebook.cells[0].metadata.nbgrader == GRADED
    assert all(cell.execution_count is None for cell in executed.notebook.cells)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import os\nos._exit(3)", "It ended in cell 2: the Python process ended itself"),
        pytest.param(
            "import time\ntime.sleep(1000)",
            "In cell 2, the time for the whole notebook, 20 seconds, was over. What",
            marks=pytest.mark.soak,
        ),
        ("import ctypes\nctypes.string_at(0)", "SIGSEGV"),
        ("get_ipython().run_cell = None", "Cell 3 could not be run: TypeError"),
    ],
)
def test_what_ends_a_notebook_is_said_and_the_rest_is_not_run(solution, source, problem):
    seconds = 20 if "sleep" in source else 600  # the first cell may take its time, too
    executed = ran(solution, "print('before')", source, "print('after')", seconds=seconds)
    before, during, after = executed.notebook.cells
    assert problem in executed.problem
    assert executed.problem.endswith(" What comes after that was not run.")
    assert below(before) == [("stdout", "before\n")]
    assert after.outputs == []
    if "cell 2" in executed.problem:
        assert during.outputs[0].output_type == "error"
        assert "seconds" not in during.metadata


@pytest.mark.skipif(sys.platform != "linux", reason="address space can be limited on Linux only")
def test_too_much_memory_is_an_error_of_the_cell(solution):
    executed = ran(solution, "import numpy\nnumpy.ones(1 << 34)", "1")
    assert "MemoryError" in shown(executed)[0]
    assert shown(executed)[1] == "1"


def test_what_is_too_much_is_cut(solution):
    draw = "from matplotlib import pyplot\nfor i in range(9):\n    pyplot.figure().gca()"
    noisy = "pyplot.figure(figsize=(9, 9)); pyplot.imshow(numpy.random.rand(900, 900, 3));"
    alternate = "import sys\nfor i in range(1000):\n    print(1)\n    print(2, file=sys.stderr)"
    executed = ran(
        solution, "for i in range(10**4):\n    print('x' * 1000)", draw, "import numpy\n" + noisy,
        alternate,
    )  # fmt: skip
    printed, drawn, large, many = shown(executed)
    assert 20_000 < len(printed) < 20_100
    assert printed.endswith("... characters left out: 9990000\n")
    kinds = [output.output_type for output in executed.notebook.cells[1].outputs]
    assert kinds == ["display_data"] * 4 + ["stream"]
    assert drawn.endswith("... pictures left out: 5\n")
    assert large == "\n... pictures left out: 1\n"
    assert "characters left out" in many


def test_what_is_not_kept_takes_no_memory():
    outputs = cells.Outputs("Cell 1")
    for _ in range(3 * cells.MAX_TEXT):
        outputs.text("stdout", "x")
    ((_, pieces),) = outputs._kept
    assert len(pieces) == cells.MAX_TEXT


def test_all_outputs_together_fit_a_page(solution, monkeypatch):
    monkeypatch.setattr(notebook, "MAX_SHOWN", 5000)
    texts = shown(ran(solution, *["print('x' * 1000)"] * 9))
    assert [len(text) > 1000 for text in texts] == [True] * 4 + [False] * 5
    assert texts[-1] == "... more than a page can hold is left out\n"


def test_cleared_output_is_gone(solution):
    source = (
        "from IPython.display import clear_output\nprint('x' * 30000)\nclear_output()\nprint(1)"
    )
    assert shown(ran(solution, source)) == ["1\n"]


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "limits"])
def test_a_notebook_reaches_no_file_no_network_and_no_process(solution, level, tmp_path):
    skip_unless(level)
    secret = tmp_path / "secret.txt"
    secret.write_text("the seed")
    cache = dataset.cached().parent
    attempts = [
        f"open({str(secret)!r}).read()",
        f"open({str(tmp_path / 'mine')!r}, 'w')",
        f"open({str(nbcourse.__file__)!r}).read()",
        f"import os\nos.listdir({str(tmp_path)!r})",
        f"open({f'/proc/{os.getpid()}/environ'!r}).read()",
        "import socket\nsocket.create_connection(('127.0.0.1', 22), timeout=2)",
        f"os.kill({os.getpid()}, 0)",
        "import subprocess\nsubprocess.run(['ls'])",
        "!ls",
        "%%bash\nls",
        f"open({str(dataset.cached())!r}, 'r+b')",
    ]
    # Where a sandbox has a /tmp of its own and the cache is below that, this works, in the sandbox.
    write = f"open({str(cache / 'mine')!r}, 'w').write('here')"
    executed = ran(solution, *attempts, write, "print(sorted(os.environ))", isolation=level)
    assert executed.problem == ""
    assert not (cache / "mine").exists()
    for attempt, cell in zip(attempts, executed.notebook.cells, strict=False):
        assert [output.output_type for output in cell.outputs] == ["error"], attempt
        assert cell.outputs[0].ename in (
            "FileNotFoundError", "PermissionError", "OSError", "ProcessLookupError",
        ), cell.outputs  # fmt: skip
    assert not secret.with_name("mine").exists()
    names = set(re.findall(r"\w+", shown(executed)[-1]))
    assert {"CONVNETS_CACHE", "PYTHONHASHSEED"} <= names
    assert not any(name.startswith(("PYTEST", "GIT", "SSH", "USER")) for name in names - KNOWN)


DIGESTS = """import hashlib
from cs231n.data_utils import get_CIFAR10_data
data = get_CIFAR10_data()
for k, v in data.items(): print(k, v.dtype, v.shape, type(v), hashlib.sha256(v).hexdigest())
few = get_CIFAR10_data(30, num_validation=8, num_test=5)
for k, v in few.items(): print(k, v.dtype, v.shape, type(v), hashlib.sha256(v).hexdigest())"""
MAPPED = "import numpy\nisinstance(data['X_train'].base, numpy.memmap)"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each worker has its own copy")
@pytest.mark.parametrize("level", LEVELS)
def test_all_notebooks_map_one_data_set_and_change_their_own(solution, level, monkeypatch):
    skip_unless(level)
    change = "data['X_train'][:5] = 0\ndata['y_train'][:5] = 11\nprint(data['X_train'][:5].sum())"
    first, mapped, changed = shown(ran(solution, DIGESTS, MAPPED, change, isolation=level))
    assert mapped == "True"
    assert changed == "0.0\n"
    assert shown(ran(solution, DIGESTS, isolation=level)) == [first]
    monkeypatch.setattr(dataset, "mapped", lambda: None)  # as where there is no room for it
    assert shown(ran(solution, DIGESTS, MAPPED, isolation=level)) == [first, "False"]


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is shared there")
@pytest.mark.parametrize("kept", ["sound", "damaged", "cut off", "not there"])
def test_the_data_set_is_mapped_from_where_it_is_cached_if_it_is_sound(tmp_path, monkeypatch, kept):
    synthetic = locate.given_module("synthetic")
    monkeypatch.setenv("CONVNETS_CACHE", str(tmp_path))
    for name, count in (("NUM_TRAIN", 40), ("NUM_TEST", 20)):
        monkeypatch.setattr(synthetic, name, count)
    expected = dict(zip(synthetic.CACHED, synthetic.load(), strict=True))
    cache, raw = dataset.cached(), tmp_path / "shared" / "raw.npz"
    raw.parent.mkdir()
    data = cache.read_bytes()
    if kept == "damaged":
        cache.write_bytes(data[:9000] + bytes([data[9000] ^ 1]) + data[9001:])
    elif kept == "cut off":
        cache.write_bytes(data[:9000])
    elif kept == "not there":
        monkeypatch.setattr(dataset, "cached", lambda: tmp_path / "nowhere.npz")
    raw.write_text("left over")
    found = dataset.images(raw)
    assert raw.samefile(cache) == (kept == "sound")
    assert found.keys() == expected.keys()
    for name, array in found.items():
        assert array.dtype == expected[name].dtype
        assert array.flags.aligned
        assert np.array_equal(array, expected[name])
    assert cache.read_bytes() == data


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is shared there")
def test_where_there_is_no_room_for_the_data_set_each_worker_has_its_own(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(dataset, "write", full)
    monkeypatch.setattr(dataset, "SHARED", f"notebooks-{os.getpid()}")
    assert dataset.mapped.__wrapped__() is None
    assert not [*Path(tempfile.gettempdir()).glob(f"convnets-*{dataset.SHARED}*")]


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "limits"])
def test_the_data_set_is_there_and_what_lies_beside_it_is_not(solution, level, monkeypatch):
    skip_unless(level)
    images = dataset.cached()
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("CONVNETS_CACHE", folder)
        shutil.copyfile(images, Path(folder, images.name))
        Path(folder, "beside.txt").write_text("not yours")
        executed = ran(
            solution,
            "from cs231n.data_utils import get_CIFAR10_data\nget_CIFAR10_data()['X_train'].shape",
            "import os\nopen(os.environ['CONVNETS_CACHE'] + '/beside.txt').read()",
            "from cs231n import synthetic\nsynthetic.generate = None\nlen(synthetic.load())",
            isolation=level,
        )
    loaded, beside, not_made = shown(executed)
    assert loaded.endswith("(49000, 3, 32, 32)")
    assert beside.partition("Error")[1]
    assert not_made == "4"


def v4(**fields):
    tree = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [], **fields}
    return json.dumps(tree).encode()


HOSTILE = {
    "no json": (b"{", "not JSON"),
    "no text": (b"\xff\xfe\x00", "not JSON"),
    "a list": (b"[]", "does not say"),
    "another format": (v4(nbformat=99), "not in format 4"),
    "format 3": (v4(nbformat=3, worksheets=[{"cells": []}]), "not in format 4"),
    "no format": (v4(nbformat=True), "does not say"),
    "a number too long": (b'{"nbformat": ' + b"9" * 5000 + b"}", "not JSON"),
    "nested": (b"[" * 100_000, "not JSON"),
    "no cells": (v4(cells={"a": 1}), "no cells"),
    "cells of another kind": (v4(cells=[1, None]), "cell 1 is none of"),
    "a kind that is a list": (v4(cells=[{"cell_type": ["code"], "source": ""}]), "cell 1 is none"),
    "text of another kind": (v4(cells=[{"cell_type": "code", "source": [1]}]), "is not text"),
    "many cells": (written(*[new_code_cell("1") for _ in range(501)]), "501 cells"),
    "a long cell": (written(new_code_cell("#" * 100_001)), "more than 100000"),
    "too large": (b" " * (notebook_file.MAX_NOTEBOOK + 1), "larger than"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_a_problem_and_no_crash(solution, kind):
    data, reason = HOSTILE[kind]
    executed = notebook.execute(EXERCISE, data, solution, {}, seconds=600)
    assert "is none" in executed.problem
    assert reason in executed.problem
    assert executed.notebook.cells == []
    notebook.to_bytes(executed.notebook)


def test_odd_cells_are_taken_for_what_they_are():
    cells = [
        {"cell_type": "code"},
        {"cell_type": "markdown", "source": ["a\n", "b"], "metadata": 3},
        {"cell_type": "raw", "source": "half a character: \ud800", "id": "x" * 999},
        {"cell_type": "code", "source": None, "outputs": "none", "metadata": {"nbgrader": []}},
    ]
    read = notebook_file.read(v4(cells=cells))
    assert [cell.source for cell in read.cells] == ["", "a\nb", "half a character: ?", ""]
    assert len({cell.id for cell in read.cells}) == 4
    nbformat.validate(read)
    assert notebook.to_bytes(read) == notebook.to_bytes(notebook_file.read(v4(cells=cells)))


def test_nothing_that_was_stored_is_kept():
    evil = nbformat.v4.new_output("display_data", data={"text/html": "<script>"})
    cells = [
        new_code_cell("1", outputs=[evil], metadata={"nbgrader": "text", "evil": 1}),
        new_markdown_cell("![x](attachment:y)", attachments={"y": {"image/png": "AA=="}}),
    ]
    data = nbformat.writes(new_notebook(cells=cells, metadata={"widgets": {"x": 1}})).encode()
    text = notebook.to_bytes(notebook_file.read(data)).decode()
    for gone in ("<script>", "evil", "attachments", "widgets"):
        assert gone not in text


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, True),
        ({"points": 0.5}, True),
        ({"grade": 1}, False),
        ({"points": True}, False),
        ({"points": -1}, False),
        ({"points": float("inf")}, False),
        ({"points": 10**4000}, False),
        ({"grade_id": "<script>"}, False),
        ({"grade_id": ["conv_forward_naive"]}, False),
        ({"schema_version": 2}, False),
        ({"more": {"deep": []}}, False),
        ({"checksum": "x" * 33}, False),
    ],
)
def test_metadata_of_nbgraders_is_kept_where_it_is_whole(change, kept):
    cell = {"cell_type": "code", "source": "1", "metadata": {"nbgrader": {**GRADED, **change}}}
    (read,) = notebook_file.read(v4(cells=[cell])).cells
    assert ("nbgrader" in read.metadata) is kept
    (partly,) = notebook_file.read(
        v4(cells=[{**cell, "metadata": {"nbgrader": {"grade": True}}}])
    ).cells
    assert partly.metadata == {}


TEXT = array(b"text")


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        {"outputs": []},
        {"outputs": None, "error": None},
        {"outputs": [{"kind": "stdout"}], "error": None},
        {"outputs": [{"kind": "stdout", "data": "text"}], "error": None},
        {"outputs": [{"kind": "stdout", "data": np.zeros(3)}], "error": None},
        {"outputs": [{"kind": "stdout", "data": TEXT.reshape(2, 2)}], "error": None},
        {"outputs": [], "error": "text"},
        {"outputs": [], "error": {"name": "E", "message": "m"}},
        {"outputs": [], "error": {"name": "E", "message": "m", "lines": [1]}},
        {"outputs": [], "error": {"name": None, "message": "m", "lines": []}},
    ],
)
def test_a_forged_reply_ends_the_notebook(reply, solution, monkeypatch):
    whole = {
        "outputs": [{"kind": "stdout", "data": TEXT}],
        "error": {"name": "E", "message": "m", "lines": ["l"]},
    }
    assert fits_cell(whole)
    if isinstance(reply, dict):
        assert not fits_cell({**whole, **reply} if len(reply) == 2 else reply)

    def forged(self, *_):
        return reply

    monkeypatch.setattr(client, "read", forged)
    executed = ran(solution, "1", "2")
    assert "not a reply" in executed.problem
    assert executed.notebook.cells[1].outputs == []


@pytest.fixture
def run():
    """Return a notebook that replies can be made up for."""
    return notebook.Run(None, 5, {})


def test_what_a_forged_reply_shows_is_bounded(run):
    output = {"kind": "stdout", "data": array(b"x" * 10**6)}
    error = {"name": "E", "message": "m", "lines": ["l"] * 10**4}
    made = list(run.outputs({"outputs": [output] * 1000, "error": error}, 1))
    assert len(made) == notebook.MAX_OUTPUTS + 1
    assert max(len(text_of(one)) for one in made) == notebook.MAX_TEXT
    assert len(made[-1].traceback) == notebook.MAX_LINES + 1


@pytest.mark.parametrize(
    "data",
    [
        b"<svg onload=alert(1)>",
        b"\x89PNG\r\n\x1a\n" + b"<script>" * 20,
        png()[:50],
        png(size=(3000, 3000)),
        png() + b"\0" * picture.MAX_BYTES,
        b"GIF89a" + bytes(30),
        b"",
    ],
    ids=["svg", "script", "cut", "too many pixels", "too many bytes", "gif", "empty"],
)
def test_what_is_no_picture_is_not_shown(data, run):
    reply = {"outputs": [{"kind": "picture", "data": array(data)}], "error": None}
    assert list(run.outputs(reply, 1)) == []


def test_a_picture_is_drawn_anew():
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", "<script>")
    fresh = picture.png_of(png(pnginfo=about) + b"<script>")
    assert b"script" not in fresh
    with Image.open(io.BytesIO(fresh)) as image:
        assert image.getpixel((3, 3)) == (255, 0, 0)


def test_what_shows_through_is_white():
    with Image.open(io.BytesIO(picture.png_of(png((0, 0, 0, 0), mode="RGBA")))) as image:
        assert image.getpixel((3, 3)) == (255, 255, 255)


def test_a_picture_of_many_colours_takes_half_the_bytes():
    rng = np.random.default_rng(0)
    smooth = np.cumsum(rng.normal(size=(300, 300, 3)), axis=0) * 4 + 128
    smooth[:20] = 255
    many = Image.fromarray(np.clip(smooth, 0, 255).astype(np.uint8))
    stream = io.BytesIO()
    many.save(stream, "PNG")
    fresh = picture.png_of(stream.getvalue())
    assert len(fresh) < len(stream.getvalue()) / 2
    with Image.open(io.BytesIO(fresh)) as kept:
        assert kept.convert("RGB").getpixel((5, 5)) == (255, 255, 255)
        change = np.abs(np.asarray(kept.convert("RGB"), float) - np.asarray(many, float))
    assert change.mean() < 12 and change.max() < 64  # of 256


def test_a_worker_without_ipython_is_a_problem(solution, monkeypatch):
    def refuse(self, op, arguments, *, seconds, fits):
        raise Raised("ModuleNotFoundError: No module named 'IPython'")

    monkeypatch.setattr(notebook.Worker, "request", refuse)
    executed = ran(solution, "1", "2")
    assert executed.problem == (
        "Cell 1 could not be run: ModuleNotFoundError: No module named 'IPython'. What comes after "
        "that was not run."
    )


@pytest.mark.soak
def test_the_whole_notebook_runs_with_the_solution(solution):
    executed = notebook.execute(
        EXERCISE, nbcourse.released_notebook(EXERCISE), solution, {}, seconds=600
    )
    assert executed.problem == ""
    code = [cell for cell in executed.notebook.cells if cell.cell_type == "code"]
    graded = [cell for cell in code if "nbgrader" in cell.metadata]
    others = [cell for cell in code if "nbgrader" not in cell.metadata]
    assert len(graded) == 11
    assert all(cell.outputs == [] for cell in graded)
    assert all(cell.outputs for cell in others)
    kinds = [output.output_type for cell in code for output in cell.outputs]
    assert "error" not in kinds
    assert kinds.count("display_data") == 4
    assert not any(o.get("name") == "stderr" for cell in code for o in cell.outputs)


def test_a_cell_that_looks_into_a_case_is_no_failure(solution):
    looks = "from autograder import case\nx, w = case('some/check', 1).arguments\nprint(x)"
    tried = "try:\n    case('some/check')\nexcept Exception:\n    print('caught')"
    executed = ran(solution, looks, tried, "print('on')")
    first, second, last = shown(executed)
    assert "this cell ends here" in first and "Error" not in first
    assert "ends here" in second and "caught" not in second
    assert last.strip() == "on"


def test_a_notebook_that_is_not_to_run_is_there_all_the_same(solution, monkeypatch):
    monkeypatch.setattr(notebook, "started", None)
    about = {"grade_id": "conv_forward_naive", "grade": True, "locked": True, "solution": False}
    metadata = {"nbgrader": {**about, "schema_version": 3, "points": 12}}
    check = new_code_cell("check()", metadata=metadata)
    executed = ran(
        solution,
        new_markdown_cell("My answer."),
        "x = 1",
        check,
        seconds=0,
        outcomes={"conv_forward_naive": "12 of 12\n"},
    )
    assert [cell.source for cell in executed.notebook.cells] == ["My answer.", "x = 1", "check()"]
    assert shown(executed) == ["", "", "12 of 12\n"]
    assert executed.problem == notebook.LEFT_ALONE
    assert executed.seconds < 1


def test_a_notebook_that_cannot_be_run_is_there_all_the_same(solution, monkeypatch):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr(notebook, "started", full)
    executed = ran(solution, new_markdown_cell("My answer."), "x = 1")
    assert [cell.source for cell in executed.notebook.cells] == ["My answer.", "x = 1"]
    assert executed.problem == "It could not be run: MemoryError."


def test_how_long_it_ran_is_known(solution):
    assert ran(solution, "import time; time.sleep(0.5)").seconds > 0.5


def test_a_file_that_would_be_many_values_in_memory_is_none():
    many = b'{"nbformat": 4, "cells": [' + b"[]," * notebook_file.MAX_VALUES + b"[]]}"
    with pytest.raises(notebook_file.NotANotebook, match="more than 1000000 values"):
        notebook_file.read(many)


def test_a_picture_of_a_whole_screen_is_made_small():
    stream = io.BytesIO()
    Image.new("RGB", (3840, 2160), "navy").save(stream, "PNG")
    with Image.open(io.BytesIO(picture.pasted(stream.getvalue()))) as kept:
        assert kept.size == (1600, 900)
        assert kept.getpixel((800, 450)) == (0, 0, 128)


def test_pasted_pictures_are_bounded_together():
    stream = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (600, 600, 3), np.uint8)
    Image.fromarray(noise).save(stream, "JPEG", quality=50)
    data = b64encode(stream.getvalue()).decode()
    pasted = {f"{number}.jpeg": {"image/jpeg": data} for number in range(9)}
    cells = [new_markdown_cell("x", attachments=pasted) for _ in range(2)]
    kept = notebook_file.read(written(*cells)).cells
    pictures = [p for own in kept for p in own.get("attachments", {}).values()]
    size = sum(len(b64decode(p["image/png"])) for p in pictures)
    assert 1 < len(pictures) < 18
    assert notebook_file.MAX_PASTED - (1 << 20) < size <= notebook_file.MAX_PASTED
