"""Where Python, its packages and the system are on this machine: what any worker reads."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from functools import cache
from pathlib import Path

import numpy as np

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


@cache
def needed() -> tuple[Path, ...]:
    """Return the files and folders that any worker reads, that exist here."""
    system = [Path(name) for name in SYSTEM]
    wanted = dict.fromkeys([*system, *python(), *own_packages()])
    return tuple(path for path in wanted if path.exists())
