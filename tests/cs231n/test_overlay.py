"""The layers of the package: each module comes from the first folder that has it."""

import os
import subprocess
import sys

from autograder import locate


def origins(folders, *modules):
    """Import the modules in a new process; return their files."""
    program = "import importlib, sys\nfor name in sys.argv[1:]:\n"
    program += "    print(importlib.import_module(name).__file__)"
    path = os.pathsep.join(map(str, folders))
    done = subprocess.run(
        [sys.executable, "-c", program, *modules],
        env=os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    return done.stdout.splitlines()


def test_the_solution_lies_over_the_assignment():
    given, solutions = locate.given(), locate.solutions()
    found = origins([solutions, given], "cs231n.layers", "cs231n.classifiers.cnn", "cs231n.solver")
    assert found == [
        str(solutions / "cs231n/layers.py"),
        str(solutions / "cs231n/classifiers/cnn.py"),
        str(given / "cs231n/solver.py"),
    ]


def test_the_assignment_alone_is_the_skeleton():
    given = locate.given()
    assert origins([given], "cs231n.layers", "cs231n.classifiers.cnn") == [
        str(given / "cs231n/layers.py"),
        str(given / "cs231n/classifiers/cnn.py"),
    ]


def test_a_submission_may_have_only_some_of_the_files(tmp_path):
    layers = tmp_path / "cs231n" / "layers.py"
    layers.parent.mkdir()
    layers.write_text("answer = 42\n")
    given = locate.given()
    found = origins([tmp_path, given], "cs231n.layers", "cs231n.classifiers.cnn")
    assert found == [str(layers), str(given / "cs231n/classifiers/cnn.py")]


def test_given_modules_import_while_layers_is_broken(tmp_path):
    layers = tmp_path / "cs231n" / "layers.py"
    layers.parent.mkdir()
    layers.write_text("def unfinished(:\n")
    given = ["dense", "normalization", "losses", "fast_layers", "layer_utils", "solver", "optim"]
    found = origins([tmp_path, locate.given()], *(f"cs231n.{name}" for name in given))
    assert len(found) == len(given)
