"""course/notebooks/source.py: any bytes are shown, with the numbers of their lines, in bounds."""

import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import locate
from autograder.course.notebooks import source
from autograder.exercises.convnets.files import LAYERS_PATH


def shown(data):
    """Return the text of each line that is shown, by its number."""
    page = BeautifulSoup(source.as_html(data), "html.parser")
    lines = {}
    for line in page.get_text().rstrip("\n").split("\n"):
        number, text = re.fullmatch(r"\s*(\d+)(.*)", line).groups()
        lines[int(number)] = text
    return lines


def test_a_solution_is_shown_as_it_is_and_highlighted():
    data = (locate.solutions() / LAYERS_PATH).read_bytes()
    lines = shown(data)
    text = data.decode().splitlines()
    assert list(lines) == list(range(1, len(text) + 1))
    assert all(lines[n].endswith(line) for n, line in enumerate(text, 1))
    assert '<span class="k">def</span>' in source.as_html(data)


def test_numbers_are_those_in_messages():
    assert [n for n, line in shown(b"\n\n\ndef f():\r\n\tpass\r\n").items() if "def" in line] == [4]


@pytest.mark.parametrize("evil", [b"<script>alert(1)</script>", b"'</pre><img src=x onerror=a>"])
def test_nothing_in_it_acts(evil):
    page = BeautifulSoup(source.as_html(evil), "html.parser")
    assert {tag.name for tag in page.find_all()} <= {"div", "pre", "span", "code"}
    assert evil.decode() in page.get_text()


def test_what_might_turn_the_text_around_is_seen():
    assert "\u202e" not in source.as_html("x = '\u202e'".encode())
    assert "\ufffd" in source.as_html(b"x = '\xff\x00\x1b'")


SLOW = {
    "white space": b" " * 500_000 + b"x",
    "empty lines": b"\n" * 500_000 + b"x",
    "a line without end": b"x = [" + b"1, " * 300_000,
    "open strings": b"'''" * 100_000,
    "open braces": b"f'{" * 100_000,
}


@pytest.mark.parametrize("what", SLOW)
def test_what_would_take_long_is_cut_and_not_highlighted(what, monkeypatch):
    given = []
    monkeypatch.setattr(source, "highlight", lambda text, lexer, _: given.append((text, lexer)))
    source.as_html(SLOW[what])
    ((text, lexer),) = given
    assert len(text) <= source.MAX_TEXT + source.MAX_LINES * 5
    assert max(map(len, text.split("\n"))) <= source.MAX_WIDTH + 4
    assert type(lexer).__name__ == "TextLexer" or (
        len(text) <= source.MAX_CODE and not source.SLOW.search(text)
    )


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_page(data):
    page = BeautifulSoup(source.as_html(data), "html.parser")
    assert {tag.name for tag in page.find_all()} <= {"div", "pre", "span", "code"}
