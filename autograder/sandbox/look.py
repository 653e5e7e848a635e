"""Say where this Python looks for its standard library, and which shared libraries it all needs.

Run as a file, by the Python that runs workers and apart from the grader: ``look.py FOLDER...`` has
the dynamic linker load every extension of the standard library and of the packages in the folders,
and prints what it found, as JSON. The linker knows best: a wheel brings its libraries along, conda
has them in one folder for all, Debian's are the system's.
"""

import contextlib
import ctypes
import json
import os
import sys
from pathlib import Path

NOT_USED = ("_tkinter", "nis", "_test", "_xx", "xx")  # how the names begin of what needs too much


class Object(ctypes.Structure):
    """The first two fields of the C library's ``struct dl_phdr_info``."""

    _fields_ = (("address", ctypes.c_void_p), ("name", ctypes.c_char_p))


def loaded() -> list[str]:
    """Return the files of all shared libraries in this process, by the names they were found by."""
    names: list[str] = []
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Object), ctypes.c_size_t, ctypes.c_void_p)

    def note(found, *_):  # type: ignore[no-untyped-def]
        names.append(found.contents.name.decode())
        return 0

    ctypes.CDLL(None).dl_iterate_phdr(kind(note), None)
    return [name for name in names if name.startswith("/")]


def main(standard: list[str], folders: list[str]) -> None:
    """Load everything, and print what came of it."""
    extensions = [path for folder in standard for path in Path(folder).glob("*.so")]
    extensions += [path for folder in folders for path in Path(folder).rglob("*.so*")]
    for path in extensions:
        if not path.name.startswith(NOT_USED):
            with contextlib.suppress(OSError):  # it cannot be used here, by a worker either
                ctypes.CDLL(str(path))
    print(json.dumps({"standard": standard, "libraries": loaded()}), flush=True)
    os._exit(0)  # extensions that were never imported may fail as they are taken down


if __name__ == "__main__":
    main(sys.path[1:], sys.argv[1:])
