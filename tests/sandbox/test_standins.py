"""sandbox/worker/standins.py: an import that is not used costs nothing, on any machine."""

import subprocess
import sys

import numpy as np
import pytest

from autograder.engine.run import run_checks
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN, LAYERS
from autograder.judging.session import Session
from autograder.judging.verdict import Status
from autograder.sandbox.errors import Raised, WorkerError
from autograder.sandbox.launch import WORKER
from autograder.submission import Submission

# Installed here or nowhere, given or not, real or misspelled: whatever stood on top of a layers.py.
UNUSED = """
from __future__ import print_function
import pandas, matplotlib.pyplot as plt, torch.nn.functional as F
import tkinter, turtle
from tkinter import Y
from PIL import Image
from matplotlib.pyplot import axis
from mpl_toolkits.mplot3d import Axes3D
from past.builtins import xrange
from builtins import range
from six.moves import xrange, zip
from torch import dtype
from scipy.signal import *
from skimage.io import imread
from traitlets import default
from IPython.display import display
from tqdm import tqdm
from cs231n.im2col import *
from cs231n.im2col_cython import col2im_cython, im2col_cython
from cs231n.coco_utils import load_coco_data
from cs231n import rnn_layers
from .im2col import im2col_indices
from cs231n.fast_layers import *
from autograder import check
import my_helpers, nunpy
from typing import Optional

def unused(x: "torch.Tensor", y: F.Tensor | None = None, z: Optional[dtype] = None) -> dtype["n"]:
    return my_helpers.help(x)

def g(x):
    return isinstance(x, F.Tensor)
"""


@pytest.fixture(scope="module")
def ask():
    """Return a function that has a file of students say what its function ``f`` of (1,) returns."""

    def run(source, file=LAYERS, function="f"):
        submission = Submission("you", {file.path: source.encode()})
        with Session(submission, EXERCISE.files) as session:
            arguments = {"module": file.module, "function": function, "args": {"x": np.ones(1)}}
            answer = session.request("forward", file.module, arguments, 20, lambda _: True, 1 << 20)
            return answer.reply["out"]

    return run


@pytest.mark.parametrize("file", [LAYERS, CNN], ids=lambda file: file.name)
def test_what_is_only_imported_costs_nothing(ask, file):
    source = UNUSED + "def f(x): return 2 * x, None\n"
    if file is CNN:
        source = source.replace("from .im2col", "from ..im2col")
        source = source.replace("from cs231n.fast_layers import *\n", "")
    assert ask(source, file) == 2


def test_every_point_is_there(solution, public_pack):
    """The checks of a right file are passed with all of it on top."""
    layers = UNUSED + solution.files[LAYERS.path].decode().replace("from __future__", "# ")
    submission = Submission("you", {**solution.files, LAYERS.path: layers.encode()})
    verdicts = run_checks(EXERCISE, submission, public_pack, ["max_pool_forward_naive"])
    assert {verdict.status for verdict in verdicts} == {Status.PASSED}


@pytest.mark.parametrize(
    ("top", "use", "told"),
    [
        ("from past.builtins import xrange", "xrange(3)", "past.builtins.xrange .* is range"),
        ("from six.moves import xrange", "[i for i in xrange(3)]", "six.moves.xrange .* is range"),
        ("import pandas as pd", "pd.DataFrame(x)", "pandas.DataFrame cannot be used: .* NumPy"),
        ("import matplotlib.pyplot as plt", "plt.plot(x)", "matplotlib.pyplot.plot cannot be used"),
        (
            "from cs231n.im2col_cython import im2col_cython",
            "im2col_cython(x)",
            "has no such module",
        ),
        ("import nunpy as np", "np.zeros(3)", "nunpy.zeros cannot be used"),
        ("from scipy import constants", "constants.pi * x", "scipy.constants.pi .* to write"),
        ("from math_tools import TWO", "TWO * 2", "math_tools.TWO cannot be used"),
        ("from math_tools import TWO", "2 / TWO", "math_tools.TWO cannot be used"),
        ("from math_tools import TABLE", "TABLE[0] + 1", "math_tools.TABLE.* cannot be used"),
        ("from numba import njit", "njit(sum)(x)", "numba.njit cannot be used"),
        ("import tkinter", "tkinter.Tk()", "tkinter.Tk cannot be used: there is no screen"),
        ("from cs231n.fast_layers import *", "conv_forward_fast(x)", "for you to write"),
        ("import cs231n.numpy_kernels as k", "k.conv_forward(x)", "for you to write"),
    ],
)
def test_what_is_used_says_why_it_cannot_be(ask, top, use, told):
    with pytest.raises(Raised, match=told) as raised:
        ask(f"{top}\ndef f(x):\n    return {use}, None\n")
    assert raised.value.summary.startswith("Unavailable")
    assert "layers.py, line 3, in f" in str(raised.value)


@pytest.mark.parametrize(
    ("top", "told"),
    [
        ("from cs231n.layerz import x", "Did you mean cs231n.layers"),
        ("from cs231n.data_util import x", "Did you mean cs231n.data_utils"),
        ("from cs231n.layers import conv_foward_naive", "cannot import name 'conv_foward_naive'"),
        ("from cs231n.optim import sdg", "cannot import name 'sdg'"),
        ("import numpy.liinalg", "No module named 'numpy.liinalg'"),
        ("from math import squirt", "cannot import name 'squirt'"),
        ("from collections.abcd import Mapping", "collections.abcd"),
    ],
)
def test_a_slip_in_what_is_there_is_an_error(ask, top, told):
    with pytest.raises(WorkerError, match=told):
        ask(f"{top}\ndef f(x): return x, None\n", CNN)


NAMES = ["torch", "numba", "pandas", "scipy.signal", "cs231n.im2col_cython"]


@pytest.mark.parametrize(
    "way",
    [
        "try:\n    import {0}\n    FAST = 1\nexcept ImportError:\n    FAST = 0",
        "try:\n    from {0} import *\n    FAST=1\nexcept (ImportError, OSError):\n    FAST=0",
        "try:\n    import {0} as t; FAST = 1\nexcept:\n    FAST = 0",
        "FAST = 0\nfrom contextlib import suppress\nwith suppress(ImportError):\n"
        "    import {0}\n    FAST = 1",
        "import importlib\ntry:\n    importlib.import_module({0!r})\n    FAST = 1\n"
        "except Exception:\n    FAST = 0",
    ],
)  # fmt: skip
def test_an_import_that_is_tried_fails_and_its_way_out_is_taken(ask, way):
    tried = "".join(f"{way.format(name)}\nassert not FAST, {name!r}\n" for name in NAMES)
    assert ask(f"{tried}\ndef f(x): return x, None\n") == 1


def test_a_try_that_is_for_something_else_is_none(ask):
    source = (
        "try:\n    import pandas\nfinally:\n    pass\ntry:\n    import torch\nexcept OSError:\n"
    )
    assert ask(source + "    pass\ndef f(x): return x, None\n") == 1


@pytest.mark.parametrize(
    "source",
    [
        "import copy, pickle, platform, unittest, xml.dom, uuid, decimal, concurrent.futures",
        "import numpy.testing, numpy.linalg, numpy.fft, numpy.lib.stride_tricks",
        "import copy; copy.deepcopy({1: [2]}); import platform; platform.platform()",
        "from cs231n.layer_utils import *; from cs231n.vis_utils import *",
        "import cs231n.solver, cs231n.photos, cs231n.data_utils; cs231n.solver.tqdm([])",
        "from tqdm import tqdm\nfor _ in tqdm([1]): pass",
    ],
)
def test_what_is_there_works_as_ever(ask, source):
    assert ask(f"{source}\ndef f(x): return x, None\n") == 1


def test_what_is_installed_is_told_where_a_library_has_taken_that_away():
    program = (
        "import sys\n"
        "from importlib.machinery import PathFinder\n"
        "del PathFinder.find_distributions\n"  # as importlib_metadata does
        f"sys.path.insert(0, {str(WORKER)!r})\n"
        "import standins\n"
        "listed = standins.ListedFinder(['numpy'])\n"
        "sys.meta_path[:] = [listed if each is PathFinder else each for each in sys.meta_path]\n"
        "from importlib import metadata\n"
        "print(metadata.version('numpy'))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == np.__version__, done.stderr
