"""The skeleton: made from the solution, without giving it away."""

import importlib.util
import inspect

import numpy as np
import pytest

from autograder import __main__ as cli
from autograder import locate, markers
from autograder.course.release import archive, stubs
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE

LAYERS = "cs231n/layers.py"
SECTIONS = {
    "conv_forward_naive": 2,
    "conv_backward_naive": 4,
    "max_pool_forward_naive": 5,
    "max_pool_backward_naive": 6,
    "spatial_batchnorm_forward": 12,
    "spatial_batchnorm_backward": 13,
    "spatial_groupnorm_forward": 14,
    "spatial_groupnorm_backward": 15,
}
GOOD = '''\
def f(x):
    """Double x."""
    # TODO (notebook section 2, "Doubling"): return twice x.
    ### BEGIN SOLUTION
    secret = 2 * x
    return secret
    ### END SOLUTION
'''


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def solution_lines(text):
    inside = False
    for line in text.splitlines():
        if line.strip() in (markers.BEGIN, markers.END):
            inside = line.strip() == markers.BEGIN
        elif inside and len(line.strip()) > 1:  # a lone bracket gives nothing away
            yield line


def test_the_skeleton_has_not_drifted():
    assert stubs.check_stubs(EXERCISE) == []


@pytest.mark.parametrize("name", EXERCISE.editable)
def test_no_line_of_the_solution_is_left(name):
    skeleton = (locate.given() / name).read_text(encoding="utf-8").splitlines()
    lines = list(solution_lines((locate.solutions() / name).read_text(encoding="utf-8")))
    assert len(lines) > 10
    assert not set(lines) & set(skeleton)


@pytest.mark.parametrize(("function", "section"), SECTIONS.items())
def test_a_stub_says_what_to_write_and_where(function, section):
    stub = getattr(load(locate.given() / LAYERS, "skeleton_layers"), function)
    solution = getattr(load(locate.solutions() / LAYERS, "solution_layers"), function)
    assert inspect.signature(stub) == inspect.signature(solution)
    assert inspect.getdoc(stub) == inspect.getdoc(solution)
    with pytest.raises(NotImplementedError) as raised:
        stub(*[None] * len(inspect.signature(stub).parameters))
    for part in (function, LAYERS, f"section {section},"):
        assert part in str(raised.value)


def test_the_stub_of_the_net_names_its_methods():
    name = "cs231n/classifiers/cnn.py"
    Net = load(locate.given() / name, "skeleton_cnn").ThreeLayerConvNet
    with pytest.raises(NotImplementedError, match=r"ThreeLayerConvNet\.__init__ .*section 9"):
        Net()
    net = Net.__new__(Net)
    net.dtype = np.float32
    net.params = {f"{kind}{i}": np.zeros((1, 1, 3, 3)) for kind in "Wb" for i in (1, 2, 3)}
    with pytest.raises(NotImplementedError, match=r"ThreeLayerConvNet\.loss .*section 9"):
        net.loss(np.zeros((1, 1, 4, 4)))


def test_a_region_becomes_a_stub():
    text = markers.make_stub(GOOD, "cs231n/f.py")
    assert "secret" not in text
    assert "SOLUTION" not in text
    assert text.count("YOUR CODE HERE -") == 2
    assert '# TODO (notebook section 2, "Doubling"): return twice x.' in text
    compile(text, "stub", "exec")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("    ### END SOLUTION\n", ""), r"line 4: this region is never closed"),
        (GOOD.replace("    ### BEGIN SOLUTION\n", ""), r"line 6: no region is open"),
        (GOOD.replace("    secret =", "    ### BEGIN SOLUTION\n    secret ="), r"line 5: .*line 4"),
        (GOOD.replace("# TODO", "# Do"), r"line 4: no \"# TODO"),
    ],
    ids=["not closed", "not opened", "nested", "no TODO"],
)
def test_markers_that_do_not_fit_are_named(text, message):
    with pytest.raises(UserError, match=r"cs231n/f\.py, " + message):
        markers.make_stub(text, "cs231n/f.py")


@pytest.mark.parametrize("command", ["stubs", "release"])
def test_a_marker_without_its_partner_is_one_sentence(command, tmp_path, monkeypatch, capsys):
    for name in EXERCISE.editable:
        path = tmp_path / "solutions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(GOOD.replace("    ### END SOLUTION\n", ""), encoding="utf-8")
    monkeypatch.setattr(locate, "solutions", lambda: tmp_path / "solutions")
    monkeypatch.setattr(archive.packs, "public", lambda _: None)
    monkeypatch.setattr(archive, "contents", lambda *_: [])
    assert cli.main([command]) == 2
    assert "line 4: this region is never closed" in capsys.readouterr().err
