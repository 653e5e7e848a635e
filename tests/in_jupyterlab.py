"""JupyterLab as a student has it, driven in headless Chromium; for tests."""

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
NEEDED = [
    pytest.mark.soak,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium"),
]

WAIT = 180_000  # milliseconds; a machine at work on other things takes its time
NEWS = "lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"


def make_home(home):
    """Make a folder for Jupyter's settings, with which it asks no question about news."""
    news = home / "JUPYTER_CONFIG_DIR" / NEWS
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    return home


@contextlib.contextmanager
def started(exercise, home, notebook):
    """Run JupyterLab as the session ``lab`` does, with settings of its own; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [
        *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={exercise}"),
        f"--LabApp.default_url=/lab/tree/{notebook}",
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


@contextlib.contextmanager
def opened(lab, home):
    """Give a page on which the notebook is open and its kernel ready."""
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


def write_in_the_editor(page, exercise, name, function, answer):
    """Open a file by the notebook's link to it, write an answer over its stub, and save."""
    link = Path(name).relative_to("assignment").as_posix()
    cell(page, "How to work").get_by_role("link", name=link).first.click()
    editor = page.locator(".jp-FileEditor .cm-content")
    editor.wait_for()
    editor.click()
    lines = (exercise / name).read_text(encoding="utf-8").splitlines(keepends=True)
    begin = next(i for i, line in enumerate(lines) if line.startswith(f"def {function}("))
    first = lines.index("    raise NotImplementedError(\n", begin)
    last = lines.index("    )\n", first)
    page.keyboard.press("Control+Home")
    for _ in range(first):
        page.keyboard.press("ArrowDown")
    for _ in range(first, last + 1):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.insert_text(answer)
    look(page, "editor")
    page.keyboard.press("Control+s")
    await_text(exercise / name, "".join([*lines[:first], answer, *lines[last + 1 :]]))


def await_text(path, text):
    """Wait until a file holds a text and nothing else."""
    for _ in range(120):
        if path.read_text(encoding="utf-8") == text:
            return
        time.sleep(0.5)
    pytest.fail(f"{path} was not saved with just the answer put in.")
