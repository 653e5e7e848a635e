"""autograder/student/waiting.py: a long check tells the time, a short one nothing."""

import io
import sys
import time

import pytest

from autograder.student import waiting


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Return a function that makes standard error a terminal, from then on."""

    def begin():
        monkeypatch.setattr(sys, "stderr", Terminal())
        return sys.stderr

    return begin


def test_a_long_check_says_how_long_it_has_run_and_may(terminal, monkeypatch):
    monkeypatch.setattr(waiting, "QUIET", 0.01)
    written = terminal()
    with waiting.waiting("one_epoch", 900.0):
        time.sleep(0.3)
    assert "one_epoch |" in written.getvalue()
    assert " of at most 900" in written.getvalue()
    assert written.getvalue().endswith("\r"), "it is wiped away"


def test_a_short_check_says_nothing(terminal):
    written = terminal()
    with waiting.waiting("conv_forward_naive", 5.0):
        pass
    assert written.getvalue() == ""


def test_where_nobody_watches_nothing_is_written(monkeypatch, capsys):
    monkeypatch.setattr(waiting, "QUIET", 0.0)
    with waiting.waiting("one_epoch", 900.0):
        time.sleep(0.1)
    assert capsys.readouterr() == ("", "")


def test_an_error_comes_through(terminal):
    terminal()
    with pytest.raises(KeyboardInterrupt), waiting.waiting("one_epoch", 900.0):
        raise KeyboardInterrupt
