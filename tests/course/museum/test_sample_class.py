"""autograder/course/museum/sample_class.py: made-up submissions that fit the solution as it is."""

from autograder.course.intake.collect import Unreadable, collect
from autograder.course.museum.convnets import CLASS
from autograder.course.museum.sample_class import write
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.convnets.files import CNN_PATH as CNN
from autograder.exercises.convnets.files import LAYERS_PATH as LAYERS


def test_every_submission_can_be_made_and_read(tmp_path):
    paths = write(EXERCISE, tmp_path)
    items = {item.student: item for item in collect(EXERCISE, paths)}
    assert sorted(items) == sorted(student.name for student in CLASS)
    unreadable = [name for name, item in items.items() if isinstance(item, Unreadable)]
    assert unreadable == ["lena"]
    files = [item.files for name, item in items.items() if name != "lena"]
    assert all(set(own) == {LAYERS, CNN} for own in files)
    assert len({(own[LAYERS], own[CNN]) for own in files}) == len(files)


def test_it_is_the_same_each_time(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(EXERCISE, tmp_path / name)
    for first in sorted((tmp_path / "one").rglob("*")):
        second = tmp_path / "two" / first.relative_to(tmp_path / "one")
        assert first.is_dir() or first.read_bytes() == second.read_bytes()


def test_it_shows_folders_archives_and_nesting():
    assert {student.archive for student in CLASS} == {"", "zip", "zip in zip"}
    assert any(student.nested for student in CLASS)
    assert len(CLASS) >= 10
