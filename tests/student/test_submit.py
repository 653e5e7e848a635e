"""autograder/student/submit.py: a student's archive to hand in, looked at before it is made."""

import argparse
import io
import os
import zipfile

import pytest

from autograder import disk, locate
from autograder.course.intake.choose import Found
from autograder.course.intake.collect import read_submission
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.student import submit
from autograder.submission import Submission

WRONG = """
right = conv_forward_naive


def conv_forward_naive(x, w, b, conv_param):
    out, cache = right(x, w, b, conv_param)
    return 2 * out, cache
"""


@pytest.fixture
def hand_in(monkeypatch, tmp_path, capsys):
    """Return a function that hands files in and returns the exit code and what was printed."""

    def run(files, *arguments, name="submission.zip"):
        monkeypatch.setattr(submit, "current_submission", lambda _: Submission("you", files))
        parser = argparse.ArgumentParser()
        submit.add_arguments(parser)
        try:
            code = submit.main(parser.parse_args(["--out", str(tmp_path / name), *arguments]))
        except UserError as error:  # which the command line prints
            return 2, str(error)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_a_finished_exercise(hand_in, solution, tmp_path):
    code, text = hand_in(solution.files)
    assert code == 0
    assert "are right on the public checks" in text
    assert text.rstrip().endswith("submission.zip")
    found = read_submission(tmp_path / "submission.zip", Found(EXERCISE))
    assert found.files == dict(solution.files)
    assert found.notebook == (locate.root() / EXERCISE.notebook).read_bytes()


def test_what_is_unfinished_is_said_and_does_not_stop_it(hand_in, solution, skeleton, tmp_path):
    layers = solution.files[LAYERS].decode() + WRONG
    files = {LAYERS: layers.encode(), CNN: skeleton.files[CNN]}
    code, text = hand_in(files)
    assert code == 0
    assert "Still to be written: ThreeLayerConvNet" in text
    assert "Not right yet: conv_forward_naive" in text
    assert (tmp_path / "submission.zip").is_file()


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({LAYERS: b"def conv(:\n"}, "cs231n/layers.py cannot be loaded"),
        ({CNN: b"1 / 0\n"}, "cs231n/classifiers/cnn.py cannot be loaded"),
        ({LAYERS: None}, "cs231n/layers.py is missing"),
    ],
)
def test_what_cannot_be_graded_is_handed_in_only_if_wanted(
    hand_in, solution, tmp_path, changes, complaint
):
    files = {name: data for name, data in {**solution.files, **changes}.items() if data is not None}
    code, text = hand_in(files)
    assert code == 1
    assert complaint in text
    assert "--anyway" in text
    assert not (tmp_path / "submission.zip").exists()
    assert hand_in(files, "--anyway")[0] == 0
    names = zipfile.ZipFile(tmp_path / "submission.zip").namelist()
    assert set(names) == {*files, EXERCISE.notebook}


def zipped(names, date=disk.EPOCH):
    """Return an archive of empty files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name, date), "")
    return out.getvalue()


NOT_OURS = {
    "text": b"mine",
    "empty": b"",
    "an archive of nothing": zipped([]),
    "something else in it too": zipped([LAYERS, "notes.txt"]),
    "made by hand": zipped([LAYERS, CNN], date=(2024, 5, 1, 23, 10, 0)),
    "cut": zipped([LAYERS])[:-5],
}


@pytest.mark.parametrize("what", NOT_OURS)
def test_a_file_that_is_not_ours_stays(hand_in, solution, tmp_path, what):
    (tmp_path / "submission.zip").write_bytes(NOT_OURS[what])
    code, text = hand_in(solution.files)
    assert code == 2
    assert "was left as it is" in text and "--out" in text
    assert (tmp_path / "submission.zip").read_bytes() == NOT_OURS[what]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.fixture
def quickly(monkeypatch):
    """Hand in without a look at what the functions do."""
    monkeypatch.setattr(submit, "look_at", lambda *_: submit.Findings())


@pytest.mark.usefixtures("quickly")
def test_our_own_archive_is_replaced_and_the_former_ones_are_kept(hand_in, tmp_path):
    for i, text in enumerate((b"1", b"2", b"3")):
        code, said = hand_in({LAYERS: text})
        assert code == 0
        assert (f"is now submission-{i}.zip" in said) == (i > 0)
    assert hand_in({LAYERS: b"3"})[0] == 0, "once more, and nothing is new"
    found = {p.name: zipfile.ZipFile(p).read(LAYERS) for p in tmp_path.iterdir()}
    assert found == {"submission.zip": b"3", "submission-1.zip": b"1", "submission-2.zip": b"2"}


@pytest.mark.usefixtures("quickly")
def test_a_name_that_is_taken_is_not_taken_again(hand_in, tmp_path):
    (tmp_path / "mine-1.zip").write_bytes(b"mine")
    hand_in({LAYERS: b"1"}, name="mine.zip")
    assert "is now mine-2.zip" in hand_in({LAYERS: b"2"}, name="mine.zip")[1]
    assert (tmp_path / "mine-1.zip").read_bytes() == b"mine"


@pytest.mark.parametrize("content", [None, b""])
@pytest.mark.parametrize("others", [[], ["Net-Copy1.ipynb"], ["Net (1).ipynb", "x.ipynb"]])
def test_no_notebook(tmp_path, content, others):
    (tmp_path / "notebooks").mkdir()
    for name in others:
        (tmp_path / "notebooks" / name).write_text("{}")
    if content is not None:
        (tmp_path / "notebooks/Net.ipynb").write_bytes(content)
    said = submit.told_of_notebooks("notebooks/Net.ipynb", tmp_path, b"")
    assert "notebooks/Net.ipynb" in said and "no answers" in said
    assert all(name in said for name in others)
    assert (submit.RENAME in said) == bool(others)


def test_no_folder_of_notebooks(tmp_path):
    assert "no answers" in submit.told_of_notebooks("notebooks/Net.ipynb", tmp_path, b"")


@pytest.mark.parametrize("later", [True, False])
def test_a_copy_that_was_saved_later_is_named(tmp_path, later):
    for name, time in {"Net.ipynb": 10_000, "Net-Copy1.ipynb": 20_000 if later else 5_000}.items():
        (tmp_path / name).write_text("{}")
        os.utime(tmp_path / name, (time, time))
    said = submit.told_of_notebooks("Net.ipynb", tmp_path, b"{}")
    assert "The notebook is Net.ipynb, last saved" in said
    assert ("Net-Copy1.ipynb" in said) == later


def test_nothing_to_hand_in(hand_in):
    code, text = hand_in({}, "--anyway")
    assert code == 1
    assert "there is nothing to put into it" in text


def test_a_folder_is_no_archive(hand_in, tmp_path):
    (tmp_path / "folder").mkdir()
    code, text = hand_in({}, name="folder")
    assert code == 2
    assert "is a folder" in text
