"""autograder/locate.py: the parts of the exercise are found, wherever one starts."""

import pytest

from autograder import locate


@pytest.fixture(autouse=True)
def fresh():
    locate.root.cache_clear()
    yield
    locate.root.cache_clear()


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """Pretend that this package lies in site-packages."""
    module = tmp_path / "site-packages" / "autograder" / "locate.py"
    monkeypatch.setattr(locate, "__file__", str(module))
    return tmp_path


def make_exercise(folder):
    package = folder / "assignment" / "cs231n"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    return folder


def test_beside_this_package():
    assert (locate.root() / "pyproject.toml").is_file()
    assert (locate.given() / "cs231n" / "solver.py").is_file()


def test_above_the_current_folder_when_installed(installed, monkeypatch):
    exercise = make_exercise(installed / "exercise")
    (exercise / "notebooks").mkdir()
    monkeypatch.chdir(exercise / "notebooks")
    assert locate.root() == exercise


def test_nowhere(installed, monkeypatch):
    monkeypatch.chdir(installed)
    with pytest.raises(locate.NotFound, match="Change to the folder of the exercise"):
        locate.root()


def test_a_student_copy_has_no_solution(installed, monkeypatch):
    monkeypatch.chdir(make_exercise(installed / "exercise"))
    with pytest.raises(locate.NotFound, match="no solution"):
        locate.solutions()


def test_a_given_module_is_ours_whatever_is_on_the_path(monkeypatch, tmp_path):
    synthetic = locate.given_module("synthetic")
    assert synthetic.__file__.startswith(str(locate.given()))
    images, labels = synthetic.generate(3, 0)
    assert images.shape == (3, 3, 32, 32)
    assert labels.shape == (3,)
