"""Compile what a tab imports as it starts: run by the Python that will load it, on ``/work``.

Only that one makes bytecode that it can read itself. A tab compiles whatever it imports at each
start, which takes longer than all else that it does then. Other people's modules are there as
bytecode only, as in Pyodide's own compiled edition, since both would be too much to load; what no
start imports stays as it is. All of the wheel that is named as an argument is compiled beside its
source, and anew if that is another.
"""

import importlib
import importlib.util
import py_compile
import site
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from matplotlib import font_manager

WORK = Path("/work")
PACKAGES = site.getsitepackages()[0]  # where wheels are unpacked
STANDARD = next(path for path in sys.path if path.endswith(".zip"))  # its library, as it finds it
FONTS = "matplotlib/fontlist.json"
STARTS = ("micropip", "comm", "IPython", "matplotlib.pyplot", "tqdm.auto", "autograder")
EPOCH = (1980, 1, 1, 0, 0, 0)
ALWAYS, IF_SAME = (
    py_compile.PycInvalidationMode.UNCHECKED_HASH,
    py_compile.PycInvalidationMode.CHECKED_HASH,
)


def compiled(name: str, source: bytes, mode: py_compile.PycInvalidationMode) -> bytes | None:
    """Return the bytecode of a module; None if it is no Python, as templates are."""
    with tempfile.TemporaryDirectory() as made:
        path, result = Path(made, "module.py"), Path(made, "module.pyc")
        path.write_bytes(source)
        try:
            py_compile.compile(
                *(str(path), str(result), name), doraise=True, invalidation_mode=mode
            )
        except py_compile.PyCompileError:
            return None
        return result.read_bytes()


def loaded_at_start(ours: str) -> set[str]:
    """Start as a tab does; return the files of all modules that are loaded then."""
    sys.path.insert(0, f"{PACKAGES}/{ours.partition('-')[0]}")
    for name in STARTS:
        importlib.import_module(name)
    pytest.main(["--version"])  # it loads its own parts only when it runs
    return {getattr(module, "__file__", None) or "" for module in [*sys.modules.values()]}


def files_of(
    path: Path, folder: str, started: set[str], *, keep: bool
) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file that the compiled archive holds."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            content, code = archive.read(name), None
            if name.endswith(".py") and (keep or f"{folder}/{name}" in started):
                code = compiled(f"{folder}/{name}", content, IF_SAME if keep else ALWAYS)
            if code is None or keep:
                yield name, content
            if code is not None:
                yield importlib.util.cache_from_source(name) if keep else f"{name}c", code


def rewrite(path: Path, files: dict[str, bytes]) -> None:
    """Put an archive of `files` in the place of `path`."""
    temporary = path.with_suffix(".new")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    temporary.replace(path)


def list_of_fonts() -> bytes:
    """Return Matplotlib's list of the fonts there are.

    The one that comes with Pyodide says that it is of another version than Matplotlib is, which
    therefore makes it anew at each start.
    """
    file = Path(tempfile.gettempdir(), "fonts.json")
    font_manager.json_dump(font_manager.fontManager, file)
    return file.read_bytes()


def main(ours: str) -> None:
    """Compile what is in `WORK`; `ours` is the wheel that keeps its sources."""
    started = loaded_at_start(ours)
    for path in WORK.glob("*.whl"):
        files = dict(files_of(path, PACKAGES, started, keep=path.name == ours))
        if FONTS in files:
            files[FONTS] = list_of_fonts()
        rewrite(path, files)
    library = WORK / "python_stdlib.zip"
    rewrite(library, dict(files_of(library, STANDARD, started, keep=False)))


main(*sys.argv[1:])
