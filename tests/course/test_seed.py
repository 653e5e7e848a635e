"""autograder/course/seed.py: one secret seed, made once and never replaced."""

import os
import stat

import pytest

from autograder import locate
from autograder.course import seed
from autograder.errors import UserError


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    monkeypatch.delenv(seed.VARIABLE, raising=False)
    monkeypatch.setattr(locate, "root", lambda: tmp_path)
    return tmp_path


def test_it_is_made_once(root):
    made = seed.course_seed()
    assert len(made) == 64
    assert seed.course_seed() == made
    if os.name == "posix":
        assert stat.S_IMODE((root / seed.NAME).stat().st_mode) == 0o600


def test_a_file_comes_before_the_environment(root, monkeypatch):
    monkeypatch.setenv(seed.VARIABLE, "from the environment")
    assert seed.course_seed() == "from the environment"
    (root / "mine").write_text("from my own file\n")
    assert seed.course_seed(root / "mine") == "from my own file"
    assert not (root / seed.NAME).exists()


def test_a_short_seed_is_refused(root):
    (root / seed.NAME).write_text("1234")
    with pytest.raises(UserError, match="4 characters"):
        seed.course_seed()


def test_16_characters_are_enough(monkeypatch):
    monkeypatch.setenv(seed.VARIABLE, " 0123456789abcde \n")
    with pytest.raises(UserError, match="15 characters"):
        seed.course_seed()
    monkeypatch.setenv(seed.VARIABLE, "0123456789abcdef")
    assert seed.course_seed() == "0123456789abcdef"


def test_a_missing_file_is_named(root):
    with pytest.raises(UserError, match="nowhere"):
        seed.course_seed(root / "nowhere")
