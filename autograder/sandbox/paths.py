"""Where Python, its packages and the system are on this machine: what a worker reads, by list.

No folder is granted because it is Python's or the system's: others install into those too, and
among what they install there may be all that a student is to write.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import site
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOOK = Path(__file__).with_name("look.py")
# Of the system, what the dynamic linker and the C library read.
SYSTEM = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo", "/usr/lib/locale")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
# What the standard library's folder has besides its modules, by how the names begin.
STANDARD_TOO = (
    *("__hello__", "__phello__", "__pycache__", "_sysconfig", "_test", "_ctypes_test", "_xx"),
    *("xx", "config-", "lib-dynload", "test", "LICENSE"),
)
MAX_LINKS = 100  # on one way; more are a circle


@dataclass(frozen=True)
class Needed:
    """What one kind of worker reads, besides what it works on.

    Attributes
    ----------
    read : tuple of Path
        Files, and folders with all that they hold, as they are really called.
    links : dict of Path to str
        Symbolic links by which they are found, and where each leads.
    hidden : tuple of Path
        What in those folders is somebody else's.
    search : tuple of Path
        Folders in which packages are looked for.
    """

    read: tuple[Path, ...]
    links: dict[Path, str]
    hidden: tuple[Path, ...]
    search: tuple[Path, ...]


@cache
def packages() -> tuple[Path, ...]:
    """Return the folders of installed packages, those of this Python first."""
    named = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()]
    return tuple(path for path in dict.fromkeys(map(Path, named)) if path.is_dir())


@cache
def elsewhere(modules: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the folders with some of `modules` in which a Python by itself does not look.

    They may have been installed for one user, or be named by PYTHONPATH: a worker's Python heeds
    neither.
    """
    known = {path.resolve() for path in packages()}
    folders = dict.fromkeys(place.parent for module in modules for place in places_of(module))
    return tuple(folder for folder in folders if folder.resolve() not in known)


@cache
def modules_of(distributions: tuple[str, ...]) -> tuple[str, ...]:
    """Return the modules that some distributions have, with all that they require, if installed."""
    wanted, todo = set(), [*distributions]
    while todo:
        name = canonicalize_name(todo.pop())
        if name in wanted:
            continue
        wanted.add(name)
        try:
            required = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for requirement in map(Requirement, required):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                todo.append(requirement.name)
    return tuple(
        module
        for module, names in metadata.packages_distributions().items()
        if wanted & set(map(canonicalize_name, names))
    )


@cache
def required_by(modules: tuple[str, ...]) -> tuple[str, ...]:
    """Return `modules` with all that what they were installed from requires."""
    if not modules:
        return ()
    known = metadata.packages_distributions()
    names = {name for module in modules for name in known.get(module, ())}
    return tuple(dict.fromkeys([*modules, *modules_of(tuple(sorted(names)))]))


@cache
def needed(modules: tuple[str, ...]) -> Needed:
    """Return what a worker reads that can import `modules` and the standard library."""
    places = [place for module in modules for place in places_of(module)]
    compiled = [(str(place),) for place in places if has_extensions(place)]
    with ThreadPoolExecutor() as pool:  # each is a process that is waited for
        found = list(pool.map(lambda folder: look(*folder), [(), *compiled]))
    libraries = [whole(Path(name)) for each in found for name in each["libraries"]]
    standard = [Path(name) for name in found[0]["standard"] if Path(name).exists()]
    program = [Path(sys.executable), Path(sys.prefix, "pyvenv.cfg")]
    system = [Path(name) for name in (*SYSTEM, *interpreters())]
    links: dict[Path, str] = {}
    about = [path for place in places for path in metadata_of(place)]
    wanted = [*program, *standard, *places, *about, *system, *libraries]
    read = [real(path, links) for path in wanted if path.exists()]
    known = frozenset(read)
    read = [path for path in dict.fromkeys(read) if known.isdisjoint(path.parents)]
    return Needed(
        tuple(read),
        {link: to for link, to in links.items() if known.isdisjoint(link.parents)},
        tuple(path for folder in standard for path in foreign(folder.resolve())),
        tuple(dict.fromkeys(place.parent for place in places)),
    )


@cache
def places_of(module: str) -> list[Path]:
    """Return the folders or the file of a module; none if it is not installed."""
    spec = importlib.util.find_spec(module)
    if spec is None:
        return []
    if spec.submodule_search_locations is not None:
        return [Path(folder) for folder in spec.submodule_search_locations]
    return [Path(spec.origin)] if spec.origin and spec.has_location else []


def metadata_of(place: Path) -> Iterator[Path]:
    """Yield what a distribution says of itself, where that is called as its module is.

    Matplotlib finds by it how to draw in a notebook.
    """
    for path in names_in(place.parent):
        if path.suffix in (".dist-info", ".egg-info"):
            name = canonicalize_name(path.name.partition("-")[0])
            if name == canonicalize_name(place.name.partition(".")[0]):
                yield path


@cache
def names_in(folder: Path) -> list[Path]:
    """Return what is in a folder."""
    return list(folder.iterdir())


def has_extensions(place: Path) -> bool:
    """Return whether there is compiled code in a package, or a module is that."""
    return any(place.rglob("*.so*")) if place.is_dir() else ".so" in place.suffixes


def whole(library: Path) -> Path:
    """Return the folder of a shared library that came with a wheel, which has no others; or it."""
    return library.parent if library.parent.name.endswith(".libs") else library


@cache
def look(*folder: str) -> dict[str, list[str]]:
    """Return what `look` prints of a package, or of the standard library.

    Raises
    ------
    OSError
        It does not run here.
    """
    command = [sys.executable, "-I", "-S", "-B", str(LOOK), *folder]
    done = subprocess.run(command, check=False, capture_output=True)
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise OSError(f"what a worker needs cannot be found: {why or done.returncode}")
    found: dict[str, list[str]] = ast.literal_eval(done.stdout.decode())
    return found


def interpreters() -> Iterator[str]:
    """Yield the dynamic linker, by the name that programs call it by."""
    with Path(sys.executable).open("rb") as file:
        data = file.read(1 << 16)
    for start in (b"/lib", b"/nix/store"):
        at = data.find(b"\0" + start)
        if at >= 0:
            yield os.fsdecode(data[at + 1 : data.index(b"\0", at + 1)])


def foreign(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder of the standard library and is no part of it."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        name = path.name.partition(".")[0]
        own = name in sys.stdlib_module_names or path.name.startswith(STANDARD_TOO)
        if path.name == "__pycache__":
            yield from foreign(path)
        elif not own and not path.is_symlink():  # what a link leads to is granted or is not
            yield path


def real(path: Path, links: dict[Path, str]) -> Path:
    """Return what a path really is; note all symbolic links on the way."""
    current, rest = Path("/"), [*path.parts[1:]]
    for _ in range(MAX_LINKS * len(path.parts)):
        if not rest:
            return current
        part = rest.pop(0)
        if part == "..":
            current = current.parent
            continue
        current /= part
        if current.is_symlink():
            links[current] = str(current.readlink())
            to = Path(links[current])
            rest = [*(to.parts[1:] if to.is_absolute() else to.parts), *rest]
            current = Path("/") if to.is_absolute() else current.parent
    raise OSError(f"{path}: too many symbolic links")
