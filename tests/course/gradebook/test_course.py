"""course/gradebook/course.py: a course directory in which nbgrader's own commands work."""

import copy
import io
import json

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderApp
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from sqlalchemy import text

from autograder import locate
from autograder.course.gradebook import course as nbcourse
from autograder.course.gradebook import scores as gradebook
from autograder.course.gradebook.at_once import make_database
from autograder.course.grading import classroom
from autograder.course.grading.student import Graded
from autograder.course.pages.report import page_of
from autograder.disk import write_bytes
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE
from autograder.exercises.registry import list_checks
from autograder.sandbox import ending
from made_up import course_at, record_of, settle


def test_the_gradebook_knows_every_check_and_its_points(tmp_path):
    with course_at(tmp_path).gradebook() as gradebook:
        assignment = gradebook.find_assignment(EXERCISE.assignment)
        (notebook,) = assignment.notebooks
        points = {cell.name: cell.max_score for cell in notebook.grade_cells if cell.max_score}
    expected = {}
    for info in list_checks(EXERCISE):
        expected[info.function] = expected.get(info.function, 0) + info.max_points
    assert points == expected


@pytest.mark.soak
def test_a_new_gradebook_has_the_tables_that_nbgrader_makes(tmp_path):
    urls = [f"sqlite:///{tmp_path / name}" for name in ("ours.db", "nbgraders.db")]
    make_database(urls[0], "convnets")
    found = []
    for url in urls:  # it makes what is not there, by its own way
        with Gradebook(url, "convnets") as book:
            schema = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%'"
            found.append([set(book.db.execute(text(schema)))])
            found[-1] += list(book.db.execute(text("SELECT version_num FROM alembic_version")))
    assert found[0] == found[1]
    assert len(found[0][0]) > 10


def test_what_a_person_wrote_stays(tmp_path):
    course = course_at(tmp_path)
    config = tmp_path / nbcourse.CONFIG
    config.write_text(config.read_text() + "\n# mine\nc.CourseDirectory.course_id = 'cs1'\n")
    again = nbcourse.open_course(EXERCISE, tmp_path)
    assert config.read_text().count("# mine") == 1
    assert (course.course_id, again.course_id) == ("convnets", "cs1")


def test_a_second_folder_can_share_a_gradebook(tmp_path):
    first = course_at(tmp_path / "first")
    second = nbcourse.open_course(EXERCISE, tmp_path / "second", first.url)
    assert second.url == first.url
    for course in (first, second):
        folder = course.root / "release" / EXERCISE.assignment
        assert (folder / f"{EXERCISE.assignment}.ipynb").is_file()


def test_a_broken_configuration_is_named(tmp_path):
    (tmp_path / nbcourse.CONFIG).write_text("c = get_config(\n")
    with pytest.raises(UserError, match=r"nbgrader_config\.py cannot be read"):
        nbcourse.open_course(EXERCISE, tmp_path)
    with pytest.raises(UserError, match="is no course"):
        nbcourse.read_course(EXERCISE, tmp_path / "elsewhere")


def test_the_released_notebook_has_no_answers_and_its_checks_are_locked():
    released = nbformat.reads(nbcourse.released_notebook(EXERCISE).decode(), as_version=4)
    source = json.loads((locate.root() / "notebooks" / f"{EXERCISE.assignment}.ipynb").read_text())
    assert len(released.cells) == len(source["cells"])
    checks = answers = 0
    for cell in released.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            answers += 1
            assert cell.source == "*Double-click to write your answer.*"
        elif about.get("grade"):
            checks += 1
            assert cell.metadata.editable is False
            assert about["checksum"]
    assert (checks, answers) == (11, 2)


def test_no_message_has_the_databases_password(tmp_path):
    url = "postgresql+psycopg://ada:secret@localhost:1/course"
    with pytest.raises(UserError, match="postgresql") as caught:
        nbcourse.open_course(EXERCISE, tmp_path, url)
    assert "secret" not in str(caught.value)


@pytest.fixture
def graded(tmp_path):
    """Return a course with a student who was graded, as nbgrader's own commands find it."""
    course = course_at(tmp_path)
    write_bytes(course.notebook("submitted", "al"), course.released)
    record = record_of("al", passed=False, message="Not <right>.")
    each = classroom.OneByOne(course, Console(file=io.StringIO()))
    settle(course, Graded(record, files={"cs231n/layers.py": b"x = 1"}))
    classroom.write_all([record], gradebook.scores(course), course, each, [])
    return course


def api(course, **traits):
    """Return what the formgrader's buttons call."""
    config = copy.deepcopy(course.config)
    config.merge(traits)
    return NbGraderAPI(CourseDirectory(config=config), config=config)


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_button_autograde_runs_no_student_code_and_removes_nothing(graded):
    before = {kind: files(graded.root / kind) for kind in ("autograded", "feedback", "submitted")}
    score = gradebook.scores(graded)
    for force in (False, True):
        result = api(graded).autograde(EXERCISE.assignment, "al", force=force)
        assert not result["success"]
        assert "Nothing was graded" in result["error"]
    assert {kind: files(graded.root / kind) for kind in before} == before
    assert gradebook.scores(graded) == score


def test_the_button_generate_feedback_writes_our_page_as_the_gradebook_is_now(graded):
    path = graded.root / page_of(EXERCISE, "al")
    before = path.read_text(encoding="utf-8")
    with graded.gradebook() as book:
        name = EXERCISE.assignment
        book.find_grade("conv_forward_naive", name, name, "al").manual_score = 5.0
        book.db.commit()
    result = api(graded).generate_feedback(EXERCISE.assignment, "al", force=True)
    assert result["success"], result
    after = path.read_text(encoding="utf-8")
    assert "<strong>0</strong> of 100" in before
    assert "<strong>5</strong> of 100" in after
    assert "Not &lt;right&gt;." in after
    assert set(files(path.parent)) == {path, path.parent / "cs231n" / "layers.py"}


def test_what_nbgrader_has_removed_is_there_again_after_the_next_run(graded):
    notebook = graded.notebook("autograded", "al")
    notebook.unlink()
    out = Console(file=io.StringIO())
    classroom.run([graded.root / "submitted" / "al"], graded, classroom.Settings("s"), out)
    assert notebook.is_file()


@pytest.fixture
def nbgrader(tmp_path, monkeypatch):
    """Return a function that runs a command of nbgrader in the course's folder, in this process."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        NbGraderApp.clear_instance()
        NbGraderApp.launch_instance(list(words))

    yield run
    NbGraderApp.clear_instance()


def test_nbgraders_own_autograding_runs_no_student_code(tmp_path, nbgrader, capfd):
    course_at(tmp_path)
    folder = tmp_path / "submitted" / "al" / EXERCISE.assignment
    folder.mkdir(parents=True)
    (folder / f"{EXERCISE.assignment}.ipynb").write_bytes(nbcourse.released_notebook(EXERCISE))
    with pytest.raises(SystemExit) as ended:
        nbgrader("autograde", EXERCISE.assignment)
    assert ended.value.code != 0
    said = capfd.readouterr().err
    assert "Nothing was graded" in said
    assert not (tmp_path / "autograded" / "al" / EXERCISE.assignment).exists()
    assert "Traceback" not in said


def test_an_end_that_nbgrader_takes_for_an_error_is_an_end(monkeypatch):
    def told(_):
        ending._told.append(2)
        return {"success": False, "error": "KeyboardInterrupt"}

    monkeypatch.setattr(ending, "_told", [])
    monkeypatch.setattr(nbcourse, "capture_log", told)
    with pytest.raises(KeyboardInterrupt):
        nbcourse.released_notebook(EXERCISE)
