"""A new student with only the link: the built site in headless Chromium, without a network."""

import contextlib
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from autograder import locate
from autograder.course.museum import museum_of
from autograder.exercises.convnets import EXERCISE

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium"),
]

WAIT = 300_000  # milliseconds; a machine at work on other things takes its time
FIRST_VERDICT = 30.0  # seconds after the link was opened, on a machine that has them
QUICK = [function.name for function in EXERCISE.functions if not function.trains]
LOOP = "    while True:\n        pass\n"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files, as any static host does, and logs nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(site):
    """Serve the site; return its address."""
    handler = functools.partial(Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Student:
    """What a student does on the page."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def open(self, address):
        """Follow the link, and wait for the kernel."""
        self.count = 0
        self.page.goto(address)
        self.page.get_by_text("Start in JupyterLab").click()
        self.cell("# Setup: run this first").wait_for()
        self.page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()

    def cell(self, text):
        """Return the first cell that holds a text."""
        return self.page.locator(".jp-Notebook .jp-Cell", has_text=text).first

    def start(self, text):
        """Run a cell; return it, and the number that its prompt will have."""
        chosen = self.cell(text)
        chosen.scroll_into_view_if_needed()
        chosen.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.count += 1
        return chosen

    def run(self, text):
        """Run a cell and wait for its end; return its output."""
        chosen = self.start(text)
        chosen.locator(".jp-InputPrompt", has_text=f"[{self.count}]:").wait_for()
        return chosen.locator(".jp-OutputArea").first.inner_text()

    def check(self, name):
        """Run a cell with a check."""
        return self.run(f'check("{name}")')

    def write(self, name, content):
        """Put a text into a file with the editor, and save it."""
        tab = self.page.locator(".lm-TabBar-tab", has_text=Path(name).name)
        if tab.count():
            tab.first.click()
        else:
            self.cell("How to work").get_by_role("link", name=name).first.click()
            tab.first.wait_for()
        editor = self.page.locator(".jp-FileEditor:visible .cm-content")
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(content)
        self.page.keyboard.press("Control+s")
        self.page.locator(".lm-TabBar-tab.jp-mod-dirty", has_text=Path(name).name).wait_for(
            state="detached"
        )
        self.page.locator(".lm-TabBar-tab", has_text="ConvolutionalNetworks").first.click()

    def look(self, name):
        """Keep a picture where ``CONVNETS_SCREENSHOTS`` says, if it does."""
        folder = os.environ.get("CONVNETS_SCREENSHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"site-{name}.png")


@pytest.fixture
def browser():
    """Return Chromium."""
    with sync_api.sync_playwright() as playwright:
        root = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=root)
        yield found
        found.close()


@pytest.fixture
def student(browser, address):
    """Return a student whose browser has no network but for the site."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    outside = []
    ours = (address, "data:", "blob:")
    context.on("request", lambda r: None if r.url.startswith(ours) else outside.append(r.url))
    page = context.new_page()
    page.set_default_timeout(WAIT)
    found = Student(page)
    try:
        yield found
    except BaseException:
        found.look("failed")
        raise
    assert outside == [], "a request went elsewhere"


def solved(name):
    """Return a file of the solution, as a student hands it in."""
    text = (locate.solutions() / name).read_text(encoding="utf-8")
    return "".join(
        line
        for line in text.splitlines(keepends=True)
        if "### BEGIN SOLUTION" not in line and "### END SOLUTION" not in line
    )


def with_body(stub, function, body):
    """Return a stub with another body for one of its functions."""
    start = stub.index(f"def {function}(")
    end = stub.index('"""', stub.index('"""', start) + 3) + 4
    return stub[:end] + body + stub[end:]


def test_a_new_student_from_the_link_to_the_archive(student, address, tmp_path):
    layers, cnn = EXERCISE.editable
    stub = (locate.given() / layers).read_text(encoding="utf-8")

    start = time.monotonic()
    student.open(address)
    told = student.run("# Setup: run this first")
    assert "/drive/assignment/cs231n/layers.py" in told
    told = student.check("conv_forward_naive")
    first = time.monotonic() - start
    print(f"The first verdict came after {first:.1f} s.")
    assert "conv_forward_naive is not written yet. Write it in cs231n/layers.py" in told
    assert "0 of 100 points. Next: conv_forward_naive" in told and "Traceback" not in told
    student.look("stub")

    # A mistake is named, in the same kernel, as soon as the file is saved.
    known = museum_of(EXERCISE).MISTAKES
    mistake = next(m for m in known if m.function == "max_pool_backward_naive")
    student.write(layers, f"{solved(layers)}\n\n{mistake.code}")
    told = student.check(mistake.function)
    assert f"This is exactly what comes out when {mistake.sentence}" in told
    assert "CheckNotPassed" in told
    student.look("mistake")

    # A loop that never ends is stopped, after a sentence on what to do if it is not.
    student.write(layers, with_body(stub, "conv_forward_naive", LOOP))
    running = student.start('check("conv_forward_naive")')
    running.get_by_text("Kernel > Restart Kernel").wait_for()
    running.locator(".jp-InputPrompt", has_text=f"[{student.count}]:").wait_for()
    told = running.locator(".jp-OutputArea").first.inner_text()
    assert "Your code was stopped: it had not finished after 5 seconds" in told
    assert "Restart Kernel" not in told
    student.look("loop")

    # Written rightly, everything that is judged here gets its points.
    student.write(layers, solved(layers))
    student.write(cnn, solved(cnn))
    for name in QUICK:
        told = student.check(name)
        assert re.search(rf"{name}: (\d+) of \1 points", told), told
    assert "92 of 100 points. All done that is judged here; the other 8" in told
    student.look("right")

    # What was saved is there when the link is opened again.
    student.page.keyboard.press("Control+s")
    student.open(address)
    student.run("# Setup: run this first")
    told = student.check("ThreeLayerConvNet")
    assert "ThreeLayerConvNet: 14 of 14 points" in told and "92 of 100 points" in told

    told = student.check("overfit_small_data")
    assert "0 of 4 points" in told and "right" in told and "here on 20 images" in told
    assert "CheckNotPassed" not in told
    told = " ".join(student.check("one_epoch").split())
    assert "not run in the browser" in told and "judged when you hand in" in told
    student.look("training")

    # The archive, graded where the others are, has the same verdicts.
    student.page.keyboard.press("Control+s")
    with student.page.expect_download() as download:
        told = student.run("from autograder.student.download import submit")
    assert "All layers and the net are right on the public checks." in told
    student.look("handed-in")
    archive = tmp_path / "class" / "ada" / download.value.suggested_filename
    archive.parent.mkdir(parents=True)
    download.value.save_as(archive)
    assert archive.name == "submission.zip"
    with zipfile.ZipFile(archive) as handed_in:
        assert set(handed_in.namelist()) == {*EXERCISE.editable, EXERCISE.notebook}
    assert all(points == most for points, most in graded(tmp_path).values())

    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    if busy:
        pytest.skip(f"all is right; the first verdict came after {first:.0f} s on a busy machine")
    assert first <= FIRST_VERDICT


def graded(folder):
    """Grade the class; return points and most points for each check that the browser ran."""
    start = locate.root() / "autograder" / "entry" / "start.py"
    command = [sys.executable, "-P", str(start), "grade", "--class-dir", str(folder / "class")]
    subprocess.run([*command, "--out", str(folder / "results")], check=True, cwd=folder)
    results = json.loads((folder / "results" / "results.json").read_text(encoding="utf-8"))
    (record,) = results["students"]
    return {
        verdict["id"]: (verdict["points"], verdict["max_points"])
        for verdict in record["checks"]
        if verdict["function"] in QUICK
    }


def test_a_phone_can_read_it(browser, address):
    phone = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True)
    page = phone.new_page()
    for name in ("index.html", "read.html"):
        page.goto(f"{address}{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        with contextlib.suppress(KeyError):
            page.screenshot(path=Path(os.environ["CONVNETS_SCREENSHOTS"]) / f"phone-{name}.png")
    broken = "[...document.images].filter(i => !i.complete || !i.naturalWidth).length"
    page.wait_for_load_state("networkidle")
    assert page.evaluate(broken) == 0
    assert page.locator("math").count() > 50
