"""autograder/course/exports: grades reach the right students of a learning management system."""

import csv
import io
import json

import pytest

from autograder import __main__ as cli
from autograder.course import record as results
from autograder.course.exports import lms
from autograder.course.exports.scores import Score, scores
from autograder.course.intake import classlist
from autograder.course.intake.people import Person, keys, match
from autograder.course.record import Record
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import list_checks
from autograder.judging.verdict import Status, Verdict

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Quiz 1 (77),ConvNets by hand (4711),Current Score
,,,,,,Manual Posting,
    Points Possible,,,,,10,100,(read only)
"Lovelace, Ada",501,a-1815,ada,Section A,9,,90
"Kato, Ben",502,b-1900,Ben@uni.edu,Section A,8,12,80
"=1+1, Eve",503,e-1,eve,Section A,7,,70
"Student, Test",599,,c0ffee,Section A,,55,
"""
WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 901,Ada Lovelace,ada@uni.edu,Submitted,,100.00,Yes,-,-,well done
Participant 902,Ben Kato,ben@uni.edu,Submitted,40.00,100.00,No,-,-,
Participant 903,=1+1 Eve,eve@uni.edu,Submitted,77.00,100.00,Yes,-,-,
"""
REPORT = """\
First name;Last name;ID number;Email address;Assignment: ConvNets by hand (Real)
Ada;Lovelace;a-1815;Ada@uni.edu;-
Ben;Kato;b-1900;ben@uni.edu;-
Eve;Noether;e-1;eve@uni.edu;12
"""


def record(student, right):
    """Return a record with the first `right` checks passed."""
    verdicts = []
    for i, info in enumerate(list_checks(EXERCISE)):
        status = Status.PASSED if i < right else Status.FAILED
        points = info.max_points if i < right else 0.0
        verdicts.append(
            Verdict(info.id, info.function, info.title, status, points, info.max_points)
        )
    return Record(student, "key", "pack", "", [], verdicts)


@pytest.fixture
def graded(tmp_path):
    """Return a folder that Ada and Ben were graded into: 100 points and 3."""
    for student, right in (("ada", 1000), ("ben@uni.edu", 1)):
        results.save(record(student, right), tmp_path / "results" / "students" / f"{student}.json")
    return tmp_path / "results"


def table(text):
    return list(csv.reader(io.StringIO(text)))


def read(text, tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return classlist.read(path)


def grades(**points):
    return {name: Score(name, value, 100) for name, value in points.items()}


def run(*arguments):
    return cli.main(["export", *map(str, arguments)])


def test_scores_are_those_of_the_records(graded):
    assert scores(graded) == {
        "ada": Score("ada", 100.0, 100.0),
        "ben@uni.edu": Score("ben@uni.edu", list_checks(EXERCISE)[0].max_points, 100.0),
    }


def test_a_folder_without_grades_is_an_error(tmp_path):
    with pytest.raises(UserError, match="no grades"):
        scores(tmp_path)


# --- who is whom


def people(*names, number=""):
    return dict(enumerate(Person(name, keys([name], number)) for name in names))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("ada", "ADA"),
        ("Ada", "ada@uni.edu"),
        ("ada@uni.edu", "Ada@uni.edu"),
        ("O_Brien", "O'Brien"),  # our names are file names
    ],
)
def test_a_name_matches_in_any_case_and_as_an_address(ours, theirs):
    assert match([ours], people("someone", theirs)).rows == {1: ours}


@pytest.mark.parametrize("ours", ["ad", "adam", "lovelace", "a da", "ada-2"])
def test_nothing_is_matched_by_likeness(ours):
    found = match([ours], people("ada", "Ada Lovelace"))
    assert not found.rows
    assert found.nobody == [ours]


def test_who_could_be_two_is_nobody():
    found = match(["ada"], people("ada@uni.edu", "ada@other.edu"))
    assert not found.rows
    assert found.unclear == {"ada": "ada@uni.edu or ada@other.edu"}


def test_two_who_are_one_are_nobody():
    found = match(["ada", "ada@uni.edu", "ben"], people("ada@uni.edu", "ben"))
    assert found.rows == {1: "ben"}
    assert set(found.unclear) == {"ada", "ada@uni.edu"}


@pytest.mark.parametrize(
    "ours",
    [
        "lovelaceada_501_88_submission",
        "lovelaceada_LATE_501_88_submission-2",
        "Ada Lovelace_501_assignsubmission_file",
    ],
)
def test_downloaded_submissions_name_the_system_s_number(ours):
    found = match([ours], {**people("x", number="88"), 1: people("Ada", number="501")[0]})
    assert found.rows == {1: ours}


@pytest.mark.parametrize("ours", ["obriensean_222", "obriensen_222", "obrienseán_222"])
def test_letters_with_accents_are_written_in_three_ways(ours):
    assert match([ours], people("O'Brien, Seán", number="222")).rows == {0: ours}
    assert not match([ours], people("O'Brien, Seán", number="223")).rows


def test_a_student_s_own_number_is_not_taken_for_the_system_s():
    assert match(["501"], people("Ada", number="501")).nobody == ["501"]


# --- rosters


def test_a_roster_may_have_a_mark_at_its_start_and_semicolons(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_bytes('\ufeffStudent;ID\n\n"Lovelace; Ada";501\nBen\n'.encode())
    known = classlist.read(path)
    assert known.header == ["Student", "ID"]
    assert known.rows == [["Lovelace; Ada", "501"], ["Ben", ""]]
    assert (known.column("id"), known.column("nothing", "STUDENT"), known.column("x")) == (
        1,
        0,
        None,
    )


def test_a_roster_may_hold_long_texts(tmp_path):
    (tmp_path / "roster.csv").write_text(f'Student,Online text\nada,"{"x" * 200_000}"\n')
    assert len(classlist.read(tmp_path / "roster.csv").rows[0][1]) == 200_000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no line of headings"),
        (b"one column\n", "no line of headings"),
        (b"a,b\n1,2,3\n", "row 2 has more cells"),
        (b'a,b\n"1,2\n', "no CSV file"),
        ("Schüler,ID\n".encode("latin-1"), "UTF-8"),
    ],
)
def test_what_is_no_roster_is_an_error(tmp_path, content, message):
    (tmp_path / "roster.csv").write_bytes(content)
    with pytest.raises(UserError, match=message):
        classlist.read(tmp_path / "roster.csv")


def test_a_roster_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        classlist.read(tmp_path / "roster.csv")


# --- Canvas


def test_canvas_gets_the_roster_back_with_one_assignment(tmp_path):
    export = lms.canvas(grades(ada=87.5, ben=100), read(CANVAS, tmp_path))
    assert table(export.text) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "ConvNets by hand (4711)"],
        ["", "", "", "", "", "Manual Posting"],
        ["    Points Possible", "", "", "", "", "100"],
        ["Lovelace, Ada", "501", "a-1815", "ada", "Section A", "87.5"],
        ["Kato, Ben", "502", "b-1900", "Ben@uni.edu", "Section A", "100"],
        ["'=1+1, Eve", "503", "e-1", "eve", "Section A", ""],
        ["Student, Test", "599", "", "c0ffee", "Section A", "55"],
    ]
    assert "without a grade from us: =1+1, Eve; Student, Test." in "\n".join(export.notices)


def test_canvas_is_given_a_new_assignment_if_it_has_none_of_that_name(tmp_path):
    export = lms.canvas(grades(ada=50), read(CANVAS, tmp_path), "Homework 2")
    rows = table(export.text)
    assert [row[-1] for row in rows] == ["Homework 2", "", "100", "50", "", "", ""]


def test_a_new_assignment_may_be_named_like_a_column_on_students(tmp_path):
    rows = table(lms.canvas(grades(ada=50), read(CANVAS, tmp_path), "Section").text)
    assert rows[0][-2:] == ["Section", "Section"]
    assert rows[3][-2:] == ["Section A", "50"]


def test_students_whom_canvas_does_not_know_are_named(tmp_path):
    export = lms.canvas(grades(ada=50, mallory=100), read(CANVAS, tmp_path))
    assert "100" not in [row[-1] for row in table(export.text)[3:]]
    assert any("nobody named: mallory." in notice for notice in export.notices)


def test_other_points_in_canvas_are_an_error(tmp_path):
    known = read(CANVAS.replace("10,100,", "10,50,"), tmp_path)
    with pytest.raises(UserError, match="says 50 points; these grades are out of 100"):
        lms.canvas(grades(ada=50), known)


def test_two_assignments_of_a_name_are_told_apart_by_their_number(tmp_path):
    known = read(CANVAS.replace("Quiz 1 (77)", "ConvNets by hand (77)"), tmp_path)
    with pytest.raises(UserError, match=r"'ConvNets by hand \(77\)' or "):
        lms.canvas(grades(ada=50), known)
    export = lms.canvas(grades(ada=50), known, "ConvNets by hand (4711)")
    assert [row[-1] for row in table(export.text)[3:]] == ["50", "12", "", "55"]


@pytest.mark.parametrize("text", [WORKSHEET, "name,points\nada,5\n"])
def test_canvas_needs_its_own_roster(tmp_path, text):
    with pytest.raises(UserError, match="Export Entire Gradebook"):
        lms.canvas(grades(ada=50), read(text, tmp_path))
    with pytest.raises(UserError, match="Export Entire Gradebook"):
        lms.canvas(grades(ada=50), None)


def test_grades_out_of_different_points_are_an_error(tmp_path):
    mixed = {"ada": Score("ada", 50, 100), "ben": Score("ben", 50, 90)}
    with pytest.raises(UserError, match="--regrade"):
        lms.canvas(mixed, read(CANVAS, tmp_path))


# --- Moodle


def test_moodle_gets_its_worksheet_back(tmp_path):
    export = lms.moodle(grades(ada=87.5, ben=100), read(WORKSHEET, tmp_path))
    before, after = table(WORKSHEET), table(export.text)
    assert after[0] == before[0]
    assert after[1] == [*before[1][:4], "87.5", *before[1][5:]]
    assert after[2] == [*before[2][:4], "100", *before[2][5:]]
    assert after[3] == [before[3][0], "'=1+1 Eve", *before[3][2:]]  # 77.00 stays
    notices = "\n".join(export.notices)
    assert "will not change these grades: ben." in notices
    assert "without a grade from us: =1+1 Eve." in notices


def test_a_downloaded_folder_matches_moodle_s_participant(tmp_path):
    name = "Ada Lovelace_901_assignsubmission_file"
    export = lms.moodle({name: Score(name, 60, 100)}, read(WORKSHEET, tmp_path))
    assert [row[4] for row in table(export.text)[1:]] == ["60", "40.00", "77.00"]


def test_other_points_in_moodle_are_an_error(tmp_path):
    with pytest.raises(UserError, match=r"says 10\.00 points"):
        lms.moodle(grades(ada=50), read(WORKSHEET.replace("100.00", "10.00"), tmp_path))


def test_moodle_s_gradebook_gets_only_those_with_a_grade(tmp_path):
    export = lms.moodle(grades(ada=87.5, ben=100), read(REPORT, tmp_path), "Homework 2")
    assert table(export.text) == [
        ["ID number", "Email address", "Homework 2"],
        ["a-1815", "Ada@uni.edu", "87.5"],
        ["b-1900", "ben@uni.edu", "100"],
    ]


def test_without_a_roster_moodle_gets_our_names():
    export = lms.moodle({**grades(ada=5), "@sum": Score("@sum", 7, 100)}, None)
    assert table(export.text) == [["Username", "ConvNets by hand"], ["ada", "5"], ["'@sum", "7"]]
    export = lms.moodle({"ada@uni.edu": Score("ada@uni.edu", 5, 100)}, None)
    assert table(export.text)[0][0] == "Email address"


def test_a_roster_without_identities_is_an_error(tmp_path):
    with pytest.raises(UserError, match="Download grading worksheet"):
        lms.moodle(grades(ada=50), read("First name,Last name\nAda,Lovelace\n", tmp_path))


# --- the command


def test_the_command_writes_beside_the_results(graded, tmp_path, capsys):
    (tmp_path / "canvas.csv").write_text(CANVAS)
    assert run("canvas", "--from", graded, "--roster", tmp_path / "canvas.csv") == 0
    rows = table((graded / "exports" / "canvas.csv").read_text())
    assert [row[-1] for row in rows[3:5]] == ["100", "3"]
    assert "2 grades were written." in capsys.readouterr().out


@pytest.mark.parametrize("name", ["gradescope", "moodle"])
def test_nothing_is_replaced_unasked(graded, tmp_path, name, capsys):
    out = tmp_path / "out"
    assert run(name, "--from", graded, "--out", out) == 0
    kept = out / "ada" / "results.json" if name == "gradescope" else out
    kept.write_text("changed by hand")
    assert run(name, "--from", graded, "--out", out) == 2
    assert "--force" in capsys.readouterr().err
    assert kept.read_text() == "changed by hand"
    assert run(name, "--from", graded, "--out", out, "--force") == 0
    assert kept.read_text() != "changed by hand"


def test_the_roster_is_never_the_output(graded, tmp_path):
    path = tmp_path / "canvas.csv"
    path.write_text(CANVAS)
    assert run("canvas", "--from", graded, "--roster", path, "--out", path, "--force") == 2
    assert path.read_text() == CANVAS


def test_gradescope_gets_a_file_for_each_student(graded, tmp_path):
    assert run("gradescope", "--from", graded, "--out", tmp_path / "out") == 0
    tree = json.loads((tmp_path / "out" / "ada" / "results.json").read_text())
    assert sum(test["score"] for test in tree["tests"]) == 100
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"ada", "ben@uni.edu"}


def test_what_cannot_be_exported_is_told(graded, tmp_path, capsys):
    assert run("canvas", "--from", graded) == 2
    assert "--roster" in capsys.readouterr().err
    assert not (graded / "exports").exists()
    assert run("canvas", "--from", tmp_path / "nothing") == 2
    assert "no grades" in capsys.readouterr().err
    (graded / "students" / "ada.json").write_text("{")
    assert run("moodle", "--from", graded) == 2
    assert "ada.json" in capsys.readouterr().err
