"""Make a notebook's kernel fit for the exercise, wherever it runs and whatever it knows.

The notebook's first cell runs this file by its name, since nothing of the exercise can be imported
before. For the same reason it uses Python's own modules only.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import re
import runpy
import subprocess
import sys
import tomllib
import traceback
from importlib import metadata
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parents[2]  # of the exercise
SHOWN = ("matplotlib", "scikit-image")  # what the notebook needs beyond the checks
COMPILED = "cs231n_kernels"


class NotReady(Exception):
    """The kernel lacks something that could not be installed; the message says what to do."""

    def _render_traceback_(self) -> list[str]:
        # Jupyter shows this instead of a traceback, which would be ours and help nobody.
        return [str(self)]


def prepare() -> None:
    """Install what is missing, and let ``autograder`` and ``cs231n`` be found in this folder.

    Where ``cs231n`` is found on the path already, it stays that one.

    Raises
    ------
    NotReady
        Something is missing, and pip could not install it.
    """
    mend_autoreload()
    shorten_autoreload()
    if sys.platform != "emscripten":  # the site has all that is needed, and no pip
        install_missing()
    if hosted() and importlib.util.find_spec(COMPILED) is None:
        compile_layers()
    runpy.run_path(str(Path(__file__).with_name("start.py")))
    if importlib.util.find_spec("cs231n") is None:
        # Last, so that no scratch file in there hides a library.
        sys.path.append(str(FOLDER / "assignment"))
    if sys.platform == "emscripten":
        importlib.import_module("autograder.student.tab").open_files()


def hosted() -> bool:
    """Return whether this is a machine of Colab's or Kaggle's, which is new each time."""
    return "google.colab" in sys.modules or "KAGGLE_KERNEL_RUN_TYPE" in os.environ


def mend_autoreload() -> None:
    """Let an old IPython, such as Colab's, load its autoreload in Python 3.12 or newer.

    It imports the module ``imp``, which Python no longer has, for one function.
    """
    if sys.version_info >= (3, 12) and "imp" not in sys.modules:
        substitute = ModuleType("imp", "What old versions of IPython use of a module that is gone.")
        substitute.reload = importlib.reload  # type: ignore[attr-defined]
        sys.modules["imp"] = substitute


def shorten_autoreload() -> None:
    """Have autoreload say in a few lines why a saved file cannot be loaded, and what runs instead.

    Its own traceback has twenty lines of IPython's, and newer versions print it twice.
    """
    try:
        from IPython.extensions import autoreload
    except ImportError:  # no notebook
        return
    substitute = ModuleType("traceback", "What autoreload calls of that module.")
    substitute.format_exc = why_not_loaded  # type: ignore[attr-defined]
    autoreload.traceback = substitute  # type: ignore[attr-defined]
    logging.getLogger("autoreload").disabled = True


def why_not_loaded(*_: object, **__: object) -> str:
    """Return what is wrong with the file that is being reloaded."""
    error = sys.exc_info()[1]
    if error is None:
        return ""
    lines = traceback.format_exception_only(error)
    if not isinstance(error, SyntaxError):  # which says itself where it is
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if not frame.filename.startswith((sys.prefix, "<"))]
        lines[:0] = traceback.format_list(own[-1:])
    told = "".join(lines).rstrip()
    return f"\n{told}\nUntil it loads, this notebook goes on with the version before"


def missing() -> list[str]:
    """Return the requirements of the exercise that are not installed at all."""
    with (FOLDER / "pyproject.toml").open("rb") as file:
        wanted = [*tomllib.load(file)["project"]["dependencies"], *SHOWN]
    return [requirement for requirement in wanted if not installed(requirement)]


def installed(requirement: str) -> bool:
    """Return whether what ``"numpy>=1.26"`` names is there, in whatever version."""
    try:
        metadata.version(re.split(r"[^\w.-]", requirement, maxsplit=1)[0])
    except metadata.PackageNotFoundError:
        return False
    return True


def install_missing() -> None:
    """Install with pip what this kernel's Python lacks."""
    lacking = missing()
    if not lacking:
        return
    print(f"Installing what this notebook's Python lacks: {', '.join(lacking)} ...", flush=True)
    reason = pip("install", *lacking)
    if reason:
        raise NotReady(
            f"This notebook's Python lacks {', '.join(lacking)}, and pip could not install it "
            f"({reason}). Choose the kernel of an environment that you may install into, or see "
            f"the README in {FOLDER}."
        )
    importlib.invalidate_caches()


def compile_layers() -> None:
    """Compile the fast layers. Where that fails they use NumPy, and say so when they are used."""
    print("Compiling the fast layers, which takes a minute ...", flush=True)
    pip("install", "--no-deps", f"convnets-by-hand @ {FOLDER.as_uri()}")
    importlib.invalidate_caches()


def pip(*arguments: str) -> str:
    """Run pip; return the last line of what it says if it fails."""
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=FOLDER, check=False)
    lines = [line for line in done.stderr.splitlines() if line.lower().startswith("error")]
    return (lines or ["pip failed"])[-1] if done.returncode else ""


prepare()
