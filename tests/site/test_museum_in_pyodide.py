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
    """Run pieces here and in Pyodide; return what differs, by the name of the piece.

    Each processor has a share of them.
    """
    count = min(os.cpu_count() or 1, len(chosen))
    shares = [chosen[start::count] for start in range(count)]
    script = str(HERE / "verdicts.py")
    found = []
    for how in ("here", "there"):
        running = []
        for number, share in enumerate(shares):
            place = folder / f"{how} {number}"
            place.mkdir()
            (place / "pieces.json").write_text(json.dumps(as_json(share)), encoding="utf-8")
            in_node = [NODE, str(HERE / "run.mjs"), str(site), str(place), script]
            environment = {
                **os.environ,
                "PIECES": str(place / "pieces.json"),
                "FOUND": str(place / "found.json"),
                "PYTHONPATH": str(locate.root()),
            }
            command = [sys.executable, script] if how == "here" else in_node
            running.append((place, subprocess.Popen(command, env=environment)))
        assert [process.wait() for _, process in running] == [0] * count
        found.append([json.loads((place / "found.json").read_text()) for place, _ in running])
    return {
        name: (one, other)
        for share, here, there in zip(shares, *found, strict=True)
        for (name, *_), one, other in zip(share, here, there, strict=True)
        if one != other
    }


def as_json(pieces):
    """Return pieces as `verdicts` reads them."""
    return [
        {
            "files": {name: data.decode() for name, data in code.files.items()},
            "functions": functions,
        }
        for _, code, functions in pieces
    ]


@pytest.mark.soak
def test_some_pieces_are_judged_alike(site, solution, tmp_path):
    assert compare(list(pieces(solution))[::SAMPLE], site, tmp_path) == {}


@pytest.mark.soak
def test_all_pieces_are_judged_alike(site, solution, tmp_path):
    assert compare(list(pieces(solution)), site, tmp_path) == {}
