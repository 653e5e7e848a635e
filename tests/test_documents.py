"""The documents: links lead somewhere, versions agree, CONTRIBUTING works as it is shown."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
# What students read lies elsewhere once it is unpacked.
MOVED = {"autograder/course/release/student_readme.md": ROOT}
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", ".github/**/*.md", "[!.]*/**/*.md")
    for path in ROOT.glob(pattern)
    if not {"build", "dist", "_build", "_made", "results"} & set(path.relative_to(ROOT).parts)
)


def text_of(page):
    """Return a page without its blocks of code."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)


def anchors(path):
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_within_the_project_lead_somewhere(page):
    folder = MOVED.get(page, (ROOT / page).parent)
    for target in (link or picture for link, picture in LINK.findall(text_of(page))):
        if re.match(r"\w+:|_made/", target):  # elsewhere, or made when the site is built
            continue
        name, _, anchor = unquote(target).partition("#")
        path = folder / name if name else ROOT / page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


def test_the_pages_that_the_field_looks_for_are_there():
    for name in ("README.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md", "LICENSE"):
        assert (ROOT / name).is_file(), name


def test_versions_agree():
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.+)$", citation, re.M)[1] == version
    released = re.findall(r"^## (\d\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert released[:1] in ([version], [])  # nothing later than what the code says it is


def blocks(page, language):
    """Return the blocks of code in a page that are in a language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


@pytest.fixture
def copy(tmp_path):
    """Return a copy of what an exercise needs, to add one to."""
    left_out = shutil.ignore_patterns("__pycache__", "*.pack", ".ipynb_checkpoints")
    for name in ("assignment", "autograder", "solutions"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=left_out)
    return tmp_path


def test_the_exercise_in_contributing_is_one(copy):
    """Its table and its check, word for word, with a solution and a museum of two."""
    shown = blocks("CONTRIBUTING.md", "python")
    (table,) = [block for block in shown if "EXERCISE = " in block]
    (checks,) = [block for block in shown if "def pair" in block]
    files = {
        "autograder/exercises/mean_square/__init__.py": (
            f'"""The exercise MeanSquare."""\n\n{table}'
        ),
        "autograder/exercises/mean_square/checks/__init__.py": '"""Its checks."""\n',
        "autograder/exercises/mean_square/checks/test_mean_square.py": (
            f'"""``mean_square(x, y) -> float``."""\n\n{checks}'
        ),
        "solutions/cs231n/mean_square.py": (
            "import numpy as np\n\n\ndef mean_square(x, y):\n"
            '    # TODO (notebook section 1, "The mean square"): compute it.\n'
            "    ### BEGIN SOLUTION\n"
            "    return np.mean((x - y) ** 2)\n"
            "    ### END SOLUTION\n"
        ),
        "autograder/course/museum/mean_square/__init__.py": (
            "from autograder.course.museum.mistake import variants\n"
            "from autograder.course.museum.way import Way\n\n"
            "RIGHT = 'def mean_square(x, y): return np.mean((x - y) ** 2)'\n"
            "TABLE = {'summed': ('the squares are added up', [('np.mean', 'np.sum')])}\n"
            "MISTAKES = variants('mean_square', RIGHT, TABLE)\n"
            "UNSEEN = CLASS = ()\n"
            "LOOP = 'def mean_square(x, y): return float(((x - y) ** 2).sum() / x.size)'\n"
            "WAYS = (Way(('mean_square',), 'one expression', RIGHT),\n"
            "        Way(('mean_square',), 'a number of Python', LOOP))\n"
        ),
    }
    for name, text in files.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text, encoding="utf-8")

    def run(*command):
        environment = {**os.environ, "PYTHONPATH": str(copy)}
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("autograder", "stubs", "--exercise", "mean_square")
    assert "is not written yet" in (copy / "assignment/cs231n/mean_square.py").read_text()
    table = run("autograder.course.museum.meta", "mean_square", "--jobs", "1")
    assert re.search(r"\*\*all\*\*\s+\|\s+1 \|\s+1 \|\s+1 \|\s+0 \|.*\|\s+2 \|\s+2 \|", table)
