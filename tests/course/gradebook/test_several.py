"""Several exercises in one course directory: each with its folder, all in one gradebook."""

import pytest

from autograder import exercises
from autograder.course.gradebook.course import open_course, place_of, read_course
from autograder.course.museum import museum_of
from autograder.course.museum.sample_class import files_of
from autograder.errors import UserError


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return the folder of a course with all exercises, opened one after another."""
    folder = tmp_path_factory.mktemp("several") / "course"
    for exercise in exercises.every():
        open_course(exercise, folder)
    return folder


def test_each_exercise_is_an_assignment_of_one_gradebook(course):
    names = {exercise.assignment for exercise in exercises.every()}
    first = read_course(exercises.every()[0], course)
    with first.gradebook() as gradebook:
        assert {assignment.name for assignment in gradebook.assignments} == names
    for exercise in exercises.every():
        assert read_course(exercise, course).notebook("release").is_file()


def test_the_first_has_the_folder_itself_and_the_others_one_in_it(course):
    first, *others = exercises.every()
    assert place_of(course, first) == course
    for exercise in others:
        assert place_of(course, exercise) == course / exercise.assignment
        assert open_course(exercise, course).place == course / exercise.assignment
    assert open_course(first, course).place == course  # also when opened again


@pytest.mark.parametrize("exercise", exercises.every(), ids=lambda exercise: exercise.name)
def test_every_made_up_student_fits_the_answers(exercise):
    made = {student.name: files_of(exercise, student) for student in museum_of(exercise).CLASS}
    assert len(made) >= 5
    whole = {name: set(files) & set(exercise.editable) for name, files in made.items()}
    assert set(exercise.editable) in whole.values()


def test_an_exercise_is_chosen_by_either_name():
    for exercise in exercises.every():
        assert exercises.find(exercise.name) is exercises.find(exercise.assignment) is exercise
        assert exercises.with_what((exercise.names[0],)).name == exercise.name
    with pytest.raises(UserError, match=r"no exercise 'rnn'\. There are: .*convnets"):
        exercises.find("rnn")
    exercises.choose("FullyConnectedNets")
    assert exercises.default().name == "fully_connected_nets"
