"""exercises/settings.py: what a course may set, and what it is told where that cannot be."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder import exercises
from autograder.course.release.carried import as_toml
from autograder.errors import UserError
from autograder.exercise import Changes
from autograder.exercises import settings
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import all_checks, list_checks, worth
from autograder.exercises.settings import Settings
from autograder.exercises.shares import shares

EXAMPLE = Path(__file__).parents[2] / "docs" / "course.toml"
ALL = {exercise.name: exercise for exercise in exercises.every()}
GROUPNORM = ("spatial_groupnorm_forward", "spatial_groupnorm_backward")


def read(tmp_path, text):
    path = tmp_path / "course.toml"
    path.write_text(text, encoding="utf-8")
    return settings.read(path, ALL)


def test_without_a_file_nothing_changes(tmp_path):
    assert settings.read(tmp_path / "course.toml", ALL) == Settings() == read(tmp_path, "")
    assert exercises.named("convnets", Changes()) is EXERCISE


def test_the_example_is_read():
    found = settings.read(EXAMPLE, ALL)
    exercise = exercises.named(found.exercise, found.changes)
    assert exercise.given == GROUPNORM
    assert not set(GROUPNORM) & set(worth(exercise))
    assert worth(exercise)["ThreeLayerConvNet"] == 30
    assert sum(worth(exercise).values()) == 84 + 16 + 1
    infos = {info.function: info for info in list_checks(exercise)}
    assert infos["one_epoch"].seconds == 1200
    assert infos["one_epoch"].title.startswith("Reach 0.35 after one epoch")
    bars = {check.info.function: check.bar for check in all_checks(exercise) if check.bar}
    assert bars == {"overfit_small_data": 0.9, "one_epoch": 0.35}
    for file in exercise.files:
        assert file.modules == ("scipy",)
        assert "scipy" not in file.without
        assert "torch" in file.without
    assert (found.due, found.timezone) == ("2026-12-01 23:59", "Europe/Berlin")
    assert sum(worth(EXERCISE).values()) == 100  # which is as it was


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("due = ", "course.toml cannot be read"),
        ("pionts = 3", "pionts: there is no 'pionts'. Did you mean points?"),
        ('exercise = "rnn"', "exercise: there is no 'rnn'"),
        ("exercise = 3", "exercise: a text in quotes is needed"),
        ("points = 30", "points: it is a table"),
        ("points.ThreeLayerConvnet = 30", "Did you mean ThreeLayerConvNet?"),
        ("points.ThreeLayerConvNet = 0", "points.ThreeLayerConvNet: a number above 0"),
        ("points.ThreeLayerConvNet = -2", "a number above 0"),
        ("points.ThreeLayerConvNet = true", "a number above 0"),
        ('points.ThreeLayerConvNet = "30"', "a number above 0"),
        ("points.ThreeLayerConvNet = nan", "a number above 0"),
        ("points.ThreeLayerConvNet = inf", "a number above 0"),
        ("points.ThreeLayerConvNet = 0.125", "two digits after the point"),
        ("points.ThreeLayerConvNet = 0.05", "it has 6 checks"),
        (
            'points."one_epoch" = 3\npoints."one_epoch/training_and_held_out" = 3',
            "the points of one_epoch or those of its checks, not both",
        ),
        (
            'given = ["spatial_groupnorm_forward"]\npoints.spatial_groupnorm_forward = 3',
            "points.spatial_groupnorm_forward: there is no",
        ),
        ('given = "spatial_groupnorm_forward"', "given: a list of names is needed"),
        ("given = [3]", "given: a list of names is needed"),
        ('given = ["groupnorm"]', "given: there is no 'groupnorm'"),
        ('given = ["one_epoch"]', "given: there is no 'one_epoch'"),
        (f"given = {[f.name for f in EXERCISE.functions if not f.trains]}", "nothing is left"),
        ("bars.one_epoch = 40", "bars.one_epoch: a number above 0 is needed, up to 1"),
        ("bars.ThreeLayerConvNet = 0.4", "bars.ThreeLayerConvNet: there is no"),
        ("seconds.one_epoch = 0", "seconds.one_epoch: a number above 0"),
        ("seconds.two_epochs = 5", "Did you mean one_epoch?"),
        ("due = 3", "due: a text in quotes is needed"),
        ("timezone = 1", "timezone: a text in quotes is needed"),
        ('modules = ["scipy"]', "modules: it is a table"),
        ("modules.scipy = true", "modules.scipy: what pip installs for it"),
        ('modules.scipy = "--index-url x"', "modules.scipy: what pip installs for it"),
        ('modules.cs231n = "cs231n"', "modules.cs231n: that is no module to be allowed"),
        ('modules."scipy.signal" = "scipy"', "that is no module to be allowed"),
        ('address = "example.org/x.zip"', "address: an address that begins with https://"),
    ],
)
def test_what_cannot_be_is_named_with_what_would_be_right(tmp_path, text, says):
    with pytest.raises(UserError) as caught:
        read(tmp_path, text)
    assert says in str(caught.value)


def test_a_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / "course.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match=r"course\.toml cannot be read"):
        settings.read(tmp_path / "course.toml", ALL)


def test_a_date_may_be_written_as_toml_has_it(tmp_path):
    assert read(tmp_path, "due = 2026-12-01").due == "2026-12-01"
    assert read(tmp_path, "due = 2026-12-01 23:59:00").due == "2026-12-01T23:59:00"


def test_what_students_get_says_the_same_and_nothing_else(tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8") + '\n# a remark: {"ü"}\n'
    found = read(tmp_path, text)
    made = as_toml(found)
    assert read(tmp_path, made) == replace(found, open=())
    assert "remark" not in made
    assert made.count("#") == 1


@pytest.mark.parametrize("total", [6, 14, 30, 31, 100, 12.5, 0.06, 7.01, 1e5])
def test_shares_add_up_and_leave_nobody_without(total):
    weights = {"a": 2, "b": 2, "c": 2, "d": 3, "e": 4, "f": 1}
    found = shares(total, weights)
    assert sum(found.values()) == pytest.approx(total, abs=1e-9)
    assert min(found.values()) > 0
    assert found["e"] >= found["d"] >= found["a"] >= found["f"]
    if total == int(total):
        assert all(share == int(share) for share in found.values())
    if total == 14:
        assert found == weights


def test_a_net_that_is_given_takes_its_file_and_its_trainings_along():
    exercise = exercises.named("convnets", Changes(given=("ThreeLayerConvNet",)))
    assert exercise.editable == ("cs231n/layers.py",)
    assert not {"ThreeLayerConvNet", "overfit_small_data", "one_epoch"} & set(exercise.names)
    assert exercise.whole is EXERCISE


CHAIN = """
exercise = "convnets"
open = ["convnets", "fully_connected_nets"]
[due]
convnets = "2026-12-08"
fully_connected_nets = "2026-12-01"
[points]
adam = 20
one_epoch = 5
"""


def test_a_course_of_several_exercises(tmp_path):
    path = tmp_path / "course.toml"
    path.write_text(CHAIN, encoding="utf-8")
    last, first = settings.read(path, ALL), settings.read(path, ALL, "fully_connected_nets")
    assert (last.exercise, last.due) == ("convnets", "2026-12-08")
    assert (first.exercise, first.due) == ("fully_connected_nets", "2026-12-01")
    assert last.open == first.open == ("convnets", "fully_connected_nets")
    assert {name.partition("/")[0] for name in last.changes.points} == {"one_epoch"}
    assert {name.partition("/")[0] for name in first.changes.points} == {"adam"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('open = ["rnn"]', "open: there is no 'rnn'"),
        ("open = 3", "open: a list of names is needed"),
        ("points.adam = 3", "points.adam: there is no 'adam'"),
        ('[due]\nrnn = "2026-12-01"', "due.rnn: there is no 'rnn'"),
    ],
)
def test_what_a_course_of_several_cannot_say(tmp_path, text, says):
    with pytest.raises(UserError, match=says):
        read(tmp_path, text)
