"""autograder/sandbox/overlay.py: only the files that students may edit are taken from them."""

from autograder import locate
from autograder.sandbox.overlay import read_layer, stage
from autograder.submission import CNN, EDITABLE, LAYERS, Submission


def test_only_editable_files_are_staged(tmp_path):
    files = {LAYERS: b"1", CNN: b"2", "cs231n/solver.py": b"3", "conftest.py": b"4"}
    assert stage(Submission("s", files), tmp_path) == [tmp_path, locate.given()]
    written = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert written == set(EDITABLE)
    assert (tmp_path / CNN).read_bytes() == b"2"


def test_what_was_not_handed_in_is_not_there(tmp_path):
    stage(Submission("s", {CNN: b"2"}), tmp_path)
    assert not (tmp_path / LAYERS).exists()


def test_a_layer_is_read_back(tmp_path):
    made = Submission("s", {LAYERS: b"1\r\n\xff"})
    stage(made, tmp_path)
    assert read_layer("s", tmp_path) == made
