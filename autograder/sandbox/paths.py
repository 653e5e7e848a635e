"""Which files a worker needs, and which of those that lie among them it must not see."""

from __future__ import annotations

import contextlib
import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from autograder import locate

# Of the system, what the dynamic linker and the C library read.
SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/libx32"),
    *("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime"),
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


@cache
def python() -> tuple[Path, ...]:
    """Return the folders of this Python and of its environment, as they are called and found."""
    prefixes = (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)
    named = [Path(os.path.abspath(prefix)) for prefix in prefixes]  # noqa: PTH100 - links kept
    program = Path(sys.executable).resolve().parent.parent
    return tuple(dict.fromkeys([*named, *(path.resolve() for path in named), program]))


@cache
def packages() -> tuple[Path, ...]:
    """Return the folders of installed packages, those of this Python first."""
    named = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()]
    return tuple(path for path in dict.fromkeys(map(Path, named)) if path.is_dir())


@cache
def own_packages() -> tuple[Path, ...]:
    """Return the folder that NumPy was imported from, if a Python by itself does not look there.

    It may have been installed for one user, or be named by PYTHONPATH: a worker's Python heeds
    neither.
    """
    folder = Path(np.__file__).resolve().parents[1]
    return () if folder in {path.resolve() for path in packages()} else (folder,)


def needed() -> list[Path]:
    """Return the files and folders that any worker reads, that exist here."""
    system = [Path(name) for name in SYSTEM]
    wanted = dict.fromkeys([*system, *python(), *own_packages()])
    return [path for path in wanted if path.exists()]


def hidden() -> list[Path]:
    """Return folders that no worker may see, wherever they are: the exercise and the home."""
    folders = [Path.home(), Path.cwd()]
    with contextlib.suppress(locate.NotFound):  # installed, used where no course is
        folders.append(locate.root())
    return [folder.resolve() for folder in folders]


def below(path: Path, folder: Path) -> bool:
    """Return whether `path` lies in `folder`, at any depth."""
    return folder in path.parents


def files_of(modules: Iterable[str], folders: Sequence[Path]) -> list[Path]:
    """Return all files and folders from which `modules` could be loaded, among import `folders`."""
    found: list[Path] = []
    for module in modules:
        *parents, name = module.split(".")
        for folder in folders:
            at = folder.joinpath(*parents)
            found += [path for path in (at / name, at / f"{name}.py") if path.exists()]
            found += [*at.glob(f"{name}.*.so"), *at.glob(f"__pycache__/{name}.*.pyc")]
    return list(dict.fromkeys([*found, *(path.resolve() for path in found)]))


def without(path: Path, unwanted: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Split `path` so that it can be granted without what is `unwanted` below it.

    Returns
    -------
    whole : list of Path
        Files and folders to be granted with all that they hold.
    listed : list of Path
        Folders of which only the names may be listed.
    """
    if path in unwanted:
        return [], []
    if not any(below(other, path) for other in unwanted):
        return [path], []
    whole, listed = [], [path]
    for child in path.iterdir():
        if child.is_symlink():  # what it leads to is granted by its own name, or is not
            continue
        inner_whole, inner_listed = without(child, unwanted)
        whole += inner_whole
        listed += inner_listed
    return whole, listed
