"""course/grading/spread.py: which machines grade, and what is said where Dask is not there."""

import argparse
import sys

import pytest

from autograder.course import grading
from autograder.course.grading import spread
from autograder.errors import UserError


@pytest.mark.parametrize("missing", ["dask", "distributed"])
def test_without_the_extra_one_sentence_says_how_to_get_it(monkeypatch, missing):
    for name in ("cluster", "connect", "machine", "member"):
        monkeypatch.delitem(sys.modules, f"autograder.course.grading.{name}", raising=False)
        monkeypatch.delattr(grading, name, raising=False)
    for name in [own for own in sys.modules if own.partition(".")[0] in ("dask", "distributed")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    wanted = r'need Dask, which is not installed here: .* -c constraints.txt "\.\[dask\]"'
    with pytest.raises(UserError, match=wanted), spread.on_cluster("tls://host:8786", 0):
        pass


def test_a_run_is_given_one_cluster(capsys):
    parser = argparse.ArgumentParser()
    spread.add_cluster(parser)
    assert parser.parse_args([]).scheduler == ""
    with pytest.raises(SystemExit):
        parser.parse_args(["--scheduler", "tls://host:8786", "--dask", "local"])
    assert "not allowed with" in capsys.readouterr().err
