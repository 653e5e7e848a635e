"""A student in a real browser: a fresh release in JupyterLab, driven in headless Chromium."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
psutil = pytest.importorskip("psutil", reason="psutil, which comes with ipykernel, is not there")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = [
    pytest.mark.soak,
    pytest.mark.xdist_group("jupyter"),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium"),
]

WAIT = 180_000  # milliseconds; a machine at work on other things takes its time
NEWS = "lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
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
    """Return a folder for Jupyter's settings, with which it asks no question about news."""
    home = tmp_path_factory.mktemp("home")
    news = home / "JUPYTER_CONFIG_DIR" / NEWS
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    return home


@pytest.fixture(scope="module")
def lab(exercise, home):
    """Start JupyterLab as the session ``lab`` does, but with settings of its own."""
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
    others = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    own = {name: str(home / name) for name in names}
    own["JUPYTER_CONFIG_PATH"] = str(exercise / "notebooks")
    environment = {**others, **own, "HOME": str(home), "PYTHONPATH": str(exercise)}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=exercise, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}/"
    try:
        await_server(address, server, home / "log")
        yield f"{address}?token={token}"
    finally:
        stop(server)


def stop(server):
    """End the server, and what it started: each kernel is in a process group of its own."""
    started = psutil.Process(server.pid).children(recursive=True) if server.poll() is None else []
    server.terminate()
    try:
        server.wait(60)  # it ends its kernels itself
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    _, left = psutil.wait_procs(started, timeout=5)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


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
def page(lab, home):
    """Return a page on which the notebook is open and its kernel ready."""
    with sync_api.sync_playwright() as playwright:
        root = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=root)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(WAIT)
        with explained(page, home):
            page.goto(lab)
            cell(page, "# Setup: run this first").wait_for()
            # A cell that is run before there is a kernel is not run later either.
            page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
        yield page
        browser.close()


def cell(page, text):
    """Return the first cell of the notebook that holds a text."""
    return page.locator(".jp-Notebook .jp-Cell", has_text=text).first


def run(page, text, number):
    """Run a cell, wait until it is the kernel's cell `number` to have run; return its output."""
    chosen = cell(page, text)
    chosen.scroll_into_view_if_needed()
    chosen.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    chosen.locator(".jp-InputPrompt", has_text=f"[{number}]:").wait_for()
    return chosen.locator(".jp-OutputArea").first.inner_text()


@contextlib.contextmanager
def explained(page, home):
    """Add to an error what the page showed and what the server said; keep a picture too."""
    picture = Path(os.environ.get("CONVNETS_SCREENSHOTS", home)) / "failed.png"
    try:
        yield
    except BaseException as error:  # what pytest.fail raises is no Exception
        with contextlib.suppress(sync_api.Error):  # the browser may be what has failed
            page.screenshot(path=picture, timeout=10_000)
            text = page.inner_text("body", timeout=10_000)
            error.add_note(f"The page, as in {picture}:\n{text}")
        log = (home / "log").read_text(encoding="utf-8", errors="replace")
        error.add_note(f"The end of JupyterLab's log:\n{log[-3000:]}")
        raise


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
    lines = (exercise / LAYERS).read_text(encoding="utf-8").splitlines(keepends=True)
    function = next(i for i, line in enumerate(lines) if line.startswith("def conv_forward_naive"))
    first = lines.index("    raise NotImplementedError(\n", function)
    last = lines.index("    )\n", first)
    page.keyboard.press("Control+Home")
    for _ in range(first):
        page.keyboard.press("ArrowDown")
    for _ in range(first, last + 1):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.insert_text(ANSWER)
    look(page, "editor")
    page.keyboard.press("Control+s")
    await_text(exercise / LAYERS, "".join([*lines[:first], ANSWER, *lines[last + 1 :]]))


def await_text(path, text):
    """Wait until a file holds a text and nothing else."""
    for _ in range(120):
        if path.read_text(encoding="utf-8") == text:
            return
        time.sleep(0.5)
    pytest.fail(f"{path} was not saved with just the answer put in.")


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
    write_in_the_editor(page, exercise)
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
