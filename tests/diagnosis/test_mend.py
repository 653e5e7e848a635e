"""autograder/diagnosis/mend: the one change of a student's code that makes it right."""

import ast

import pytest

from autograder import exercises
from autograder.course.museum import packs
from autograder.course.museum.convnets.ways import WAYS
from autograder.course.museum.submissions import with_code
from autograder.diagnosis.ladder import Climber
from autograder.diagnosis.mend.computing import only_computes
from autograder.diagnosis.mend.edit import Edit, View
from autograder.diagnosis.mend.edits import applied, likeliest
from autograder.diagnosis.mend.search import MOST
from autograder.diagnosis.mend.source import Scope, Source, reached
from autograder.diagnosis.mend.words import sentence
from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE

LAYER = """
def layer(x, w, param):
    stride, pad = param["stride"], param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out = 1 + (H + 2 * pad - HH) // stride
    W_out = 1 + (W + 2 * pad - WW) // stride
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, F, H_out, W_out))
    for n in range(N):
        for i in range(H_out):
            for j in range(W_out):
                window = x_pad[n, :, i * stride : i * stride + HH, j * stride : j * stride + WW]
                out[n, :, i, j] += (window * w).sum(axis=(1, 2, 3))
    return out / N, (x, w, param)
"""


KEYS = {"param": ["pad", "stride"]}


def texts(code, most=100_000):
    """Return what the likeliest edits make of some code, in their order."""
    source = Source(code)
    functions = reached(source, "layer")
    whole = (0, len(code))
    return [applied(edits, code, whole) for edits in likeliest(source, functions, most, KEYS)]


SIZES = """
    H_out = 1 + (H + 2 * pad - HH) // stride
    W_out = 1 + (W + 2 * pad - WW) // stride
"""
SLIPS = [  # what is right, what is wrong, and what mends it if it is not what was right
    ("HH) // stride\n    W_out", "WW) // stride\n    W_out", ""),
    ("i * stride :", "i :", ""),
    ("pad - WW", "pad + WW", ""),
    ("+= (window", "= (window", ""),
    ("axis=(1, 2, 3)", "axis=(1, 2)", ""),
    ("(window * w).sum", "(window * w).mean", ""),
    ("out / N", "out", ""),
    ("(N, F, H_out, W_out)", "(N, F, W_out, H_out)", ""),
    ("[n, :, i, j]", "[n, :, j, i]", ""),
    ("+ HH, j * stride : j * stride + WW", "+ 3, j * stride : j * stride + 3", ""),
    ("(pad, pad), (pad, pad)", "(pad, pad), (0, 0)", ""),
    ("1 + (H", "(H", "(H + 2 * pad - HH) // stride + 1"),
    ("i * stride : i * stride + HH, j", "i * stride : HH, j", ""),
    ("j * stride : j * stride + WW", "j * stride :", ""),
    ("in range(H_out)", "in range(1, H_out)", "in range(0, H_out)"),
    ('stride, pad = param["stride"], param["pad"]', 'stride, pad = param["stride"], 1', ""),
    ('= param["stride"], param["pad"]', '= param["stride"], param["stride"]', ""),
    ("(window * w)", "(x_pad * w)", ""),  # window is of no use then
    (SIZES, SIZES.replace("1 + ", ""), SIZES.replace("1 + ", "").replace("stride", "stride + 1")),
]


@pytest.mark.parametrize(("right", "wrong", "mended"), SLIPS)
def test_a_slip_is_mended_by_one_of_the_likeliest_edits(right, wrong, mended):
    assert right in LAYER
    wanted = LAYER.replace(right, mended or right)
    if right == "1 + (H":
        wanted = LAYER.replace("1 + (H + 2 * pad - HH) // stride", mended)
    made = [parsed(text) for text in texts(LAYER.replace(right, wrong), MOST)]
    assert parsed(wanted) in made


def parsed(text):
    """Return the tree of some text; nothing where it is none."""
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:
        return ""


def test_nearly_all_edits_are_python():
    edited = texts(LAYER)
    assert len(edited) > 2000
    made = [parsed(text) for text in edited[::3]]  # of all kinds, in their order
    assert sum(not tree for tree in made) < 0.02 * len(made)
    assert len(set(made)) > 0.8 * len(made)


def test_names_stand_for_sizes_and_arrays():
    source = Source(LAYER)
    scope = Scope(source, source.tops["layer"])
    assert {"stride", "pad", "N", "C", "H", "W", "H_out", "i", "j"} <= set(scope.sizes)
    assert {"x", "w", "x_pad", "out", "window"} <= set(scope.arrays)
    assert scope.partners["H"] == "W" and scope.partners["j"] == "i"
    assert scope.kind("i") == "index" and scope.kind("pad") == "setting"
    assert scope.kind("WW") == "dimension"


def test_places_are_right_in_a_line_with_other_letters():
    code = "def layer(x):\n    é = 'ö'; y = x + é\n    return y\n"
    source = Source(code)
    node = next(n for n in ast.walk(source.tree) if isinstance(n, ast.BinOp))
    assert source.of(node) == "x + é"
    assert View(source, source.tops["layer"]).closed(node) == "(x + é)"


def test_functions_that_are_used_are_edited_too():
    code = "def size(H):\n    pass\n\ndef layer(x):\n    size(x)\n\ndef other():\n    pass\n"
    assert [f.name for f in reached(Source(code), "layer")] == ["layer", "size"]


@pytest.mark.parametrize(
    ("code", "old", "new", "told"),
    [
        ("y = a + HH\n", "HH", "WW", "`WW` for `HH`"),
        ("y = (a + b)\n", "a + b", "a - b", "`-` for `+`"),
        ("dx[i] = dout\n", "dx[i] = dout", "dx[i] += dout", "`+=` for `=`"),
        ("y = x[:, 1:-1]\n", "1:-1", "pad:pad + H", "`pad:pad + H` for `1:-1`"),
        ("y = f(i)\n", "i", "i * stride", "`i * stride` for `i`"),
        (
            "y = (H - k) // s\n",
            "(H - k) // s",
            "(H - k) // s + 1",
            "`(H - k) // s + 1` for `(H - k) // s`",
        ),
    ],
)
def test_an_edit_is_told_in_few_words(code, old, new, told):
    start = code.index(old)
    said = sentence(code, "layers.py", [Edit(start, start + len(old), new, 1)])
    head = "One change makes everything right that was tried: in line 1 of layers.py"
    assert said == f"{head}, `{code.strip()}`, {told}"


def test_two_edits_are_told_each_with_its_line():
    code = "a = H\nb = H\n"
    edits = [Edit(10, 11, "W", 1), Edit(4, 5, "W", 1)]
    assert sentence(code, "layers.py", edits) == (
        "Two changes together make everything right that was tried: in line 1 of layers.py, "
        "`a = H`, `W` for `H`; and in line 2, `b = H`, `W` for `H`"
    )


WRONG = """
def max_pool_forward_naive(x, pool_param):
    kh, kw, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, 1 + (H - kh) // stride, 1 + (W - kw) // stride))
    for place in np.ndindex(out.shape):
        n, c, i, j = place
        corner = i * stride, j * stride
        window = x[n, c, corner[0] : corner[0] + kh, corner[1] : corner[1] + kw]
        out[place] = max(window.ravel()) + 0 * window.size
    return out, (x, pool_param)
"""


@pytest.fixture(scope="module")
def solution():
    return packs.solution(EXERCISE)


def test_what_no_mistake_explains_is_mended(solution, public_pack):
    code = WRONG.replace("+ 0 * window.size", "+ 1e-2 * window.size")
    wrong = with_code(EXERCISE, solution, "max_pool_forward_naive", code)
    found = engine.run_checks(EXERCISE, wrong, public_pack, ["max_pool_forward_naive"])
    first = next(verdict for verdict in found if verdict.mistakes)
    (told,) = first.mistakes
    assert told.startswith("One change makes everything right that was tried: in line ")
    number = int(told.partition(" in line ")[2].split()[0])
    text = wrong.files["cs231n/layers.py"].decode().split("\n")
    assert "1e-2 * window.size" in text[number - 1]
    assert told in first.message


COMPUTES = [
    "def layer(x):\n    return x[::-1] + np.lib.stride_tricks.as_strided(x).sum()\n",
    "from builtins import range\nfrom .layers import *\ndef layer(x):\n    return conv(range(x))\n",
    "import os\nEPS = 1e-5\ndef layer(x):\n    return x + EPS\ndef other():\n    os.remove('a')\n",
    "class layer:\n    def __init__(self):\n        super().__init__()\n        self.a = 1\n",
    "if __name__ == '__main__':\n    print(np.ones(3))\ndef layer(x):\n    return np.exp(x)\n",
]
DOES_MORE = [
    "def layer(x):\n    open('/tmp/' + 'a', 'w')\n",
    "import os\ndef layer(x):\n    os.remove('a' + 'b')\n",
    "import os.path as p\ndef layer(x):\n    return p.exists('a')\n",
    "from shutil import rmtree as away\ndef layer(x):\n    away('/a' + '/b')\n",
    "from os import *\ndef layer(x):\n    remove('a')\n",
    "from builtins import open as o\ndef layer(x):\n    o('a')\n",
    "def layer(x):\n    import pathlib\n    pathlib.Path('a').unlink()\n",
    "def layer(x):\n    np.save('a' + 'b', x)\n",
    "def layer(x):\n    x.tofile('a')\n",
    "def layer(x):\n    ().__class__.__base__.__subclasses__()\n",
    "def layer(x, write=open):\n    write('a', 'w')\n",
    "write = open\ndef layer(x):\n    write('a', 'w')\n",
    "def layer(x):\n    return away(x)\ndef away(x):\n    return eval(x)\n",
]


@pytest.mark.parametrize(
    ("code", "computes"), [(c, True) for c in COMPUTES] + [(c, False) for c in DOES_MORE]
)
def test_only_code_that_computes_is_edited(code, computes):
    source = Source(code)
    assert only_computes(source, reached(source, "layer")) == computes


@pytest.mark.parametrize(
    "way", [way for way in WAYS if not way.alone][::4], ids=lambda way: way.name
)
def test_ways_to_write_a_layer_only_compute(way):
    source = Source(way.code)
    assert only_computes(source, reached(source, way.functions[0]))


def test_no_edit_of_code_with_files_is_run(solution, public_pack, tmp_path):
    """An edit of it would leave out a part of the path, or write another."""
    code = WRONG.replace("    kh, kw", f"    open({str(tmp_path)!r} + '/mine', 'w')\n    kh, kw", 1)
    code = code.replace("corner[1] + kw]", "corner[1] + kh]")
    name = "max_pool_forward_naive"
    climber = Climber(EXERCISE, with_code(EXERCISE, solution, name, code), public_pack, 1, "limits")
    assert climber.mended(name) == ""
    without = code.replace("    open(", "    str(")
    right = with_code(EXERCISE, solution, name, without.replace(", 'w')", ")"))
    assert Climber(EXERCISE, right, public_pack, 1, "limits").mended(name).endswith("`kw` for `kh`")
    assert not list(tmp_path.iterdir())


def test_right_code_and_code_without_a_near_change_are_left_alone(solution, public_pack):
    name = "max_pool_forward_naive"
    right = with_code(EXERCISE, solution, name, WRONG)
    assert Climber(EXERCISE, right, public_pack).mended(name) == ""
    nothing = "def max_pool_forward_naive(x, pool_param):\n    return x * 3.0, None\n"
    far = with_code(EXERCISE, solution, name, nothing)
    assert Climber(EXERCISE, far, public_pack).mended(name) == ""


def test_an_edit_that_hangs_costs_little(solution, public_pack):
    code = WRONG.replace(
        "    for place", "    k = 0\n    while k < 3:\n        k += 1\n    for place"
    ).replace("corner[1] : corner[1] + kw", "corner[1] : corner[1] + kh")
    wrong = with_code(EXERCISE, solution, "max_pool_forward_naive", code)
    told = Climber(EXERCISE, wrong, public_pack).mended("max_pool_forward_naive")
    assert told.endswith("`kw` for `kh`") or told == ""


BATCH = """
def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    mu = np.mean(x, axis=0)
    var = np.mean((x - mu) ** 3, axis=0)
    x_hat = (x - mu) / np.sqrt(var + eps)
    return gamma * x_hat + beta, (x_hat, gamma, var + eps)


def batchnorm_backward(dout, cache):
    x_hat, gamma, var = cache
    d = dout * gamma
    dx = (d - d.mean(axis=0) - x_hat * (d * x_hat).mean(axis=0)) / var ** 0.5
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)
"""


def told_of_the_way_back(code):
    """Return which change of batch normalization makes its backward pass right."""
    exercise = exercises.named("batch_normalization").whole
    code = with_code(exercise, packs.solution(exercise), "batchnorm_backward", code)
    climber = Climber(exercise, code, packs.public(exercise))
    return climber.mended("batchnorm_backward")


def in_both_modes(code):
    """Return batch normalization that also normalizes by the running values, and keeps them."""
    return code.replace(
        "    x_hat = (x",
        """    for name, value in ("running_mean", mu), ("running_var", var):
        old = bn_param.get(name, np.zeros_like(value))
        kept = momentum * old + (1 - momentum) * value
        bn_param[name] = kept if bn_param["mode"] == "train" else old
    if bn_param["mode"] == "test":
        mu, var = bn_param["running_mean"], bn_param["running_var"]
    x_hat = (x""",
        1,
    )


def test_a_wrong_forward_pass_is_mended_where_that_is_all_that_is_wrong_on_the_way_back():
    assert told_of_the_way_back(in_both_modes(BATCH)).endswith("`2` for `3`")
    also = BATCH.replace("d - d.mean(axis=0)", "d - d.mean(axis=1, keepdims=True)")
    assert told_of_the_way_back(in_both_modes(also)) == ""


def test_a_forward_pass_that_stays_wrong_is_not_said_to_be_mended():
    """Without its running values: another power is right for the way back alone."""
    assert told_of_the_way_back(BATCH) == ""
    right = BATCH.replace("** 3", "** 2").replace("d - d.mean(axis=0)", "d - d.sum(axis=0)")
    assert told_of_the_way_back(right).endswith("`mean` for `sum`")
