"""The HTML of outcomes in a real browser: axe-core finds nothing in the way of a screen reader."""

import os
import shutil

import numpy as np
import pytest

from autograder.judging.evidence import Evidence
from autograder.judging.verdict import Status, Verdict
from autograder.show.text import Outcome

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")

PAGE = """<!DOCTYPE html><html lang="en"><head><title>A notebook</title></head>
<body data-jp-theme-light="{light}" style="background: {ground}; color: {ink}">
<main><h1>A notebook</h1>{outcomes}</main></body></html>"""
THEMES = {"light": ("true", "#ffffff", "#000000"), "dark": ("false", "#111111", "#ffffff")}


@pytest.fixture(scope="module")
def browser():
    root = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=root)
        yield browser
        browser.close()


def outcome():
    """Return an outcome in which everything is to be seen."""
    expected = np.arange(96.0).reshape(1, 1, 8, 12)
    messages = {status: f"\n    code\n{status}: what is wrong" for status in Status}
    messages[Status.PASSED] = ""
    verdicts = [
        Verdict(f"f/{status}", "f", f"This is {status}", status, 0.0, 2.0, message)
        for status, message in messages.items()
    ]
    evidence = {
        "f/failed": Evidence(
            "f/failed", "out", expected + 1, expected, called="f(x (8, 12))", why="It is so.",
            facts="out: it differs.", advice="Look there.", printed="x is 1\n" * 40,
        ),
        "f/error": Evidence(
            "f/error", "", None, None, called="f()", facts="layers.py, line 1:\n    x\nNameError: x"
        ),
    }  # fmt: skip
    return Outcome("f", verdicts, evidence, "To look inside:\n    import it\n    x", "0 of 10.")


@pytest.mark.parametrize("width", [pytest.param(1280, marks=pytest.mark.soak), 390])
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_no_violation(browser, theme, width):
    light, ground, ink = THEMES[theme]
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_content(
        # Twice, as when a cell is run again below: nothing in it may be there once only.
        PAGE.format(light=light, ground=ground, ink=ink, outcomes=outcome()._repr_html_() * 2)
    )
    for summary in page.locator("summary").all():
        summary.click()
    assert page.locator("td").first.is_visible()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, "the page itself never scrolls sideways"
    found = axe.Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    page.close()
