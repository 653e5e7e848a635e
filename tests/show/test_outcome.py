"""autograder/show/: an outcome as HTML, in a terminal, and as plain text."""

import io
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from rich.console import Console

from autograder.judging.evidence import Evidence
from autograder.judging.verdict import Status, Verdict
from autograder.show import picture
from autograder.show.text import Outcome

WHY = "This is exactly what comes out when <b> is forgotten."
RAISED = "cs231n/layers.py, line {}, in f:\n    x @ y\nValueError: shapes ({}, 3) and (4,)"


def verdict(name, status, message="told"):
    points = 2.0 if status is Status.PASSED else 0.0
    message = "" if status is Status.PASSED else message
    return Verdict(f"f/{name}", "f", f"Title of {name}", status, points, 2.0, message)


def wrong(name, rows=2, columns=3, **fields):
    expected = np.arange(1.0 * rows * columns).reshape(1, 1, rows, columns)
    got = expected.copy()
    got[0, 0, -1, -1] += 1
    facts = f"out: {name} differs."
    return Evidence(f"f/{name}", "out", got, expected, called=f"f({name})", facts=facts, **fields)


def raised(name, line, size):
    facts = RAISED.format(line, size)
    return Evidence(f"f/{name}", "", None, None, called="f()", facts=facts)


def outcome_of(statuses, *evidence, **fields):
    verdicts = [verdict(name, status) for name, status in statuses.items()]
    return Outcome("f", verdicts, {found.check: found for found in evidence}, **fields)


def in_terminal(outcome, width=80):
    stream = io.StringIO()
    Console(file=stream, width=width, highlight=False).print(outcome, crop=False)
    return stream.getvalue()


class Reader(HTMLParser):
    """Reads HTML: its text, that which is folded apart, and the attributes of each element."""

    def __init__(self, text):
        super().__init__()
        self.folded, self.open, self.elements, self.stack = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in ("img", "br"):
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, "elements are closed in order"

    def handle_data(self, data):
        if "style" not in self.stack:
            (self.folded if "details" in self.stack else self.open).append(data)


def html_of(outcome):
    return Reader(outcome._repr_html_())


FAILED = {"a": Status.PASSED, "b": Status.FAILED, "c": Status.FAILED}


def test_html_has_the_diagnosis_on_top_and_the_details_folded():
    read = html_of(outcome_of(FAILED, wrong("b", why=WHY, advice="Look there."), wrong("c")))
    shown, folded = "".join(read.open), "".join(read.folded)
    places = [shown.index(text) for text in ("f: 2 of 6 points", WHY, "Look there.", "Title of a")]
    assert places == sorted(places)
    assert "f(b)" in folded and "out: b differs." in folded
    assert "out: c differs." in folded and "f(c)" not in shown


def test_html_says_in_words_what_it_shows_in_colour():
    read = html_of(outcome_of(FAILED, wrong("b"), wrong("c")))
    shown = "".join(read.open)
    assert "right, 2 of 2: Title of a" in shown and "wrong, 0 of 2: Title of b" in shown
    images = [fields for tag, fields in read.elements if tag == "img"]
    titles = ["got", "expected", "got - expected"]
    assert [fields["alt"] for fields in images] == [
        f"out at image 0, channel 0, as an image: {title}" for title in titles
    ]
    # A wrong number stands out without colour too.
    off = [fields for tag, fields in read.elements if fields.get("class") == "cbh-off"]
    assert len(off) == 2, "one in each of the two checks"
    assert re.search(r"td\.cbh-off \{[^}]*text-decoration: underline", outcome_style())


def outcome_style():
    return re.search(r"<style>(.*)</style>", outcome_of({})._repr_html_(), re.S).group(1)


def test_html_is_for_light_and_dark_pages():
    light, *dark = re.findall(r"--ink: (#\w+)", outcome_style())
    assert len(set(dark)) == 1 and light not in dark
    for selector in ("prefers-color-scheme: dark", 'data-jp-theme-light="false"', "vscode-dark"):
        assert selector in outcome_style()


def test_nothing_of_a_student_is_markup():
    evil = "<script>alert(1)</script>[bold]"
    found = replace(
        wrong("b"), printed=evil, facts=evil, why=evil, called=evil, advice=evil, name=evil
    )
    outcome = outcome_of(FAILED, found, inside=f"{evil}\n{evil}", note=evil)
    read = html_of(outcome)
    assert not [tag for tag, _ in read.elements if tag == "script"]
    assert "".join(read.open).count(evil) >= 5
    assert in_terminal(outcome, 200).count(evil) >= 5


@pytest.mark.parametrize("show", [str, in_terminal, lambda o: "".join(html_of(o).open)])
def test_the_same_exception_is_told_once(show):
    errors = dict.fromkeys("abcde", Status.ERROR)
    told = show(outcome_of(errors, *(raised(name, 4, i) for i, name in enumerate(errors))))
    assert told.count("ValueError") == 1
    assert told.count("the same as above") == 4


@pytest.mark.parametrize("show", [str, in_terminal, lambda o: "".join(html_of(o).open)])
def test_another_exception_or_another_line_is_told_too(show):
    errors = dict.fromkeys("ab", Status.ERROR)
    told = show(outcome_of(errors, raised("a", 4, 1), raised("b", 14, 1)))
    assert told.count("ValueError") == 2
    assert "the same as above" not in told


@pytest.mark.parametrize("show", [str, in_terminal, lambda o: "".join(html_of(o).open)])
def test_a_mistake_is_named_once_and_another_one_too(show):
    failed = dict.fromkeys("abc", Status.FAILED)
    other = "This is exactly what comes out when x is forgotten."
    found = [wrong("a", why=WHY), wrong("b", why=other), wrong("c", why=WHY)]
    told = " ".join(show(outcome_of(failed, *found)).split())
    assert told.count(WHY) == told.count(other) == 1


def test_what_keeps_a_file_from_loading_is_not_said_of_the_next_function_again():
    first = Outcome("f", [verdict("a", Status.ERROR, "layers.py cannot be loaded")])
    second = Outcome("g", [verdict("b", Status.ERROR, "layers.py cannot be loaded")])
    assert "cannot be loaded" in str(first)
    told = replace(second, told=first.unloadable)
    for shown in (str(told), in_terminal(told), told._repr_html_()):
        assert "cannot be loaded" not in shown and "the same as above" in shown
    assert len(str(told).splitlines()) == len(in_terminal(told).splitlines()) == 1


def test_what_is_wrong_with_one_function_is_said_of_the_next_too():
    first = Outcome("f", [verdict("a", Status.TIMEOUT), verdict("b", Status.MISSING)])
    assert not first.unloadable
    assert not outcome_of({"a": Status.ERROR}, raised("a", 4, 1)).unloadable


@pytest.mark.parametrize(
    ("tty", "encoding", "mark"), [(1, "utf-8", "✓"), (1, "ascii", "right"), (0, "utf-8", "right")]
)
def test_it_is_shown_as_the_standard_output_can(tty, encoding, mark, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding)
    stream.isatty = lambda: bool(tty)
    monkeypatch.setattr(sys, "stdout", stream)
    outcome_of({"a": Status.PASSED}).show()
    stream.flush()
    line = stream.buffer.getvalue().decode(encoding).splitlines()[1]
    assert line.strip().partition(" ")[0].endswith(mark)


def test_a_terminal_is_filled_as_wide_as_it_is():
    found = wrong("b", rows=4, columns=40, why="word " * 40)
    found.got[...] *= -1e-7
    for width in (40, 80, 200):
        lines = in_terminal(outcome_of(FAILED, found), width).splitlines()
        assert all(len(line) <= width for line in lines)
        assert max(len(line.rstrip()) for line in lines) > width - 8
        assert not any(line.rstrip().endswith("…") for line in lines), "no number is cut"


@pytest.mark.parametrize("columns", [2, 8, 30])
@pytest.mark.parametrize("scale", [1, -1.23456e-7])
def test_numbers_fit_into_a_line_of_a_message(columns, scale):
    found = wrong("b", rows=9, columns=columns)
    found.got[...] = found.got[...] * scale + 1e-9
    lines = picture.as_text(found)
    assert all(len(line) <= picture.WIDTH for line in lines)
    assert sum("got" in line for line in lines) == 1
    for width in (20, 60):
        narrow = picture.as_text(found, width)[1:]
        assert all(len(line) <= width for line in narrow)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e308])
def test_any_number_can_be_shown(value, recwarn):
    found = wrong("b")
    found.got[...] = value
    outcome = outcome_of(FAILED, found)
    assert f"{value:.3g}" in str(outcome) and f"{value:.3g}" in in_terminal(outcome)
    read = html_of(outcome)
    assert [tag for tag, _ in read.elements].count("img") == 3
    assert [fields.get("class") for _, fields in read.elements].count("cbh-off") == 6
    assert [found for found in recwarn if found.category is RuntimeWarning] == []


def test_what_the_call_printed_is_shown():
    outcome = outcome_of(FAILED, wrong("b", printed="x (2, 3)\n  y"))
    for shown in (str(outcome), in_terminal(outcome), "".join(html_of(outcome).open)):
        assert "printed:" in shown and "x (2, 3)" in shown


def test_the_lines_to_paste_can_be_copied_as_they_are():
    inside = "To look inside:\n    from autograder import case\n    x, = case('f/b').arguments"
    read = html_of(outcome_of(FAILED, wrong("b"), inside=inside))
    assert "from autograder import case\nx, = case('f/b').arguments" in "".join(read.open)
    narrow = [line.rstrip() for line in in_terminal(outcome_of({}, inside=inside), 20).splitlines()]
    assert narrow[-2:] == inside.splitlines()[-2:]


def test_without_matplotlib_there_are_the_numbers(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    read = html_of(outcome_of(FAILED, wrong("b")))
    assert not [tag for tag, _ in read.elements if tag == "img"]
    assert [tag for tag, _ in read.elements].count("table") == 2
