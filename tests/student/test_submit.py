"""autograder/student/submit.py: a student's archive to hand in, looked at before it is made."""

import argparse
import zipfile

import pytest

from autograder import locate
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
        ({CNN: b"import nothing_of_this_name\n"}, "cs231n/classifiers/cnn.py cannot be loaded"),
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


def test_an_archive_that_is_there_stays(hand_in, tmp_path):
    (tmp_path / "submission.zip").write_bytes(b"mine")
    code, text = hand_in({})
    assert code == 2
    assert "was left as it is" in text
    assert (tmp_path / "submission.zip").read_bytes() == b"mine"


def test_nothing_to_hand_in(hand_in):
    code, text = hand_in({}, "--anyway")
    assert code == 1
    assert "there is nothing to put into it" in text


def test_a_folder_is_no_archive(hand_in, tmp_path):
    (tmp_path / "folder").mkdir()
    code, text = hand_in({}, name="folder")
    assert code == 2
    assert "is a folder" in text
