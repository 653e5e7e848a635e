"""autograder/course/intake/screening.py: what a report says of a submission's source."""

import pytest

from autograder.course.intake.screening import screen
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS


def notes(source, path=LAYERS, **options):
    return screen(EXERCISE, {path: source.encode()}, **options)


@pytest.mark.parametrize(
    ("source", "note"),
    [
        ("import torch", "line 1: imports torch"),
        ("import numpy as np\nfrom scipy import signal", "line 2: imports scipy"),
        ("from scipy.signal import convolve2d", "imports scipy.signal"),
        ("import os, subprocess", "imports subprocess"),
        ("def f():\n    import ctypes", "line 2: imports ctypes in f"),
        ("import solutions.cs231n.layers", "imports solutions.cs231n.layers"),
        ("from cs231n.fast_layers import *", "imports cs231n.fast_layers"),
        ("from cs231n import fast_layers", "imports cs231n.fast_layers"),
        ("import cs231n_kernels", "imports cs231n_kernels"),
        ("exec('1')", "calls exec"),
        ("__import__('torch')", "calls __import__"),
        (
            "def conv_forward_naive(x, w, b, p):\n    return conv_forward_fast(x, w, b, p)",
            "line 2: calls conv_forward_fast in conv_forward_naive",
        ),
        ("def f(x):\n    return fast.max_pool_forward_fast(x)", "calls max_pool_forward_fast in f"),
        (
            "from cs231n.fast_layers import conv_forward_fast as c\ndef f(x):\n    return c(x)",
            "line 3: calls c in f",
        ),
    ],
)
def test_what_is_noted(source, note):
    found = notes(source)
    assert any(f"{LAYERS}, " in text and note in text for text in found), found


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nimport math\nfrom cs231n.dense import affine_forward",
        "from builtins import range\nfrom past.builtins import xrange",
        "import matplotlib.pyplot as plt",
        "from .dense import affine_forward",
        "def f(:",
        "x = '\\x00",
    ],
)
def test_what_is_not(source):
    assert notes(source) == []


def test_the_net_may_use_the_fast_layers():
    source = "from cs231n.fast_layers import *\ndef f(x):\n    return conv_forward_fast(x)"
    assert notes(source, CNN) == []
    assert len(notes(source)) == 2


def test_a_course_sets_what_is_allowed():
    assert notes("import torch", allowed={"torch"}) == []
    assert notes("import numpy.linalg", allowed=set()) == [
        f"{LAYERS}, line 1: imports numpy.linalg"
    ]


def test_the_solution_and_the_stubs_need_no_note(solution, skeleton):
    assert screen(EXERCISE, solution.files) == []
    assert screen(EXERCISE, skeleton.files) == []


def test_many_notes_are_cut_short():
    found = notes("\n".join(f"import a{i}" for i in range(500)))
    assert len(found) == 21
    assert found[-1].endswith("480 more like these")


@pytest.mark.parametrize(
    "source", ["(" * 5000, "x = " + "-" * 50_000 + "1", "\0", "a" * 10_000_000]
)
def test_hostile_source_is_read_safely(source):
    notes(source)
