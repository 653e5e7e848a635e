"""Names that published code of this API uses: they exist, and do what they say."""

import numpy as np
import pytest

from autograder.engine import run as engine
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH, LAYERS_PATH
from autograder.exercises.convnets.forbidden import GIVEN
from autograder.judging.verdict import Status
from autograder.submission import Submission
from cs231n import fast_layers, gradient_check, im2col, layer_utils, layers, vis_utils
from cs231n.solver import Solver

RNG = np.random.default_rng(0)
X, W, B = RNG.normal(size=(2, 3, 6, 8)), RNG.normal(size=(4, 3, 3, 2)), RNG.normal(size=4)
CONV = {"stride": 2, "pad": 1}


def test_a_star_import_brings_the_layers_too():
    found = {}
    exec("from cs231n.layer_utils import *", found)
    assert set(layers.__all__) <= set(found)
    assert {name for name in vars(fast_layers) if name.startswith(("conv_f", "max_pool"))} <= {
        *found
    }
    out, _ = found["conv_forward_naive"](X, W, B, CONV)
    np.testing.assert_allclose(out, fast_layers.conv_forward_fast(X, W, B, CONV)[0])
    with pytest.raises(AttributeError, match="no_such"):
        layer_utils.no_such  # noqa: B018


def test_all_that_is_exported_exists():
    assert all(callable(getattr(layer_utils, name)) for name in layer_utils.__all__)


@pytest.mark.parametrize("module", ["cs231n.fast_layers", "cs231n.gradient_check"])
def test_stand_ins_bring_the_same_names(module):
    given = {"cs231n.fast_layers": fast_layers, "cs231n.gradient_check": gradient_check}[module]
    own = {
        name
        for name, value in vars(given).items()
        if callable(value) and name.startswith(("conv_", "max_", "eval_", "grad_", "rel_"))
    }
    assert own == set(GIVEN[module])


@pytest.mark.parametrize("how", ["im2col", "strides"])
def test_convolutions_by_other_names(how):
    forward = getattr(fast_layers, f"conv_forward_{how}")
    backward = getattr(fast_layers, f"conv_backward_{how}")
    out, cache = forward(X, W, B, CONV)
    expected = layers.conv_backward_naive(out, (X, W, B, CONV))
    for got, wanted in zip(backward(out, cache), expected, strict=True):
        np.testing.assert_allclose(got, wanted)


@pytest.mark.parametrize("how", ["im2col", "reshape"])
def test_poolings_by_other_names(how):
    param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    out, cache = getattr(fast_layers, f"max_pool_forward_{how}")(X, param)
    np.testing.assert_allclose(out, layers.max_pool_forward_naive(X, param)[0])
    got = getattr(fast_layers, f"max_pool_backward_{how}")(out, cache)
    np.testing.assert_allclose(got, layers.max_pool_backward_naive(out, (X, param)))


def test_columns_are_windows():
    cols = im2col.im2col_indices(X, 3, 2, padding=1, stride=2)
    out = layers.conv_forward_naive(X, W, B, CONV)[0]
    N, F, height, width = out.shape
    assert cols.shape == (3 * 3 * 2, height * width * N)
    product = (W.reshape(F, -1) @ cols + B[:, None]).reshape(F, height, width, N)
    np.testing.assert_allclose(product.transpose(3, 0, 1, 2), out)


def test_columns_go_back_where_they_were():
    cols = im2col.im2col_indices(X, 3, 2, padding=1, stride=2)
    weights = RNG.normal(size=cols.shape)
    back = im2col.col2im_indices(weights, X.shape, 3, 2, padding=1, stride=2)
    assert np.vdot(back, X) == pytest.approx(np.vdot(weights, cols))
    k, i, j = im2col.get_im2col_indices(X.shape, 3, 2, padding=1, stride=2)
    assert k.shape == (18, 1)
    assert i.shape == j.shape == (18, cols.shape[1] // 2)


class Blob:
    def __init__(self, vals, diffs=None):
        self.vals, self.diffs = vals, diffs


def test_gradients_of_blobs():
    x, y, out = Blob(RNG.normal(size=(2, 3))), Blob(RNG.normal(size=(2, 3))), Blob(None)
    out.diffs = RNG.normal(size=(2, 3))

    def multiply(a, b, result):
        result.vals = a.vals * b.vals

    class Net:
        def forward(self):
            multiply(x, y, out)

    by_function = gradient_check.eval_numerical_gradient_blobs(multiply, (x, y), out)
    by_net = gradient_check.eval_numerical_gradient_net(Net(), (x, y), out)
    for found in (by_function, by_net):
        np.testing.assert_allclose(found[0], y.vals * out.diffs, rtol=1e-8)
        np.testing.assert_allclose(found[1], x.vals * out.diffs, rtol=1e-8)


def test_grids():
    images = RNG.normal(size=(5, 2, 3, 1))
    grid = vis_utils.vis_grid(images)
    assert grid.shape == (2 * 3 + 1, 3 * 4 + 1, 1)
    assert (grid.min(), grid.max()) == (0, 1)
    scaled = (images - images.min()) / np.ptp(images)
    np.testing.assert_allclose(grid[4:6, 1:4], scaled[3])
    rows = vis_utils.vis_nn([list(images[:3]), list(images[3:])])
    np.testing.assert_allclose(rows, grid)
    with pytest.raises(ValueError, match="no image"):
        vis_utils.vis_grid(images[:0])


def test_a_solver_can_be_reset():
    class Model:
        params = {"W": np.zeros((4, 3))}  # noqa: RUF012

        def loss(self, X, y=None):
            return X @ self.params["W"] if y is None else (0.0, {"W": np.zeros((4, 3))})

    data = {"X_train": np.ones((8, 4)), "y_train": np.zeros(8, int)}
    data |= {"X_val": np.ones((8, 4)), "y_val": np.zeros(8, int)}
    solver = Solver(Model(), data, num_epochs=1, batch_size=4, verbose=False)
    solver.train()
    solver._reset()
    assert (solver.epoch, solver.loss_history, solver.best_params) == (0, [], {})
    solver.train()
    assert len(solver.loss_history) == 2


def test_a_net_with_the_star_import_gets_its_points(solution, public_pack):
    text = solution.files[CNN_PATH].decode()
    starred = text + "\n\nfrom cs231n.layer_utils import *\n"
    files = {**solution.files, CNN_PATH: starred.encode()}
    verdicts = engine.run_checks(EXERCISE, Submission("s", files), public_pack, [EXERCISE.names[8]])
    assert {v.status for v in verdicts} == {Status.PASSED}


def test_layers_may_have_the_star_imports_and_not_call_what_is_theirs_to_write(
    solution, public_pack
):
    stars = b"from cs231n.layer_utils import *\nfrom cs231n.fast_layers import *\n"
    stars += b"from cs231n.im2col import *\nfrom cs231n.gradient_check import *\n"
    files = {**solution.files, LAYERS_PATH: stars + solution.files[LAYERS_PATH]}
    name = "conv_forward_naive"
    verdicts = engine.run_checks(EXERCISE, Submission("s", files), public_pack, [name])
    assert {v.status for v in verdicts} == {Status.PASSED}
    files[LAYERS_PATH] += b"\nconv_forward_naive = conv_forward_im2col\n"
    verdicts = engine.run_checks(EXERCISE, Submission("s", files), public_pack, [name])
    assert {v.status for v in verdicts} == {Status.ERROR}
    assert all("cannot be called from here" in v.message for v in verdicts)
