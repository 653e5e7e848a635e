"""The walls between the rooms: no module of the engine names a part of an exercise."""

import rooms
from autograder.exercises.convnets import EXERCISE

NAMES = rooms.names_of(EXERCISE)


def complaints(tmp_path, source, name="module.py"):
    path = tmp_path / name
    path.write_text(source, encoding="utf-8")
    return list(rooms.found_in(path, NAMES))


def test_the_engine_is_free_of_names():
    assert rooms.main() == 0


def test_a_name_in_code_is_found_wherever_it_stands(tmp_path):
    for source in (
        'SHORT = {"conv_forward_naive": "conv"}',
        'path = folder / "layers.py"',
        'print(f"see {x} in cs231n/classifiers/cnn.py")',
        "from cs231n.layers import *",
        "from cs231n.layers import conv_forward_naive as f",
        "net = module.ThreeLayerConvNet()",
        "def max_pool_backward_naive(): pass",
        'name = "notebooks/ConvolutionalNetworks.ipynb"',
    ):
        assert complaints(tmp_path, source), source


def test_a_name_that_is_a_word_may_stand_in_a_sentence(tmp_path):
    path = tmp_path / "module.py"
    for source, found in (
        ('message = "the mean of all"', False),
        ("x.mean_square()", False),
        ('function = "mean"', True),
        ("layers.mean(x)", True),
    ):
        path.write_text(source, encoding="utf-8")
        assert bool(list(rooms.found_in(path, {"mean"}))) is found, source


def test_docstrings_may_give_examples(tmp_path):
    source = '"""conv_forward_naive"""\nX = 1\n"""In layers.py."""\n'
    assert complaints(tmp_path, source) == []


def test_the_sessions_name_the_notebook_in_their_defaults_only(tmp_path):
    default = 'NOTEBOOK = "notebooks/ConvolutionalNetworks.ipynb"\n'
    assert complaints(tmp_path, default, "noxfile.py") == []
    assert complaints(tmp_path, default) != []
    assert complaints(tmp_path, default + 'x = "ConvolutionalNetworks"', "noxfile.py") != []
