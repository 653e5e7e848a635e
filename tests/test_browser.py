"""A student in a real browser: a fresh release in JupyterLab, driven in headless Chromium."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

from autograder import locate
from autograder.course import release

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium"),
]

WAIT = 180_000  # milliseconds; a machine at work on other things takes its time
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
def exercise(tmp_path_factory, public_pack):
    """Return the folder of a fresh release, as a student unpacks it."""
    folder = tmp_path_factory.mktemp("student")
    files = list(release.contents(locate.root()))
    release.write_archive(files, folder / "release.zip", "exercise")
    zipfile.ZipFile(folder / "release.zip").extractall(folder)
    return folder / "exercise"


@pytest.fixture(scope="module")
def lab(exercise, tmp_path_factory):
    """Start JupyterLab as the session ``lab`` does, but with settings of its own."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [
        *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={exercise}"),
        f"--LabApp.default_url=/lab/tree/{NOTEBOOK}",
    ]
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    own = {name: str(home / name) for name in names}
    environment = {**os.environ, **own, "HOME": str(home), "PYTHONPATH": str(exercise)}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=exercise, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}/"
    try:
        await_server(address, server, home / "log")
        yield f"{address}?token={token}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)  # its kernels are in the same group
        server.wait(30)


def await_server(address, server, log):
    """Wait until the server answers; fail with its log if it ends."""
    for _ in range(240):
        assert server.poll() is None, log.read_text()
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{address}api", timeout=2)
            return
        time.sleep(0.5)
    pytest.fail(f"JupyterLab did not answer:\n{log.read_text()}")


@pytest.fixture(scope="module")
def page(lab):
    """Return a page on which the notebook is open."""
    with sync_api.sync_playwright() as playwright:
        root = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=root)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(WAIT)
        page.goto(lab)
        cell(page, "# Setup: run this first").wait_for()
        with contextlib.suppress(sync_api.TimeoutError):  # a question about news
            page.get_by_role("button", name="No", exact=True).click(timeout=3000)
        yield page
        browser.close()


def cell(page, text):
    """Return the first cell of the notebook that holds a text."""
    return page.locator(".jp-Notebook .jp-Cell", has_text=text).first


def run(page, text, expected):
    """Run a cell, wait for a text in its output, and return all of the output."""
    chosen = cell(page, text)
    chosen.scroll_into_view_if_needed()
    chosen.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    try:
        chosen.locator(".jp-OutputArea").get_by_text(expected).first.wait_for()
    except sync_api.TimeoutError:
        pytest.fail(f"{text!r} did not give {expected!r}, but:\n{chosen.inner_text()}")
    return chosen.locator(".jp-OutputArea").first.inner_text()


def look(page, name):
    """Keep a picture of the page where ``CONVNETS_SCREENSHOTS`` says, if it does."""
    folder = os.environ.get("CONVNETS_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def write_in_the_editor(page, exercise):
    """Open layers.py in JupyterLab's editor, write the convolution into it, and save."""
    page.locator(".jp-BreadCrumbs-home").click()
    for name in Path(LAYERS).parts:
        page.locator(".jp-DirListing-item", has=page.get_by_text(name, exact=True)).dblclick()
    editor = page.locator(".jp-FileEditor .cm-content")
    editor.wait_for()
    editor.click()
    lines = (exercise / LAYERS).read_text(encoding="utf-8").splitlines()
    function = next(i for i, line in enumerate(lines) if line.startswith("def conv_forward_naive"))
    first = lines.index("    raise NotImplementedError(", function)
    last = lines.index("    )", first)
    page.keyboard.press("Control+Home")
    for _ in range(first):
        page.keyboard.press("ArrowDown")
    for _ in range(first, last + 1):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.insert_text(ANSWER)
    look(page, "editor")
    page.keyboard.press("Control+s")
    await_text(exercise / LAYERS, ANSWER)


def await_text(path, text):
    """Wait until a file holds a text."""
    for _ in range(60):
        if text in path.read_text(encoding="utf-8"):
            return
        time.sleep(0.5)
    pytest.fail(f"{path} was not saved with the new text.")


def test_a_students_first_layer(page, exercise):
    output = run(page, "# Setup: run this first", "You edit")
    assert str(exercise / LAYERS) in output

    # With the stub: what is to be done, and where; no traceback of ours.
    output = run(page, 'check("conv_forward_naive")', "CheckNotPassed")
    assert "conv_forward_naive is not written yet. Write it in cs231n/layers.py" in output
    assert "0 of 100 points. Next: conv_forward_naive" in output
    assert "Traceback" not in output
    look(page, "stub")

    # Written in the editor, the layer counts without a restart of the kernel.
    write_in_the_editor(page, exercise)
    page.locator(".lm-TabBar-tab", has_text="ConvolutionalNetworks.ipynb").first.click()
    output = run(page, 'check("conv_forward_naive")', "12 of 12 points")
    assert "12 of 100 points. Next: conv_backward_naive" in output
    assert "CheckNotPassed" not in output
    look(page, "right")

    # nbgrader's Validate runs the whole notebook, and names what is still wrong.
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog", has_text="Validation Results")
    dialog.wait_for()
    look(page, "validate")
    told = dialog.inner_text()
    assert "CheckNotPassed: conv_backward_naive: 0 of 14 points so far." in told
    assert "CheckNotPassed: conv_forward_naive" not in told
