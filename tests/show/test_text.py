"""autograder/show/text.py: verdicts as text."""

from autograder.judging.verdict import Status, Verdict
from autograder.show.text import Outcome


def verdict(name, status, message=""):
    points = 2.0 if status is Status.PASSED else 0.0
    return Verdict(f"f/{name}", "f", f"Title of {name}", status, points, 2.0, message)


def test_outcome_says_each_check_and_its_message():
    text = str(Outcome("f", [verdict("a", Status.PASSED), verdict("b", Status.FAILED, "one\ntwo")]))
    assert text.splitlines() == [
        "f: 2 of 4 points",
        "  right      2/2  Title of a",
        "  wrong      0/2  Title of b",
        "                 one",
        "                 two",
    ]


def test_the_same_message_is_told_once():
    text = str(Outcome("f", [verdict(n, Status.MISSING, "not written yet") for n in "abc"]))
    assert text.count("not written yet") == 1


def test_long_sentences_are_wrapped_and_tables_are_not():
    sentence, row = "word " * 40, "  " + "1.25 " * 40
    text = str(Outcome("f", [verdict("a", Status.FAILED, f"{sentence}\n{row}")]))
    lines = text.splitlines()[2:]
    assert lines[-1] == " " * 17 + row
    assert len(lines) == 4
    assert all(len(line) <= 100 and line.startswith(" " * 17 + "word") for line in lines[:-1])
