"""The course as nbgrader sees it: a folder with a configuration, the assignment and a gradebook.

The folder of results is such a course directory. nbgrader's commands and its formgrader work in
it; only judging student code is left to our own grader, which shuts that code in.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import sysconfig
import tempfile
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder import locate
from autograder.course.gradebook.at_once import make_database, released_at_once, steps
from autograder.course.notebooks.asked import as_asked
from autograder.course.notebooks.figures import FIGURES, figures
from autograder.course.times import zone_named
from autograder.disk import UNFINISHED, write_text
from autograder.errors import UserError
from autograder.exercise import Exercise
from autograder.sandbox import ending, scratch

CONFIG = "nbgrader_config.py"
CONFIG_TEXT = '''"""nbgrader's settings for this course; run nbgrader's commands in this folder."""

c = get_config()
c.CourseDirectory.course_id = "convnets"
{database}
# The zone of times without one, such as "Europe/Berlin"; UTC if this is not set.
# c.Exchange.timezone = "UTC"

# Late work: nbgrader's own plugin knows "none" (no penalty) and "zero". Set the date by which it is
# due in the formgrader (Manage Assignments), or with: grade --due.
c.LateSubmissionPlugin.penalty_method = "none"

# Student code is judged by "nox -s grade", which shuts it in. nbgrader would run it as
# you, with your files in reach: so the formgrader's button for that says no, and why.
c.Autograde.sanitize_preprocessors = ["autograder.course.judge.SayWhoGrades"]
c.Autograde.exporter_class = "autograder.course.judge.NobodyAutogrades"
# Its button for feedback writes the pages that "nox -s grade" writes.
c.GenerateFeedback.exporter_class = "autograder.course.grading.feedback.OurPage"
'''
DATABASE_LINE = "c.CourseDirectory.db_url = {url!r}\n"


@dataclass(frozen=True)
class Course:
    """An nbgrader course directory.

    Attributes
    ----------
    root : Path
        The folder.
    config : Config
        What ``nbgrader_config.py`` in it says.
    url : str
        The gradebook's database, as SQLAlchemy writes it.
    course_id : str
        The course's name in that database.
    exercise : Exercise
        What is asked; nbgrader's assignment, whose only notebook has its name too. A folder may
        be the course of several exercises, one at a time.
    zone : tzinfo
        The zone of times that name none, and whose abbreviations nbgrader writes.
    """

    root: Path
    config: Config
    url: str
    course_id: str
    exercise: Exercise
    zone: tzinfo

    @property
    def assignment(self) -> str:
        """Return what nbgrader calls the exercise."""
        return self.exercise.assignment

    @property
    def place(self) -> Path:
        """Return the folder for what is kept and told of this exercise, see `place_of`."""
        return place_of(self.root, self.exercise)

    def folder(self, kind: str, student: str = "") -> Path:
        """Return the folder of the assignment in ``source``, ``release``, ``submitted`` ..."""
        return self.root.joinpath(kind, student, self.assignment)

    def notebook(self, kind: str, student: str = "") -> Path:
        """Return the path of the assignment's notebook in such a folder."""
        return self.folder(kind, student) / f"{self.assignment}.ipynb"

    @property
    def released(self) -> bytes:
        """Return the notebook that students got."""
        return self.notebook("release").read_bytes()

    @property
    def database(self) -> str:
        """Return the database's address for a message, without a password."""
        return make_url(self.url).render_as_string(hide_password=True)

    def gradebook(self) -> Gradebook:
        """Open the gradebook; use as ``with course.gradebook() as gradebook:``."""
        find_programs()
        return Gradebook(self.url, self.course_id)


def find_programs() -> None:
    """Put this Python's programs on the path: nbgrader calls alembic by its name."""
    folder, path = sysconfig.get_path("scripts"), os.environ.get("PATH", "")
    if folder not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join(part for part in (path, folder) if part)


def place_of(root: Path, exercise: Exercise) -> Path:
    """Return the folder for what is kept and told of an exercise in the course at `root`.

    That is the course's folder itself for the first exercise in it, and for any other a folder in
    that, by the name of the assignment.
    """
    own = root / exercise.assignment
    return own if own.is_dir() else root


def open_course(
    exercise: Exercise, root: Path, url: str = "", zone: tzinfo | None = None
) -> Course:
    """Open the course in the folder `root`, and make what is missing of it.

    Parameters
    ----------
    exercise : Exercise
        What is asked in it.
    root : Path
        The folder; files that are there stay as they are.
    url : str
        Database for a course that is new. An existing course keeps the one that it has.
    zone : tzinfo, optional
        The zone of times that name none, where nbgrader's configuration does not say; UTC if not
        given.

    Raises
    ------
    UserError
        The database cannot be opened, or is another one than `url`.
    """
    if not (root / CONFIG).exists():
        database = DATABASE_LINE.format(url=url) if url else ""
        write_text(root / CONFIG, CONFIG_TEXT.format(database=database))
    course = read_course(exercise, root, zone)
    if url and url != course.url:
        raise UserError(
            f"{root / CONFIG} says that the gradebook is {course.database}. To use another one, "
            "change c.CourseDirectory.db_url there; grades do not move along."
        )
    try:
        add_assignment(course)
    except (SQLAlchemyError, sqlite3.Error, ImportError) as error:
        reason = str(error).partition("\n")[0]
        raise UserError(f"The gradebook {course.database} cannot be opened: {reason}") from error
    return course


def read_course(exercise: Exercise, root: Path, zone: tzinfo | None = None) -> Course:
    """Return the course whose configuration is in the folder `root`; `zone` is as for a new one.

    Raises
    ------
    UserError
        There is none, or it cannot be read.
    """
    if not (root / CONFIG).is_file():
        raise UserError(f"{root} is no course: there is no {CONFIG} in it.")
    try:
        config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    except Exception as error:  # it is a program that an instructor may have edited
        raise UserError(f"{root / CONFIG} cannot be read: {error}") from error
    root = root.resolve()
    config.CourseDirectory.root = str(root)
    coursedir = CourseDirectory(config=config)
    url, name = coursedir.db_url, coursedir.course_id
    return Course(root, config, url, name, exercise, zone_of(config, root / CONFIG, zone))


def zone_of(config: Config, path: Path, other: tzinfo | None) -> tzinfo:
    """Return the zone that nbgrader writes times in, as its configuration at `path` says.

    Where that says nothing, it is the `other`, or UTC.
    """
    name = config.Exchange.get("timezone") or config.NbGraderAPI.get("timezone")
    if not name:
        return other or UTC
    zone = zone_named(name) if isinstance(name, str) else None
    if zone is None:
        raise UserError(f"{path}: the timezone {name!r} is none. An example: 'Europe/Berlin'")
    return zone


def add_assignment(course: Course) -> None:
    """Put the assignment into the course and its gradebook, unless it is there.

    The folder ``source`` gets the instructor's notebook, ``release`` the student's. In a gradebook
    that has the assignment already, nothing is changed.
    """
    exercise = course.exercise
    if not course.folder("source").exists():
        if any((course.root / "source").glob("[!.]*/")):  # there is another one
            (course.root / course.assignment).mkdir(exist_ok=True)
        write_source(course)
    find_programs()
    make_database(course.url, course.course_id)
    with course.gradebook() as gradebook:
        try:
            known = bool(gradebook.find_assignment(course.assignment).notebooks)
        except MissingEntry:
            known = False
    if not known or not course.notebook("release").is_file():  # a database may serve two folders
        generate(exercise, course.config, database=not known)


def write_source(course: Course) -> None:
    """Write the folder with the instructor's notebook, which appears whole."""
    source = course.folder("source")
    source.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=source.parent, prefix=".", suffix=UNFINISHED) as folder:
        made = Path(folder, "source")
        made.mkdir()
        copy_notebook(course.exercise, made)
        made.rename(source)


def copy_notebook(exercise: Exercise, folder: Path) -> None:
    """Write the exercise's notebook, as the course asks for it, and its figures into a folder."""
    notebook = locate.root() / exercise.notebook
    (folder / notebook.name).write_bytes(as_asked(exercise, notebook.read_bytes()))
    (folder / FIGURES).mkdir()
    for path in figures(exercise):
        shutil.copy(path, folder / FIGURES)


def generate(exercise: Exercise, config: Config, *, database: bool = True) -> None:
    """Have nbgrader make the student's notebook from the instructor's.

    Solutions, hidden tests and outputs are cleared, and the cells that give points are locked.

    Raises
    ------
    UserError
        nbgrader could not; its own messages are part of this one.
    """
    config = Config(config)
    config.ClearSolutions.text_stub = "*Double-click to write your answer.*"
    config.GenerateAssignment.no_database = not database
    config.GenerateAssignment.preprocessors = steps(database)
    coursedir = CourseDirectory(config=config)
    coursedir.assignment_id = exercise.assignment
    with released_at_once(coursedir):
        app = GenerateAssignment(coursedir=coursedir, config=config, force=True)
        app.log.setLevel(logging.WARNING)
        result: dict[str, Any] = capture_log(app)
        ending.heed()  # nbgrader takes Ctrl-C for an error
        if not result["success"]:
            raise UserError(
                f"nbgrader could not make the student's notebook:\n{result.get('error', '')}"
                f"{result.get('log', '')}"
            )


def released_notebook(exercise: Exercise) -> bytes:
    """Return the student's notebook, made by nbgrader from the instructor's in ``notebooks``."""
    with tempfile.TemporaryDirectory(prefix="release-", dir=scratch.home()) as folder:
        root = Path(folder).resolve()
        source = root / "source" / exercise.assignment
        source.mkdir(parents=True)
        copy_notebook(exercise, source)
        config = Config()
        config.CourseDirectory.root = str(root)
        generate(exercise, config, database=False)
        made = root / "release" / exercise.assignment / f"{exercise.assignment}.ipynb"
        return made.read_bytes()
