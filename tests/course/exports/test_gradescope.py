"""autograder/course/exports/gradescope*.py: the autograder that runs on Gradescope."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import __main__ as cli
from autograder import locate
from autograder.course.exports import gradescope, gradescope_run, gradescope_zip
from autograder.course.forward import scores_of
from autograder.course.museum import packs
from autograder.course.record import Record
from autograder.course.release import proof
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.exercises.registry import list_checks
from autograder.judging import pack
from autograder.judging.verdict import Status, Verdict
from autograder.sandbox.probe import strongest

SEED = "a secret seed of a course"
# https://gradescope-autograders.readthedocs.io/en/latest/specs/
TOP = {"score", "execution_time", "output", "output_format", "test_output_format", "tests"}
TOP |= {"test_name_format", "visibility", "stdout_visibility", "extra_data", "leaderboard"}
TEST = {"score", "max_score", "status", "name", "name_format", "number", "output"}
TEST |= {"output_format", "tags", "visibility", "extra_data"}
VISIBLE = {"hidden", "after_due_date", "after_published", "visible"}
TEXT = {"text", "html", "simple_format", "md", "ansi"}

STUB = "import numpy as np\n"
SPY = """
def conv_forward_naive(x, w, b, conv_param):
    try:
        with open({path!r}, "rb") as file:
            file.read()
    except OSError as error:
        raise ValueError("kept out by " + type(error).__name__)
    raise ValueError("the secret cases were read")
"""


def assert_documented(tree):
    """Assert that `tree` is what Gradescope documents."""
    assert set(tree) <= TOP
    assert "score" in tree or tree["tests"]
    assert {tree["visibility"], tree["stdout_visibility"]} <= VISIBLE
    assert isinstance(tree["execution_time"], int | float)
    for test in tree["tests"]:
        assert set(test) <= TEST
        assert 0 <= test["score"] <= test["max_score"]
        assert test["status"] in ("passed", "failed")
        assert test["visibility"] in VISIBLE
        assert {test["output_format"], test["name_format"]} <= TEXT
        assert all(isinstance(test[key], str) for key in ("name", "number", "output"))
    numbers = [test["number"] for test in tree["tests"]]
    assert len(set(numbers)) == len(numbers)


def verdict(function, check, status, points, most, message=""):
    return Verdict(f"{function}/{check}", function, f"Do {check}", status, points, most, message, 1)


def test_results_are_in_the_documented_format():
    verdicts = [
        verdict("conv_forward_naive", "one", Status.PASSED, 3.0, 3.0),
        verdict("conv_forward_naive", "two", Status.ERROR, 0.0, 2.5, "It raised\nIndexError <b>"),
        verdict("one_epoch", "three", Status.MISSING, 0.0, 4.0, "not written"),
    ]
    record = Record("ada", "k", "p", "", ["for the instructor: imports torch"], verdicts, "limits")
    tree = gradescope.results_json(record)
    assert_documented(tree)
    first, second, third = tree["tests"]
    assert [t["number"] for t in tree["tests"]] == ["1.1", "1.2", "2.1"]
    assert [t["score"] for t in tree["tests"]] == [3.0, 0.0, 0.0]
    assert [t["max_score"] for t in tree["tests"]] == [3.0, 2.5, 4.0]
    assert [t["status"] for t in tree["tests"]] == ["passed", "failed", "failed"]
    assert first["name"] == "conv_forward_naive: Do one"
    assert "It raised\nIndexError <b>" in second["output"]
    assert second["output_format"] == "text"  # so that nothing in it is taken for HTML
    assert "not written" in third["output"]
    assert tree["output"] == "3 of 9.5 points. What to look at first: conv_forward_naive."
    assert tree["stdout_visibility"] == "hidden"
    assert "torch" not in json.dumps(tree)


def test_a_submission_that_cannot_be_read_says_so_first():
    record = Record("ada", "k", "p", "It is empty.", [], [verdict("f", "c", Status.MISSING, 0, 1)])
    assert gradescope.results_json(record)["output"].endswith("could not be read. It is empty.")


def test_a_failure_is_told_with_what_a_public_case_shows():
    secret = [
        verdict("f", "one", Status.FAILED, 0.0, 1.0, "f(x (2, 3))\nIt is zero everywhere."),
        verdict("f", "two", Status.ERROR, 0.0, 1.0, "It raised KeyError."),
        verdict("f", "three", Status.PASSED, 1.0, 1.0),
        verdict("f", "four", Status.MISSING, 0.0, 1.0, "Not there."),
        verdict("train", "five", Status.FAILED, 0.0, 1.0, "Below 0.4."),
    ]
    public = [
        verdict("f", "one", Status.FAILED, 0.0, 1.0, "got 0, expected 3.25"),
        verdict("f", "two", Status.PASSED, 1.0, 1.0),
        verdict("f", "three", Status.FAILED, 0.0, 1.0, "unlucky"),
        verdict("f", "four", Status.MISSING, 0.0, 1.0, "Not there, says the code."),
    ]
    one, two, *others = gradescope.with_public(secret, public)
    assert one.message.startswith("f(x (2, 3))\nIt is zero everywhere.\n\nOn the public cases")
    assert one.message.endswith("wrong.\ngot 0, expected 3.25")
    assert two.message.endswith("this check passes.")
    assert others == secret[2:]


def test_the_smallest_input_of_the_public_run_is_shown_with_the_first_failure():
    secret = [verdict("f", name, Status.FAILED, 0.0, 1.0, "no") for name in ("two", "three")]
    public = [
        replace(verdict("f", "one", Status.FAILED, 0.0, 1.0), smallest="x = 1"),
        verdict("f", "two", Status.PASSED, 1.0, 1.0),
        verdict("f", "three", Status.FAILED, 0.0, 1.0),
    ]
    assert [v.smallest for v in gradescope.with_public(secret, public)] == ["x = 1", ""]


# --- the archive


def make(out, *arguments):
    return cli.main(["gradescope", "--out", str(out), *arguments])


@pytest.fixture(scope="module")
def archive(tmp_path_factory, public_pack):
    """Return the archive, with the public pack for the secret one, which takes long to make."""
    folder = tmp_path_factory.mktemp("archive")
    seed = folder / "seed"
    seed.write_text(SEED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packs, "build", lambda _, given: public_pack if given == SEED else None)
        assert make(folder / "a.zip", "--seed-file", str(seed)) == 0
        assert make(folder / "b.zip", "--seed-file", str(seed), "--require-sandbox") == 0
    return folder / "a.zip"


def members(path):
    with zipfile.ZipFile(path) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def test_what_is_in_the_archive_and_what_is_not(archive):
    files = dict(members(archive))
    for wanted in (
        "setup.sh",
        "run_autograder",
        "secret.pack",
        "public.pack",
        "pyproject.toml",
        "meson.build",
        "README.md",
        "LICENSE",
        "assignment/kernels/meson.build",
        "assignment/cs231n/solver.py",
        "autograder/engine/run.py",
        "autograder/sandbox/worker/__main__.py",
        "autograder/exercises/convnets/checks/test_training.py",
        "autograder/engine/pytest.ini",
        "autograder/course/intake/collect.py",
        "autograder/course/exports/__init__.py",
        "autograder/course/exports/gradescope_run.py",
        "autograder/course/forward/convnets.py",
    ):
        assert wanted in files
    for name in files:
        assert not name.startswith(("solutions", "tests", "notebooks", "autograder/packs"))
        assert not re.search(r"mistakes|ways|sample_class|release|seed|gradescope_zip", name)
        assert "__pycache__" not in name


def test_neither_seed_nor_solution_is_in_the_archive(archive):
    files = members(archive)
    assert all(SEED.encode() not in content for _, content in files)
    proof.prove_secrecy(EXERCISE, files)  # raises


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", f"the seed is {SEED}.".encode()),
        ("solutions/cs231n/layers.py", b""),
        ("notes.py", (locate.solutions() / LAYERS).read_bytes()),
    ],
)
def test_a_secret_in_the_archive_is_found(archive, name, content):
    files = [*members(archive), (name, content)]
    with pytest.raises(UserError, match=name):
        gradescope_zip.prove(EXERCISE, files, SEED)


def test_the_programs_can_be_run(archive):
    with zipfile.ZipFile(archive) as file:
        for name in ("setup.sh", "run_autograder"):
            assert stat.S_IMODE(file.getinfo(name).external_attr >> 16) == 0o755
            assert file.read(name).startswith(b"#!/usr/bin/env bash\n")


def test_the_sandbox_can_be_required(archive):
    assert "require-sandbox" not in dict(members(archive))
    assert "require-sandbox" in dict(members(archive.with_name("b.zip")))


def test_an_archive_is_not_replaced_unasked(archive, capsys):
    before = archive.read_bytes()
    assert make(archive) == 2
    assert "--force" in capsys.readouterr().err
    assert archive.read_bytes() == before


def test_a_seed_that_cannot_be_used_is_told(tmp_path, capsys):
    assert make(tmp_path / "a.zip", "--seed-file", str(tmp_path / "none")) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "a.zip").exists()


# --- in the container


def install(archive, base):
    """Lay a folder out as Gradescope does, and run setup.sh there; return the folder."""
    for name in ("source", "submission", "results"):
        (base / name).mkdir(parents=True)
    (base / "submission_metadata.json").write_text('{"id": 1, "users": []}')
    with zipfile.ZipFile(archive) as file:
        file.extractall(base / "source")
    for name in ("setup.sh", "run_autograder"):
        (base / "source" / name).chmod(0o755)
    shutil.copy(base / "source" / "run_autograder", base)
    done = execute(base, base / "source" / "setup.sh")
    assert done.returncode == 0, done.stderr
    assert "Ready to grade." in done.stdout
    return base


def execute(base, program):
    """Run a program as Gradescope does, with this Python instead of one installed there."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    settings = {"CONVNETS_GRADESCOPE": str(base), "CONVNETS_PYTHON": sys.executable}
    return subprocess.run(
        [program],
        cwd=base,
        env={**kept, **settings},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def container(archive, tmp_path_factory):
    """Return a folder laid out as Gradescope's, set up."""
    return install(archive, tmp_path_factory.mktemp("gradescope") / "autograder")


def submit(base, files):
    """Put files in the place of the submission."""
    shutil.rmtree(base / "submission")
    (base / "submission").mkdir()
    for name, content in files.items():
        path = base / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def graded(base):
    """Run the autograder; return the results and what it printed."""
    done = execute(base, base / "run_autograder")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (base / "results" / "results.json").read_text(encoding="utf-8")
    assert [path.name for path in (base / "results").iterdir()] == ["results.json"]
    tree = json.loads(text)
    assert_documented(tree)
    assert len(tree["tests"]) == len(list_checks(EXERCISE))
    assert sum(test["max_score"] for test in tree["tests"]) == 100
    for hidden in (base, Path.home(), locate.root()):
        assert str(hidden) not in text
    assert "/tmp/" not in text
    return tree, done.stdout


def points(tree):
    return sum(test["score"] for test in tree["tests"])


def test_the_skeleton_gets_nothing(container):
    submit(container, {name: (locate.given() / name).read_bytes() for name in (LAYERS, CNN)})
    tree, printed = graded(container)
    assert points(tree) == 0
    assert tree["tests"][0]["output"].startswith("to do\n")
    assert "Student code runs under" in printed


def test_one_right_function_gets_its_points(container):
    """Of layers.py as uploaded by itself, without folders."""
    source = (locate.solutions() / LAYERS).read_text(encoding="utf-8")
    begin = source.index("def conv_forward_naive")
    end = source.index("\ndef conv_backward_naive")
    submit(container, {"layers.py": STUB + source[begin:end]})
    tree, printed = graded(container)
    assert points(tree) == 12
    assert "There is no cnn.py" in printed


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "neither layers.py nor cnn.py"),
        ({"essay.txt": "The history of the convolution."}, "neither layers.py nor cnn.py"),
        ({"layers.py": "def conv_forward_naive(:\n"}, "SyntaxError"),
        ({"layers.py": b"\0\xff\xfe"}, ""),
        ({"submission.zip": b"PK\3\4 not really"}, "neither layers.py nor cnn.py"),
    ],
)
def test_a_broken_submission_is_graded_0_and_told_why(container, files, message):
    submit(container, files)
    tree, _ = graded(container)
    assert points(tree) == 0
    assert message in tree["output"] + tree["tests"][0]["output"]


@pytest.mark.skipif(strongest() == "limits", reason="there is no sandbox on this machine")
def test_student_code_cannot_read_the_secret_cases(container):
    path = str(container / "source" / "secret.pack")
    submit(container, {"layers.py": SPY.format(path=path)})
    tree, _ = graded(container)
    assert "secret cases were read" not in json.dumps(tree)
    assert re.search(r"kept out by (FileNotFound|Permission)Error", tree["tests"][0]["output"])


def test_a_fault_of_the_grader_is_no_grade(container, monkeypatch, capsys):
    """There is no results.json then, by which Gradescope knows it, and not that of before."""
    submit(container, {"layers.py": STUB})
    secret = container / "source" / "secret.pack"
    away = secret.rename(secret.with_suffix(".away"))
    (container / "results" / "results.json").write_text("{}")
    try:
        done = execute(container, container / "run_autograder")
    finally:
        away.rename(secret)
    assert done.returncode == 1
    assert "PackError" in done.stdout
    assert "was not graded" in done.stdout
    assert not [*(container / "results").iterdir()]


@pytest.mark.parametrize(
    ("broken", "message"),
    [("submission", "no folder"), ("engine", "EngineError"), ("sandbox", "UserError")],
)
def test_other_faults_are_no_grade_either(container, monkeypatch, capsys, broken, message):
    base = container
    if broken == "submission":
        monkeypatch.setattr(gradescope_run.Path, "is_dir", lambda path: False)
    elif broken == "engine":
        submit(base, {"layers.py": STUB})
        monkeypatch.setattr(gradescope_run, "run_checks", fails_with("EngineError"))
    else:
        (base / "source" / "require-sandbox").touch()
        monkeypatch.setattr(gradescope_run.doctor, "strongest", lambda: "limits")
    try:
        assert gradescope_run.main([str(base)]) == 1
    finally:
        (base / "source" / "require-sandbox").unlink(missing_ok=True)
    assert message in capsys.readouterr().out
    assert not (base / "results" / "results.json").exists()


def test_the_public_cases_come_first_and_of_secret_ones_nothing_is_told(container, monkeypatch):
    """And a trained net is judged by what the grader computes from its parameters."""
    asked = []

    def run_checks(exercise, submission, cases, names=None, **options):
        asked.append((names, options))
        return []

    submit(container, {"layers.py": STUB})
    monkeypatch.setattr(gradescope_run, "run_checks", run_checks)
    gradescope_run.grade(container)
    (names, shown), (every, secret) = asked
    assert "discreet" not in shown
    assert names == [f.name for f in EXERCISE.functions if not f.trains]
    assert every is None
    assert secret["discreet"] is True
    assert secret["scores"] is scores_of(EXERCISE)


def fails_with(name):
    def run_checks(*_, **__):
        raise type(name, (Exception,), {})

    return run_checks


def test_setup_stops_where_something_is_missing(archive, tmp_path):
    base = install(archive, tmp_path / "autograder")
    (base / "source" / "autograder" / "course" / "intake" / "collect.py").unlink()
    assert execute(base, base / "source" / "setup.sh").returncode != 0


@pytest.mark.soak
def test_the_solution_gets_all_points_with_the_secret_cases(tmp_path):
    seed = tmp_path / "seed"
    seed.write_text(SEED)
    assert make(tmp_path / "a.zip", "--seed-file", str(seed)) == 0
    base = install(tmp_path / "a.zip", tmp_path / "autograder")
    assert pack.load(base / "source" / "secret.pack").id == packs.identify(EXERCISE, SEED)
    submit(base, {name: (locate.solutions() / name).read_bytes() for name in (LAYERS, CNN)})
    tree, _ = graded(base)
    assert points(tree) == 100
    assert tree["output"] == "100 of 100 points."
