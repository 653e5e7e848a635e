"""Notice a file whose name hides a module that is needed: a scratch file ``random.py``, say.

Python looks for modules in the current folder first. A file there that is called as a module of
Python's, or of a library, is then imported in its place, by the libraries too, and what fails
fails far away from it. So this is looked for before anything else is imported.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

ROOT = os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
)  # of the exercise
UNCONCERNED = {
    *("autograder", "cs231n", "cs231n_kernels"),  # ours may well be there twice
    *("test", "tests"),  # Python's own tests, and those of libraries, are for nobody to import
}


class HiddenModule(ImportError):
    """A file hides a module that is needed; the message names both."""

    def _render_traceback_(self) -> list[str]:
        # Jupyter shows this instead of a traceback, which would be ours and help nobody.
        return [str(self)]


def refuse() -> None:
    """Stop if a file in the current folder, or beside the exercise, hides a module of its name.

    Raises
    ------
    HiddenModule
        In a notebook, and wherever the autograder is imported.
    SystemExit
        In ``python -m autograder``, where the message is all that there is to see.
    """
    file, name = first_hiding()
    if not file:
        return
    whose = "Python's own module" if name in sys.stdlib_module_names else "the library"
    text = f"{file} hides {whose} {name!r}, which is needed here: give it another name."
    if sys.argv[:1] == ["-m"]:
        raise SystemExit(text)
    raise HiddenModule(f"{text} Then restart the kernel.")


def first_hiding() -> tuple[str, str]:
    """Return a file that hides a module, and the module's name; two empty strings if none does."""
    own = {os.path.realpath(folder) for folder in (os.curdir, ROOT)}
    for place, entry in enumerate(sys.path):
        folder = os.path.realpath(entry)
        if folder not in own:
            continue
        rest = [other for other in sys.path[place + 1 :] if os.path.realpath(other) not in own]
        for name, file in modules_in(folder):
            if name not in UNCONCERNED and not loaded_elsewhere(name, folder) and found(name, rest):
                return file, name
    return "", ""


def modules_in(folder: str) -> list[tuple[str, str]]:
    """Return the modules that can be imported from a folder: the name of each, and its file."""
    try:
        entries = sorted(os.listdir(folder))
    except OSError:
        return []
    found = []
    for entry in entries:
        path = os.path.join(folder, entry)
        if os.path.isfile(os.path.join(path, "__init__.py")):
            found.append((entry, path))
        elif entry.endswith(".py"):
            found.append((entry.removesuffix(".py"), path))
    return found


def loaded_elsewhere(name: str, folder: str) -> bool:
    """Return whether a module has been imported already, and from another folder."""
    file = getattr(sys.modules.get(name), "__file__", None)
    return bool(file) and not os.path.realpath(str(file)).startswith(folder + os.sep)


def found(name: str, path: list[str]) -> bool:
    """Return whether a module would be found on `path`."""
    if name in sys.builtin_module_names:  # no file hides such a one
        return False
    try:
        return PathFinder.find_spec(name, path) is not None
    except (ImportError, ValueError):
        return False
