"""course/record.py: what is kept of a grading, by this version and by the first."""

import shutil
from pathlib import Path

from autograder import __main__ as cli
from autograder.course.grading.classroom import Settings, run
from autograder.course.pages.report import page_of
from autograder.course.record import load, save
from autograder.exercises.convnets import EXERCISE
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
