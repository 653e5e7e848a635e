"""Having the work done by others: fast layers, libraries, differences, or the public pack."""

import importlib.util
import py_compile
from dataclasses import replace

import pytest

from autograder import locate

from .arena import EVERYWHERE, SANDBOX, Attack, gains_points, judge

FORWARD = ("conv_forward_naive/standard", "conv_forward_naive/contract")
BACKWARD = ("conv_backward_naive/standard",)


def conv(body, top=""):
    """Return a layers.py whose convolution forward pass has the given body."""
    return source(top, "conv_forward_naive(x, w, b, conv_param)", body)


def source(top, signature, body):
    """Return a layers.py with one function."""
    lines = [line.strip("\n") for line in body.strip("\n").splitlines()]
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    code = "\n".join("    " + line[indent:] for line in lines)
    code = code.replace("@ROOT@", str(locate.root()))
    return f"import os, sys\nimport numpy as np\n{top}\n\ndef {signature}:\n{code}\n"


def forward(name, body, top="", stopped=EVERYWHERE, needs="numpy"):
    """Return the attack of a convolution that lets others do the work."""
    return Attack(
        name,
        layers=conv(body, top),
        checks=FORWARD,
        goal=gains_points,
        stopped=stopped,
        possible=lambda: importlib.util.find_spec(needs) is not None,
    )


FORGET = 'sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != "Finder"]'
PURGE = """for name in [n for n, m in sys.modules.items() if type(m).__name__ == "StandInModule"]:
            del sys.modules[name]"""

ATTACKS = [
    forward(
        "calls conv_forward_fast, imported with all others",
        "return conv_forward_fast(x, w, b, conv_param)",
        "from cs231n.fast_layers import *",
    ),
    forward(
        "imports conv_forward_fast where it is called",
        "from cs231n.fast_layers import conv_forward_fast as f\nreturn f(x, w, b, conv_param)",
    ),
    forward(
        "calls conv_forward_fast under another name, through its module",
        "return getattr(cs231n.fast_layers, 'conv_' + 'forward_fast')(x, w, b, conv_param)",
        "import cs231n.fast_layers",
    ),
    forward(
        "has a sandwich layer call conv_forward_fast",
        """
        from cs231n.layer_utils import conv_relu_forward
        up, cache = conv_relu_forward(x, w, b, conv_param)
        down, _ = conv_relu_forward(x, -w, -b, conv_param)
        return up - down, cache
        """,
    ),
    forward(
        "imports the NumPy kernels",
        """
        from cs231n.numpy_kernels import conv_forward
        return conv_forward(x, w, b, conv_param["stride"], conv_param["pad"]), None
        """,
    ),
    forward(
        "imports the compiled kernels",
        """
        from cs231n_kernels import conv_forward
        return conv_forward(x, w, b, conv_param["stride"], conv_param["pad"]), None
        """,
    ),
    forward(
        "imports the fast layers after putting the stand-ins out of the way",
        f"""
        {FORGET}
        {PURGE}
        from cs231n.fast_layers import conv_forward_fast
        return conv_forward_fast(x, w, b, conv_param)
        """,
        stopped=SANDBOX,
    ),
    forward(
        "imports the compiled kernels after putting the stand-ins out of the way",
        f"""
        {FORGET}
        {PURGE}
        from cs231n_kernels import conv_forward
        return conv_forward(x, w, b, conv_param["stride"], conv_param["pad"]), None
        """,
        stopped=SANDBOX,
        needs="cs231n_kernels",
    ),
    forward(
        "runs the source of the fast layers",
        """
        import cs231n
        for folder in cs231n.__path__:
            path = folder + "/numpy_kernels.py"
            if os.path.exists(path):
                space = {"__name__": "kernels"}
                exec(open(path).read(), space)
                stride, pad = conv_param["stride"], conv_param["pad"]
                return space["conv_forward"](x, w, b, stride, pad), None
        """,
        stopped=SANDBOX,
    ),
    forward(
        "runs the compiled code that Python has kept of the fast layers",
        """
        import glob, marshal
        import cs231n
        for folder in cs231n.__path__:
            for path in glob.glob(folder + "/__pycache__/numpy_kernels*.pyc"):
                space = {"__name__": "kernels"}
                exec(marshal.loads(open(path, "rb").read()[16:]), space)
                stride, pad = conv_param["stride"], conv_param["pad"]
                return space["conv_forward"](x, w, b, stride, pad), None
        """,
        stopped=SANDBOX,
    ),
    forward(
        "calls scipy.signal",
        """
        pad, stride = conv_param["pad"], conv_param["stride"]
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        out = np.stack([[signal.correlate(image, f, mode="valid")[0] for f in w]
                        for image in padded])
        return out[:, :, ::stride, ::stride] + b[:, None, None], None
        """,
        "from scipy import signal",
    ),
    forward(
        "calls PyTorch",
        """
        import torch
        t = torch.from_numpy
        out = torch.nn.functional.conv2d(t(x), t(w), t(b), conv_param["stride"], conv_param["pad"])
        return out.numpy(), None
        """,
    ),
    forward(
        "calls PyTorch after putting the stand-ins out of the way",
        f"""
        {FORGET}
        {PURGE}
        import torch
        t = torch.from_numpy
        out = torch.nn.functional.conv2d(t(x), t(w), t(b), conv_param["stride"], conv_param["pad"])
        return out.numpy(), None
        """,
        stopped=SANDBOX,
        needs="torch",
    ),
    forward(
        "finds SciPy in the Python below, or the system's, and loads it past the stand-ins",
        f"""
        {FORGET}
        {PURGE}
        import glob, sysconfig
        for prefix in (sys.prefix, sys.base_prefix, "/usr", "/usr/local", np.__path__[0] + "/.."):
            for kind in ("lib*/python3*/site-packages", "lib*/python3*/dist-packages", "."):
                sys.path += glob.glob(os.path.join(prefix, kind))
        from scipy import signal
        pad, stride = conv_param["pad"], conv_param["stride"]
        padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        out = np.stack([[signal.correlate(image, f, mode="valid")[0] for f in w]
                        for image in padded])
        return out[:, :, ::stride, ::stride] + b[:, None, None], None
        """,
        stopped=SANDBOX,
        needs="scipy",
    ),
    forward(
        "copies the answers out of the public pack",
        """
        import glob
        for path in glob.glob("@ROOT@/autograder/packs/*.pack"):
            data = open(path, "rb").read()
            at = data.find(x.tobytes())
            if at >= 0:
                size = 1 + (x.shape[2] + 2 * conv_param["pad"] - w.shape[2]) // conv_param["stride"]
                shape = (len(x), len(w), size, size)
                out = np.frombuffer(data[at + x.nbytes:], count=int(np.prod(shape)))
                return out.reshape(shape), None
        """,
    ),
    Attack(
        "takes the gradient by differences, with the given gradient check",
        layers=source(
            "from cs231n.gradient_check import eval_numerical_gradient_array",
            "conv_backward_naive(dout, cache)",
            """
            x, w, b, p = cache
            f = lambda *_: conv_forward_naive(x, w, b, p)[0]
            return tuple(eval_numerical_gradient_array(f, v, dout) for v in (x, w, b))
            """,
        )
        + conv(
            """
            pad, stride = conv_param["pad"], conv_param["stride"]
            padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
            windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[2:], axis=(2, 3))
            out = np.einsum("ncijhw,fchw->nfij", windows[:, :, ::stride, ::stride], w)
            return out + b[:, None, None], (x, w, b, conv_param)
            """
        ),
        checks=BACKWARD,
        goal=gains_points,
    ),
]


@pytest.fixture(scope="module", autouse=True)
def compiled_code():
    """Keep compiled code of the given layers, as Python does where it is not told otherwise."""
    py_compile.compile(str(locate.given() / "cs231n" / "numpy_kernels.py"), doraise=True)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_others_do_not_earn_points(arena, attack, level):
    trial = judge(arena, attack, level)
    if level in attack.stopped and "stand-ins" not in attack.name and "import" in attack.name:
        assert "for you to write" in trial.text


UNUSED = """
from cs231n.fast_layers import *
from cs231n.fast_layers import conv_forward_fast, conv_backward_fast
from cs231n.gradient_check import eval_numerical_gradient_array
import cs231n.fast_layers as fast
import scipy.signal
import torch.nn.functional as F
from skimage import filters
"""


def test_an_import_that_is_not_used_costs_nothing(arena, level):
    honest = Attack("honest", top=UNUSED, body="return right(x, pool_param), (x, pool_param)")
    assert arena.run(honest, level).points == 2


def test_the_net_may_use_the_fast_layers(arena, solution, level):
    text = solution.files["cs231n/classifiers/cnn.py"].decode()
    honest = Attack(
        "honest",
        layers="from cs231n.fast_layers import *\n",
        net="import cs231n.fast_layers\nassert callable(cs231n.fast_layers.usable)\n" + text,
        checks=("ThreeLayerConvNet/scores", "ThreeLayerConvNet/gradients"),
    )
    assert arena.run(honest, level).points == 6


REMEMBERS = """
import numpy as np
known = {}

class ThreeLayerConvNet:
    def __init__(self, *args, **kwargs):
        self.params, self.reg, self.dtype = {"W1": np.zeros(3)}, 0.0, np.float32

    def loss(self, X, y=None):
        if y is not None:
            known.update((image.tobytes(), label) for image, label in zip(X, y))
            return 1.0, {"W1": np.zeros(3)}
        return np.eye(10)[[known.get(image.tobytes(), 0) for image in X]]
"""


def test_a_net_that_remembers_its_images_has_not_learned(arena, public_pack):
    attack = Attack(
        "looks up what it was trained on",
        layers="import numpy as np\n",
        net=REMEMBERS,
        checks=("overfit_small_data/accuracy",),
        goal=gains_points,
    )
    judge(replace(arena, pack=public_pack), attack, "limits")
