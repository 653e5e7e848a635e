"""course/similarity/: copies are found, and what everybody is given does not count."""

import csv
import io
import os
import re
import subprocess
import sys

import pytest
from rich.console import Console

from autograder import __main__ as cli
from autograder import locate
from autograder.course.museum import sample_class
from autograder.course.museum.convnets.ways import WAYS
from autograder.course.similarity import command
from autograder.course.similarity import compare as similarity
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.submission import Submission

QUIET = Console(file=io.StringIO())


def source_of(name):
    return (locate.solutions() / name).read_text(encoding="utf-8")


def handed_in(student, layers, name=LAYERS):
    return Submission(student, {name: layers if isinstance(layers, bytes) else layers.encode()})


def compared(*submissions):
    return similarity.compare(similarity.sources(submissions)[0], QUIET)


def way(name):
    return next(w.code for w in WAYS if w.name == name and "conv_forward_naive" in w.functions)


FOUR_LOOPS, WINDOWS = way("four loops"), way("sliding_window_view and einsum")


def test_a_copy_shares_everything():
    (pair,) = compared(handed_in("ada", source_of(LAYERS)), handed_in("ben", source_of(LAYERS)))
    assert pair.shares == (1.0, 1.0)
    assert pair.likeness == 1.0
    assert pair.characters > 1000


def test_renaming_comments_and_layout_hide_nothing():
    disguised = re.sub(r"\bout\b", "my_result", FOUR_LOOPS)
    disguised = re.sub(r"\bpad\b(?!=)", "border", disguised)
    disguised = disguised.replace("\n", "  # what I thought\n\n")
    assert disguised.count("my_result") > 2
    (pair,) = compared(handed_in("ada", FOUR_LOOPS), handed_in("ben", disguised))
    assert pair.likeness > 0.95


def test_another_way_to_compute_the_same_is_far_from_a_copy():
    (pair,) = compared(handed_in("ada", FOUR_LOOPS), handed_in("ben", WINDOWS))
    assert pair.likeness < 0.5


def test_the_most_similar_come_first():
    half = FOUR_LOOPS + "\n\n" + WINDOWS
    pairs = compared(
        handed_in("ada", FOUR_LOOPS), handed_in("ben", WINDOWS), handed_in("cem", half),
        handed_in("dan", FOUR_LOOPS),
    )  # fmt: skip
    names = [(pair.left.student, pair.right.student) for pair in pairs]
    assert names[0] == ("ada", "dan")
    assert set(names[1:4]) == {("ada", "cem"), ("cem", "dan"), ("ben", "cem")}
    assert names[-1] in (("ada", "ben"), ("ben", "dan"))
    likeness = [pair.likeness for pair in pairs]
    assert likeness == sorted(likeness, reverse=True)


def test_a_few_lines_within_a_long_file_are_little():
    (pair,) = compared(handed_in("ada", FOUR_LOOPS), handed_in("ben", source_of(LAYERS)))
    assert max(pair.shares) > 0.5
    assert pair.likeness < 0.4


def test_what_students_are_given_does_not_count():
    skeleton = (locate.given() / LAYERS).read_text(encoding="utf-8")
    (pair,) = compared(handed_in("ada", skeleton), handed_in("ben", skeleton))
    assert (pair.characters, pair.likeness) == (0, 0.0)
    given = (locate.given() / "cs231n" / "dense.py").read_text(encoding="utf-8")
    (pair,) = compared(handed_in("ada", given + FOUR_LOOPS), handed_in("ben", given + WINDOWS))
    (bare,) = compared(handed_in("ada", FOUR_LOOPS), handed_in("ben", WINDOWS))
    assert pair.likeness == pytest.approx(bare.likeness, abs=0.1)


def test_code_that_a_file_holds_twice_counts():
    """The library drops all but one of them where it takes given code out."""
    twice = FOUR_LOOPS + "\n\n" + FOUR_LOOPS.replace("conv_forward_naive", "again")
    (pair,) = compared(handed_in("ada", twice), handed_in("ben", FOUR_LOOPS))
    (once,) = compared(handed_in("ada", FOUR_LOOPS), handed_in("ben", FOUR_LOOPS))
    assert pair.shares[0] > 0.95
    assert pair.characters > 1.8 * once.characters


def test_files_are_compared_with_those_of_their_name():
    everything = {name: source_of(name).encode() for name in (LAYERS, CNN)}
    pairs = compared(Submission("ada", everything), Submission("ben", everything))
    assert [(p.left.file, p.right.file) for p in pairs] == [("layers.py",) * 2, ("cnn.py",) * 2]


def test_passages_are_side_by_side_with_their_lines():
    moved = "\n\n\n# mine\n" + WINDOWS.replace("conv_forward_naive", "helper") + FOUR_LOOPS
    (pair,) = compared(handed_in("ada", FOUR_LOOPS), handed_in("ben", moved))
    passages = {passage.name: passage for passage in similarity.passages(EXERCISE, pair)}
    passage = passages["conv_forward_naive"]
    for side, text in ((passage.left, FOUR_LOOPS), (passage.right, moved)):
        lines = text.split("\n")
        shown = [(number, line) for number, line in side if number]
        assert len(shown) > 8
        assert all(lines[number - 1] == line for number, line in shown)
        assert any("np.sum" in line for _, line in shown)
    skeleton = (locate.given() / LAYERS).read_text(encoding="utf-8").splitlines()
    given = {line.strip() for line in skeleton}
    assert not [line for _, line in passage.left if line and line.strip() in given]


def test_lines_left_out_are_marked():
    lines = ["def f():", "    a", "    b", "    c", "x = 1"]
    made = similarity.fingerprint("\n".join(lines))
    source = similarity.Source("ada", "layers.py", 3, lines, made)
    assert similarity.by_function(source, [1, 3, 4]) == {
        "f": [(4, "    a"), (0, ""), (6, "    c")],
        "": [(7, "x = 1")],
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"\0\0\xff\xfe",
        FOUR_LOOPS.encode("utf-16"),
        b"'''" * 999,
        b"(" * 5000,
        b"def f(:\n" * 50,
        ("\ufeff" + FOUR_LOOPS.replace("\n", "\r\n")).encode(),
    ],
)
def test_no_file_stops_the_comparison(data):
    pairs = compared(handed_in("ada", data), handed_in("ben", data), handed_in("c", FOUR_LOOPS))
    assert len(pairs) == 3
    for pair in pairs:
        similarity.passages(EXERCISE, pair)
        assert 0 <= pair.likeness <= 1
    assert "Similar submissions" in command.page(EXERCISE, pairs, [], 3)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    windows = ("\ufeff" + FOUR_LOOPS.replace("\n", "\r\n")).encode()
    (pair,) = compared(handed_in("ada", FOUR_LOOPS), handed_in("ben", windows))
    assert pair.shares == (1.0, 1.0)
    assert pair.left.lines == pair.right.lines == FOUR_LOOPS.lstrip("\n").split("\n")


def test_a_few_lines_in_common_are_not_on_the_page():
    few = "def f(a):\n    return a[0] + a[1] * a[2] - a[3] / a[4]\n"
    pairs = compared(handed_in("ada", few), handed_in("ben", few), handed_in("cem", FOUR_LOOPS))
    assert pairs[0].likeness == 1.0
    assert 0 < pairs[0].characters < 100
    assert "ada and ben" not in command.page(EXERCISE, pairs, [], 3)
    assert "layers.py,ada,ben,1.000" in command.table(pairs)


def test_the_result_is_the_same_from_run_to_run():
    """Python draws the hash of a text anew for each process, and winnowing would follow it."""
    program = (
        "from tests.course.similarity.test_compare import *\n"
        "layers = [handed_in('a', source_of(LAYERS)), handed_in('b', FOUR_LOOPS + WINDOWS)]\n"
        "print([(p.shares, p.characters, similarity.passages(EXERCISE, p))\n"
        "       for p in compared(*layers)])"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=locate.root(), env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE, text=True,
        )
        for seed in "12"
    ]  # fmt: skip
    first, second = (process.communicate()[0] for process in running)
    assert [process.returncode for process in running] == [0, 0]
    assert first == second != ""


# --- the command


def run(*arguments):
    return cli.main(["similarity", *map(str, arguments)])


def test_the_sample_class(tmp_path, capsys):
    sample_class.write(EXERCISE, tmp_path / "class")
    out = tmp_path / "out" / "report.html"
    assert run("--class-dir", tmp_path / "class", "--out", out) == 0
    page = out.read_text(encoding="utf-8")
    assert "<script" not in page
    assert not re.search(r"""(?:src|href)=["'](?!#)""", page)
    assert "a hint, not a proof" in page
    assert "lena: It holds neither layers.py nor cnn.py." in page
    assert str(tmp_path) not in page
    with out.with_suffix(".csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 11 * 10 / 2
    assert float(rows[0]["share_of_student"]) == 1.0
    of_hana = [row for row in rows if "hana" in (row["student"], row["other"])]
    assert {row["characters"] for row in of_hana} == {"0"}  # has handed in the skeleton
    assert "hana and" not in page and "and hana" not in page
    assert "11 submissions, 110 pairs of files." in capsys.readouterr().out


def test_nothing_in_a_submission_becomes_part_of_the_page(tmp_path):
    code = FOUR_LOOPS.replace("np.zeros", "np.zeros if '<script>alert(1)</script>' else np.empty")
    for student in ("<b>x", "=1+1", "@sum"):
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "layers.py").write_text(code)
    assert run("--class-dir", tmp_path / "class", "--out", tmp_path / "r.html") == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "'@sum" in (tmp_path / "r.csv").read_text(encoding="utf-8")


def test_nothing_is_replaced_unasked(tmp_path, capsys):
    for student in "ab":
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "layers.py").write_text(FOUR_LOOPS)
    arguments = ("--class-dir", tmp_path / "class", "--out", tmp_path / "r.html")
    (tmp_path / "r.csv").write_text("mine")
    assert run(*arguments) == 2
    assert "r.csv is there already" in capsys.readouterr().err
    assert (tmp_path / "r.csv").read_text() == "mine"
    assert not (tmp_path / "r.html").exists()
    assert run(*arguments, "--force") == 0
    assert (tmp_path / "r.csv").read_text() != "mine"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("one",), "it takes two"),
        ((), "There are 0 submissions"),
        (("nowhere",), "no file or folder"),
        (("one", "--out", "report.csv"), "something.html"),
    ],
)
def test_what_cannot_be_compared_is_told(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "layers.py").write_text(FOUR_LOOPS)
    assert run(*arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n" * 20_000,
        "x=" + "1+" * 5000 + "1\n",
        "# é\n" + "x = 'a'\n" * 50_000,
        "\n" * 300_000,
    ],
)
def test_a_file_that_would_take_too_long_is_left_out_and_named(source):
    class_ = [handed_in("ada", source), handed_in("ben", FOUR_LOOPS)]
    prepared, (line,) = similarity.sources(class_)
    assert line.startswith(f"ada: {LAYERS} is not compared")
    assert [own.student for own in prepared] == ["ben"]


def test_white_space_at_the_ends_of_lines_counts_for_nothing():
    spaced = FOUR_LOOPS.replace("\n", " \t \n") + "  \n" * 5000
    class_ = [handed_in("ada", spaced), handed_in("ben", FOUR_LOOPS)]
    assert similarity.sources(class_)[1] == []
    (pair,) = compared(*class_)
    assert pair.shares == (1.0, 1.0)


@pytest.mark.skipif(sys.platform == "win32", reason="no timer of work")
def test_a_file_that_takes_too_long_whatever_it_is_is_left_out_and_named(monkeypatch):
    real = similarity.fingerprint

    def slow(text, given=()):
        while "takes_for_ever" in text:
            pass
        return real(text, given)

    monkeypatch.setattr(similarity, "fingerprint", slow)
    monkeypatch.setattr(similarity, "SECONDS", 0.2)
    class_ = [handed_in("ada", "takes_for_ever = 1"), handed_in("ben", FOUR_LOOPS)]
    prepared, (line,) = similarity.sources(class_)
    assert [own.student for own in prepared] == ["ben"]
    assert line.startswith(f"ada: {LAYERS} is not compared: it takes more than 0.2 seconds")
