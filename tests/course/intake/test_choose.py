"""course/intake/choose.py: the files come from one package, and a browser's names are no fault."""

import pytest

from autograder import exercises
from autograder.course.intake.choose import Found, choose_all
from autograder.course.intake.naming import meant_for
from autograder.course.intake.reading import add_file
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS


def chosen(files, exercise=EXERCISE):
    """Return what is chosen of files by path, and the notes."""
    found = Found(exercise)
    for name, data in files.items():
        add_file(name, len(data), lambda data=data: data, found)
    return choose_all(found), found.notes


@pytest.mark.parametrize(
    "files",
    [
        {"a1/cs231n/layers.py": b"no", "a2/cs231n/layers.py": b"yes", f"a2/{CNN}": b"net"},
        {"a3/cs231n/layers.py": b"no", "a2/cs231n/layers.py": b"yes", f"a2/{CNN}": b"net"},
        {"cs231n/layers.py": b"no", "hw/two/layers.py": b"yes", "hw/two/cnn.py": b"net"},
        {"cs231n/layers.py": b"no", "a2/layers.py": b"yes", "a2/classifiers/cnn.py": b"net"},
        {"x/layers.py": b"no", "cs231n/layers.py": b"yes", CNN: b"net"},
        {"layers.py": b"no", "cnn.py": b"no", f"h/{LAYERS}": b"yes", f"h/{CNN}": b"net"},
        {"one/layers.py": b"no", "cnn.py": b"net", "layers.py": b"yes"},
    ],
)  # fmt: skip
def test_the_files_come_from_the_folder_that_holds_most(files):
    files, notes = chosen(files)
    assert files == {LAYERS: b"yes", CNN: b"net"}
    assert any("are named layers.py, and they differ" in note for note in notes)


def test_where_nothing_else_decides_the_file_with_the_functions_counts():
    source = b"def conv_forward_naive(x):\n    return x\n"
    files, _ = chosen(
        {"a1/cs231n/layers.py": b"def affine(x): pass", "a2/cs231n/layers.py": source}
    )
    assert files == {LAYERS: source}


@pytest.mark.parametrize(
    "name",
    [
        "layers-1.py", "layers-12.py", "layers (1).py", "layers(2).py", "Layers.py", "LAYERS.PY",
        "layers.py.txt", "layers.py.py", "Layers (1).py.txt", "layers - Copy.py", "layers copy.py",
        "Copy of layers.py", "layers (copy).py", "doejane_123_456_layers.py",
        "doejane_LATE_123_456_layers-1.py", "Ada Lovelace_9_assignsubmission_file_layers.py",
        "HW_adal_attempt_2026-11-20-10-11-12_layers.py",
    ],
)  # fmt: skip
def test_a_name_that_a_browser_or_system_gave_is_taken_with_a_note(name):
    files, (note,) = chosen({f"hw/{name}": b"yes"})
    assert files == {LAYERS: b"yes"}
    assert note == f"There is no layers.py: took hw/{name} for it."


@pytest.mark.parametrize(
    "name",
    ["fast_layers.py", "layer_utils.py", "layers_final.py", "mylayers.py", "layers.txt",
     "layers.pyc", "layers.py.bak", "my-layers.py", "cnn_layers.py", ""],
)  # fmt: skip
def test_other_names_are_not_taken(name):
    assert meant_for(EXERCISE, name) == ""


def test_of_several_such_names_none_is_taken_and_all_are_named():
    files, (note,) = chosen({"layers-1.py": b"1", "layers (1).py": b"2", "cnn.py": b"net"})
    assert files == {CNN: b"net"}
    assert "layers (1).py, layers-1.py" in note
    files, _ = chosen({"layers-1.py": b"same", "layers (1).py": b"same"})
    assert files == {LAYERS: b"same"}


def test_the_right_name_wins_and_the_other_is_named():
    files, (note,) = chosen({"layers.py": b"yes", "layers (1).py": b"no"})
    assert files == {LAYERS: b"yes"}
    assert note == "Took layers.py, and not layers (1).py."


@pytest.mark.parametrize("name", ["fully_connected_nets", "batch_normalization", "dropout"])
def test_one_file_with_all_functions_counts_for_those_that_are_not_there(name):
    exercise = exercises.named(name)
    source = "".join(f"def {own.name}(x):\n    pass\n" for own in exercise.functions).encode()
    files, notes = chosen({"hw/cs231n/layers.py": source}, exercise)
    parts = [file for file in exercise.files if file.also]
    assert files == {file.path: source for file in parts}
    assert notes == [
        f"There is no {file.name}: took hw/cs231n/layers.py, which has its functions."
        for file in parts
    ]
    own = {file.path: b"own" for file in exercise.files}
    assert chosen({"cs231n/layers.py": source, **own}, exercise) == (own, [])


@pytest.mark.parametrize("name", ["layers (1).py", "Layers.py", "layers-1.py", "Copy of layers.py"])
def test_such_a_file_may_have_a_name_that_a_browser_made(name):
    exercise = exercises.named("dropout")
    (file,) = exercise.files
    source = b"def dropout_forward(x, dropout_param): pass\n"
    files, notes = chosen({name: source}, exercise)
    assert files == {file.path: source}
    assert notes == [f"There is no dropout.py: took {name}, which has its functions."]


def test_of_several_such_files_the_plain_name_wins_or_none_is_taken():
    exercise = exercises.named("dropout")
    (file,) = exercise.files
    one, two = (b"def dropout_forward(x, dropout_param): pass  # %d\n" % n for n in range(2))
    assert chosen({"layers (1).py": one, "layers.py": two}, exercise)[0] == {file.path: two}
    assert chosen({"layers (1).py": one, "layers-2.py": one}, exercise)[0] == {file.path: one}
    files, (note,) = chosen({"layers (1).py": one, "layers-2.py": two}, exercise)
    assert files == {}
    assert note == "There is no dropout.py, and several could be meant: layers (1).py, layers-2.py."


def test_one_file_that_only_imports_the_functions_counts_for_nothing():
    source = b"from cs231n.dropout import dropout_forward\n\ndef spatial_dropout_forward(x): pass\n"
    assert chosen({"cs231n/layers.py": source}, exercises.named("dropout")) == ({}, [])
