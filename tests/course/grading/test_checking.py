"""course/grading/checking.py: what has finished is not done again, and the rest reads the same."""

import pytest

from autograder.course.grading import checking
from autograder.course.grading.finished import Finished, Ran
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import select
from autograder.judging.pack import Pack
from autograder.judging.verdict import Status, Verdict
from autograder.submission import Submission

ALL = [info.id for info in select(EXERCISE, None)]
WORK = Submission("al", {}), Pack("pack", {}), None, "limits"


class Stopped(Exception):
    """The grader ends."""


@pytest.fixture
def asked(monkeypatch):
    """Make up what checks say; return which were asked, and whom to stop before."""
    kept = {"ids": [], "stop": None}

    def run_checks(exercise, submission, cases, *, names, on_verdict, said, **_):
        made = []
        for info in select(exercise, names if names is None else tuple(names)):
            if info.id == kept["stop"]:
                raise Stopped
            kept["ids"].append(info.id)
            again = ("hint", info.function) in said
            said.add(("hint", info.function))
            message = "Again." if again else "A hint."
            made.append(
                Verdict(
                    *(info.id, info.function, info.title, Status.FAILED, 0.0, info.max_points),
                    message,
                )
            )
            on_verdict(made[-1])
        return made

    monkeypatch.setattr(checking, "run_checks", run_checks)
    return kept


@pytest.mark.parametrize("stop", [ALL[0], ALL[2], ALL[-1]])
def test_who_goes_on_repeats_nothing_and_says_the_same(asked, tmp_path, stop):
    whole, _ = checking.check(EXERCISE, *WORK, Finished(tmp_path, "whole"))
    asked.update(ids=[], stop=stop)
    with pytest.raises(Stopped):
        checking.check(EXERCISE, *WORK, Finished(tmp_path, "key"))
    asked["stop"] = None
    found, _ = checking.check(EXERCISE, *WORK, Finished(tmp_path, "key"))
    assert asked["ids"] == ALL
    assert found == whole


def test_what_a_disk_has_lost_is_done_anew(asked, tmp_path):
    finished = Finished(tmp_path, "key")
    checking.check(EXERCISE, *WORK, finished)
    (tmp_path / "key" / f"{ALL[3].replace('/', '.')}.json").write_text("")
    asked["ids"] = []
    found, _ = checking.check(EXERCISE, *WORK, finished)
    assert asked["ids"] == [ALL[3]]
    assert [verdict.id for verdict in found] == ALL
    finished.forget()
    assert [*tmp_path.iterdir()] == []


def test_a_notebook_that_ran_is_known_by_what_it_was_made_from(tmp_path):
    finished = Finished(tmp_path, "key")
    ran = Ran("ü".encode(), "It ended.", 2.5)
    finished.keep_notebook("a", ran)
    assert finished.notebook("a") == ran
    assert finished.notebook("b") is None
    assert Finished(None, "key").notebook("a") is None
