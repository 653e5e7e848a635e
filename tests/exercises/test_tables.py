"""autograder/exercises: what holds of every exercise that there is, by its table alone."""

from collections import Counter

import pytest

from autograder import exercises
from autograder.course.museum import museum_of, packs
from autograder.course.museum.submissions import with_code
from autograder.course.release.stubs import check_stubs, skeleton
from autograder.engine.run import run_checks
from autograder.exercises.registry import all_checks, list_checks, worth
from autograder.show.text import total
from autograder.submission import Submission

EVERY = pytest.mark.parametrize("exercise", exercises.every(), ids=lambda exercise: exercise.name)


def quick(exercise):
    """Return the functions whose checks take a moment."""
    return [function.name for function in exercise.functions if not function.trains]


@EVERY
def test_the_table_is_of_its_folder(exercise):
    assert exercises.named(exercise.name) is exercise
    assert len(set(exercise.names)) == len(exercise.names)
    assert {function.file for function in exercise.functions} == set(exercise.files)


@EVERY
def test_every_check_has_a_function_points_a_title_and_cases(exercise):
    for declared in all_checks(exercise):
        info = declared.info
        assert info.function in exercise.names
        assert info.title and declared.hint, info.id
        assert info.max_points > 0 and declared.specs, info.id
    assert max(Counter(info.id for info in list_checks(exercise)).values()) == 1
    assert min(worth(exercise).values()) > 0
    assert sum(worth(exercise).values()) == pytest.approx(100)


@EVERY
def test_the_museum_is_about_its_functions(exercise):
    museum = museum_of(exercise)
    pieces = [*museum.MISTAKES, *museum.UNSEEN]
    assert {piece.function for piece in pieces} <= set(exercise.names)
    assert {name for way in museum.WAYS for name in way.functions} <= set(exercise.names)
    assert isinstance(museum.CLASS, tuple)


@EVERY
def test_the_skeleton_is_what_the_solution_gives(exercise):
    assert check_stubs(exercise) == []


@EVERY
def test_the_solution_gets_all_points_and_the_skeleton_none(exercise):
    names, public = quick(exercise), packs.public(exercise)
    points, most = total(run_checks(exercise, packs.solution(exercise), public, names))
    assert points == most > 0
    empty = {name: text.encode() for name, text in skeleton(exercise).items()}
    skeleton_ = Submission("skeleton", empty)
    assert total(run_checks(exercise, skeleton_, public, names)) == (0, most)
    assert total(run_checks(exercise, Submission("nobody", {}), public, names)) == (0, most)


@pytest.mark.soak
@EVERY
def test_a_function_earns_its_points_before_the_next_is_written(exercise):
    names, public = quick(exercise), packs.public(exercise)
    for place, name in enumerate(names):
        made = packs.solution(exercise)
        for later in names[place + 1 :]:
            stub = f"def {later}(*args, **kwargs):\n    raise NotImplementedError\n"
            made = with_code(exercise, made, later, stub)
        points, most = total(run_checks(exercise, made, public, [name]))
        assert points == most > 0, name
