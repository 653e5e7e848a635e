"""autograder/student/inside.py: the numbers of a public case, to call one's function by hand."""

import numpy as np
import pytest

from autograder import case
from autograder.engine.run import run_checks
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS
from autograder.judging.evidence import Evidence
from autograder.judging.verdict import Status
from autograder.student import check as api
from autograder.student import inside
from autograder.submission import Submission
from cs231n import layers  # here the solution is first on the path

pytestmark = pytest.mark.usefixtures("public_pack")


def test_a_forward_pass_gives_what_is_expected():
    looked_at = case("conv_forward_naive/standard")
    x, w, b, conv_param = looked_at.arguments
    out, _ = layers.conv_forward_naive(x, w, b, conv_param)
    np.testing.assert_allclose(out, looked_at.expected)
    assert "conv_forward_naive(x (" in repr(looked_at) and "x, w, b, conv_param" in repr(looked_at)


@pytest.mark.parametrize("index", range(3))
def test_a_backward_pass_has_what_makes_its_cache(index):
    looked_at = case("spatial_groupnorm_backward/groups", index)
    dout, *rest = looked_at.arguments
    _, cache = layers.spatial_groupnorm_forward(*rest)
    got = layers.spatial_groupnorm_backward(dout, cache)
    for mine, expected in zip(got, looked_at.expected, strict=True):
        np.testing.assert_allclose(np.reshape(mine, expected.shape), expected)


def test_a_single_gradient_is_an_array():
    dout, x, pool_param = case("max_pool_backward_naive/standard", 1).arguments
    _, cache = layers.max_pool_forward_naive(x, pool_param)
    expected = case("max_pool_backward_naive/standard", 1).expected
    np.testing.assert_allclose(layers.max_pool_backward_naive(dout, cache), expected)


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("spatial_batchnorm_forward/running_values", "x, gamma, beta, bn_param, steps"),
        ("ThreeLayerConvNet/gradients", "settings, params, X, y"),
        ("ThreeLayerConvNet/parameters", "settings"),
    ],
)
def test_other_kinds_have_their_arguments_by_name(name, names):
    looked_at = case(name)
    assert ", ".join(looked_at.names) == names
    assert isinstance(looked_at.expected, dict)


def test_writing_into_one_changes_no_other():
    first = case("max_pool_forward_naive/standard")
    first.arguments[0][:] = 0
    first.arguments[1]["stride"] = 99
    first.expected[:] = 0
    second = case("max_pool_forward_naive/standard")
    assert second.arguments[0].any() and second.expected.any()
    assert second.arguments[1]["stride"] != 99


@pytest.mark.parametrize(
    ("name", "index", "told"),
    [
        ("conv_forward_naive", 0, "conv_forward_naive/standard, conv_forward_naive/stride"),
        ("conv_foward_naive/standard", 0, "conv_forward_naive/standard"),
        ("nothing", 0, "max_pool_forward_naive/standard"),
        ("one_epoch/training_and_held_out", 0, "There is no case"),
        ("conv_forward_naive/standard", 9, "has 2 cases, numbered from 0"),
        ("conv_forward_naive/standard", -1, "has 2 cases"),
    ],
)
def test_a_case_that_is_not_there(name, index, told):
    with pytest.raises(inside.NoSuchCase, match=told) as raised:
        case(name, index)
    assert raised.value._render_traceback_() == [str(raised.value)]


WRONG = {
    "wrong everywhere": "return 2 * x, None",
    "an exception": "return x[99:].max(axis=0), None",
    "wrong in some cases": (
        "out, cache = right(x, pool_param)\n    return out + (x.shape[2] != x.shape[3]), cache"
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_failure_gives_the_lines_to_paste(what, capsys, monkeypatch, solution):
    source = solution.files[LAYERS] + (
        "\n\nright = max_pool_forward_naive\n\n\ndef max_pool_forward_naive(x, pool_param):\n    "
        f"{WRONG[what]}\n".encode()
    )
    submission = Submission("you", {**solution.files, LAYERS: source})
    monkeypatch.setattr(api, "current_submission", lambda _: submission)
    with pytest.raises(api.CheckNotPassed):
        api.check("max_pool_forward_naive")
    printed = capsys.readouterr().out
    lines = [line.strip() for line in printed.partition("To look inside")[2].splitlines()[1:3]]
    space = {}
    exec("\n".join(lines), space)
    right, _ = layers.max_pool_forward_naive(space["x"], space["pool_param"])
    tried = {"np": np, "right": layers.max_pool_forward_naive}
    exec(source.decode(), tried)
    try:
        mine, _ = tried["max_pool_forward_naive"](space["x"], space["pool_param"])
    except (ValueError, IndexError):
        return  # it fails by hand too
    assert mine.shape != right.shape or not np.allclose(mine, right), "the case that failed"


def test_what_is_right_or_not_written_gives_none(solution, skeleton, public_pack):
    for submission, status in ((solution, Status.PASSED), (skeleton, Status.MISSING)):
        seen = []
        verdicts = run_checks(
            EXERCISE, submission, public_pack, ["max_pool_forward_naive"], on_failure=seen.append
        )
        assert {verdict.status for verdict in verdicts} == {status}
        assert inside.how_to(EXERCISE, seen) == ""


def test_the_lines_name_the_case_that_failed(public_pack):
    check = "max_pool_forward_naive/standard"
    for index, failed in enumerate(public_pack.cases[check]):
        evidence = Evidence(check, "out", None, None, index=index, called=failed.describe())
        told = inside.how_to(EXERCISE, [evidence])
        assert told.endswith(f'case("{check}"{f", {index}" if index else ""}).arguments')
