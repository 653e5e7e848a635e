"""A class that is graded is not in memory whole."""

import pickle
import tracemalloc

from autograder.course.intake.collect import collect
from autograder.course.intake.shelf import Shelf
from autograder.exercises.convnets import EXERCISE
from autograder.submission import Submission


def test_what_is_kept_is_what_was_put_there(tmp_path):
    files = {"cs231n/layers.py": b"one\r\n", "cs231n/classifiers/cnn.py": b""}
    own = Submission("ada", files, ["a note"], b"{}", "2026-11-01 12:00")
    for kept in (shelved := Shelf().put(own), pickle.loads(pickle.dumps(shelved))):
        assert dict(kept.files) == files
        assert bytes(kept.notebook) == b"{}"
        assert (kept.student, kept.notes, kept.submitted) == ("ada", ["a note"], own.submitted)
    assert Shelf().put(Submission("bob", {})).notebook == b""


def test_a_class_takes_little_memory(tmp_path):
    for number in range(20):
        folder = tmp_path / f"s{number:02}"
        folder.mkdir()
        (folder / "layers.py").write_bytes(b"#" * 50_000)
        (folder / "ConvolutionalNetworks.ipynb").write_bytes(b" " * 200_000)
    tracemalloc.start()
    found = collect(EXERCISE, sorted(tmp_path.iterdir()), shelf=Shelf())
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(bytes(own.notebook)) for own in found] == [200_000] * 20
    assert kept / 20 < 50_000
