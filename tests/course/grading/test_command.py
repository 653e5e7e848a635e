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
from autograder.course import record as results
from autograder.course.gradebook import names
from autograder.course.gradebook import scores as gradebook
from autograder.course.grading import classroom, spread
from autograder.course.grading import command as grade
from autograder.course.grading.classroom import Settings
from autograder.course.grading.classroom import run as run_class
from autograder.course.grading.spread import here
from autograder.course.grading.store import store
from autograder.course.grading.student import Graded
from autograder.course.grading.unfinished import Unfinished
from autograder.course.museum import packs, sample_class
from autograder.course.museum.convnets import CLASS
from autograder.course.museum.student import Student
from autograder.course.pages import report, tables
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.judging.pack import Pack
from autograder.judging.verdict import Status
from autograder.sandbox import doctor
from autograder.submission import Submission
from made_up import course_at, record_of


@pytest.fixture
def quick(monkeypatch):
    """Make grading quick: no case pack is built, and each student gets a made-up record."""
    calls = []

    def fake(todo, cases, jobs, grade, *_):
        for submission in todo:
            calls.append(submission.student)
            key = results.key_of(EXERCISE, submission, cases.id)
            record = record_of(submission.student, key=key, when=submission.submitted)
            yield submission.student, Graded(replace(record, origin=submission.origin))

    monkeypatch.setattr(packs, "build", lambda _, seed: Pack(seed, {}))
    monkeypatch.setattr(packs, "identify", lambda _, seed: seed)
    monkeypatch.setattr(spread, "grade_all", fake)
    return calls


def hand_in(folder, student, text="# layers"):
    path = folder / student / "layers.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path.parent


def run(paths, out, **options):
    output = io.StringIO()
    console = Console(file=output, width=200)
    records, _ = run_class(paths, course_at(out), Settings("seed", **options), console)
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
    report_ = (out / "report.html").read_text()
    for name in ("al", "bo"):
        assert (out / report.page_of(EXERCISE, name)).is_file()
        assert report.page_of(EXERCISE, name) in report_


def test_only_some_students(tmp_path, quick):
    paths = [hand_in(tmp_path / "in", name) for name in ("al", "bo")]
    records, _ = run(paths, tmp_path / "out", only=["bo"])
    assert [r.student for r in records] == ["bo"]
    with pytest.raises(UserError, match=r"'cy'. There are: al, bo"):
        run(paths, tmp_path / "out", only=["cy"])


def test_the_same_input_gives_the_same_bytes(tmp_path, quick):
    paths = [hand_in(tmp_path / "in", name) for name in ("al", "bo")]
    run(paths, tmp_path / "one")
    run(paths[::-1], tmp_path / "two")
    for name in ("results.json", "grades.csv", "report.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def command(*arguments):
    parser = argparse.ArgumentParser()
    grade.add_arguments(parser)
    return grade.main(parser.parse_args([str(a) for a in arguments]))


def fails(*arguments):
    """Return what a command that cannot be carried out says."""
    with pytest.raises(UserError) as caught:
        command(*arguments)
    return str(caught.value)


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
def test_a_slip_at_the_keyboard_grades_nobody(tmp_path, quick, monkeypatch, arguments, match):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    assert match in fails(*arguments)
    assert quick == []


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("1.12.2026", "year-month-day"),
        ("5", "year-month-day"),
        ("Friday", "2026-12-01 23:59 Europe/Berlin"),
        ("", "year-month-day"),
        ("2026-12-01 23:59 PST", "'PST' is not the name of one zone"),
    ],
)
def test_a_due_date_that_could_be_another_is_refused(tmp_path, quick, text, match):
    path = hand_in(tmp_path / "in", "al")
    assert match in fails(path, "--out", tmp_path / "out", "--due", text)
    assert not (tmp_path / "out").exists()


def test_a_due_date_is_printed_as_it_was_understood(tmp_path, quick, monkeypatch, capsys):
    monkeypatch.setenv("CONVNETS_COURSE_SEED", "0123456789abcdef")
    out, path = course_at(tmp_path / "out").root, hand_in(tmp_path / "in", "al")
    assert command(path, "--out", out, "--due", "2026-12-01") == 0
    assert "Due 2026-12-01 23:59 UTC, as --due says." in capsys.readouterr().out
    config = out / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Exchange.timezone = 'US/Pacific'\n")
    assert command(path, "--out", out, "--due", "2026-12-01 23:59 PST") == 0
    assert "PST (UTC-08:00) (2026-12-02 07:59 UTC), as --due says." in capsys.readouterr().out


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
    course = course_at(tmp_path)
    store(Graded(record_of("al")), course)
    store(Graded(record_of("al", passed=False)), course)
    store(Graded(record_of("al")), course)
    kept = sorted((tmp_path / "history").iterdir())
    assert [p.name for p in kept] == ["al.1.json", "al.2.json"]
    assert results.load(kept[0]).points == 100
    assert results.load(kept[1]).points == 0


def test_a_regrading_that_was_stopped_goes_on_from_there(tmp_path, quick, monkeypatch):
    paths = [hand_in(tmp_path / "in", name) for name in ("al", "bo", "cy")]
    out, real = tmp_path / "out", spread.grade_all
    run(paths, out)

    def stopped(todo, cases, jobs, grade, *_):
        yield from list(real(todo, cases, jobs, grade))[:2]
        raise KeyboardInterrupt

    monkeypatch.setattr(spread, "grade_all", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(paths, out, regrade=True)
    monkeypatch.setattr(spread, "grade_all", real)
    quick.clear()
    hand_in(tmp_path / "in", "bo", "# changed since then")
    _, text = run(paths, out, regrade=True)
    assert "1 were graded anew before that was stopped" in text
    assert quick == ["bo", "cy"]
    run(paths, out, regrade=True)  # that one was finished: this is another one
    assert quick == ["bo", "cy", "al", "bo", "cy"]


def test_another_regrading_does_not_go_on_with_one_that_was_stopped(tmp_path, quick, monkeypatch):
    paths = [hand_in(tmp_path / "in", name) for name in ("al", "bo")]
    run(paths, tmp_path / "out")
    another = Unfinished(tmp_path / "out", ["another"])
    another.start()
    another.add("al", "k")
    quick.clear()
    run(paths, tmp_path / "out", regrade=True)
    assert quick == ["al", "bo"]


def test_a_regrading_in_which_some_failed_tries_these_again(tmp_path, quick, monkeypatch):
    paths, out = [hand_in(tmp_path / "in", name) for name in ("al", "bo")], tmp_path / "out"
    run(paths, out)
    real = spread.grade_all

    def fails_for_al(todo, cases, jobs, grade, *_):
        for student, graded in real(todo, cases, jobs, grade, *_):
            yield student, RuntimeError("broken") if student == "al" else graded

    monkeypatch.setattr(spread, "grade_all", fails_for_al)
    run(paths, out, regrade=True)
    monkeypatch.setattr(spread, "grade_all", real)
    quick.clear()
    run(paths, out, regrade=True)
    assert quick == ["al"]


def test_a_class_list_names_students_and_says_who_handed_in_nothing(tmp_path, quick):
    course = course_at(tmp_path / "out")
    roster = tmp_path / "roster.csv"
    roster.write_text('Full name,Username\nAda O\'Brien,ada\nBo,bo\n"Doe, Nora",nora\n')
    paths = [hand_in(tmp_path / "in", name) for name in ("ada", "zoe")]
    names.keep_roster(course, roster)
    _, text = run(paths, tmp_path / "out")
    assert "2 in the class have handed in nothing, as far as is known: Bo; Doe, Nora." in text
    scores = gradebook.scores(course)
    assert (scores["ada"].name, scores["zoe"].name) == ("Ada O'Brien", "zoe")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Ada O&#39;Brien" in page
    assert "<li>Doe, Nora</li>" in page.split("Handed in nothing")[1]


def test_who_handed_in_what_is_nobodys_for_certain_has_not_handed_in_nothing(tmp_path, quick):
    course = course_at(tmp_path / "out")
    (course.root / names.ROSTER).write_text("Full name,ID\nAda L,1\nAda L,2\nBo,3\n")
    paths = [hand_in(tmp_path / "in", "zoe")]
    _, text = run(paths, tmp_path / "out", unclear=["Ada L"])
    assert "1 in the class have handed in nothing, as far as is known: Bo." in text
    hand_in(tmp_path / "in", "Ada L")
    _, text = run([*paths, tmp_path / "in" / "Ada L"], tmp_path / "out")
    assert "1 in the class have handed in nothing, as far as is known: Bo." in text


def test_a_name_that_a_person_gave_stays(tmp_path, quick):
    course, path = course_at(tmp_path / "out"), hand_in(tmp_path / "in", "ada")
    run([path], tmp_path / "out")
    with course.gradebook() as book:
        book.update_or_create_student("ada", first_name="Countess", last_name="Lovelace")
    (course.root / names.ROSTER).write_text("Full name,Username\nAda Byron,ada\n")
    run([path], tmp_path / "out")
    assert gradebook.scores(course)["ada"].name == "Countess Lovelace"


def test_whoever_nbgrader_knows_without_a_submission_handed_in_nothing(tmp_path, quick):
    with course_at(tmp_path / "out").gradebook() as book:
        book.add_student("nora", first_name="Nora", last_name="Doe")
    _, text = run([hand_in(tmp_path / "in", "ada")], tmp_path / "out")
    assert "1 in the class have handed in nothing, as far as is known: Nora Doe." in text


BLACKBOARD = "Homework_{}_attempt_{}_layers.py"
EARLY, LATER, LATEST = "2026-11-30-10-00-00", "2026-12-02-10-00-00", "2026-12-03-10-00-00"


def test_times_in_names_count_and_all_attempts_are_kept(tmp_path, quick, monkeypatch, capsys):
    monkeypatch.setenv("CONVNETS_COURSE_SEED", "0123456789abcdef")
    folder, course = tmp_path / "in", course_at(tmp_path / "out")
    folder.mkdir()
    for student, *times in [("al", EARLY, LATER), ("bo", LATER, LATEST), ("cy", EARLY)]:
        for when in times:
            (folder / BLACKBOARD.format(student, when)).write_text(f"# {student} {when}")
    (folder / "dee_LATE_7_8_layers.py").write_text("# late")
    hand_in(folder, "eve")
    due = ("--due", "2026-12-01", "--notebook-seconds", 0)
    assert command("--class-dir", folder, "--out", course.root, *due) == 0
    told = " ".join(capsys.readouterr().out.split())
    scores = {name.split("_")[-1]: score for name, score in gradebook.scores(course).items()}
    assert scores["al"].late == scores["cy"].late == 0
    assert scores["bo"].late == 2 * 86400 - 14 * 3600 + 60
    assert "No times are known for 1 of 5" in told
    assert "Marked as late where it was handed in, and by how much is not known: dee_7." in told
    kept = sorted(path.name for path in (course.root / "attempts").rglob("*.py"))
    assert kept == sorted(p.name for p in folder.iterdir() if "_al_" in p.name or "_bo_" in p.name)
    page = (course.root / report.page_of(EXERCISE, "dee_7")).read_text(encoding="utf-8")
    assert "by how much is not known" in page
    assert "0:00:01" not in page + told
    before = {name: (score.late, score.name) for name, score in gradebook.scores(course).items()}
    again = ("--course", course.root, "--regrade", "--notebook-seconds", 0)
    assert command(*again) == 0  # those folders have no times in their names
    after = {name: (score.late, score.name) for name, score in gradebook.scores(course).items()}
    assert after == before


def test_an_unreadable_submission_is_a_result(tmp_path, quick):
    bad = tmp_path / "in" / "zoe.zip"
    bad.parent.mkdir()
    bad.write_bytes(b"nonsense")
    records, _ = run([bad, hand_in(tmp_path / "in", "al")], tmp_path / "out")
    assert [(r.student, r.points) for r in records] == [("al", 100), ("zoe", 0)]
    assert "damaged" in records[1].problem
    assert {v.status for v in records[1].verdicts} == {Status.MISSING}


def test_a_defect_of_the_grader_stops_nobody_else(tmp_path, quick, monkeypatch):
    def fake(todo, cases, jobs, grade, *_):
        yield "al", RuntimeError("broken")
        yield "bo", Graded(record_of("bo"))

    monkeypatch.setattr(spread, "grade_all", fake)
    paths = [hand_in(tmp_path / "in", name) for name in ("al", "bo")]
    records, text = run(paths, tmp_path / "out")
    assert [r.student for r in records] == ["bo"]
    assert "al: could not be graded: broken" in text


def test_a_record_survives_the_disk(tmp_path):
    record = record_of("al", passed=False, message="ü <b>", notes=["note"])
    results.save(record, tmp_path / "al.json")
    assert results.load(tmp_path / "al.json") == record
    (tmp_path / "al.json").write_text("{}")
    with pytest.raises(UserError, match=r"al\.json is no record"):
        results.load(tmp_path / "al.json")


def test_no_name_is_a_formula():
    text = tables.grades_csv(EXERCISE, [record_of("=cmd()"), record_of("@x"), record_of("ok")])
    names = [row["student"] for row in csv.DictReader(io.StringIO(text))]
    assert names == ["'=cmd()", "'@x", "ok"]


def test_a_sandbox_can_be_required(tmp_path, quick, monkeypatch, capsys):
    def refuse():
        raise UserError("There is no sandbox on this machine.")

    monkeypatch.setattr(doctor, "require_sandbox", refuse)
    path = hand_in(tmp_path / "in", "al")
    code = cli.main(["grade", str(path), "--out", str(tmp_path / "out"), "--require-sandbox"])
    assert code == 2
    assert "There is no sandbox" in capsys.readouterr().err
    assert quick == []


def test_imports_beyond_the_list_are_noted_for_the_report(tmp_path, quick):
    path = hand_in(tmp_path / "in", "al", "import torch\nimport numpy\n")
    read = classroom.collect(EXERCISE, [path])
    (noted,) = classroom.screened(EXERCISE, read, ["numpy"])
    (line,) = [note for note in noted.notes if "cnn.py" not in note]
    assert line.endswith("imports torch")
    (allowed,) = classroom.screened(EXERCISE, read, ["numpy", "torch"])
    assert not any("imports" in note for note in allowed.notes)


def test_the_key_changes_with_files_and_pack():
    one = Submission("a", {LAYERS: b"x"})
    assert results.key_of(EXERCISE, one, "p") == results.key_of(
        EXERCISE, Submission("b", {LAYERS: b"x"}), "p"
    )
    assert results.key_of(EXERCISE, one, "p") != results.key_of(
        EXERCISE, Submission("a", {LAYERS: b"y"}), "p"
    )
    assert results.key_of(EXERCISE, one, "p") != results.key_of(EXERCISE, one, "q")


def test_an_edit_that_no_longer_fits_is_an_error():
    stale = Student("x", "", 0, edits=((LAYERS, "no such text", ""),))
    with pytest.raises(ValueError, match="0 times"):
        sample_class.files_of(EXERCISE, stale)


@pytest.mark.soak
def test_the_sample_class_gets_what_it_is_worth(tmp_path):
    out = tmp_path / "out"
    paths = sample_class.write(EXERCISE, tmp_path / "class")
    records, _ = run_for_real(paths, out)
    worth = {student.name: student.points for student in CLASS}
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
    settings = Settings(grade.SAMPLE_SEED, spread=here(2))
    records, _ = run_class(paths, course_at(out), settings, console)
    return records, output.getvalue()
