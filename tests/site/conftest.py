"""The site, built once, and the Pyodide that it is built with."""

import os
from pathlib import Path

import pytest

from autograder import locate
from autograder.course.site.build import build
from autograder.errors import UserError
from autograder.exercises.convnets import EXERCISE

FILE = "shared/data/pyodide-0.27.7-numpy-matplotlib.tar.bz2"  # beside the repository


@pytest.fixture(scope="session")
def pyodide_file():
    """Return the release of Pyodide; skip where there is none."""
    given = os.environ.get("CONVNETS_PYODIDE")
    path = Path(given) if given else locate.root().parent / FILE
    if not path.is_file():
        pytest.skip(f"there is no {path}; CONVNETS_PYODIDE names another place")
    return path


@pytest.fixture(scope="session")
def site(made_once, pyodide_file, public_pack):
    """Return the folder of the site."""

    def fill(folder):
        try:
            build(EXERCISE, pyodide_file, folder / "site")
        except UserError as error:
            if "pip could not get" in str(error):  # it names the reason
                pytest.skip(str(error))
            raise

    return made_once("browser-edition", fill) / "site"
