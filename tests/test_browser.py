"""A student in a real browser: a fresh release in JupyterLab, driven in headless Chromium."""

import shutil

import pytest
from in_jupyterlab import (
    NEEDED,
    explained,
    look,
    make_home,
    opened,
    run,
    started,
    write_in_the_editor,
)

pytestmark = NEEDED
LAYERS = "assignment/cs231n/layers.py"
NOTEBOOK = "notebooks/ConvolutionalNetworks.ipynb"
ANSWER = """\
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    height = 1 + (padded.shape[2] - w.shape[2]) // stride
    width = 1 + (padded.shape[3] - w.shape[3]) // stride
    out = np.zeros((len(x), len(w), height, width), x.dtype)
    for i in range(height):
        for j in range(width):
            rows = slice(i * stride, i * stride + w.shape[2])
            columns = slice(j * stride, j * stride + w.shape[3])
            out[:, :, i, j] = np.tensordot(padded[:, :, rows, columns], w, ([1, 2, 3], [1, 2, 3]))
    return out + b[:, None, None], (x, w, b, conv_param)
"""


@pytest.fixture(scope="module")
def exercise(tmp_path_factory, unpacked_release):
    """Return the folder of a fresh release, as a student unpacks it."""
    return shutil.copytree(unpacked_release, tmp_path_factory.mktemp("student") / "exercise")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return make_home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def page(exercise, home):
    with started(exercise, home, NOTEBOOK) as lab, opened(lab, home) as page:
        yield page


def test_a_students_first_layer(page, exercise, home):
    with explained(page, home):
        write_the_first_layer(page, exercise)
        validate(page)


def test_no_button_is_an_instructors(page, home):
    with explained(page, home):
        assert page.get_by_role("button", name="Validate").count() == 1
        assert page.locator('[title*="Create Assignment"]').count() == 0
        menus = page.locator(".lm-MenuBar-itemLabel").all_inner_texts()
        assert "File" in menus and "Nbgrader" not in menus


def write_the_first_layer(page, exercise):
    output = run(page, "# Setup: run this first", number=1)
    assert str(exercise / LAYERS) in output

    # With the stub: what is to be done, and where; no traceback of ours.
    output = run(page, 'check("conv_forward_naive")', number=2)
    assert "conv_forward_naive is not written yet. Write it in cs231n/layers.py" in output
    assert "0 of 100 points. Next: conv_forward_naive" in output
    assert "CheckNotPassed: conv_forward_naive: 0 of 12 points so far." in output
    assert "Traceback" not in output
    look(page, "stub")

    # Written in the editor, the layer counts in the same kernel: its third cell.
    write_in_the_editor(page, exercise, LAYERS, "conv_forward_naive", ANSWER)
    page.locator(".lm-TabBar-tab", has_text="ConvolutionalNetworks.ipynb").first.click()
    output = run(page, 'check("conv_forward_naive")', number=3)
    assert "conv_forward_naive: 12 of 12 points" in output
    assert "12 of 100 points. Next: conv_backward_naive" in output
    assert "CheckNotPassed" not in output
    look(page, "right")


def validate(page):
    """nbgrader's Validate runs the whole notebook, and names what is still wrong."""
    # It saves the notebook itself, and takes another save that is under way for its own.
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog", has_text="Validation Results")
    dialog.wait_for()
    look(page, "validate")
    told = dialog.inner_text()
    assert "CheckNotPassed: conv_backward_naive: 0 of 14 points so far." in told
    assert "CheckNotPassed: conv_forward_naive" not in told
