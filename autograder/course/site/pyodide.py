"""Pyodide, the Python for browsers: what of the instructor's file goes into the site."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.course.site import fetch
from autograder.errors import UserError

HERE = Path(__file__).parent
VERSION = "0.27.7"  # which the JupyterLite in tools.txt runs
ADDRESS = (
    f"https://github.com/pyodide/pyodide/releases/download/{VERSION}/pyodide-{VERSION}.tar.bz2"
)
LOCK = "pyodide-lock.json"
CORE = ("pyodide.js", "pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
WANTED = (
    *("numpy", "matplotlib", "pillow"),
    *("ipython", "prompt-toolkit", "sqlite3", "ssl", "micropip"),  # the kernel's own
    *("packaging", "pygments"),
)
"""What is loaded as the kernel starts, besides what it depends on."""


def unpack(file: Path, folder: Path, wheels: Iterable[Path]) -> list[str]:
    """Write what the site needs of Pyodide into a folder, with further wheels beside it.

    The list of packages stays whole, though not all of them are there: a shorter one stops the
    kernel.

    Parameters
    ----------
    file : Path
        The release of Pyodide.
    folder : Path
        Where to.
    wheels : iterable of Path
        Pure wheels, which the list of packages is to have too.

    Returns
    -------
    list of str
        The names of all packages to be loaded.

    Raises
    ------
    UserError
        It is no such file, or of another version, or lacks something.
    """
    folder.mkdir(parents=True)
    lock = read(file, folder)
    names = list(needed(lock, file))
    missing = [name for name in (*CORE, *files(lock, names)) if not (folder / name).is_file()]
    if missing:
        raise UserError(f"{file} lacks {', '.join(missing)}; {wanted()}")
    kept = {LOCK, *CORE, *files(lock, names)}
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink()
    for wheel in wheels:
        shutil.copyfile(wheel, folder / wheel.name)
        entry = entry_of(wheel.name)
        lock["packages"][entry["name"]] = entry
        names.append(entry["name"])
    write(lock, folder)
    return names


def write(lock: dict[str, Any], folder: Path) -> None:
    """Write the list of packages, with the digests of those that are in the folder."""
    for entry in lock["packages"].values():
        path = folder / entry["file_name"]
        if path.is_file():
            entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")


def compile_at_start(folder: Path, names: Sequence[str], ours: str) -> None:
    """Have the Python of this Pyodide compile what it loads at a start; `ours` keeps its sources.

    Raises
    ------
    UserError
        It does not run here.
    """
    run = (fetch.node(), HERE / "run.mjs", folder, folder, HERE / "in_pyodide.py")
    command = [*map(str, run), ",".join(names), ours]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip()
        raise UserError(f"Pyodide could not compile what the site is made of:\n{said[-3000:]}")
    write(json.loads((folder / LOCK).read_text(encoding="utf-8")), folder)


def read(file: Path, folder: Path) -> dict[str, Any]:
    """Unpack the files of a release beside each other; return its list of packages."""
    try:
        with tarfile.open(file) as archive:
            for member in archive:
                path = PurePosixPath(member.name)
                source = archive.extractfile(member) if member.isfile() else None
                if source is not None and len(path.parts) == 2:
                    (folder / path.name).write_bytes(source.read())
        lock: dict[str, Any] = json.loads((folder / LOCK).read_text(encoding="utf-8"))
        version = lock["info"]["version"]
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{file} is no release of Pyodide ({error}); {wanted()}") from None
    if version != VERSION:
        raise UserError(f"{file} is Pyodide {version}; {wanted()}")
    return lock


def wanted() -> str:
    """Say which file is wanted, after a semicolon."""
    return f"wanted is Pyodide {VERSION}: {ADDRESS}"


def needed(lock: dict[str, Any], file: Path) -> Iterator[str]:
    """Yield the names of the packages that are loaded, each after those that it depends on."""
    seen: set[str] = set()

    def after_others(name: str) -> Iterator[str]:
        if name in seen:
            return
        seen.add(name)
        if name not in lock["packages"]:
            raise UserError(f"{file} lacks {name}; {wanted()}")
        for other in lock["packages"][name]["depends"]:
            yield from after_others(other)
        yield name

    for name in WANTED:
        yield from after_others(name)


def files(lock: dict[str, Any], names: Iterable[str]) -> list[str]:
    """Return the files of packages."""
    return [lock["packages"][name]["file_name"] for name in names]


def entry_of(wheel: str) -> dict[str, Any]:
    """Return what the list of packages says of a pure wheel."""
    name, version = wheel.split("-")[:2]
    return {
        "name": name.lower().replace("_", "-"),
        "version": version,
        "file_name": wheel,
        "install_dir": "site",
        "package_type": "package",
        "imports": [],
        "depends": [],
        "unvendored_tests": False,
    }
