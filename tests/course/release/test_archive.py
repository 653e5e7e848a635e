"""autograder/course/release/archive.py: students get what they need, and never the answers."""

import ast
import json
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest
from nbgrader.apps import NbGrader

from autograder import exercises, locate
from autograder.course.museum import packs
from autograder.course.notebooks.figures import figures
from autograder.course.release import archive as release
from autograder.course.release import proof, stubs
from autograder.course.site import contents as site
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import list_checks
from autograder.exercises.settings import Settings


@pytest.fixture(scope="module")
def files(public_pack):
    return list(release.contents(EXERCISE, locate.root()))


def test_what_is_in_and_what_is_not(files):
    names = {name for name, _ in files}
    assert len(names) == len(files)
    for wanted in (
        "README.md",
        "LICENSE",
        "pyproject.toml",
        "meson.build",
        "noxfile.py",
        "assignment/cs231n/layers.py",
        "assignment/cs231n/classifiers/cnn.py",
        "assignment/cs231n/solver.py",
        "autograder/packs/convnets.pack",
        "autograder/exercises/convnets/checks/test_conv_forward.py",
        "autograder/engine/pytest.ini",
        "autograder/sandbox/worker/__main__.py",
        "notebooks/ConvolutionalNetworks.ipynb",
        "data/fetch.py",
    ):
        assert wanted in names
    for name in names:
        assert not name.startswith(("solutions", "tests", ".ci", "autograder/course"))
        assert not name.startswith(("notebooks/drawing", "notebooks/make_figures"))
        assert ".course-seed" not in name
        assert "__pycache__" not in name


def test_no_passage_of_the_solution_gets_out(files):
    proof.prove_secrecy(EXERCISE, files)


def test_a_leak_is_found(files):
    solution = (locate.solutions() / "cs231n" / "layers.py").read_text(encoding="utf-8")
    begin = solution.index("### BEGIN SOLUTION")
    passage = solution[begin : solution.index("### END SOLUTION", begin)]
    leaks = {
        "notes.md": passage.encode(),
        "indented.py": passage.replace("\n", "\n        ").encode(),
        "book.ipynb": b'{"cells": [{"source": %s}]}' % repr_json(passage),
    }
    for name, content in leaks.items():
        with pytest.raises(UserError, match=name):
            proof.prove_secrecy(EXERCISE, [*files, (name, content)])


def repr_json(text):
    return json.dumps(text.splitlines(keepends=True)).encode()


def test_a_leaked_seed_is_found(files, monkeypatch):
    monkeypatch.setattr(proof, "seed_bytes", lambda: b"0123456789abcdef")
    with pytest.raises(UserError, match="seed"):
        proof.prove_secrecy(EXERCISE, [*files, ("x.bin", b"..0123456789abcdef..")])


def test_the_archive_is_the_same_each_time(files, tmp_path):
    for name in ("a.zip", "b.zip"):
        release.write_archive(files, tmp_path / name, "top")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_unpacked_archive_checks_the_skeleton(files, tmp_path):
    release.write_archive(files, tmp_path / "student.zip", "convnets")
    with zipfile.ZipFile(tmp_path / "student.zip") as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "check", "conv_forward_naive"],
        cwd=tmp_path / "convnets",
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 1, done.stderr
    assert "conv_forward_naive is not written yet" in done.stdout


def test_the_notebook_knows_the_address_that_the_release_is_given(files):
    address = 'https://example.org/a "course"/convnets.zip?x=1&y=2'
    assert b'RELEASE = \\"\\"' in dict(files)[EXERCISE.notebook]
    cells = json.loads(release.notebook(EXERCISE, address))["cells"]
    (source,) = ("".join(cell["source"]) for cell in cells if cell["id"] == "setup")
    line = next(line for line in source.splitlines() if line.startswith("RELEASE = "))
    assert ast.literal_eval(line.partition(" = ")[2].partition("  #")[0]) == address


@pytest.mark.parametrize("folder", [".", "notebooks"])
def test_validate_has_time_for_the_training_checks(folder, files, tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    for name, content in files:
        if name.endswith("nbgrader_config.py"):
            (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path / folder)
    app = NbGrader()  # as nbgrader's Validate reads it: where JupyterLab was started
    app.load_config_file()
    assert app.config.Execute.timeout > sum(info.seconds for info in list_checks(EXERCISE)[-3:])


def test_a_container_for_editors_is_in_and_installs_what_there_is(files):
    settings = json.loads(dict(files)[".devcontainer/devcontainer.json"])
    extras = tomllib.loads(dict(files)["pyproject.toml"].decode())["project"]
    (wanted,) = re.findall(r"\.\[(\w+)\]", settings["postCreateCommand"])
    assert wanted in extras["optional-dependencies"]
    assert settings["image"].endswith(":3.12")


def test_an_archive_that_students_may_have_is_not_replaced_unasked(tmp_path, monkeypatch):
    files = [("README.md", b"first")]
    monkeypatch.setattr(release, "contents", lambda *_: files)
    monkeypatch.setattr(release, "prove", lambda *_: None)
    path = release.release(EXERCISE, tmp_path)
    first = path.read_bytes()
    assert release.release(EXERCISE, tmp_path) == path  # the same again is no other one
    files[0] = ("README.md", b"second")
    with pytest.raises(UserError, match=r"left as it is\. --force replaces it"):
        release.release(EXERCISE, tmp_path)
    assert path.read_bytes() == first
    release.release(EXERCISE, tmp_path, replace=True)
    assert path.read_bytes() != first
    assert list(tmp_path.iterdir()) == [path]


CHAIN = [exercise.name for exercise in exercises.every()]


@pytest.mark.parametrize("exercise", exercises.every(), ids=lambda exercise: exercise.name)
def test_of_a_course_of_all_exercises_no_answer_gets_out(exercise):
    packs.public(exercise)
    settings = Settings(exercise=exercise.name, open=tuple(CHAIN))
    made = dict(release.contents(exercise, locate.root(), settings))
    proof.prove_secrecy(exercise, list(made.items()), settings)
    for other in exercises.every():
        mine = other is exercise
        assert (other.notebook in made) == mine
        assert (f"autograder/packs/{other.name}.pack" in made) == mine
        assert (f"autograder/exercises/{other.name}/__init__.py" in made) == mine
        for name in other.editable:
            text = made[f"assignment/{name}"].decode()
            assert "raise NotImplementedError" in text
            # A section's number leads into the notebook that is there, unless another is named.
            message = re.sub(r'"\s+"', "", text)
            assert (f"({other.assignment}.ipynb section " in message) == (not mine)
    drawings = {name for name in made if name.startswith("notebooks/figures/")}
    assert drawings == {f"notebooks/figures/{path.name}" for path in figures(exercise)}
    assert drawings <= dict(site.files(exercise, made)).keys()  # the browser edition has them too
    title = "".join(json.loads(made[exercise.notebook])["cells"][0]["source"])
    assert "Not written here" in title
    assert f"{exercise.notebook}".encode() in made["noxfile.py"]


def test_what_is_not_asked_any_more_is_finished(files):
    made = dict(files)
    for other in stubs.other_exercises(EXERCISE):
        for name in other.editable:
            text = made[f"assignment/{name}"].decode()
            assert "NotImplementedError" not in text
            assert "###" not in text
            assert "TODO" not in text
    leaky = Settings(open=tuple(CHAIN))
    with pytest.raises(UserError, match="contains a passage of the solution"):
        proof.prove_secrecy(EXERCISE, files, leaky)
