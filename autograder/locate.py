"""Where the parts of the exercise are: the given package and, with an instructor, the solution."""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType

from autograder.errors import UserError

PACKAGE = "cs231n"  # which every exercise's students write a part of


class NotFound(UserError):
    """A part of the exercise that is needed is not there."""


@cache
def root() -> Path:
    """Return the folder of the exercise: the one that holds ``assignment/``.

    It is the folder that this package lies in or, when the package has been installed, the
    current folder or one above it.

    Raises
    ------
    NotFound
        There is no such folder.
    """
    here = Path(__file__).resolve().parents[1]
    current = Path.cwd()
    for folder in (here, current, *current.parents):
        if (folder / "assignment" / PACKAGE / "__init__.py").is_file():
            return folder
    raise NotFound(
        f"Neither {current} nor a folder above it holds the exercise (a folder 'assignment' with "
        "the package 'cs231n'). Change to the folder of the exercise and try again."
    )


@cache
def version() -> str:
    """Return the project's version."""
    with (root() / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


@cache
def given() -> Path:
    """Return the folder that holds the given part of the package ``cs231n``."""
    return root() / "assignment"


def solutions() -> Path:
    """Return the folder of the solution.

    Raises
    ------
    NotFound
        This is a student's copy of the exercise, which has none.
    """
    folder = root() / "solutions"
    if not (folder / PACKAGE).is_dir():
        raise NotFound(f"There is no solution in {folder}: only a course's own copy has it.")
    return folder


def answers(name: str) -> Path:
    """Return the file with the answers to what is asked in one of the package's files.

    They lie over what students get or, where other exercises are given what they are, in its place
    there: ``markers`` has what is made of it.

    Parameters
    ----------
    name : str
        Path below the package path, such as ``"cs231n/layers.py"``.

    Raises
    ------
    NotFound
        As `solutions`.
    """
    apart = solutions() / name
    return apart if apart.is_file() else given() / name


@cache
def given_module(name: str) -> ModuleType:
    """Load a given module by its file, whatever ``cs231n`` is on the path of this process.

    Parameters
    ----------
    name : str
        ``"synthetic"`` for ``assignment/cs231n/synthetic.py``. It must not import other modules
        of the package.
    """
    path = given() / PACKAGE / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"_given_{name}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise NotFound(f"{path} is missing: restore it from the exercise's archive.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
