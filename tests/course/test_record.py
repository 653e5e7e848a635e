"""course/record.py: what is kept of a grading, by this version and by the first."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from autograder import __main__ as cli
from autograder import exercises, locate
from autograder.course import record as results
from autograder.course.grading.classroom import Settings, run
from autograder.course.made_with import made_with
from autograder.course.museum import packs
from autograder.course.pages.report import page_of
from autograder.course.record import load, save
from autograder.exercise import Changes
from autograder.exercises.convnets import EXERCISE
from autograder.submission import Submission
from made_up import course_at, record_of

OLD = Path(__file__).with_name("version_1") / "goro.json"  # as the first version wrote it


def test_mistakes_survive_the_disk(tmp_path):
    record = record_of("al", passed=False)
    first = record.verdicts[0]
    record.verdicts[0] = type(first)(**{**vars(first), "mistakes": ("one", "two")})
    save(record, tmp_path / "al.json")
    assert load(tmp_path / "al.json") == record


def test_a_record_of_the_first_version_is_read():
    record = load(OLD)
    assert (record.student, record.points, record.max_points) == ("goro", 97, 100)
    told = {verdict.id: verdict.mistakes for verdict in record.verdicts if verdict.mistakes}
    assert told == {"ThreeLayerConvNet/regularization": ("the penalty leaves W3 out",)}


def test_a_course_of_the_first_version_is_opened_shown_and_exported(tmp_path, capsys):
    """Its grades stay until asked, with their pictures."""
    out = tmp_path / "out"
    course = course_at(out)
    (out / "students").mkdir()
    shutil.copy(OLD, out / "students")
    submission = tmp_path / "in" / "goro" / "layers.py"
    submission.parent.mkdir(parents=True)
    submission.write_text("# another version")
    for name in ("overfit_small_data", "one_epoch", "filters"):
        picture = out / "pictures" / "goro" / f"{name}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(b"PNG")
    records, failures = run([submission.parent], course, Settings("seed"))
    assert ([r.points for r in records], failures) == ([97], [])
    assert "These grades stay" in " ".join(capsys.readouterr().out.split())
    page = (out / page_of(EXERCISE, "goro")).read_text(encoding="utf-8")
    assert page.count("<img") == 3
    assert "the penalty leaves W3 out" in (out / "report.html").read_text(encoding="utf-8")
    assert cli.main(["export", "nbgrader", "--from", str(out)]) == 0
    assert "goro" in (out / "exports" / "nbgrader.csv").read_text(encoding="utf-8")


@pytest.fixture
def version(tmp_path, monkeypatch):
    """Return a function that changes a file of a copy and returns the version of the grader."""
    for part in ("autograder", "assignment"):
        shutil.copytree(
            locate.root() / part, tmp_path / part, ignore=shutil.ignore_patterns("*.pyc")
        )
    monkeypatch.setattr(results, "PACKAGE", tmp_path / "autograder")
    monkeypatch.setattr(locate, "root", lambda: tmp_path)
    monkeypatch.setattr(locate, "given", lambda: tmp_path / "assignment")

    def changed(name="", text="\n# a comment\n", exercise=EXERCISE):
        if name:
            path = tmp_path / name
            before = path.read_bytes() if path.exists() else b""
            path.write_bytes(before + text.encode())
        return results.grader_version.__wrapped__(exercise)

    return changed


@pytest.mark.parametrize(
    "name",
    [
        "autograder/engine/run.py",
        "autograder/engine/pytest.ini",
        "autograder/judging/compare.py",
        "autograder/diagnosis/explain.py",
        "autograder/sandbox/launch.py",
        "autograder/sandbox/worker/limits.py",
        "autograder/exercises/convnets/files.py",
        "autograder/exercises/convnets/checks/test_training.py",
        "assignment/cs231n/fast_layers.py",
        "assignment/cs231n/solver.py",
        "assignment/kernels/matmul.h",
        "assignment/kernels/_kernels.pyx",
        "assignment/kernels/_kernels.pxd",
        "assignment/kernels/arrays.pxi",
        "constraints.txt",
    ],
)
def test_what_judges_makes_another_version(version, name):
    before = version()
    assert version(name) != before


@pytest.mark.parametrize(
    "name",
    [
        "autograder/sandbox/doctor.py",
        "autograder/sandbox/probe.py",
        "autograder/sandbox/attempts.py",
        "autograder/diagnosis/pattern.py",
        "autograder/show/text.py",
        "autograder/student/submit.py",
        "autograder/course/pages/report.py",
        "autograder/course/museum/convnets/unseen.py",
        "autograder/exercises/settings.py",
        "assignment/cs231n/layers.py",
        "assignment/kernels/README.md",
    ],
)
def test_what_does_not_judge_makes_no_other_version(version, name):
    before = version()
    assert version(name) == before


def test_line_ends_make_no_other_version(version, tmp_path):
    before = version()
    path = tmp_path / "autograder" / "engine" / "run.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert version() == before


@pytest.mark.parametrize(
    "changes",
    [
        Changes(points={"one_epoch/training_and_held_out": 5.0}),
        Changes(bars={"one_epoch": 0.3}),
        Changes(seconds={"one_epoch/training_and_held_out": 5.0}),
        Changes(modules=("scipy",)),
        Changes(given=("spatial_groupnorm_forward",)),
    ],
)
def test_each_setting_that_judges_makes_another_version(version, changes):
    assert version(exercise=exercises.named("convnets", changes)) != version()


def test_the_key_is_of_the_files_that_are_judged_with_line_ends_normalized():
    one = Submission("a", {"cs231n/layers.py": b"x = 1\ny = 2\n"}, notebook=b"{}")
    key = results.key_of(EXERCISE, one, "cases-known")
    windows = replace(one, files={"cs231n/layers.py": b"x = 1\r\ny = 2\r\n"}, notebook=b"{ }")
    assert results.key_of(EXERCISE, windows, "cases-other") == key
    assert results.key_of(EXERCISE, one, "others-known") != key
    other = replace(one, files={"cs231n/layers.py": b"x = 1\ny = 3\n"})
    assert results.key_of(EXERCISE, other, "cases-known") != key
    assert results.notebook_digest(one) != results.notebook_digest(windows)
    assert results.notebook_digest(replace(one, notebook=b"")) == ""


def test_what_is_known_of_mistakes_makes_another_pack_and_no_other_cases(monkeypatch):
    before = packs.identify(EXERCISE, "seed")
    monkeypatch.setattr(packs, "FORMAT", packs.FORMAT + 1)
    assert packs.identify(EXERCISE, "seed").partition("-")[0] != before.partition("-")[0]
    monkeypatch.undo()
    assert packs.identify(EXERCISE, "other").partition("-")[0] != before.partition("-")[0]
    assert packs.identify(exercises.named("convnets", Changes(modules=("x",))), "seed") == before


def test_a_record_says_what_it_was_made_with(tmp_path):
    versions = made_with()
    assert set(versions) == {"python", "numpy", "kernels", "instruction_set"}
    assert all(versions.values())
    record = replace(record_of("al"), made_with=versions, isolation="landlock", files="f")
    save(record, tmp_path / "al.json")
    assert load(tmp_path / "al.json") == record
