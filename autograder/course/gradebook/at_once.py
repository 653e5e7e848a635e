"""What nbgrader does in steps, made one: a grader that is killed leaves all of it or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from nbgrader.api import Base, Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.preprocessors import SaveCells
from sqlalchemy import create_engine, make_url

from autograder.disk import UNFINISHED, whole


@contextmanager
def at_once(gradebook: Gradebook) -> Iterator[None]:
    """Make one transaction of what nbgrader's methods commit step by step."""
    with gradebook.engine.begin() as connection:
        gradebook.db.remove()
        # The session's commits are then parts of the connection's, which a rollback undoes.
        gradebook.db.configure(bind=connection)
        yield
        gradebook.db.remove()


class SaveCellsAtOnce(SaveCells):
    """Enters a notebook into the gradebook with all its cells."""

    def _create_notebook(self, nb: Any) -> None:
        with at_once(self.gradebook):
            super()._create_notebook(nb)


def make_database(url: str, course_id: str) -> None:
    """Make the file of an SQLite gradebook with all its tables, unless it is there.

    Other databases see to that themselves, and a folder that is not there is no place for one.
    """
    address = make_url(url)
    path = Path(address.database or "")
    ours = address.get_backend_name() == "sqlite" and path.is_absolute() and path.parent.is_dir()
    if not ours or path.exists():
        return
    with whole(path) as temporary:
        make_tables(f"sqlite:///{temporary}")
        with Gradebook(f"sqlite:///{temporary}", course_id):
            pass


def make_tables(url: str) -> None:
    """Make the tables of a gradebook, and note their version.

    nbgrader would start a program to ask for the version, which takes seconds.
    """
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        MigrationContext.configure(connection).stamp(ScriptDirectory(ALEMBIC_DIR), "head")
    engine.dispose()


def steps(database: bool) -> Sequence[type]:
    """Return nbgrader's steps from the instructor's notebook to the student's.

    The one that enters cells into a gradebook is made whole, or left out.
    """
    own = {SaveCells: SaveCellsAtOnce if database else None}
    known = [own.get(step, step) for step in GenerateAssignment().preprocessors]
    return [step for step in known if step is not None]


@contextmanager
def released_at_once(course: CourseDirectory) -> Iterator[None]:
    """Have nbgrader release an assignment into a folder that then takes the place of the former.

    A notebook's cells are in the gradebook before: where there is no release, all is made again.
    """
    root = Path(course.root)
    released = root / course.release_directory / course.assignment_id
    with TemporaryDirectory(dir=root, prefix=".", suffix=UNFINISHED) as folder:
        course.release_directory = Path(folder).name
        yield
        shutil.rmtree(released, ignore_errors=True)
        released.parent.mkdir(parents=True, exist_ok=True)
        Path(folder, course.assignment_id).rename(released)
