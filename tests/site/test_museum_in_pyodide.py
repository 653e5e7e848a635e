"""The museum by hand and the right ways, in Pyodide: the same verdicts and names as here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import locate
from autograder.course.museum import museum_of
from autograder.course.museum.submissions import in_the_way, with_code
from autograder.course.site import fetch, pyodide
from autograder.exercises.convnets import EXERCISE

RUN = Path(pyodide.__file__).with_name("run.mjs")
FUNCTIONS = [function.name for function in EXERCISE.functions if not function.trains]


def pieces(solution, function):
    """Return what somebody has written for a function of the museum, as submissions."""
    museum = museum_of(EXERCISE)
    for mistake in (*museum.MISTAKES, *museum.UNSEEN):
        if mistake.function == function:
            code = with_code(EXERCISE, solution, function, mistake.code)
            yield f"{function}: {mistake.name}", code, [function]
    for way in museum.WAYS:
        if way.functions[0] == function:
            yield way.name, in_the_way(EXERCISE, solution, way), list(way.functions)


def compare(chosen, site, folder):
    """Run pieces here and in Pyodide; return what differs, by the name of the piece.

    Each processor has a share of them.
    """
    count = min(os.cpu_count() or 1, len(chosen))
    shares = [chosen[start::count] for start in range(count)]
    script = Path(__file__).with_name("verdicts.py")
    environment = {**os.environ, "PYTHONPATH": str(locate.root())}
    found = []
    for how in ("here", "there"):
        running = []
        for number, share in enumerate(shares):
            place = folder / f"{how} {number}"
            place.mkdir()
            (place / "pieces.json").write_text(json.dumps(as_json(share)), encoding="utf-8")
            in_node = [fetch.node(), RUN, site / "static" / "pyodide", place, script]
            command = {
                "here": [sys.executable, script, place],
                "there": [*in_node, ",".join(packages(site)), "/work"],
            }[how]
            process = subprocess.Popen([*map(str, command)], env=environment)
            running.append((place, process))
        assert [process.wait() for _, process in running] == [0] * count
        found.append([json.loads((place / "found.json").read_text()) for place, _ in running])
    return {
        name: (one, other)
        for share, here, there in zip(shares, *found, strict=True)
        for (name, *_), one, other in zip(share, here, there, strict=True)
        if one != other
    }


def packages(site):
    """Return what the kernel of a site starts with."""
    settings = json.loads((site / "jupyter-lite.json").read_text(encoding="utf-8"))
    (kernel,) = settings["jupyter-config-data"]["litePluginSettings"].values()
    return kernel["loadPyodideOptions"]["packages"]


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
@pytest.mark.parametrize("function", FUNCTIONS)
def test_all_pieces_are_judged_alike(function, site, solution, tmp_path):
    chosen = list(pieces(solution, function))
    assert chosen
    assert compare(chosen, site, tmp_path) == {}
