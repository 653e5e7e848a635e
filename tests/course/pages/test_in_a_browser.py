"""The pages in a real browser: axe finds nothing wrong with them, and a phone shows them whole."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from autograder import exercises, locate
from autograder.course.gradebook.together import Line
from autograder.course.intake.collect import Unreadable
from autograder.course.notebooks.picture import Picture
from autograder.course.notebooks.shown import Cell, Output
from autograder.course.pages import report, together
from autograder.course.similarity import command as similarity
from autograder.course.similarity import compare
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import LAYERS_PATH
from autograder.judging.verdict import Status
from autograder.submission import Submission
from made_up import record_of, score_for

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt-get install chromium"),
]

LONG = "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine Maximilian"
LOOKS = {"a screen by day": (1280, "light"), "a phone by night": (390, "dark")}
WHEN = "2026-12-02 01:00 UTC"
DUE = datetime(2026, 12, 1, 22, 59, tzinfo=UTC)
PNG = (Path(__file__).parents[3] / "docs" / "class.png").read_bytes()


def class_of():
    """Return records and scores in which there is everything that a page can show."""
    mistake = ("a window's gradient replaces what another window gave",)
    wrong = record_of("al", passed=False, message="a" * 300, notes=["A note."], when=WHEN)
    wrong = replace(wrong, verdicts=[replace(v, mistakes=mistake) for v in wrong.verdicts])
    to_do = [replace(v, status=Status.MISSING) for v in wrong.verdicts]
    records = [
        wrong,
        replace(wrong, student="bo", verdicts=to_do),
        replace(record_of("cy"), isolation="limits", graded="2026-12-02T08:00:00+00:00"),
    ]
    scores = {r.student: score_for(r, name=r.student, due=DUE) for r in records}
    cells = {**scores["cy"].by_cell, "conv_forward_naive": 5.0}
    scores["al"] = replace(scores["al"], name=LONG, late=3600.0, comments={"layers_py": "Hm."})
    scores["cy"] = replace(
        scores["cy"], points=90.0, by_cell=cells, penalty=3.0, changed=("conv_forward_naive",)
    )
    return records, scores


def pages():
    """Return each kind of page by name."""
    records, scores = class_of()
    files = {LAYERS_PATH: (locate.solutions() / LAYERS_PATH).read_bytes()}
    notebook = [
        Cell("heading", "2 Convolution"),
        Cell("code", "x = " + "1, " * 200, [Output("out"), Output("no", wrong=True)], 1),
        Cell("text", "An answer."),
    ]
    pictures = [Picture("conv_forward_naive/standard", "what it shows", PNG)]
    made = {
        f"student {record.student}": report.student_page(
            EXERCISE, record, scores[record.student], pictures, notebook, files
        )
        for record in records
    }
    handed = [Submission(name, files) for name in ("al", "bo")]
    alike = compare.compare(compare.sources(handed)[0], Console(quiet=True))
    return {
        **made,
        "class": report.class_page(EXERCISE, records, scores, ["Nora Doe", LONG], together=True),
        "course": together.page(
            exercises.every(),
            [f"{exercise.assignment}/report.html" for exercise in exercises.every()],
            [Line(name, s.name, [s, None, s, s]) for name, s in scores.items()],
        ),
        "similarity": similarity.page(EXERCISE, alike, [Unreadable("cy", "It is none.", [])], 3),
    }


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        root = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=root)
        yield browser
        browser.close()


def opened(browser, text, folder, width=1280, theme="light"):
    """Return a page of the browser that shows `text`, with all of it unfolded."""
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    # The test's own scripts are not the page's, whose policy forbids them.
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True
    )
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((found) => found.open = true)")
    return page


def look(page, name):
    """Keep a picture of the page where ``CONVNETS_SCREENSHOTS`` says, if it does."""
    folder = os.environ.get("CONVNETS_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.soak
@pytest.mark.parametrize("how", LOOKS)
def test_axe_finds_nothing_and_nothing_runs_out_of_the_page(browser, tmp_path, how):
    for name, text in pages().items():
        page = opened(browser, text, tmp_path, *LOOKS[how])
        look(page, f"{name}, {how}")
        found = axe.Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= LOOKS[how][0], f"{name} is {width} pixels wide"
        page.close()


def test_the_class_can_be_sorted_under_the_policy_of_the_page(browser, tmp_path):
    records, scores = class_of()
    path = tmp_path / "page.html"
    path.write_text(report.class_page(EXERCISE, records, scores), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    table = page.locator("table").first

    def totals():
        return [
            cell.split()[0] for cell in table.locator("tbody td:nth-child(2)").all_inner_texts()
        ]

    head = table.get_by_role("columnheader", name="total")
    head.get_by_role("button").click()
    assert totals() == ["90", "0", "0"]
    assert head.get_attribute("aria-sort") == "descending"
    head.get_by_role("button").click()
    assert totals() == ["0", "0", "90"]
    table.get_by_role("columnheader", name="student").get_by_role("button").click()
    assert table.locator("tbody th a:first-child").all_inner_texts() == ["bo", "cy", LONG]
    page.close()
