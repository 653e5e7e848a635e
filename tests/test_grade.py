"""Grading a class: the tables, what is reused or kept, and the sample class."""

import argparse
import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from autograder import __main__ as cli
from autograder import doctor, pack
from autograder.course import grade, report, results, sample_class
from autograder.course.results import Record
from autograder.doctor import NoSandbox
from autograder.engine import list_checks
from autograder.pack import Pack
from autograder.submission import LAYERS, Submission
from autograder.verdict import Status, Verdict


def record_of(student, *, passed=True, message="", key="k", problem="", notes=()):
    status = Status.PASSED if passed else Status.FAILED
    verdicts = [
        Verdict(
            i.id, i.function, i.title, status, i.max_points if passed else 0.0, i.max_points,
            message, 0.5,
        )
        for i in list_checks()
    ]  # fmt: skip
    return Record(student, key, "pack", problem, list(notes), verdicts)


@pytest.fixture
def quick(monkeypatch):
    """Make grading quick: no case pack is built, and each student gets a made-up record."""
    calls = []

    def fake(todo, cases, jobs):
        for submission in todo:
            calls.append(submission.student)
            key = results.key_of(submission, cases.id)
            yield submission.student, record_of(submission.student, key=key)

    monkeypatch.setattr(pack, "build", lambda seed: Pack(seed, {}))
    monkeypatch.setattr(pack, "identify", lambda seed: seed)
    monkeypatch.setattr(grade, "grade_all", fake)
    return calls


def hand_in(folder, student, text="# layers"):
    path = folder / student / "layers.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path.parent


def run(paths, out, **options):
    output = io.StringIO()
    records, _ = grade.run(
        paths, out, "seed", jobs=1, console=Console(file=output, width=200), **options
    )
    return records, output.getvalue()


def test_files_that_a_run_writes(tmp_path, quick):
    paths = [hand_in(tmp_path / "in", name) for name in ("bo", "al")]
    out = tmp_path / "out"
    run(paths, out)
    tree = json.loads((out / "results.json").read_text())
    assert [s["student"] for s in tree["students"]] == ["al", "bo"]
    check = tree["students"][0]["checks"][0]
    assert {"id", "function", "status", "points", "max_points", "message"} <= set(check)
    assert check["status"] in {"passed", "failed", "error", "timeout", "missing"}
    rows = list(csv.DictReader(io.StringIO((out / "grades.csv").read_text())))
    assert rows[0]["student"] == "al"
    assert rows[0]["points"] == rows[0]["max_points"] == "100"
    assert rows[0]["conv_forward_naive"] == "12"
    assert sorted(p.name for p in (out / "feedback").iterdir()) == ["al.html", "bo.html"]
    assert "al" in (out / "report.html").read_text()


def test_only_some_students(tmp_path, quick):
    paths = [hand_in(tmp_path / "in", name) for name in ("al", "bo")]
    records, _ = run(paths, tmp_path / "out", only=["bo"])
    assert [r.student for r in records] == ["bo"]
    with pytest.raises(grade.UsageError, match=r"'cy'. There are: al, bo"):
        run(paths, tmp_path / "out", only=["cy"])


def test_the_same_input_gives_the_same_bytes(tmp_path, quick):
    paths = [hand_in(tmp_path / "in", name) for name in ("al", "bo")]
    run(paths, tmp_path / "one")
    run(paths[::-1], tmp_path / "two")
    for name in ("results.json", "grades.csv", "report.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_records_of_other_checks_still_make_a_page():
    old = record_of("old")
    fewer = Record("fewer", "k", "p", "", [], old.verdicts[1:])
    rates = report.pass_rates([old, fewer])
    assert rates[0][1] == {Status.PASSED: 1}
    assert rates[1][1] == {Status.PASSED: 2}


def command(*arguments):
    parser = argparse.ArgumentParser()
    grade.add_arguments(parser)
    return grade.main(parser.parse_args([str(a) for a in arguments]))


def test_a_class_from_the_command_line(tmp_path, quick, monkeypatch, capsys):
    monkeypatch.setenv("CONVNETS_COURSE_SEED", "0123456789abcdef")
    for name in ("al", "bo"):
        hand_in(tmp_path / "in", name)
    (tmp_path / "in" / ".DS_Store").write_bytes(b"")
    assert command("--class-dir", tmp_path / "in", "--out", tmp_path / "out") == 0
    assert quick == ["al", "bo"]
    assert capsys.readouterr().out.endswith(f"Report: {tmp_path / 'out' / 'report.html'}\n")


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["nobody"], "no file or folder nobody"),
        (["--class-dir", "nowhere"], "nowhere is no folder"),
        (["--jobs", "0"], "at least 1"),
        ([".", "--out", "."], "is a submission"),
        ([".", "--out", "file"], "cannot be written"),
    ],
)
def test_a_slip_at_the_keyboard_grades_nobody(
    tmp_path, quick, monkeypatch, capsys, arguments, match
):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    assert command(*arguments) == 2
    assert match in capsys.readouterr().err
    assert quick == []


def test_a_second_run_reuses_what_is_graded(tmp_path, quick):
    paths = [hand_in(tmp_path / "in", name) for name in ("al", "bo")]
    run(paths[:1], tmp_path / "out")
    records, text = run(paths, tmp_path / "out")
    assert quick == ["al", "bo"]
    assert [r.student for r in records] == ["al", "bo"]
    assert "1 graded before" in text
    assert "reused" in text


def test_a_grade_is_not_replaced_unasked(tmp_path, quick):
    path, out = hand_in(tmp_path / "in", "al"), tmp_path / "out"
    run([path], out)
    hand_in(tmp_path / "in", "al", "# changed")
    _, text = run([path], out)
    assert quick == ["al"]
    assert "al. These grades stay; --regrade replaces them" in text
    run([path], out, regrade=True)
    assert quick == ["al", "al"]


def test_a_replaced_grade_is_kept_in_the_history(tmp_path):
    grade.store(record_of("al"), tmp_path)
    grade.store(record_of("al", passed=False), tmp_path)
    grade.store(record_of("al"), tmp_path)
    kept = sorted((tmp_path / "history").iterdir())
    assert [p.name for p in kept] == ["al.1.json", "al.2.json"]
    assert results.load(kept[0]).points == 100
    assert results.load(kept[1]).points == 0


def test_an_unreadable_submission_is_a_result(tmp_path, quick):
    bad = tmp_path / "in" / "zoe.zip"
    bad.parent.mkdir()
    bad.write_bytes(b"nonsense")
    records, _ = run([bad, hand_in(tmp_path / "in", "al")], tmp_path / "out")
    assert [(r.student, r.points) for r in records] == [("al", 100), ("zoe", 0)]
    assert "damaged" in records[1].problem
    assert {v.status for v in records[1].verdicts} == {Status.MISSING}


def test_a_defect_of_the_grader_stops_nobody_else(tmp_path, quick, monkeypatch):
    def fake(todo, cases, jobs):
        yield "al", RuntimeError("broken")
        yield "bo", record_of("bo")

    monkeypatch.setattr(grade, "grade_all", fake)
    paths = [hand_in(tmp_path / "in", name) for name in ("al", "bo")]
    records, text = run(paths, tmp_path / "out")
    assert [r.student for r in records] == ["bo"]
    assert "al: could not be graded: broken" in text


def test_a_record_survives_the_disk(tmp_path):
    record = record_of("al", passed=False, message="ü <b>", notes=["note"])
    results.save(record, tmp_path / "al.json")
    assert results.load(tmp_path / "al.json") == record
    (tmp_path / "al.json").write_text("{}")
    with pytest.raises(ValueError, match=r"al\.json is no record"):
        results.load(tmp_path / "al.json")


def test_no_name_is_a_formula():
    text = results.grades_csv([record_of("=cmd()"), record_of("@x"), record_of("ok")])
    names = [row["student"] for row in csv.DictReader(io.StringIO(text))]
    assert names == ["'=cmd()", "'@x", "ok"]


def test_pages_escape_what_students_wrote():
    evil = "<script>alert(1)</script>"
    record = record_of(evil, passed=False, message=evil, problem="", notes=[evil])
    for page in (report.student_page(record), report.class_page([record])):
        assert "<script" not in page
        assert "default-src 'none'" in page
    assert "&lt;script&gt;" in report.student_page(record)


def test_the_class_page_says_how_student_code_was_shut_in():
    shut_in = [
        replace(record_of(n), isolation=lv) for n, lv in (("a", "landlock"), ("b", "limits"))
    ]
    page = report.class_page(shut_in)
    assert "1 ran isolated by <strong>landlock</strong>" in page
    assert page.count("This is not a sandbox") == 1


def test_a_sandbox_can_be_required(tmp_path, quick, monkeypatch, capsys):
    def refuse():
        raise NoSandbox("There is no sandbox on this machine.")

    monkeypatch.setattr(doctor, "require_sandbox", refuse)
    path = hand_in(tmp_path / "in", "al")
    code = cli.main(["grade", str(path), "--out", str(tmp_path / "out"), "--require-sandbox"])
    assert code == 2
    assert "There is no sandbox" in capsys.readouterr().err
    assert quick == []


def test_imports_beyond_the_list_are_noted_for_the_report(tmp_path, quick):
    path = hand_in(tmp_path / "in", "al", "import torch\nimport numpy\n")
    seen = []
    screened = grade.screened(Submission("al", {LAYERS: (path / "layers.py").read_bytes()}), ())
    seen += screened.notes
    assert any("imports torch" in note for note in seen)
    allowed = grade.screened(Submission("al", {LAYERS: b"import torch"}), {"torch"})
    assert allowed.notes == []


def test_a_message_is_shown_once_for_all_its_checks():
    page = report.student_page(record_of("al", passed=False, message="still a stub"))
    functions = {info.function for info in list_checks()}
    assert page.count("still a stub") == len(functions)


def test_distribution_counts_everyone():
    records = [record_of("a"), record_of("b", passed=False)]
    counts = dict(report.distribution(records))
    assert sum(counts.values()) == 2
    assert counts["90 to 100"] == counts["0 to 9"] == 1
    assert report.median([1, 2, 10]) == 2
    assert report.median([1, 2, 3, 10]) == 2.5
    assert report.median([]) == 0


def test_an_empty_class_has_a_page():
    assert "0 students" in report.class_page([])


def test_the_key_changes_with_files_and_pack():
    one = Submission("a", {LAYERS: b"x"})
    assert results.key_of(one, "p") == results.key_of(Submission("b", {LAYERS: b"x"}), "p")
    assert results.key_of(one, "p") != results.key_of(Submission("a", {LAYERS: b"y"}), "p")
    assert results.key_of(one, "p") != results.key_of(one, "q")


def test_an_edit_that_no_longer_fits_is_an_error():
    stale = sample_class.Student("x", "", 0, edits=((LAYERS, "no such text", ""),))
    with pytest.raises(sample_class.StaleEdit, match="0 times"):
        sample_class.files_of(stale)


@pytest.mark.slow
def test_the_sample_class_gets_what_it_is_worth(tmp_path):
    out = tmp_path / "out"
    paths = sample_class.write(tmp_path / "class")
    records, _ = run_for_real(paths, out)
    worth = {student.name: student.points for student in sample_class.CLASS}
    assert {r.student: r.points for r in records} == worth
    before = (out / "results.json").read_bytes()
    # One of them once more, in another folder: the same bytes for the same submission and seed.
    again, _ = run_for_real([p for p in paths if p.stem == "chloe"], tmp_path / "again")
    tree = json.loads(before)
    chloe = next(s for s in tree["students"] if s["student"] == "chloe")
    assert json.loads((tmp_path / "again" / "results.json").read_text())["students"] == [chloe]
    assert len(again) == 1


def run_for_real(paths, out):
    output = io.StringIO()
    console = Console(file=output, width=200)
    records, _ = grade.run(paths, out, grade.SAMPLE_SEED, jobs=2, console=console)
    return records, output.getvalue()
