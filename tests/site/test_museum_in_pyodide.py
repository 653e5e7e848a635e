"""The museum by hand and the right ways, in Pyodide: the same verdicts and names as here."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import locate
from autograder.course.museum import museum_of
from autograder.course.museum.submissions import in_the_way, with_code
from autograder.exercises.convnets import EXERCISE

HERE = Path(__file__).parent
NODE = shutil.which("node")
SAMPLE = 40  # of so many pieces one is tried outside the soak

pytestmark = [
    pytest.mark.xdist_group("pyodide"),
    pytest.mark.skipif(NODE is None, reason="there is no Node: apt-get install nodejs"),
]


def pieces(solution):
    """Return everything in the museum that somebody has written, as submissions."""
    museum = museum_of(EXERCISE)
    for mistake in (*museum.MISTAKES, *museum.UNSEEN):
        code = with_code(EXERCISE, solution, mistake.function, mistake.code)
        yield f"{mistake.function}: {mistake.name}", code, [mistake.function]
    for way in museum.WAYS:
        yield way.name, in_the_way(EXERCISE, solution, way), list(way.functions)


def compare(chosen, site, folder):
    """Run pieces here and in Pyodide; return what differs, by the name of the piece."""
    made = [
        {
            "files": {name: data.decode() for name, data in code.files.items()},
            "functions": functions,
        }
        for _, code, functions in chosen
    ]
    (folder / "pieces.json").write_text(json.dumps(made), encoding="utf-8")
    script = str(HERE / "verdicts.py")
    environment = {
        **os.environ,
        "PIECES": str(folder / "pieces.json"),
        "FOUND": str(folder / "found.json"),
        "PYTHONPATH": str(locate.root()),
    }
    found = []
    for command in (
        [sys.executable, script],
        [NODE, str(HERE / "run.mjs"), str(site), str(folder), script],
    ):
        subprocess.run(command, check=True, env=environment)
        found.append(json.loads((folder / "found.json").read_text(encoding="utf-8")))
        (folder / "found.json").unlink()
    return {
        name: (here, there)
        for (name, *_), here, there in zip(chosen, *found, strict=True)
        if here != there
    }


@pytest.mark.soak
def test_some_pieces_are_judged_alike(site, solution, tmp_path):
    assert compare(list(pieces(solution))[::SAMPLE], site, tmp_path) == {}


@pytest.mark.soak
def test_all_pieces_are_judged_alike(site, solution, tmp_path):
    assert compare(list(pieces(solution)), site, tmp_path) == {}
