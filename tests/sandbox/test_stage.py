"""autograder/sandbox/launch.py: only the files that students may edit are taken from them."""

from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.sandbox.launch import stage
from autograder.submission import Submission, read_layer


def test_only_editable_files_are_staged(tmp_path):
    files = {LAYERS: b"1", CNN: b"2", "cs231n/solver.py": b"3", "conftest.py": b"4"}
    stage(Submission("s", files), EXERCISE.editable, tmp_path)
    written = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert written == set(EXERCISE.editable)
    assert (tmp_path / CNN).read_bytes() == b"2"


def test_what_was_not_handed_in_is_not_there(tmp_path):
    stage(Submission("s", {CNN: b"2"}), EXERCISE.editable, tmp_path)
    assert not (tmp_path / LAYERS).exists()


def test_a_layer_is_read_back(tmp_path):
    made = Submission("s", {LAYERS: b"1\r\n\xff"})
    stage(made, EXERCISE.editable, tmp_path)
    assert read_layer("s", tmp_path, EXERCISE.editable) == made
